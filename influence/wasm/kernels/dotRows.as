/**
 * Steps 3 and 8 (influence.md §5): Σ a·b of rows of codes with 16-bit vectors, block by block.
 *
 * One query reads four rows side by side. A batch widens eight rows into the lane's working memory and multiplies them, four
 * at a time, with sixteen queries (`multiply.as`).
 */
import { multiplyEight, multiplySixteen, PAIRS_MAX, ROW_BYTES } from './multiply'
import {
  blockCount, codesAddress, laneAddress, operandAddress, queryCount, rowBytes, rowCount, rowsPerTask, segmentCount,
  segmentsAddress, tableAddress,
} from './job'

/** 1,024 · 2^14 · 127 < 2^31: columns that one i32 sum may cover, whatever its lanes. */
const CHUNK: usize = 1024
/** Columns of a batch's chunk. */
const TILE_COLUMNS: usize = 2 * PAIRS_MAX
/** Rows that a batch widens at a time. */
const TILE_ROWS: usize = 8
/** Working memory of a lane: i32 sums of four rows and sixteen queries, a tile of widened rows. */
const SUM_BYTES: usize = 256

/** Four sums of four lanes each → one vector of four sums. */
// @ts-ignore: decorator
@inline
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7))
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7))
  return i32x4.add(i64x2.shuffle(ab, cd, 0, 2), i64x2.shuffle(ab, cd, 1, 3))
}

/** Adds a sum to an i32 or i64 (`isWide`) result; the first chunk of a block starts it. */
// @ts-ignore: decorator
@inline
function addSum(out: usize, sum: i32, isFirst: bool, isWide: bool): void {
  if (isWide) store<i64>(out, <i64>sum + (isFirst ? 0 : load<i64>(out)))
  else store<i32>(out, sum + (isFirst ? 0 : load<i32>(out)))
}

/** Four rows with one vector: the sums of the first and the last eight of each sixteen columns, four lanes each, go to `sums`. */
function dotFour(row: usize, bytes: usize, vector: usize, columns: usize, sums: usize): void {
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  let s2 = i32x4.splat(0)
  let s3 = i32x4.splat(0)
  let t0 = i32x4.splat(0)
  let t1 = i32x4.splat(0)
  let t2 = i32x4.splat(0)
  let t3 = i32x4.splat(0)
  let p0 = row
  let p1 = p0 + bytes
  let p2 = p1 + bytes
  let p3 = p2 + bytes
  const end = p0 + columns
  while (p0 < end) {
    const b = v128.load(vector)
    const c = v128.load(vector, 16)
    const a0 = v128.load(p0)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(a0), b))
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(a0), c))
    const a1 = v128.load(p1)
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(a1), b))
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(a1), c))
    const a2 = v128.load(p2)
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(a2), b))
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(a2), c))
    const a3 = v128.load(p3)
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(a3), b))
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(a3), c))
    p0 += 16
    p1 += 16
    p2 += 16
    p3 += 16
    vector += 32
  }
  v128.store(sums, s0)
  v128.store(sums, t0, 16)
  v128.store(sums, s1, 32)
  v128.store(sums, t1, 48)
  v128.store(sums, s2, 64)
  v128.store(sums, t2, 80)
  v128.store(sums, s3, 96)
  v128.store(sums, t3, 112)
}

/** The sums of `dotFour`, whole. */
// @ts-ignore: decorator
@inline
function wholeSums(sums: usize): v128 {
  return sumLanes(
    i32x4.add(v128.load(sums), v128.load(sums, 16)),
    i32x4.add(v128.load(sums, 32), v128.load(sums, 48)),
    i32x4.add(v128.load(sums, 64), v128.load(sums, 80)),
    i32x4.add(v128.load(sums, 96), v128.load(sums, 112)),
  )
}

// @ts-ignore: decorator
@inline
function dotOneQuery(task: usize, lane: usize, isWide: bool): void {
  const own = laneAddress(lane)
  const bytes = rowBytes()
  const width: usize = isWide ? 8 : 4
  const step = width * blockCount()
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i += 4) {
    const row = codesAddress() + i * bytes
    let out = tableAddress() + step * i
    for (let s: usize = 0; s < segmentCount(); s++) {
      const from = <usize>load<u32>(segmentsAddress() + 16 * s)
      const to = from + <usize>load<u32>(segmentsAddress() + 16 * s, 4)
      for (let start = from; start < to; start += CHUNK) {
        dotFour(row + start, bytes, operandAddress() + 2 * start, min(CHUNK, to - start), own)
        const sums = wholeSums(own)
        const isFirst = start == from
        addSum(out, i32x4.extract_lane(sums, 0), isFirst, isWide)
        addSum(out + step, i32x4.extract_lane(sums, 1), isFirst, isWide)
        addSum(out + 2 * step, i32x4.extract_lane(sums, 2), isFirst, isWide)
        addSum(out + 3 * step, i32x4.extract_lane(sums, 3), isFirst, isWide)
      }
      out += width
    }
  }
}

export function dotRowsOne(task: usize, lane: usize): void {
  dotOneQuery(task, lane, false)
}

export function dotRowsWideOne(task: usize, lane: usize): void {
  dotOneQuery(task, lane, true)
}

