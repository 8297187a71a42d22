/** The native contracts as the EVM sees them: addresses, and one entry that runs a call. */
import type { Address } from '@ethereumjs/util'
import { dispatchNative, type Native } from '../../precompiles/dispatch.ts'
import type { NativeGenesis } from '../../precompiles/genesis.ts'
import type { NativeCall, NativeHost } from '../../precompiles/native.ts'
import { NATIVES } from '../../precompiles/natives.ts'
import { bytesOfKey, keyOf } from '../state/stateRoot.ts'

export interface NativeContracts {
  readonly addresses: readonly Uint8Array[]
  has(address: Uint8Array): boolean
  /** Runs one call to the native at `address`, which must exist; throws `NativeRevert` and what the host throws. */
  run(address: Uint8Array, call: NativeCall, host: NativeHost): Uint8Array
  /** Writes each native's part of block 0. */
  initialise(hostFor: (address: Uint8Array) => NativeHost, config: NativeGenesis): void
}

export function createNativeContracts(natives: readonly Native[] = NATIVES): NativeContracts {
  const byKey = new Map(natives.map((native) => [keyOf(native.address), native]))
  return {
    addresses: [...byKey.keys()].map(bytesOfKey),
    has: (address) => byKey.has(keyOf(address)),
    run: (address, call, host) => dispatchNative(byKey.get(keyOf(address))!, call, host),
    initialise(hostFor, config) {
      for (const native of natives) native.initialise?.(hostFor(native.address), config)
    },
  }
}

/** Is the code at `codeAddress` entered by CALL or STATICCALL, not borrowed by DELEGATECALL or CALLCODE? */
export function isDirectCall(message: { to: Address; codeAddress: Address; delegatecall: boolean }): boolean {
  return !message.delegatecall && message.to.equals(message.codeAddress)
}
