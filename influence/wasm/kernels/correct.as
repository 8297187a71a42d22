/** Steps 6 and 7 (influence.md §5): the lanes' sums joined to U, then Z in its place, z, and H. */
import {
  acceptedCount, bitsAddress, blockCount, codesAddress, columnCount, firstColumn, laneCount, outAddress, queryCount,
  rowBytes, shiftsAddress, tableAddress,
} from './job'
import { hasNarrowSums, hasWideSums, narrowSums, wideSums } from './mixRows'
import { layerColumns, layerOf, layerScale, layerStart } from './scoring'

/** |H| ≤ 2^14. */
const OPERAND_BITS: u64 = 14

/** U of one query's columns: i64 by query and column of a row. */
export function joinSums(task: usize, lane: usize): void {
  const columns = columnCount()
  const out = tableAddress() + 8 * (task * rowBytes() + firstColumn())
  for (let at: usize = 0; at < 8 * columns; at += 16) v128.store(out + at, i64x2.splat(0))
  for (let other: usize = 0; other < laneCount(); other++) {
    if (hasNarrowSums(other)) addStrips(out, narrowSums(other) + 64 * task, columns, 4)
    if (hasWideSums(other)) addStrips(out, wideSums(other) + 128 * task, columns, 8)
  }
}

/** Adds sums of `width` bytes, which stand sixteen columns of all queries together. */
// @ts-ignore: decorator
@inline
function addStrips(out: usize, sums: usize, columns: usize, width: usize): void {
  const next = 16 * width * queryCount()
  for (const end = out + 8 * columns; out < end; out += 128) {
    for (let k: usize = 0; k < 16; k += 2) {
      const own = width == 4 ? v128.load32x2_s(sums + 4 * k) : v128.load(sums + 8 * k)
      v128.store(out + 8 * k, i64x2.add(v128.load(out + 8 * k), own))
    }
    sums += next
  }
}

/** Z = nA·b·2^16 − U·2^t and H = rha(Z, z) of one query and block; |Z| < 2^54. A dead block's are 0. */
export function correct(task: usize, lane: usize): void {
  const query = task / blockCount()
  const block = task % blockCount()
  const layer = layerOf(block)
  const start = query * rowBytes() + layerStart(layer)
  const columns = layerColumns(layer)
  const sums = tableAddress() + 8 * start
  const directions = outAddress() + 2 * start
  const zAddress = bitsAddress() + 4 * task
  if (layerScale(layer) == 0) {
    store<i32>(zAddress, 0)
    memory.fill(directions, 0, 2 * columns)
    return
  }
  const t = <i64>load<i32>(shiftsAddress() + 4 * (block * queryCount() + query))
  const unit = <i64>acceptedCount() << 16
  let bits: u64 = 0
  for (let j: usize = 0; j < columns; j++) {
    const z = unit * <i64>load<i8>(codesAddress() + start + j) - (load<i64>(sums + 8 * j) << t)
    store<i64>(sums + 8 * j, z)
    bits |= <u64>(z < 0 ? -z : z)
  }
  const length = 64 - clz(bits)
  const shift = length > OPERAND_BITS ? length - OPERAND_BITS : 0
  const half = (<u64>1 << shift) >> 1
  store<i32>(zAddress, <i32>shift)
  for (let j: usize = 0; j < columns; j++) {
    const z = load<i64>(sums + 8 * j)
    const size = (<u64>(z < 0 ? -z : z) + half) >> shift
    store<i16>(directions + 2 * j, <i16>(z < 0 ? -<i64>size : <i64>size))
  }
}
