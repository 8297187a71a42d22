/** Who may call: the executor, another native, the governor; each refusal names the caller. */
import { isNativeAddress } from './addresses.ts'
import { type Frame, nativeErrors } from './dispatch.ts'

export function requireSystem({ call }: Frame): void {
  if (!call.isSystem) throw nativeErrors.error('NotSystem', call.caller)
}

/** For entries that natives offer each other. */
export function requireNative({ call }: Frame): void {
  if (!isNativeAddress(call.caller)) throw nativeErrors.error('NotNative', call.caller)
}

/** Refuses a list that is longer than its bound. */
export function requireAtMost(list: readonly unknown[], max: number): void {
  if (list.length > max) throw nativeErrors.error('TooMany', BigInt(max), BigInt(list.length))
}
