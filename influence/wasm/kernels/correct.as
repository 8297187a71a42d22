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
  memory.fill(out, 0, 8 * columns)
  for (let other: usize = 0; other < laneCount(); other++) {
    if (hasNarrowSums(other)) addNarrow(out, narrowSums(other) + 64 * task, columns)
    if (hasWideSums(other)) addWide(out, wideSums(other) + 128 * task, columns)
  }
}

/** Adds i32 sums, which stand sixteen columns of all queries together. */
function addNarrow(out: usize, sums: usize, columns: usize): void {
  const next = 64 * queryCount()
  for (const end = out + 8 * columns; out < end; out += 128) {
    for (let k: usize = 0; k < 16; k += 4) {
      const own = v128.load(sums + 4 * k)
      const low = i64x2.add(v128.load(out + 8 * k), i64x2.extend_low_i32x4_s(own))
      const high = i64x2.add(v128.load(out + 8 * k, 16), i64x2.extend_high_i32x4_s(own))
      v128.store(out + 8 * k, low)
      v128.store(out + 8 * k, high, 16)
    }
    sums += next
  }
}

/** The same of i64 sums. */
function addWide(out: usize, sums: usize, columns: usize): void {
  const next = 128 * queryCount()
  for (const end = out + 8 * columns; out < end; out += 128) {
    for (let k: usize = 0; k < 128; k += 32) {
      const low = i64x2.add(v128.load(out + k), v128.load(sums + k))
      const high = i64x2.add(v128.load(out + k, 16), v128.load(sums + k, 16))
      v128.store(out + k, low)
      v128.store(out + k, high, 16)
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
  const t = load<i32>(shiftsAddress() + 4 * (block * queryCount() + query))
  const length = 64 - clz(correctSums(sums, codesAddress() + start, columns, t))
  const shift = length > OPERAND_BITS ? length - OPERAND_BITS : 0
  store<i32>(zAddress, <i32>shift)
  roundSums(sums, columns, <i32>shift, directions)
}

/** Z in place of U, four columns at a time. Returns the joined bits of |Z|: their length is that of the largest. */
function correctSums(sums: usize, codes: usize, columns: usize, t: i32): u64 {
  const unit = i32x4.splat(<i32>acceptedCount())
  const zero = i64x2.splat(0)
  let bits0 = zero
  let bits1 = zero
  for (const end = codes + columns; codes < end; codes += 4) {
    const code = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(codes)))
    const own0 = i64x2.shl(i64x2.extmul_low_i32x4_s(code, unit), 16)
    const own1 = i64x2.shl(i64x2.extmul_high_i32x4_s(code, unit), 16)
    const z0 = i64x2.sub(own0, i64x2.shl(v128.load(sums), t))
    const z1 = i64x2.sub(own1, i64x2.shl(v128.load(sums, 16), t))
    v128.store(sums, z0)
    v128.store(sums, z1, 16)
    const sign0 = i64x2.gt_s(zero, z0)
    const sign1 = i64x2.gt_s(zero, z1)
    bits0 = v128.or(bits0, i64x2.sub(v128.xor(z0, sign0), sign0))
    bits1 = v128.or(bits1, i64x2.sub(v128.xor(z1, sign1), sign1))
    sums += 32
  }
  const bits = v128.or(bits0, bits1)
  return <u64>(i64x2.extract_lane(bits, 0) | i64x2.extract_lane(bits, 1))
}

/**
 * H of eight columns at a time. Rounding half away from zero is the floor of (Z + half)·2^−shift, less one unit before the
 * shift where Z < 0; the bits of H are the low ones whether the shift brings in zeros or signs.
 */
function roundSums(sums: usize, columns: usize, shift: i32, out: usize): void {
  const half = i64x2.splat(<i64>((<u64>1 << <u64>shift) >> 1))
  const unit = i64x2.splat(shift == 0 ? 0 : 1)
  for (const end = out + 2 * columns; out < end; out += 16) {
    const a = roundTwo(v128.load(sums), half, unit, shift)
    const b = roundTwo(v128.load(sums, 16), half, unit, shift)
    const c = roundTwo(v128.load(sums, 32), half, unit, shift)
    const d = roundTwo(v128.load(sums, 48), half, unit, shift)
    const low = i32x4.shr_s(i32x4.shl(i32x4.shuffle(a, b, 0, 2, 4, 6), 16), 16)
    const high = i32x4.shr_s(i32x4.shl(i32x4.shuffle(c, d, 0, 2, 4, 6), 16), 16)
    v128.store(out, i16x8.narrow_i32x4_s(low, high))
    sums += 64
  }
}

// @ts-ignore: decorator
@inline
function roundTwo(z: v128, half: v128, unit: v128, shift: i32): v128 {
  return i64x2.shr_u(i64x2.sub(i64x2.add(z, half), v128.and(i64x2.shr_u(z, 63), unit)), shift)
}
