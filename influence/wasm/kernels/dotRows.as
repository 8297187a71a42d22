/**
 * Steps 3 and 8 (influence.md §5): Σ a·b of rows of codes with 16-bit vectors, block by block.
 *
 * One query reads four rows side by side. A batch widens four rows into the lane's working memory and takes eight queries
 * at a time: a pair of codes in all lanes meets the same columns of four queries, so that the sums need no adding across
 * lanes, and eight of them stay in registers while six loads serve eight products.
 */
import {
  blockCount, codesAddress, laneAddress, operandAddress, queryCount, rowBytes, rowCount, rowsPerTask, segmentCount,
  segmentsAddress, tableAddress,
} from './job'

/** 1,024 · 2^14 · 127 < 2^31: columns that one i32 sum may cover, whatever its lanes. */
const CHUNK: usize = 1024
/** A widened chunk and a line of the cache, so that four rows do not fall on the same lines. */
const WIDE_ROW: usize = 2 * CHUNK + 64

/** Four sums of four lanes each → one vector of four sums. */
// @ts-ignore: decorator
@inline
export function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
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

/** The same for four results that stand side by side. */
// @ts-ignore: decorator
@inline
function addSums(out: usize, sums: v128, isFirst: bool, isWide: bool): void {
  if (isWide) {
    let low = i64x2.extend_low_i32x4_s(sums)
    let high = i64x2.extend_high_i32x4_s(sums)
    if (!isFirst) {
      low = i64x2.add(low, v128.load(out))
      high = i64x2.add(high, v128.load(out, 16))
    }
    v128.store(out, low)
    v128.store(out, high, 16)
  } else {
    v128.store(out, isFirst ? sums : i32x4.add(sums, v128.load(out)))
  }
}

/** Four rows with one vector. */
function dotFour(row: usize, bytes: usize, vector: usize, columns: usize): v128 {
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  let s2 = i32x4.splat(0)
  let s3 = i32x4.splat(0)
  let p0 = row
  let p1 = p0 + bytes
  let p2 = p1 + bytes
  let p3 = p2 + bytes
  const end = p0 + columns
  while (p0 < end) {
    const b = v128.load(vector)
    const c = v128.load(vector, 16)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(p0), b))
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(p1), b))
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(p2), b))
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(p3), b))
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(p0, 8), c))
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(p1, 8), c))
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(p2, 8), c))
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(p3, 8), c))
    p0 += 16
    p1 += 16
    p2 += 16
    p3 += 16
    vector += 32
  }
  return sumLanes(s0, s1, s2, s3)
}

// @ts-ignore: decorator
@inline
function dotOneQuery(task: usize, isWide: bool): void {
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
        const sums = dotFour(row + start, bytes, operandAddress() + 2 * start, min(CHUNK, to - start))
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
  dotOneQuery(task, false)
}

export function dotRowsWideOne(task: usize, lane: usize): void {
  dotOneQuery(task, true)
}

function widenFour(row: usize, bytes: usize, columns: usize, target: usize): void {
  let p0 = row
  let p1 = p0 + bytes
  let p2 = p1 + bytes
  let p3 = p2 + bytes
  const end = p0 + columns
  while (p0 < end) {
    v128.store(target, v128.load8x8_s(p0))
    v128.store(target, v128.load8x8_s(p1), WIDE_ROW)
    v128.store(target, v128.load8x8_s(p2), 2 * WIDE_ROW)
    v128.store(target, v128.load8x8_s(p3), 3 * WIDE_ROW)
    p0 += 8
    p1 += 8
    p2 += 8
    p3 += 8
    target += 16
  }
}

/** Four widened rows with eight vectors; `step` leads to the next row's results. */
// @ts-ignore: decorator
@inline
function dotFourByEight(
  rows: usize, vectors: usize, columns: usize, out: usize, step: usize, isFirst: bool, isWide: bool,
): void {
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  let s2 = i32x4.splat(0)
  let s3 = i32x4.splat(0)
  let t0 = i32x4.splat(0)
  let t1 = i32x4.splat(0)
  let t2 = i32x4.splat(0)
  let t3 = i32x4.splat(0)
  const end = rows + 2 * columns
  while (rows < end) {
    const b = v128.load(vectors)
    const c = v128.load(vectors, 16)
    let a = v128.load32_splat(rows)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a, b))
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(a, c))
    a = v128.load32_splat(rows, WIDE_ROW)
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a, b))
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(a, c))
    a = v128.load32_splat(rows, 2 * WIDE_ROW)
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a, b))
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(a, c))
    a = v128.load32_splat(rows, 3 * WIDE_ROW)
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a, b))
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(a, c))
    rows += 4
    vectors += 32
  }
  const next: usize = isWide ? 32 : 16
  addSums(out, s0, isFirst, isWide)
  addSums(out + next, t0, isFirst, isWide)
  addSums(out + step, s1, isFirst, isWide)
  addSums(out + step + next, t1, isFirst, isWide)
  addSums(out + 2 * step, s2, isFirst, isWide)
  addSums(out + 2 * step + next, t2, isFirst, isWide)
  addSums(out + 3 * step, s3, isFirst, isWide)
  addSums(out + 3 * step + next, t3, isFirst, isWide)
}

/** Whole rows one after another: so the codes, which come from memory, are read in their order. */
// @ts-ignore: decorator
@inline
function dotBatch(task: usize, lane: usize, isWide: bool): void {
  const bytes = rowBytes()
  const count = queryCount()
  const rows = laneAddress(lane)
  const width: usize = isWide ? 8 : 4
  const step = width * blockCount() * count
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i += 4) {
    for (let s: usize = 0; s < segmentCount(); s++) {
      const from = <usize>load<u32>(segmentsAddress() + 16 * s)
      const to = from + <usize>load<u32>(segmentsAddress() + 16 * s, 4)
      for (let start = from; start < to; start += CHUNK) {
        const columns = min(CHUNK, to - start)
        widenFour(codesAddress() + i * bytes + start, bytes, columns, rows)
        let vectors = operandAddress() + 16 * start
        let out = tableAddress() + step * i + width * s * count
        for (let q: usize = 0; q < count; q += 8) {
          dotFourByEight(rows, vectors, columns, out, step, start == from, isWide)
          vectors += 16 * bytes
          out += 8 * width
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
