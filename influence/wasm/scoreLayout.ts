/** Where a group of queries that are scored together has its values in the lanes' memory. */
import type { OnStage } from '../backends/stage.ts'
import type { ScoringIndex } from '../scoring/scoringIndex.ts'
import type { Query } from '../surface.ts'
import { alignTo } from './lanes/laneMemory.ts'
import { GROUP_ROWS } from './lanes/shareRows.ts'
import { paddedCount, type TableRows } from './passes.ts'
import type { ScoringTables } from './scoringTables.ts'
import type { WasmIndex } from './wasmIndex.ts'

/** Up to so many columns |P| ≤ 1,024 · 127 · 2^14 < 2^31 fits an i32, as every Q and R does. */
const NARROW_COLUMNS_MAX = 1024
/** Bytes of one query's values. */
export function queryBytes({ rowCount, offsets, paddedDims }: Omit<WasmIndex, 'lanes' | 'memory' | 'codes'>): number {
  return rowCount * (offsets.length * (isWideIndex(paddedDims) ? 8 : 4) + 8)
}

const isWideIndex = (paddedDims: readonly number[]): boolean => paddedDims.some((d) => d > NARROW_COLUMNS_MAX)

export interface ScoreContext {
  readonly index: WasmIndex
  readonly scoring: ScoringIndex
  readonly tables: ScoringTables
  readonly onStage: OnStage
}

/** One group under way: addresses of what its steps read and write. */
export interface ScoreRun extends ScoreContext {
  readonly queries: readonly Query[]
  /** One, or the queries padded to whole groups. */
  readonly queryCount: number
  /** Is the table of P one of i64? */
  readonly isWide: boolean
  /** i8 by query and column. */
  readonly codes: number
  /** Q, then R, then P: by row, block and query. */
  readonly table: number
  /** i32 by block and query: what the running step needs of them. */
  readonly shifts: number
  /** U, then Z: i64 by query and column. */
  readonly sums: number
  /** i32 by query and block. */
  readonly z: number
  /** H: i16 by query and column. */
  readonly directions: number
  /** i64 by query and row. */
  readonly scores: number
}

export function layOut(context: ScoreContext, queries: readonly Query[]): ScoreRun {
  const { memory, rowCount, rowBytes, offsets, paddedDims } = context.index
  const queryCount = paddedCount(queries.length)
  const blockCount = offsets.length
  const isWide = isWideIndex(paddedDims)
  const tableRowBytes = blockCount * queryCount * (isWide ? 8 : 4)
  const run: ScoreRun = {
    ...context,
    queries,
    queryCount,
    isWide,
    codes: memory.allocate(queries.length * rowBytes),
    table: memory.allocate(alignTo(rowCount, GROUP_ROWS) * tableRowBytes),
    shifts: memory.allocate(4 * blockCount * queryCount),
    sums: memory.allocate(8 * queryCount * rowBytes),
    z: memory.allocate(4 * queries.length * blockCount),
    directions: memory.allocate(2 * queries.length * rowBytes),
    scores: memory.allocate(8 * queryCount * rowCount),
  }
  for (const [q, { codes }] of queries.entries()) memory.int8(run.codes + q * rowBytes, rowBytes).set(codes)
  return run
}

/** Rows of the run's table, whose values have `width` bytes. */
export async function* tableRows({ index, table, queryCount }: ScoreRun, width: number): AsyncGenerator<TableRows> {
  const rowWidth = width * index.offsets.length * queryCount
  for await (const held of index.codes.passes()) yield { ...held, table: table + held.first * rowWidth }
}

/** i32 by block and query; a padded query's are those of the last one. */
export function writeShifts(run: ScoreRun, shiftOf: (l: number, q: number) => number): void {
  const { index, queries, queryCount, shifts } = run
  const words = index.memory.int32(shifts, index.offsets.length * queryCount)
  for (let at = 0; at < words.length; at++) {
    words[at] = shiftOf(Math.floor(at / queryCount), Math.min(at % queryCount, queries.length - 1))
  }
}
