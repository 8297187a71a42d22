/** Values of steps 3 to 8 as they were in the lanes' memory, in the form that an observer is told. */
import { rha } from '../arithmetic.ts'
import type { RawScore, StageObserver } from '../scoring/scoringIndex.ts'
import type { ScoreRun } from './scoreLayout.ts'

/** Copies of whole tables: Q, R and P by row, block and query; U and Z by query and column. */
export interface Stages {
  readonly Q: Int32Array
  readonly R: Int32Array
  readonly U: BigInt64Array
  readonly Z: BigInt64Array
  readonly P: Int32Array | BigInt64Array
}

/** What the run's table holds now. */
export function copyTable({ index, table, queryCount }: ScoreRun): Int32Array {
  return index.memory.int32(table, index.rowCount * index.offsets.length * queryCount).slice()
}

export function copyProducts(run: ScoreRun): Int32Array | BigInt64Array {
  const { index, table, queryCount, isWide } = run
  if (!isWide) return copyTable(run)
  return index.memory.bigInt64(table, index.rowCount * index.offsets.length * queryCount).slice()
}

export function copySums({ index, sums, queryCount }: ScoreRun): BigInt64Array {
  return index.memory.bigInt64(sums, queryCount * index.rowBytes).slice()
}

/** Tells of every live block of every query. W is only in the kernels' tiles: it is made from R and t. */
export function reportStages(
  { index, scoring, queries, queryCount, z }: ScoreRun,
  { Q, R, U, Z, P }: Stages,
  t: Int32Array,
  raws: readonly RawScore[],
  observe: StageObserver,
): void {
  const { rowCount, rowBytes, offsets, paddedDims, memory } = index
  const blockCount = offsets.length
  const zs = memory.int32(z, queries.length * blockCount)
  for (const [q, raw] of raws.entries()) {
    for (const [l, scale] of scoring.scales.entries()) {
      if (scale === undefined) continue
      const at = (row: number): number => (row * blockCount + l) * queryCount + q
      const isLive = (row: number): boolean => scoring.ratios[l * rowCount + row] !== 0
      const rows = <T>(of: (row: number) => T): T[] => Array.from({ length: rowCount }, (_, row) => of(row))
      const first = q * rowBytes + offsets[l]!
      const shift = t[l * queryCount + q]!
      observe(q, l, {
        Q: Int32Array.from(rows((row) => (isLive(row) ? Q[at(row)]! : 0))),
        R: Float64Array.from(rows((row) => R[at(row)]!)),
        t: shift,
        W: Int16Array.from(rows((row) => rha(R[at(row)]!, shift))),
        U: Float64Array.from(U.subarray(first, first + paddedDims[l]!), Number),
        Z: Z.slice(first, first + paddedDims[l]!),
        z: zs[q * blockCount + l]!,
        H: raw.h.slice(offsets[l]!, offsets[l]! + paddedDims[l]!),
        P: Float64Array.from(rows((row) => (isLive(row) ? Number(P[at(row)]!) : 0))),
        x: raw.x[l]!,
      })
    }
  }
}
