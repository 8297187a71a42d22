/** `IStaking` as commands use it: its calls, and amounts and addresses from the command line. */
import { isAddress, parseUnits } from 'viem'
import { STAKING_ADDRESS } from '../../precompiles/addresses.ts'
import { stakingAbi } from '../../precompiles/generated/staking.ts'
import { toHex } from '../../primitives/bytes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { CommandError } from './terminal.ts'

export const STAKING = { address: toHex(STAKING_ADDRESS), abi: stakingAbi } as const

export type Address = `0x${string}`

export function parseAddress(text: string, what: string): Address {
  if (!isAddress(text, { strict: false })) throw new CommandError(`expected the address of ${what}, got "${text}"`)
  return text as Address
}

/** `12.5` OPEN → wei. */
export function parseOpen(text: string, what: string): bigint {
  if (!/^\d{1,10}(\.\d{1,18})?$/.test(text))
    throw new CommandError(`expected OPEN for the ${what}, like 12.5, got "${text}"`)
  const wei = parseUnits(text, 18)
  if (wei === 0n) throw new CommandError(`the ${what} must be more than 0 OPEN`)
  return wei
}

export type ValidatorInfo = Awaited<ReturnType<typeof readValidator>>

/** The chain refuses a stranger with `UnknownValidator`. */
export function readValidator(client: ChainClient, operator: Address) {
  return client.readContract({ ...STAKING, functionName: 'validator', args: [operator] })
}
