/** What the files subject knows of a decoder. */
import { isRefused, type Refused } from '../../../influence/refusal.ts'

export interface Decoder {
  readonly name: string
  readonly valid: readonly Uint8Array[]
  /** The refusal, or the bytes that encoding the decoded value gives. */
  decode(bytes: Uint8Array): Refused | Uint8Array | Promise<Refused | Uint8Array>
  /** Makes the commitments fit again, so that damage reaches the checks behind them. */
  repair?(bytes: Uint8Array): Uint8Array
}

export const refusedOr = <T>(value: T | Refused, encode: (value: T) => Uint8Array): Refused | Uint8Array =>
  isRefused(value) ? value : encode(value)
