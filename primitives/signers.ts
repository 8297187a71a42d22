/** Signer bitmaps of certificates: bit i = byte i>>3, bit i&7 (consensus.md §4). */
import { quorumPower, totalPower, type ValidatorSet } from './validatorSet.ts'

export function encodeSigners(indexes: readonly number[], count: number): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(count / 8))
  for (const i of indexes) {
    if (!Number.isInteger(i) || i < 0 || i >= count) throw new RangeError(`signer ${i} is outside 0 … ${count - 1}`)
    bitmap[i >> 3]! |= 1 << (i & 7)
  }
  return bitmap
}

/** Bitmap → ascending indexes; `undefined` on a wrong length or a bit beyond the set. */
export function decodeSigners(bitmap: Uint8Array, count: number): number[] | undefined {
  if (bitmap.length !== Math.ceil(count / 8)) return undefined
  const indexes: number[] = []
  for (let i = 0; i < bitmap.length * 8; i++) {
    if (((bitmap[i >> 3]! >> (i & 7)) & 1) === 0) continue
    if (i >= count) return undefined
    indexes.push(i)
  }
  return indexes
}

/** Do these signers hold a quorum of the set's power? */
export function hasQuorum(set: ValidatorSet, indexes: readonly number[]): boolean {
  const power = indexes.reduce((sum, i) => sum + set[i]!.power, 0n)
  return power >= quorumPower(totalPower(set))
}
