/** The table of native contracts, and what each writes into block 0. */
import { toHex } from '../primitives/bytes.ts'
import { attribution } from './attribution/attribution.ts'
import { contributor } from './contributor/contributor.ts'
import { datanet } from './datanet/datanet.ts'
import type { Native } from './dispatch.ts'
import { feeSplit } from './feeSplit/feeSplit.ts'
import type { NativeGenesis } from './genesis.ts'
import { inference } from './inference/inference.ts'
import { model } from './model/model.ts'
import type { NativeHost } from './native.ts'
import { params } from './params/params.ts'
import { staking } from './staking/staking.ts'

/** In address order. */
export const NATIVES: readonly Native[] = [
  datanet,
  model,
  inference,
  attribution,
  feeSplit,
  staking,
  contributor,
  params,
]

const byAddress = new Map(NATIVES.map((native) => [toHex(native.address), native]))

/** The native at an address, or `undefined`. */
export function nativeAt(address: Uint8Array): Native | undefined {
  return byAddress.get(toHex(address))
}

/** Writes the natives' genesis state. `hostFor` gives a host over the storage of an address, with gas without end. */
export function initialiseNatives(hostFor: (address: Uint8Array) => NativeHost, config: NativeGenesis): void {
  for (const native of NATIVES) native.initialise?.(hostFor(native.address), config)
}
