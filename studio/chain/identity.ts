/** Contributor identities over RPC: commits name the id, so a wallet without one takes it first. */

import type { Hex, LocalAccount } from 'viem'
import { CONTRIBUTOR_ADDRESS } from '../../precompiles/addresses.ts'
import { contributorAbi } from '../../precompiles/generated/contributor.ts'
import { toHex } from '../../primitives/bytes.ts'
import { type ChainClient, write } from './client.ts'

const native = { address: toHex(CONTRIBUTOR_ADDRESS), abi: contributorAbi } as const

/** The wallet's contributor id; 0 when it has none. */
export function idOf(client: ChainClient, wallet: Hex): Promise<bigint> {
  return client.readContract({ ...native, functionName: 'idOf', args: [wallet] })
}

/** The wallet's contributor id; registers one when it has none. */
export async function ensureIdentity(client: ChainClient, account: LocalAccount): Promise<bigint> {
  const known = await idOf(client, account.address)
  if (known !== 0n) return known
  await write(client, account, { ...native, functionName: 'register', args: [] })
  return idOf(client, account.address)
}
