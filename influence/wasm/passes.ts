/** Passes over the codes: steps 3 and 8 (`kernels/dotRows.as`), steps 5 and 6 (`kernels/mixRows.as`), and their operands. */
import type { HeldRows } from './heldCodes.ts'
import type { KernelName } from './lanes/laneControl.ts'
import { alignTo, type JobFields, type LaneMemory } from './lanes/laneMemory.ts'
import { shareEach, shareRows } from './lanes/shareRows.ts'
import { NORM_BYTES, RATIO_BYTES } from './scoringTables.ts'
import type { WasmIndex } from './wasmIndex.ts'

/** A batch is padded to whole groups of queries. */
export const GROUP_QUERIES = 8
/** A row of the first operand of a product (kernels/multiply.as): 256 pairs of i16, and a line behind it. */
export const OPERAND_ROW_BYTES = 4 * 256 + 64
/** Sums of four rows and sixteen queries, eight widened rows (kernels/dotRows.as). */
const DOT_LANE_BYTES = 256 + 8 * OPERAND_ROW_BYTES
/** Sums of all lanes at most: an i32 and an i64 for each query and column. */
const SUM_BYTES_MAX = 2 ** 26
const SUM_BYTES = 12
/** Rows of a tile (kernels/mixRows.as); what a lane needs beside the sums: head, 32 strips of a tile, weights by query. */
const MIX_TILE_ROWS = 128
const MIX_LANE_BYTES = 64 + 32 * (32 * MIX_TILE_ROWS + 64)
const MIX_WEIGHT_BYTES = OPERAND_ROW_BYTES
/** 1,024 · 2^14 · 127 < 2^31: rows whose products one i32 may sum. */
const MIX_TASK_ROWS_MAX = 1024
/** A value takes about as long to spread, or a sum to be joined, as this many products. */
const VALUE_MACS = 20

/** One query stands alone. */
export const paddedCount = (count: number): number => (count === 1 ? 1 : alignTo(count, GROUP_QUERIES))

/** Rows that are in memory, and where the values of the first of them stand: row by row, block by block, query by query. */
export interface TableRows extends HeldRows {
  readonly table: number
}

/** Operands of all queries from i8 codes, or i16 values, of `count` queries at `vectors`; what is padded is 0. */
export async function spreadVectors(
  { lanes, memory, rowBytes }: WasmIndex,
  kernel: 'spreadCodes' | 'spreadDirections',
  vectors: number,
  count: number,
): Promise<number> {
  const queryCount = paddedCount(count)
  const operand = memory.allocate(2 * queryCount * rowBytes)
  if (count < queryCount) memory.int8(operand, 2 * queryCount * rowBytes).fill(0)
  const fields = { codes: vectors, rowBytes, operand, queryCount }
  await shareEach(lanes, memory, { kernel, rowCount: count, macsPerRow: VALUE_MACS * rowBytes, fields })
  return operand
}

/** What a pass goes on with, task by task: a kernel of which every lane keeps `words`, at first `initial`. */
export interface FollowUp {
  readonly kernel: KernelName
  readonly words: number
  readonly initial: number
  readonly fields: JobFields & { readonly ratios: number; readonly norms: number }
}

/**
 * Σ a·b of all rows with the operands: i32, or i64 where a block has more than 1,024 columns of i16 values. Returns the
 * words of what follows, lane by lane.
 */
export async function dotPass(
  index: WasmIndex,
  tables: AsyncIterable<TableRows>,
  { operand, queryCount, isWide }: { operand: number; queryCount: number; isWide: boolean },
  next?: FollowUp,
): Promise<Int32Array[]> {
  const { lanes, memory, rowBytes, offsets, paddedDims } = index
  const mark = memory.mark()
  const laneBytes = alignTo(DOT_LANE_BYTES + 4 * (next?.words ?? 0), 64)
  const fields = {
    ...next?.fields,
    rowBytes,
    segments: writeSegments(memory, offsets, paddedDims),
    segmentCount: offsets.length,
    operand,
    queryCount,
    blockCount: offsets.length,
    isWide: isWide ? 1 : 0,
    lanes: memory.allocate(lanes.count * laneBytes),
    laneBytes,
    words: DOT_LANE_BYTES,
  }
  const kernel = `dotRows${isWide ? 'Wide' : ''}${queryCount === 1 ? 'One' : 'Many'}` as const
  const words = Array.from({ length: lanes.count }, (_, lane) =>
    memory.int32(fields.lanes + lane * laneBytes + DOT_LANE_BYTES, next?.words ?? 0).fill(next?.initial ?? 0),
  )
  for await (const { first, count, address, table } of tables) {
    const own = { ...fields, ...(next && rowFields(next, first * offsets.length)), codes: address, table }
    const job = { kernel, next: next?.kernel, rowCount: count, macsPerRow: rowBytes * queryCount, fields: own }
    await shareRows(lanes, memory, job)
  }
  memory.release(mark)
  return words
}