/** Widens four rows. */
function widenFour(row: usize, bytes: usize, columns: usize, target: usize): void {
  let p0 = row
  let p1 = p0 + bytes
  let p2 = p1 + bytes
  let p3 = p2 + bytes
  const end = p0 + columns
  while (p0 < end) {
    const a0 = v128.load(p0)
    const a1 = v128.load(p1)
    const a2 = v128.load(p2)
    const a3 = v128.load(p3)
    v128.store(target, i16x8.extend_low_i8x16_s(a0))
    v128.store(target, i16x8.extend_high_i8x16_s(a0), 16)
    v128.store(target, i16x8.extend_low_i8x16_s(a1), ROW_BYTES)
    v128.store(target, i16x8.extend_high_i8x16_s(a1), ROW_BYTES + 16)
    v128.store(target, i16x8.extend_low_i8x16_s(a2), 2 * ROW_BYTES)
    v128.store(target, i16x8.extend_high_i8x16_s(a2), 2 * ROW_BYTES + 16)
    v128.store(target, i16x8.extend_low_i8x16_s(a3), 3 * ROW_BYTES)
    v128.store(target, i16x8.extend_high_i8x16_s(a3), 3 * ROW_BYTES + 16)
    p0 += 16
    p1 += 16
    p2 += 16
    p3 += 16
    target += 32
  }
}

function startSixteen(rows: usize, vectors: usize, pairs: usize, out: usize, step: usize): void {
  multiplySixteen(rows, vectors, pairs, out, step, true)
}

function addSixteen(rows: usize, vectors: usize, pairs: usize, out: usize, step: usize): void {
  multiplySixteen(rows, vectors, pairs, out, step, false)
}

function startEight(rows: usize, vectors: usize, pairs: usize, out: usize, step: usize): void {
  multiplyEight(rows, vectors, pairs, out, step, true)
}

function addEight(rows: usize, vectors: usize, pairs: usize, out: usize, step: usize): void {
  multiplyEight(rows, vectors, pairs, out, step, false)
}

/** Adds four rows of `count` i32 sums, or starts them, to i64 results; `step` leads to the next row's. */
// @ts-ignore: decorator
@inline
function widenSums(sums: usize, count: usize, out: usize, step: usize, isFirst: bool): void {
  for (let r: usize = 0; r < 4; r++) {
    for (let q: usize = 0; q < count; q += 4) {
      const part = v128.load(sums + 4 * q)
      let low = i64x2.extend_low_i32x4_s(part)
      let high = i64x2.extend_high_i32x4_s(part)
      if (!isFirst) {
        low = i64x2.add(low, v128.load(out + 8 * q))
        high = i64x2.add(high, v128.load(out + 8 * q, 16))
      }
      v128.store(out + 8 * q, low)
      v128.store(out + 8 * q, high, 16)
    }
    sums += 4 * count
    out += step
  }
}

/** Four widened rows with sixteen or eight vectors. */
// @ts-ignore: decorator
@inline
function dotFourByMany(
  rows: usize, vectors: usize, count: usize, columns: usize, out: usize, step: usize, isFirst: bool, isWide: bool,
  sums: usize,
): void {
  const pairs = columns >> 1
  if (isWide) {
    if (count == 16) startSixteen(rows, vectors, pairs, sums, 64)
    else startEight(rows, vectors, pairs, sums, 32)
    widenSums(sums, count, out, step, isFirst)
  } else if (count == 16) {
    if (isFirst) startSixteen(rows, vectors, pairs, out, step)
    else addSixteen(rows, vectors, pairs, out, step)
  } else {
    if (isFirst) startEight(rows, vectors, pairs, out, step)
    else addEight(rows, vectors, pairs, out, step)
  }
}

/** Some rows at a time, and of them a chunk of columns: both operands of the products stay in the cache next to the core. */
// @ts-ignore: decorator
@inline
function dotBatch(task: usize, lane: usize, isWide: bool): void {
  const bytes = rowBytes()
  const count = queryCount()
  const sums = laneAddress(lane)
  const tile = sums + SUM_BYTES
  const width: usize = isWide ? 8 : 4
  const step = width * blockCount() * count
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i += TILE_ROWS) {
    const rows = min(TILE_ROWS, end - i)
    for (let s: usize = 0; s < segmentCount(); s++) {
      const from = <usize>load<u32>(segmentsAddress() + 16 * s)
      const to = from + <usize>load<u32>(segmentsAddress() + 16 * s, 4)
      for (let start = from; start < to; start += TILE_COLUMNS) {
        const columns = min(TILE_COLUMNS, to - start)
        for (let r: usize = 0; r < rows; r += 4) {
          widenFour(codesAddress() + (i + r) * bytes + start, bytes, columns, tile + ROW_BYTES * r)
        }
        for (let q: usize = 0; q < count; q += 16) {
          const together = min(16, count - q)
          const vectors = operandAddress() + 2 * bytes * q + 2 * together * start
          let out = tableAddress() + step * i + width * (s * count + q)
          for (let r: usize = 0; r < rows; r += 4) {
            dotFourByMany(tile + ROW_BYTES * r, vectors, together, columns, out, step, start == from, isWide, sums)
            out += 4 * step
          }
        }
      }
    }
  }
}

export function dotRowsMany(task: usize, lane: usize): void {
  dotBatch(task, lane, false)
}

export function dotRowsWideMany(task: usize, lane: usize): void {
  dotBatch(task, lane, true)
}
