/** What most commands need: a node to talk to, an account, and numbers and files from the command line. */
import { readFileSync } from 'node:fs'
import type { LocalAccount } from 'viem'
import { type ChainClient, connectChain, NodeUnreachable } from '../../studio/chain/client.ts'
import { resolveAccount } from './account.ts'
import { CommandError } from './terminal.ts'

export interface SessionOptions {
  readonly rpc: string
  readonly account: string
}

/** Connects; a missing node is the most common mistake, so the error says what to run. */
export async function connect(rpc: string): Promise<ChainClient> {
  try {
    return await connectChain(rpc)
  } catch (error) {
    if (error instanceof NodeUnreachable)
      throw new CommandError(error.message, 'Start one with `openledger devnet`, or name another with --rpc URL.')
    throw error
  }
}

export async function openSession(options: SessionOptions): Promise<{ client: ChainClient; account: LocalAccount }> {
  const account = await resolveAccount(options.account)
  return { client: await connect(options.rpc), account }
}

/** A positive whole number from an argument. */
export function parseId(text: string, what: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(text)) throw new CommandError(`expected the number of a ${what}, got "${text}"`)
  return BigInt(text)
}

export function readTextFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`)
  }
}
