/** What the subjects of damaged bytes know of a decoder. */
import { isRefused, type Refused } from '../../../influence/refusal.ts'

/** A refusal of any room. */
export interface BytesRefused {
  readonly kind: 'invalid'
  readonly code: string
}

export interface Decoder {
  readonly name: string
  readonly valid: readonly Uint8Array[]
  /** The refusal, or the bytes that encoding the decoded value gives. */
  decode(bytes: Uint8Array): BytesRefused | Uint8Array | Promise<BytesRefused | Uint8Array>
  /** Makes the commitments fit again, so that damage reaches the checks behind them. */
  repair?(bytes: Uint8Array): Uint8Array
}

export const refusedOr = <T>(value: T | Refused, encode: (value: T) => Uint8Array): Refused | Uint8Array =>
  isRefused(value) ? value : encode(value)