/** Where the scalar tables say what they do of the rows from `at` values on (scoringTables.ts). */
const rowFields = ({ fields }: FollowUp, at: number) => ({
  ratios: fields.ratios + RATIO_BYTES * at,
  norms: fields.norms + NORM_BYTES * at,
})

/** U = Σ W·a: i64 sums by query and column; `shifts` are 2^(12 − t) by block and query. */
export async function mixPass(
  index: WasmIndex,
  tables: () => AsyncIterable<TableRows>,
  { shifts, queryCount, sums }: { shifts: number; queryCount: number; sums: number },
): Promise<void> {
  const { memory, lanes, rowBytes, offsets } = index
  const laneColumns = SUM_BYTES_MAX / SUM_BYTES / lanes.count / queryCount
  const columnCount = Math.min(rowBytes, Math.max(16, 16 * Math.floor(laneColumns / 16)))
  for (let firstColumn = 0; firstColumn < rowBytes; firstColumn += columnCount) {
    const mark = memory.mark()
    const columns = { first: firstColumn, count: Math.min(columnCount, rowBytes - firstColumn) }
    const laneBytes = alignTo(MIX_LANE_BYTES + (SUM_BYTES * columns.count + MIX_WEIGHT_BYTES) * queryCount, 64)
    const fields = {
      ...segmentFields(index, columns),
      rowBytes,
      queryCount,
      shifts,
      blockCount: offsets.length,
      lanes: memory.allocate(lanes.count * laneBytes),
      laneBytes,
      laneCount: lanes.count,
    }
    await mixColumns(index, tables(), fields, columns.count)
    const job = { rowCount: queryCount, macsPerRow: VALUE_MACS * columns.count, fields: { ...fields, table: sums } }
    await shareEach(lanes, memory, { kernel: 'joinSums', ...job })
    memory.release(mark)
  }
}

async function mixColumns(
  { lanes, memory }: WasmIndex,
  tables: AsyncIterable<TableRows>,
  fields: JobFields & { lanes: number; laneBytes: number; queryCount: number },
  columnCount: number,
): Promise<void> {
  // Any lane may take a task, also one that is late from the job before: each begins its sums with its first.
  for (let lane = 0; lane < lanes.count; lane++) memory.uint32(fields.lanes + lane * fields.laneBytes, 2).fill(0)
  const kernel = fields.queryCount === 1 ? 'mixRowsOne' : 'mixRowsMany'
  for await (const { count, address, table } of tables) {
    const own = { ...fields, codes: address, table }
    const job = { kernel, rowCount: count, macsPerRow: columnCount * fields.queryCount, fields: own } as const
    await shareRows(lanes, memory, job, { groupRows: MIX_TILE_ROWS, rowsPerTaskMax: MIX_TASK_ROWS_MAX })
  }
}

/** Blocks, or parts of them, as the kernels walk a row: first column, columns, block. */
function writeSegments(
  memory: LaneMemory,
  starts: readonly number[],
  lengths: readonly number[],
  blocks: readonly number[] = starts.map((_, l) => l),
): number {
  const address = memory.allocate(16 * starts.length)
  const words = memory.uint32(address, 4 * starts.length)
  for (const [i, start] of starts.entries()) words.set([start, lengths[i]!, blocks[i]!, 0], 4 * i)
  return address
}

/** The parts of blocks that lie in a window of columns. */
function segmentFields({ memory, offsets, paddedDims }: WasmIndex, { first, count }: { first: number; count: number }) {
  const end = first + count
  const firstBlock = offsets.findLastIndex((offset) => offset <= first)
  const inside = offsets.flatMap((offset, l) => (l >= firstBlock && offset < end ? [l] : []))
  const starts = inside.map((l) => Math.max(first, offsets[l]!))
  const lengths = inside.map((l, i) => Math.min(end, offsets[l]! + paddedDims[l]!) - starts[i]!)
  const segments = writeSegments(memory, starts, lengths, inside)
  return { segments, segmentCount: inside.length, firstColumn: first, columnCount: count }
}
