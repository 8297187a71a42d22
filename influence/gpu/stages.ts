/** Values of steps 3 to 8 as they were read from the device, in the form that an observer is told. */
import { bitLength } from '../arithmetic.ts'
import type { RawScore, ScoringIndex, StageObserver } from '../scoring/scoringIndex.ts'
import type { Query } from '../surface.ts'
import type { DeviceIndex } from './passes.ts'

const OPERAND_BITS = 14

/** t or z from the bit length of a block's largest value. */
export const shiftOf = (bits: number): number => Math.max(0, bits - OPERAND_BITS)

/** Whole buffers: [query][block][padded row] unless said otherwise. */
export interface DeviceStages {
  /** Q of all queries, then R. */
  readonly sums: Int32Array
  /** Largest |R| by query and block. */
  readonly peaks: Uint32Array
  /** Low, then high limbs of each query and block. */
  readonly weights: Int8Array
  /** (low 16 bits summed, the rest) by query and column. */
  readonly mixed: Int32Array
  /** [2·query + limb][block][padded row]. */
  readonly products: Int32Array
  /** Of the largest |Z| by query and block. */
  readonly bits: Uint32Array
  readonly scores: readonly RawScore[]
}

/** Where row r of a block has its limbs: rows r, r + 16, r + 32, r + 48 of a group of 64 share a word. */
export const limbPlace = (row: number): number => (row & ~63) + 4 * (row & 15) + ((row >> 4) & 3)

/** Tells of every live block of every query. Z is not kept on the device: it is made from U and the query. */
export function reportStages(
  index: ScoringIndex,
  { bands, blockCount }: DeviceIndex,
  queries: readonly Query[],
  all: DeviceStages,
  observe: StageObserver,
): void {
  const { rowCount, paddedRows, rowQuads } = bands
  const { offsets, paddedDims } = index.tables.layout
  const half = queries.length * blockCount * paddedRows
  for (const [q, query] of queries.entries()) {
    for (const [l, scale] of index.scales.entries()) {
      if (scale === undefined) continue
      const part = q * blockCount + l
      const rows = <T>(of: (at: number, row: number) => T): T[] =>
        Array.from({ length: rowCount }, (_, row) => of(part * paddedRows + row, row))
      const isLive = (row: number): boolean => index.ratios[l * rowCount + row] !== 0
      const columns = [offsets[l]!, offsets[l]! + paddedDims[l]!] as const
      const t = shiftOf(bitLength(all.peaks[part]!))
      const U = columnSums(all.mixed, q * rowQuads * 16 + columns[0], paddedDims[l]!)
      const low = 2 * q * blockCount + l
      const product = (row: number): number =>
        256 * all.products[(low + blockCount) * paddedRows + row]! + all.products[low * paddedRows + row]!
      observe(q, l, {
        Q: Int32Array.from(rows((at, row) => (isLive(row) ? all.sums[at]! : 0))),
        R: Float64Array.from(rows((at) => all.sums[half + at]!)),
        t,
        W: Int16Array.from(rows((_, row) => limbSum(all.weights, 2 * part * paddedRows, paddedRows, row))),
        U,
        Z: BigInt64Array.from(U, (u, j) => correctedSum(index.acceptedCount, query.codes[columns[0] + j]!, u, t)),
        z: shiftOf(all.bits[part]!),
        H: all.scores[q]!.h.slice(...columns),
        P: Float64Array.from(rows((_, row) => (isLive(row) ? product(row) : 0))),
        x: all.scores[q]!.x[l]!,
      })
    }
  }
}

const limbSum = (weights: Int8Array, first: number, paddedRows: number, row: number): number =>
  256 * weights[first + paddedRows + limbPlace(row)]! + weights[first + limbPlace(row)]!

/** U of `length` columns from both of its parts: exact, below 2^41. */
export function columnSums(mixed: Int32Array, first: number, length: number): Float64Array {
  return Float64Array.from({ length }, (_, j) => 65536 * mixed[2 * (first + j) + 1]! + mixed[2 * (first + j)]!)
}

const correctedSum = (acceptedCount: number, code: number, u: number, t: number): bigint =>
  BigInt(acceptedCount * code) * 65536n - (BigInt(u) << BigInt(t))
