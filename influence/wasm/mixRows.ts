/** Lays out weights and sums of `kernels/mixRows.as`, by windows of rows and columns (step 6). */
import { writeSegments } from './dotRows.ts'
import { alignTo, type LaneMemory } from './laneMemory.ts'
import { lanesFor, shareRows } from './shareRows.ts'
import type { WasmIndex } from './wasmIndex.ts'

/** Weights of one job at most. */
const WEIGHT_BYTES_MAX = 2 ** 23
/** Sums of all lanes at most: an i32 and an i64 for each query and column. */
const SUM_BYTES_MAX = 2 ** 26
const SUM_BYTES = 12
/** 256 rows × 64 columns, widened and interleaved (kernels/mixRows.as). */
const TILE_BYTES = 65_536
/** Behind the tile: 0 until the lane has begun its sums. */
const HEAD_BYTES = 64
/** 1,024 · 2^14 · 127 < 2^31: rows whose products one i32 may sum. */
const TASK_ROWS_MAX = 1024
const WINDOW_ROWS_MIN = 64
const GROUP_ROWS = 8

/** count × rowBytes sums of count × L × n weights. */
export async function mixRows(index: WasmIndex, weights: Int16Array, count: number, sums: Float64Array): Promise<void> {
  const { memory, lanes, rowCount, rowBytes, offsets } = index
  const laneSums = SUM_BYTES_MAX / SUM_BYTES / lanes.count
  const fitting = Math.min(laneSums / rowBytes, WEIGHT_BYTES_MAX / (2 * offsets.length * WINDOW_ROWS_MIN))
  const group = Math.max(1, 2 * Math.floor(fitting / 2))
  const windowColumns = Math.min(rowBytes, Math.max(16, 16 * Math.floor(laneSums / group / 16)))
  const mark = memory.mark()
  try {
    for (let q = 0; q < count; q += group) {
      const own = Math.min(group, count - q)
      const values = offsets.length * rowCount
      const part = weights.subarray(q * values, (q + own) * values)
      for (let first = 0; first < rowBytes; first += windowColumns) {
        const columns = { first, count: Math.min(windowColumns, rowBytes - first) }
        await mixGroup(index, part, own, columns, sums.subarray(q * rowBytes, (q + own) * rowBytes))
        memory.release(mark)
      }
    }
  } finally {
    memory.release(mark)
  }
}

interface Columns {
  readonly first: number
  readonly count: number
}

async function mixGroup(
  index: WasmIndex,
  weights: Int16Array,
  count: number,
  columns: Columns,
  sums: Float64Array,
): Promise<void> {
  const { lanes, memory, codes, rowCount, rowBytes, offsets } = index
  const queryCount = count === 1 ? 1 : alignTo(count, 2)
  const rowWeightBytes = 2 * queryCount * offsets.length
  const windowRows = Math.min(
    alignTo(rowCount, GROUP_ROWS),
    Math.max(GROUP_ROWS, GROUP_ROWS * Math.floor(WEIGHT_BYTES_MAX / rowWeightBytes / GROUP_ROWS)),
  )
  const macsPerRow = columns.count * queryCount
  const lanesMax = lanesFor(lanes, rowCount * macsPerRow)
  // Any lane may take a task, also one that is late from the job before.
  const laneBytes = alignTo(TILE_BYTES + HEAD_BYTES + SUM_BYTES * queryCount * columns.count, 64)
  const laneAddress = memory.allocate(lanes.count * laneBytes)
  const headOf = (lane: number) => laneAddress + lane * laneBytes + TILE_BYTES
  for (let lane = 0; lane < lanes.count; lane++) memory.uint32(headOf(lane), 1)[0] = 0
  const operand = memory.allocate(rowWeightBytes * windowRows)
  const fields = {
    ...segmentFields(index, columns),
    rowBytes,
    operand,
    queryCount,
    tableStride: windowRows,
    blockCount: offsets.length,
    lanes: laneAddress,
    laneBytes,
  }
  const kernel = count === 1 ? 'mixRowsOne' : 'mixRowsMany'
  for await (const held of codes.passes()) {
    for (let from = 0; from < held.count; from += windowRows) {
      const rows = Math.min(windowRows, held.count - from)
      writeWeights(memory, operand, windowRows, weights, { at: held.first + from, rows, rowCount })
      const own = { ...fields, codes: held.address + from * rowBytes }
      const job = { kernel, rowCount: rows, macsPerRow, lanesMax, rowsPerTaskMax: TASK_ROWS_MAX, fields: own } as const
      await shareRows(lanes, memory, job)
    }
  }
  for (let lane = 0; lane < lanes.count; lane++) {
    if (memory.uint32(headOf(lane), 1)[0] === 0) continue
    addSums(memory, headOf(lane) + HEAD_BYTES + 4 * queryCount * columns.count, count, columns, sums, rowBytes)
  }
}

/** The parts of blocks that lie in a window of columns. */
function segmentFields({ memory, offsets, paddedDims }: WasmIndex, { first, count }: Columns) {
  const end = first + count
  const firstBlock = offsets.findLastIndex((offset) => offset <= first)
  const inside = offsets.flatMap((offset, l) => (l >= firstBlock && offset < end ? [l] : []))
  const starts = inside.map((l) => Math.max(first, offsets[l]!))
  const lengths = inside.map((l, i) => Math.min(end, offsets[l]! + paddedDims[l]!) - starts[i]!)
  const segments = writeSegments(memory, starts, lengths, inside)
  return { segments, segmentCount: inside.length, firstColumn: first, columnCount: count }
}

/** Weights of some rows, table by table; zeros up to a whole group of rows. */
function writeWeights(
  memory: LaneMemory,
  address: number,
  stride: number,
  weights: Int16Array,
  { at, rows, rowCount }: { readonly at: number; readonly rows: number; readonly rowCount: number },
): void {
  const count = weights.length / rowCount
  const target = memory.int16(address, count * stride)
  const padded = alignTo(rows, GROUP_ROWS)
  for (let part = 0; part < count; part++) {
    const own = weights.subarray(part * rowCount + at, part * rowCount + at + rows)
    target.set(own, part * stride)
    if (padded > rows) target.fill(0, part * stride + rows, part * stride + padded)
  }
}

/** A lane's i64 sums, below 2^41 together: exact as doubles in any order. */
function addSums(
  memory: LaneMemory,
  address: number,
  count: number,
  columns: Columns,
  sums: Float64Array,
  rowBytes: number,
): void {
  const low = memory.uint32(address, 2 * count * columns.count)
  const high = memory.int32(address, 2 * count * columns.count)
  for (let q = 0; q < count; q++) {
    const from = 2 * q * columns.count
    const to = q * rowBytes + columns.first
    for (let j = 0; j < columns.count; j++) {
      sums[to + j] = sums[to + j]! + high[from + 2 * j + 1]! * 2 ** 32 + low[from + 2 * j]!
    }
  }
}
