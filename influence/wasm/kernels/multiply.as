/**
 * The product that steps 3, 6 and 8 (influence.md §5) are made of for a batch: sums of four rows by sixteen, or eight,
 * columns of pairs of i16.
 *
 * One pair of each row stands in all lanes and meets a pair of every column, so that no sum needs adding across lanes.
 * Vectors come two by two from neighbouring addresses and go two by two to neighbouring ones: an engine whose registers
 * have 256 bits may join them (`compileModule` in lanes.ts).
 */

/** Pairs of a step: sixteen columns. */
export const STEP_BYTES: usize = 64
/** Pairs that a row of the first operand may have. */
export const PAIRS_MAX: usize = 256
/** From row to row of it: its pairs, and a line of the cache, so that rows do not fall on the same lines. */
export const ROW_BYTES: usize = 4 * PAIRS_MAX + 64

/**
 * Sums of `pairs` pairs of the four rows at `a` with the sixteen columns at `b`; they begin at 0 or are added to what stands
 * at `c`, whose rows are `cNext` apart.
 */
// @ts-ignore: decorator
@inline
export function multiplySixteen(
  a: usize, b: usize, pairs: usize, c: usize, cNext: usize, isFirst: bool,
): void {
  const c1 = c + cNext
  const c2 = c1 + cNext
  const c3 = c2 + cNext
  let s00 = isFirst ? i32x4.splat(0) : v128.load(c)
  let s01 = isFirst ? i32x4.splat(0) : v128.load(c, 16)
  let s02 = isFirst ? i32x4.splat(0) : v128.load(c, 32)
  let s03 = isFirst ? i32x4.splat(0) : v128.load(c, 48)
  let s10 = isFirst ? i32x4.splat(0) : v128.load(c1)
  let s11 = isFirst ? i32x4.splat(0) : v128.load(c1, 16)
  let s12 = isFirst ? i32x4.splat(0) : v128.load(c1, 32)
  let s13 = isFirst ? i32x4.splat(0) : v128.load(c1, 48)
  let s20 = isFirst ? i32x4.splat(0) : v128.load(c2)
  let s21 = isFirst ? i32x4.splat(0) : v128.load(c2, 16)
  let s22 = isFirst ? i32x4.splat(0) : v128.load(c2, 32)
  let s23 = isFirst ? i32x4.splat(0) : v128.load(c2, 48)
  let s30 = isFirst ? i32x4.splat(0) : v128.load(c3)
  let s31 = isFirst ? i32x4.splat(0) : v128.load(c3, 16)
  let s32 = isFirst ? i32x4.splat(0) : v128.load(c3, 32)
  let s33 = isFirst ? i32x4.splat(0) : v128.load(c3, 48)
  const end = a + 4 * pairs
  while (a < end) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const b2 = v128.load(b, 32)
    const b3 = v128.load(b, 48)
    const a0 = v128.load32_splat(a)
    s00 = i32x4.add(s00, i32x4.dot_i16x8_s(a0, b0))
    s01 = i32x4.add(s01, i32x4.dot_i16x8_s(a0, b1))
    s02 = i32x4.add(s02, i32x4.dot_i16x8_s(a0, b2))
    s03 = i32x4.add(s03, i32x4.dot_i16x8_s(a0, b3))
    const a1 = v128.load32_splat(a, ROW_BYTES)
    s10 = i32x4.add(s10, i32x4.dot_i16x8_s(a1, b0))
    s11 = i32x4.add(s11, i32x4.dot_i16x8_s(a1, b1))
    s12 = i32x4.add(s12, i32x4.dot_i16x8_s(a1, b2))
    s13 = i32x4.add(s13, i32x4.dot_i16x8_s(a1, b3))
    const a2 = v128.load32_splat(a, 2 * ROW_BYTES)
    s20 = i32x4.add(s20, i32x4.dot_i16x8_s(a2, b0))
    s21 = i32x4.add(s21, i32x4.dot_i16x8_s(a2, b1))
    s22 = i32x4.add(s22, i32x4.dot_i16x8_s(a2, b2))
    s23 = i32x4.add(s23, i32x4.dot_i16x8_s(a2, b3))
    const a3 = v128.load32_splat(a, 3 * ROW_BYTES)
    s30 = i32x4.add(s30, i32x4.dot_i16x8_s(a3, b0))
    s31 = i32x4.add(s31, i32x4.dot_i16x8_s(a3, b1))
    s32 = i32x4.add(s32, i32x4.dot_i16x8_s(a3, b2))
    s33 = i32x4.add(s33, i32x4.dot_i16x8_s(a3, b3))
    a += 4
    b += STEP_BYTES
  }
  v128.store(c, s00)
  v128.store(c, s01, 16)
  v128.store(c, s02, 32)
  v128.store(c, s03, 48)
  v128.store(c1, s10)
  v128.store(c1, s11, 16)
  v128.store(c1, s12, 32)
  v128.store(c1, s13, 48)
  v128.store(c2, s20)
  v128.store(c2, s21, 16)
  v128.store(c2, s22, 32)
  v128.store(c2, s23, 48)
  v128.store(c3, s30)
  v128.store(c3, s31, 16)
  v128.store(c3, s32, 32)
  v128.store(c3, s33, 48)
}

/** The same for eight columns, of 32 bytes a step. */
// @ts-ignore: decorator
@inline
export function multiplyEight(
  a: usize, b: usize, pairs: usize, c: usize, cNext: usize, isFirst: bool,
): void {
  const c1 = c + cNext
  const c2 = c1 + cNext
  const c3 = c2 + cNext
  let s00 = isFirst ? i32x4.splat(0) : v128.load(c)
  let s01 = isFirst ? i32x4.splat(0) : v128.load(c, 16)
  let s10 = isFirst ? i32x4.splat(0) : v128.load(c1)
  let s11 = isFirst ? i32x4.splat(0) : v128.load(c1, 16)
  let s20 = isFirst ? i32x4.splat(0) : v128.load(c2)
  let s21 = isFirst ? i32x4.splat(0) : v128.load(c2, 16)
  let s30 = isFirst ? i32x4.splat(0) : v128.load(c3)
  let s31 = isFirst ? i32x4.splat(0) : v128.load(c3, 16)
  const end = a + 4 * pairs
  while (a < end) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load32_splat(a)
    s00 = i32x4.add(s00, i32x4.dot_i16x8_s(a0, b0))
    s01 = i32x4.add(s01, i32x4.dot_i16x8_s(a0, b1))
    const a1 = v128.load32_splat(a, ROW_BYTES)
    s10 = i32x4.add(s10, i32x4.dot_i16x8_s(a1, b0))
    s11 = i32x4.add(s11, i32x4.dot_i16x8_s(a1, b1))
    const a2 = v128.load32_splat(a, 2 * ROW_BYTES)
    s20 = i32x4.add(s20, i32x4.dot_i16x8_s(a2, b0))
    s21 = i32x4.add(s21, i32x4.dot_i16x8_s(a2, b1))
    const a3 = v128.load32_splat(a, 3 * ROW_BYTES)
    s30 = i32x4.add(s30, i32x4.dot_i16x8_s(a3, b0))
    s31 = i32x4.add(s31, i32x4.dot_i16x8_s(a3, b1))
    a += 4
    b += STEP_BYTES / 2
  }
  v128.store(c, s00)
  v128.store(c, s01, 16)
  v128.store(c1, s10)
  v128.store(c1, s11, 16)
  v128.store(c2, s20)
  v128.store(c2, s21, 16)
  v128.store(c3, s30)
  v128.store(c3, s31, 16)
}
