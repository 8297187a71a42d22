/**
 * The duplicate test of guard vectors (influence.md §3.5): 256 codes a row, rows of one block against the accepted rows
 * before the block, and against the rows of the block itself.
 */
import {
  acceptedCount, bitsAddress, codesAddress, firstRow, laneAddress, normsAddress, outAddress, rowCount, rowsPerTask, tau,
} from './job'
import { multiplySixteen, ROW_BYTES, STEP_BYTES } from './multiply'

const COLUMNS: usize = 256
const NONE: u32 = 0xffffffff

/** Bit k: is row k of four like a row whose norm times tau is `limit`? 256·dot² ≥ tau·N·N', dot > 0: below 2^53. */
// @ts-ignore: decorator
@inline
function likeMask(dots: v128, norms: v128, limit: u32): u32 {
  const positive = i32x4.bitmask(i32x4.gt_s(dots, i32x4.splat(0)))
  if (positive == 0) return 0
  const limits = i32x4.splat(limit)
  const low = i64x2.ge_s(
    i64x2.shl(i64x2.extmul_low_i32x4_s(dots, dots), 8),
    i64x2.extmul_low_i32x4_u(norms, limits),
  )
  const high = i64x2.ge_s(
    i64x2.shl(i64x2.extmul_high_i32x4_s(dots, dots), 8),
    i64x2.extmul_high_i32x4_u(norms, limits),
  )
  return positive & (i64x2.bitmask(low) | (i64x2.bitmask(high) << 2))
}

/** Working memory of a lane: the sums of four rows and sixteen, the sixteen spread by pairs of codes, the task's rows. */
const SUM_BYTES: usize = 256
const SPREAD_BYTES: usize = STEP_BYTES * COLUMNS / 2

/** Widens one row. */
function widen(row: usize, target: usize): void {
  for (const end = row + COLUMNS; row < end; row += 16) {
    const a = v128.load(row)
    v128.store(target, i16x8.extend_low_i8x16_s(a))
    v128.store(target, i16x8.extend_high_i8x16_s(a), 16)
    target += 32
  }
}

/** Four pairs of four rows, as the first operand of a product has them → as the second has them. */
// @ts-ignore: decorator
@inline
function spreadPairs(a: v128, b: v128, c: v128, d: v128, target: usize): void {
  const abLow = i32x4.shuffle(a, b, 0, 4, 1, 5)
  const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7)
  const cdLow = i32x4.shuffle(c, d, 0, 4, 1, 5)
  const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7)
  v128.store(target, i64x2.shuffle(abLow, cdLow, 0, 2))
  v128.store(target, i64x2.shuffle(abLow, cdLow, 1, 3), STEP_BYTES)
  v128.store(target, i64x2.shuffle(abHigh, cdHigh, 0, 2), 2 * STEP_BYTES)
  v128.store(target, i64x2.shuffle(abHigh, cdHigh, 1, 3), 3 * STEP_BYTES)
}

/** Sixteen rows, which stand one after another: for each pair of columns the pair of each row. */
function spreadSixteen(row: usize, target: usize): void {
  for (const end = row + 16 * COLUMNS; row < end; row += 4 * COLUMNS) {
    for (let at: usize = 0; at < COLUMNS; at += 16) {
      const a = v128.load(row + at)
      const b = v128.load(row + at, COLUMNS)
      const c = v128.load(row + at, 2 * COLUMNS)
      const d = v128.load(row + at, 3 * COLUMNS)
      spreadPairs(
        i16x8.extend_low_i8x16_s(a), i16x8.extend_low_i8x16_s(b), i16x8.extend_low_i8x16_s(c),
        i16x8.extend_low_i8x16_s(d), target + STEP_BYTES / 2 * at,
      )
      spreadPairs(
        i16x8.extend_high_i8x16_s(a), i16x8.extend_high_i8x16_s(b), i16x8.extend_high_i8x16_s(c),
        i16x8.extend_high_i8x16_s(d), target + STEP_BYTES / 2 * (at + 8),
      )
    }
    target += 16
  }
}

/** Four widened rows with sixteen spread ones. */
function dotSixteen(rows: usize, spread: usize, sums: usize): void {
  multiplySixteen(rows, spread, COLUMNS / 2, sums, STEP_BYTES, true)
}

