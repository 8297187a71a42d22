/** The passes for a host that does the scalar steps itself: sums and weights go out and in by windows of rows. */
import { alignTo } from './lanes/laneMemory.ts'
import { GROUP_ROWS } from './lanes/shareRows.ts'
import { dotPass, GROUP_QUERIES, mixPass, paddedCount, spreadVectors, type TableRows } from './passes.ts'
import type { WasmIndex } from './wasmIndex.ts'

/** Operands of one job, and values of one window, at most: what a call adds to the memory of an index. */
const OPERAND_BYTES_MAX = 2 ** 25
const TABLE_BYTES_MAX = 2 ** 21
/** 2^(12 − t) for t = 0: weights stay what they are. */
const UNSHIFTED = 2 ** 12

type Sums = Int32Array | Float64Array

/** count × L × n sums of count × rowBytes values; i16 vectors need wide sums. */
export async function sumRows(
  index: WasmIndex,
  vectors: Int8Array | Int16Array,
  count: number,
  sums: Sums,
): Promise<void> {
  const { memory, rowCount, rowBytes, offsets } = index
  const values = offsets.length * rowCount
  await inGroups(index, count, async (first, own) => {
    const part = vectors.subarray(first * rowBytes, (first + own) * rowBytes)
    const address = memory.allocate(part.byteLength)
    const isWide = part instanceof Int16Array
    if (isWide) memory.int16(address, part.length).set(part)
    else memory.int8(address, part.length).set(part)
    const operand = await spreadVectors(index, isWide ? 'spreadDirections' : 'spreadCodes', address, own)
    const shape = { queryCount: paddedCount(own), width: isWide ? 8 : 4 }
    const windows = rowWindows(index, shape, undefined, (rows) => {
      copySums(index, rows, shape, sums.subarray(first * values, (first + own) * values))
    })
    await dotPass(index, windows, { ...shape, operand, isWide })
  })
}

/** count × rowBytes sums of count × L × n weights. */
export async function sumColumns(
  index: WasmIndex,
  weights: Int16Array,
  count: number,
  sums: Float64Array,
): Promise<void> {
  const { memory, rowCount, rowBytes, offsets } = index
  const values = offsets.length * rowCount
  await inGroups(index, count, async (first, own) => {
    const part = weights.subarray(first * values, (first + own) * values)
    const shape = { queryCount: paddedCount(own), width: 4 }
    const shifts = memory.allocate(4 * offsets.length * shape.queryCount)
    memory.int32(shifts, offsets.length * shape.queryCount).fill(UNSHIFTED)
    const out = memory.allocate(8 * shape.queryCount * rowBytes)
    const windows = () => rowWindows(index, shape, (rows) => writeWeights(index, rows, shape, part))
    await mixPass(index, windows, { ...shape, shifts, sums: out })
    const wide = memory.bigInt64(out, own * rowBytes)
    for (let j = 0; j < wide.length; j++) sums[first * rowBytes + j] = Number(wide[j]!)
  })
}

/** Calls `body` for groups of queries whose operands fit; gives the memory back that it took. */
async function inGroups(
  { memory, rowBytes }: WasmIndex,
  count: number,
  body: (first: number, count: number) => Promise<void>,
): Promise<void> {
  const fitting = GROUP_QUERIES * Math.floor(OPERAND_BYTES_MAX / (2 * rowBytes) / GROUP_QUERIES)
  const size = Math.max(1, fitting)
  const mark = memory.mark()
  try {
    for (let first = 0; first < count; first += size) {
      await body(first, Math.min(size, count - first))
      memory.release(mark)
    }
  } finally {
    memory.release(mark)
  }
}

/** Queries of a table and bytes of its values. */
interface TableShape {
  readonly queryCount: number
  readonly width: number
}

/** All rows by windows that share one table: `fill` writes it, `drain` reads it when the work on it is done. */
async function* rowWindows(
  { memory, codes, rowCount, rowBytes, offsets }: WasmIndex,
  { queryCount, width }: TableShape,
  fill: (rows: TableRows) => void = () => {},
  drain: (rows: TableRows) => void = () => {},
): AsyncGenerator<TableRows> {
  const valueBytes = width * offsets.length * queryCount
  const fitting = GROUP_ROWS * Math.floor(TABLE_BYTES_MAX / valueBytes / GROUP_ROWS)
  const windowRows = Math.min(alignTo(rowCount, GROUP_ROWS), Math.max(GROUP_ROWS, fitting))
  const table = memory.allocate(windowRows * valueBytes)
  for await (const held of codes.passes()) {
    for (let from = 0; from < held.count; from += windowRows) {
      const rows = {
        first: held.first + from,
        count: Math.min(windowRows, held.count - from),
        address: held.address + from * rowBytes,
        table,
      }
      fill(rows)
      yield rows
      drain(rows)
    }
  }
}

function copySums(
  { memory, rowCount, offsets }: WasmIndex,
  { first, count, table }: TableRows,
  { queryCount, width }: TableShape,
  sums: Sums,
): void {
  const length = count * offsets.length * queryCount
  const values = width === 8 ? memory.bigInt64(table, length) : memory.int32(table, length)
  for (let part = 0; part < sums.length / rowCount; part++) {
    const l = part % offsets.length
    const q = Math.floor(part / offsets.length)
    for (let row = 0; row < count; row++) {
      sums[part * rowCount + first + row] = Number(values[(row * offsets.length + l) * queryCount + q]!)
    }
  }
}

function writeWeights(
  { memory, rowCount, offsets }: WasmIndex,
  { first, count, table }: TableRows,
  { queryCount }: TableShape,
  weights: Int16Array,
): void {
  const values = memory.int32(table, count * offsets.length * queryCount)
  values.fill(0)
  for (let part = 0; part < weights.length / rowCount; part++) {
    const l = part % offsets.length
    const q = Math.floor(part / offsets.length)
    for (let row = 0; row < count; row++) {
      values[(row * offsets.length + l) * queryCount + q] = weights[part * rowCount + first + row]!
    }
  }
}
