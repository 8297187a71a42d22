/** The duplicate guard (influence.md §3.4, §3.5): 256-byte sketches of rows, the similarity test, greedy flags. */
import { bitLength, rha } from '../arithmetic.ts'
import type { BlockLayout } from '../blockLayout.ts'
import { ACCEPTED, DUPLICATE, EMPTY, GUARD_BYTES, NO_DUPLICATE } from '../indexFile.ts'

/** Murmur3's finaliser, modulo 2^32. */
export function fmix(x: number): number {
  x ^= x >>> 16
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  x ^= x >>> 16
  return x >>> 0
}

/** Bucket (bits 0–7) and sign (bit 8 set: −1) of every coordinate. */
function buckets(coordinateCount: number, guardSeed: Uint8Array): Uint16Array {
  if (coordinateCount <= GUARD_BYTES) return Uint16Array.from({ length: coordinateCount }, (_, p) => p)
  const view = new DataView(guardSeed.buffer, guardSeed.byteOffset)
  const s0 = view.getUint32(0, true)
  const s1 = view.getUint32(4, true)
  return Uint16Array.from({ length: coordinateCount }, (_, p) => fmix(fmix(p ^ s0) ^ s1) & 511)
}

/** Writes the guard vectors of `rowCount` rows of codes into `guards` (rowCount × 256). */
export type Sketcher = (codes: Int8Array, rowCount: number, guards: Int8Array) => void

export function createSketcher(layout: BlockLayout, guardSeed: Uint8Array): Sketcher {
  const table = buckets(layout.coordinateCount, guardSeed)
  // Each sum stays below 2^33: exact in a double.
  const sums = new Float64Array(GUARD_BYTES)
  return (codes, rowCount, guards) => {
    for (let row = 0; row < rowCount; row++) {
      sums.fill(0)
      sumBuckets(layout, codes, row * layout.rowBytes, table, sums)
      writeSketch(sums, guards, row * GUARD_BYTES)
    }
  }
}

/** The guard vectors of all rows, rowCount × 256. */
export function guardVectors(
  layout: BlockLayout,
  rowCount: number,
  codes: Int8Array,
  guardSeed: Uint8Array,
): Int8Array {
  const guards = new Int8Array(rowCount * GUARD_BYTES)
  createSketcher(layout, guardSeed)(codes, rowCount, guards)
  return guards
}

function sumBuckets(
  layout: BlockLayout,
  codes: Int8Array,
  rowStart: number,
  table: Uint16Array,
  sums: Float64Array,
): void {
  let p = 0
  for (const [l, d] of layout.dims.entries()) {
    const start = rowStart + layout.offsets[l]!
    for (let j = 0; j < d; j++, p++) {
      const place = table[p]!
      const code = codes[start + j]!
      sums[place & 255]! += place & 256 ? -code : code
    }
  }
}

function writeSketch(sums: Float64Array, guards: Int8Array, at: number): void {
  let largest = 0
  for (const sum of sums) largest = Math.max(largest, Math.abs(sum))
  const shift = Math.max(0, bitLength(largest) - 7)
  for (let b = 0; b < GUARD_BYTES; b++) {
    guards[at + b] = Math.max(-127, Math.min(127, rha(sums[b]!, shift)))
  }
}

/** g_i·g_j of two guard vectors of the table. */
export function guardDot(guards: Int8Array, i: number, j: number): number {
  const a = i * GUARD_BYTES
  const b = j * GUARD_BYTES
  let even = 0
  let odd = 0
  for (let k = 0; k < GUARD_BYTES; k += 2) {
    // Below 2^22: said to be 32 bits, it is spared a check of each sum.
    even = (even + Math.imul(guards[a + k]!, guards[b + k]!)) | 0
    odd = (odd + Math.imul(guards[a + k + 1]!, guards[b + k + 1]!)) | 0
  }
  return even + odd
}

/** cos² ≥ tau/256 and the same direction. Both sides stay below 2^53; tau = 0 switches the guard off. */
export function isDuplicate(dot: number, normI: number, normJ: number, tau: number): boolean {
  return tau > 0 && dot > 0 && 256 * dot * dot >= tau * normI * normJ
}

export interface Flags {
  readonly status: Uint8Array
  readonly duplicateOf: Uint32Array
}

export function isEmptyRow(norms: Uint32Array, blockCount: number, row: number): boolean {
  for (let l = 0; l < blockCount; l++) if (norms[row * blockCount + l] !== 0) return false
  return true
}

/** The first accepted row before `row` that is like it. */
export type OriginalOf = (row: number, isAccepted: (earlier: number) => boolean) => number | undefined

/** Walks the rows in on-chain order; a row that is like an earlier accepted one becomes its duplicate. */
export function flagRowsBy(rowCount: number, isEmpty: (row: number) => boolean, originalOf: OriginalOf): Flags {
  const status = new Uint8Array(rowCount).fill(EMPTY)
  const duplicateOf = new Uint32Array(rowCount).fill(NO_DUPLICATE)
  const isAccepted = (row: number): boolean => status[row] === ACCEPTED
  for (let row = 0; row < rowCount; row++) {
    if (isEmpty(row)) continue
    const original = originalOf(row, isAccepted)
    status[row] = original === undefined ? ACCEPTED : DUPLICATE
    if (original !== undefined) duplicateOf[row] = original
  }
  return { status, duplicateOf }
}

/** Flags of all rows, on the CPU. */
export function flagRows(guards: Int8Array, norms: Uint32Array, blockCount: number, tau: number): Flags {
  const rowCount = guards.length / GUARD_BYTES
  const guardNorms = Float64Array.from({ length: rowCount }, (_, row) => guardDot(guards, row, row))
  const isLike = (i: number, j: number): boolean =>
    isDuplicate(guardDot(guards, i, j), guardNorms[i]!, guardNorms[j]!, tau)
  return flagRowsBy(
    rowCount,
    (row) => isEmptyRow(norms, blockCount, row),
    (row, isAccepted) => {
      for (let i = 0; tau > 0 && i < row; i++) if (isAccepted(i) && isLike(i, row)) return i
      return undefined
    },
  )
}
