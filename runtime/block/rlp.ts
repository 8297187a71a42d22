/** Canonical RLP at the edges: what does not re-encode to the same bytes is not read. */
import { RLP } from '@ethereumjs/rlp'
import { equal, uintToBytes } from '../../primitives/bytes.ts'
import { trimZeros } from '../state/accountRecord.ts'

export type RlpTree = Uint8Array | RlpTree[]

/** Integer as an RLP item: big-endian without leading zeros. */
export const uintItem = (value: bigint | number): Uint8Array => trimZeros(uintToBytes(value, 32))

/** Canonical RLP without trailing bytes → its item tree, or `undefined`. */
export function decodeRlp(bytes: Uint8Array): RlpTree | undefined {
  try {
    const items = RLP.decode(bytes) as RlpTree
    return equal(RLP.encode(items), bytes) ? items : undefined
  } catch {
    return undefined
  }
}

/** Splits the first RLP item off; `undefined` when there is none. */
export function splitRlp(bytes: Uint8Array): { readonly first: Uint8Array; readonly rest: Uint8Array } | undefined {
  try {
    const { remainder } = RLP.decode(bytes, true)
    const length = bytes.length - remainder.length
    return { first: bytes.subarray(0, length), rest: bytes.subarray(length) }
  } catch {
    return undefined
  }
}

export const isBytes = (item: unknown, length: number): item is Uint8Array =>
  item instanceof Uint8Array && item.length === length

/** An integer item of at most `bytesMax` bytes, without leading zeros. */
export const isUintItem = (item: unknown, bytesMax: number): item is Uint8Array =>
  item instanceof Uint8Array && item.length <= bytesMax && item[0] !== 0