/** Bit k: is row k of sixteen like row j, whose sums with them these are? */
// @ts-ignore: decorator
@inline
function likeSixteen(sums: usize, norms: usize, j: usize): u32 {
  const limit = load<u32>(rowNorm(j)) * tau()
  return likeMask(v128.load(sums), v128.load(norms), limit) |
    (likeMask(v128.load(sums, 16), v128.load(norms, 16), limit) << 4) |
    (likeMask(v128.load(sums, 32), v128.load(norms, 32), limit) << 8) |
    (likeMask(v128.load(sums, 48), v128.load(norms, 48), limit) << 12)
}

/** Norms of the accepted rows stand first, those of the block's rows behind them, at the block's own place. */
// @ts-ignore: decorator
@inline
function rowNorm(row: usize): usize {
  return normsAddress() + 4 * row
}

/**
 * For every row of the task: the first accepted row that is like it (its place, or NONE), and a byte for every four rows
 * of the block up to its own four, with a bit for each that is like it.
 */
export function guardRows(task: usize, lane: usize): void {
  const sums = laneAddress(lane)
  const spread = sums + SUM_BYTES
  const rows = spread + SPREAD_BYTES
  const block = firstRow()
  const first = block + task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let j = first; j < end; j++) {
    widen(codesAddress() + COLUMNS * j, rows + ROW_BYTES * (j - first))
    store<u32>(outAddress() + 4 * (j - block), NONE)
  }
  sweepAccepted(first, end, sums, spread, rows)
  sweepBlock(first, end, sums, spread, rows)
}

function sweepAccepted(first: usize, end: usize, sums: usize, spread: usize, rows: usize): void {
  const matches = outAddress() - 4 * firstRow()
  for (let i: usize = 0; i < acceptedCount(); i += 16) {
    spreadSixteen(codesAddress() + COLUMNS * i, spread)
    const left = <u32>(acceptedCount() - i)
    const valid: u32 = left >= 16 ? 0xffff : (1 << left) - 1
    for (let j = first; j < end; j += 4) {
      let isDotted = false
      for (let r: usize = 0; r < min(4, end - j); r++) {
        const match = matches + 4 * (j + r)
        if (load<u32>(match) != NONE) continue
        if (!isDotted) dotSixteen(rows + ROW_BYTES * (j - first), spread, sums)
        isDotted = true
        const mask = valid & likeSixteen(sums + STEP_BYTES * r, rowNorm(i), j + r)
        if (mask != 0) store<u32>(match, <u32>i + ctz(mask))
      }
    }
  }
}

function sweepBlock(first: usize, end: usize, sums: usize, spread: usize, rows: usize): void {
  const block = firstRow()
  const width = (rowCount() - block + 3) >> 2
  // Rows behind a task's last are not asked about.
  for (let i = block; i < end; i += 16) {
    spreadSixteen(codesAddress() + COLUMNS * i, spread)
    const place = (i - block) >> 2
    for (let j = first; j < end; j += 4) {
      dotSixteen(rows + ROW_BYTES * (j - first), spread, sums)
      for (let r: usize = 0; r < min(4, end - j); r++) {
        const mask = likeSixteen(sums + STEP_BYTES * r, rowNorm(i), j + r)
        const bits = bitsAddress() + width * (j + r - block) + place
        for (let k: usize = 0; k < min(4, width - place); k++) store<u8>(bits + k, <u8>((mask >> <u32>(4 * k)) & 15))
      }
    }
  }
}

/** N of the guard vectors of a task's rows. */
export function guardNorms(task: usize, lane: usize): void {
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i++) {
    let sum = i32x4.splat(0)
    let p = codesAddress() + COLUMNS * i
    for (let c: usize = 0; c < COLUMNS; c += 16) {
      const codes = v128.load(p + c)
      const low = i16x8.extend_low_i8x16_s(codes)
      const high = i16x8.extend_high_i8x16_s(codes)
      sum = i32x4.add(sum, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)))
    }
    store<u32>(
      normsAddress() + 4 * i,
      i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3),
    )
  }
}
