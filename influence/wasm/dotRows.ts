/** Lays out vectors and results of `kernels/dotRows.as`, window by window (steps 3 and 8). */
import { alignTo, type LaneMemory } from './laneMemory.ts'
import { lanesFor, shareRows } from './shareRows.ts'
import type { WasmIndex } from './wasmIndex.ts'

/** Vectors, and results, of one job at most: what a batch adds to the memory of an index. */
const OPERAND_BYTES_MAX = 2 ** 25
const OUT_BYTES_MAX = 2 ** 23
/** Rows of a window at least, so that vectors are read more often than they are written. */
const WINDOW_ROWS_MIN = 64
/** Eight widened rows of 1,024 columns, and 64 bytes of sums. */
const LANE_BYTES = 8 * 1024 * 2 + 64
const GROUP_ROWS = 8

/** count × L × n sums of count × rowBytes values; i16 vectors need wide sums. */
export async function dotRows(
  index: WasmIndex,
  vectors: Int8Array | Int16Array,
  count: number,
  sums: Int32Array | Float64Array,
): Promise<void> {
  const { rowCount, rowBytes, offsets } = index
  const valueBytes = (sums instanceof Float64Array ? 8 : 4) * offsets.length
  const fitting = Math.min(OPERAND_BYTES_MAX / (2 * rowBytes), OUT_BYTES_MAX / (valueBytes * WINDOW_ROWS_MIN))
  const group = Math.max(1, 2 * Math.floor(fitting / 2))
  const mark = index.memory.mark()
  try {
    for (let q = 0; q < count; q += group) {
      const own = Math.min(group, count - q)
      const part = vectors.subarray(q * rowBytes, (q + own) * rowBytes)
      const values = offsets.length * rowCount
      await dotGroup(index, part, own, sums.subarray(q * values, (q + own) * values))
      index.memory.release(mark)
    }
  } finally {
    index.memory.release(mark)
  }
}

async function dotGroup(
  index: WasmIndex,
  vectors: Int8Array | Int16Array,
  count: number,
  sums: Int32Array | Float64Array,
): Promise<void> {
  const { lanes, memory, codes, rowCount, rowBytes, offsets, paddedDims } = index
  const isWide = sums instanceof Float64Array
  const queryCount = count === 1 ? 1 : alignTo(count, 2)
  const rowOutBytes = queryCount * offsets.length * (isWide ? 8 : 4)
  const windowRows = Math.min(
    alignTo(rowCount, GROUP_ROWS),
    Math.max(GROUP_ROWS, GROUP_ROWS * Math.floor(OUT_BYTES_MAX / rowOutBytes / GROUP_ROWS)),
  )
  const macsPerRow = rowBytes * queryCount
  const lanesMax = lanesFor(lanes, rowCount * macsPerRow)
  const out = memory.allocate(rowOutBytes * windowRows)
  const fields = {
    rowBytes,
    segments: writeSegments(memory, offsets, paddedDims),
    segmentCount: offsets.length,
    operand: writeVectors(memory, vectors, rowBytes, queryCount),
    queryCount,
    out,
    tableStride: windowRows,
    blockCount: offsets.length,
    lanes: memory.allocate(lanes.count * LANE_BYTES),
    laneBytes: LANE_BYTES,
  }
  const kernel = `dotRows${isWide ? 'Wide' : ''}${count === 1 ? 'One' : 'Many'}` as const
  for await (const held of codes.passes()) {
    for (let from = 0; from < held.count; from += windowRows) {
      const rows = Math.min(windowRows, held.count - from)
      const own = { ...fields, codes: held.address + from * rowBytes }
      await shareRows(lanes, memory, { kernel, rowCount: rows, macsPerRow, lanesMax, fields: own })
      const parts = { count: count * offsets.length, rows, stride: windowRows, at: held.first + from, rowCount }
      if (isWide) copyWide(memory, out, sums, parts)
      else copyNarrow(memory, out, sums, parts)
    }
  }
}

/** Blocks, or parts of them, as the kernels walk a row: first column, columns, block. */
export function writeSegments(
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

/** Widened to 16 bits; a batch in pairs of queries, eight values of each in turn, the last one paired with zeros. */
function writeVectors(
  memory: LaneMemory,
  vectors: Int8Array | Int16Array,
  rowBytes: number,
  queryCount: number,
): number {
  const address = memory.allocate(2 * queryCount * rowBytes)
  const target = memory.int16(address, queryCount * rowBytes)
  if (queryCount === 1) {
    target.set(vectors)
    return address
  }
  for (let q = 0; q < queryCount; q += 2) {
    const first = q * rowBytes
    const second = first + rowBytes
    const hasSecond = second < vectors.length
    for (let j = 0, at = first; j < rowBytes; j += 8, at += 16) {
      for (let k = 0; k < 8; k++) {
        target[at + k] = vectors[first + j + k]!
        target[at + 8 + k] = hasSecond ? vectors[second + j + k]! : 0
      }
    }
  }
  return address
}

/** Tables of a window: `count` of `stride` values, of which `rows` are for rows from `at` on of `rowCount`. */
interface WindowTables {
  readonly count: number
  readonly stride: number
  readonly rows: number
  readonly at: number
  readonly rowCount: number
}

function copyNarrow(memory: LaneMemory, out: number, sums: Int32Array, window: WindowTables): void {
  const { count, stride, rows, at, rowCount } = window
  const all = memory.int32(out, count * stride)
  for (let part = 0; part < count; part++) {
    sums.set(all.subarray(part * stride, part * stride + rows), part * rowCount + at)
  }
}

/** i64 sums below 2^38, exact as doubles. */
function copyWide(memory: LaneMemory, out: number, sums: Float64Array, window: WindowTables): void {
  const { count, stride, rows, at, rowCount } = window
  const low = memory.uint32(out, 2 * count * stride)
  const high = memory.int32(out, 2 * count * stride)
  for (let part = 0; part < count; part++) {
    const from = 2 * part * stride
    const to = part * rowCount + at
    for (let i = 0; i < rows; i++) sums[to + i] = high[from + 2 * i + 1]! * 2 ** 32 + low[from + 2 * i]!
  }
}
