/** Where the native contracts live, and the code that marks an account as one of them (economy.md, runtime.md §8). */
import { equal, fromHex, uintToBytes } from '../primitives/bytes.ts'

const nativeAddress = (index: number): Uint8Array => uintToBytes(0x0a00 + index, 20)

export const DATANET_ADDRESS = nativeAddress(1)
export const MODEL_ADDRESS = nativeAddress(2)
export const INFERENCE_ADDRESS = nativeAddress(3)
export const ATTRIBUTION_ADDRESS = nativeAddress(4)
export const FEE_SPLIT_ADDRESS = nativeAddress(5)
export const STAKING_ADDRESS = nativeAddress(6)
export const CONTRIBUTOR_ADDRESS = nativeAddress(7)
export const PARAMS_ADDRESS = nativeAddress(8)

/** All native contracts, in address order. */
export const NATIVE_ADDRESSES: readonly Uint8Array[] = [
  DATANET_ADDRESS,
  MODEL_ADDRESS,
  INFERENCE_ADDRESS,
  ATTRIBUTION_ADDRESS,
  FEE_SPLIT_ADDRESS,
  STAKING_ADDRESS,
  CONTRIBUTOR_ADDRESS,
  PARAMS_ADDRESS,
]

/** The caller of settlement transactions and of the executor's block-level calls. */
export const SYSTEM_ADDRESS = fromHex('0xfffffffffffffffffffffffffffffffffffffffe')

/** PUSH0 PUSH0 REVERT without data: survives EIP-161, passes `extcodesize`, reverts when run as plain code. */
export const NATIVE_CODE = fromHex('0x5f5ffd')

export function isNativeAddress(address: Uint8Array): boolean {
  return NATIVE_ADDRESSES.some((native) => equal(native, address))
}
