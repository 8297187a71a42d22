/** Reads of `IParams` by name. */

import { stringToHex } from 'viem'
import { PARAMS_ADDRESS } from '../../precompiles/addresses.ts'
import { paramsAbi } from '../../precompiles/generated/params.ts'
import { toHex } from '../../primitives/bytes.ts'
import type { ChainClient } from './client.ts'

/** The named parameters, in the same order. */
export function readParameters<const N extends readonly string[]>(
  client: ChainClient,
  names: N,
): Promise<{ readonly [I in keyof N]: bigint }> {
  const args = [names.map((name) => stringToHex(name, { size: 32 }))] as const
  const address = toHex(PARAMS_ADDRESS)
  return client.readContract({ address, abi: paramsAbi, functionName: 'getMany', args }) as never
}
