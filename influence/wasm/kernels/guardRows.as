/**
 * The duplicate test of guard vectors (influence.md §3.5): 256 codes a row, rows of one block against the accepted rows
 * before the block, and against the rows of the block itself.
 */
import {
  acceptedCount, bitsAddress, codesAddress, firstRow, laneAddress, normsAddress, outAddress, rowCount, rowsPerTask, tau,
} from './job'
import { sumLanes } from './dotRows'

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

/** Widens four rows: eight columns of each in turn. */
function widenFour(row: usize, bytes: usize, columns: usize, target: usize): void {
  let p0 = row
  let p1 = p0 + bytes
  let p2 = p1 + bytes
  let p3 = p2 + bytes
  const end = p0 + columns
  while (p0 < end) {
    v128.store(target, v128.load8x8_s(p0))
    v128.store(target, v128.load8x8_s(p1), 16)
    v128.store(target, v128.load8x8_s(p2), 32)
    v128.store(target, v128.load8x8_s(p3), 48)
    p0 += 8
    p1 += 8
    p2 += 8
    p3 += 8
    target += 64
  }
}

/** Four widened rows with a pair of vectors (eight columns of each in turn); the eight sums go to `sums`. */
function dotFourByTwo(rows: usize, pair: usize, columns: usize, sums: usize): void {
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  let s2 = i32x4.splat(0)
  let s3 = i32x4.splat(0)
  let t0 = i32x4.splat(0)
  let t1 = i32x4.splat(0)
  let t2 = i32x4.splat(0)
  let t3 = i32x4.splat(0)
  const end = pair + 4 * columns
  while (pair < end) {
    let b = v128.load(pair)
    let c = v128.load(pair, 16)
    let a = v128.load(rows)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a, b))
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(a, c))
    a = v128.load(rows, 16)
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a, b))
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(a, c))
    a = v128.load(rows, 32)
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a, b))
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(a, c))
    a = v128.load(rows, 48)
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a, b))
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(a, c))
    b = v128.load(pair, 32)
    c = v128.load(pair, 48)
    a = v128.load(rows, 64)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a, b))
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(a, c))
    a = v128.load(rows, 80)
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a, b))
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(a, c))
    a = v128.load(rows, 96)
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a, b))
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(a, c))
    a = v128.load(rows, 112)
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a, b))
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(a, c))
    rows += 128
    pair += 64
  }
  v128.store(sums, sumLanes(s0, s1, s2, s3))
  v128.store(sums, sumLanes(t0, t1, t2, t3), 16)
}

/** Widens two rows: eight columns of each in turn. */
function widenPair(first: usize, second: usize, target: usize): void {
  const end = first + COLUMNS
  while (first < end) {
    v128.store(target, v128.load8x8_s(first))
    v128.store(target, v128.load8x8_s(second), 16)
    first += 8
    second += 8
    target += 32
  }
}

/**
 * For every row of the task: the first accepted row that is like it (its place, or NONE), and a byte for every four rows
 * of the block up to its own four, with a bit for each that is like it.
 */
export function guardRows(task: usize, lane: usize): void {
  const sums = laneAddress(lane)
  const four = sums + 64
  const pairs = four + 8 * COLUMNS
  const block = firstRow()
  const first = block + task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  const guards = codesAddress()
  for (let j = first; j < end; j += 2) {
    widenPair(guards + COLUMNS * j, guards + COLUMNS * min(j + 1, end - 1), pairs + 4 * COLUMNS * ((j - first) >> 1))
    store<u32>(outAddress() + 4 * (j - block), NONE)
    store<u32>(outAddress() + 4 * (j - block), NONE, 4)
  }
  sweepAccepted(first, end, sums, four, pairs)
  sweepBlock(first, end, sums, four, pairs)
}

function sweepAccepted(first: usize, end: usize, sums: usize, four: usize, pairs: usize): void {
  const guards = codesAddress()
  const norms = normsAddress()
  const matches = outAddress() - 4 * firstRow()
  for (let i: usize = 0; i < acceptedCount(); i += 4) {
    widenFour(guards + COLUMNS * i, COLUMNS, COLUMNS, four)
    const own = v128.load(norms + 4 * i)
    const valid: u32 = acceptedCount() - i >= 4 ? 15 : (1 << <u32>(acceptedCount() - i)) - 1
    for (let j = first; j < end; j += 2) {
      const isOpen = load<u32>(matches + 4 * j) == NONE
      const isNextOpen = load<u32>(matches + 4 * j, 4) == NONE
      if (!isOpen && !isNextOpen) continue
      dotFourByTwo(four, pairs + 4 * COLUMNS * ((j - first) >> 1), COLUMNS, sums)
      if (isOpen) {
        const mask = valid & likeMask(v128.load(sums), own, load<u32>(rowNorm(j)) * tau())
        if (mask != 0) store<u32>(matches + 4 * j, <u32>i + ctz(mask))
      }
      if (isNextOpen) {
        const mask = valid & likeMask(v128.load(sums, 16), own, load<u32>(rowNorm(j), 4) * tau())
        if (mask != 0) store<u32>(matches + 4 * j, <u32>i + ctz(mask), 4)
      }
    }
  }
}

/** Norms of the accepted rows stand first, those of the block's rows behind them, at the block's own place. */
// @ts-ignore: decorator
@inline
function rowNorm(row: usize): usize {
  return normsAddress() + 4 * row
}

function sweepBlock(first: usize, end: usize, sums: usize, four: usize, pairs: usize): void {
  const guards = codesAddress()
  const block = firstRow()
  const width = (rowCount() - block + 3) >> 2
  for (let i = block; i < end; i += 4) {
    widenFour(guards + COLUMNS * i, COLUMNS, COLUMNS, four)
    const own = v128.load(rowNorm(i))
    for (let j = first; j < end; j += 2) {
      dotFourByTwo(four, pairs + 4 * COLUMNS * ((j - first) >> 1), COLUMNS, sums)
      const bits = bitsAddress() + width * (j - block) + ((i - block) >> 2)
      store<u8>(bits, <u8>likeMask(v128.load(sums), own, load<u32>(rowNorm(j)) * tau()))
      if (j + 1 < end) store<u8>(bits + width, <u8>likeMask(v128.load(sums, 16), own, load<u32>(rowNorm(j), 4) * tau()))
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
    for (let c: usize = 0; c < COLUMNS; c += 8) {
      const a = v128.load8x8_s(p + c)
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(a, a))
    }
    store<u32>(
      normsAddress() + 4 * i,
      i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3),
    )
  }
}
