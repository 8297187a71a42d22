/**
 * Steps 3 and 8 (influence.md §5): Σ a·b of rows of codes with 16-bit vectors, block by block.
 *
 * One query reads four rows side by side. A batch first widens eight rows into the lane's working memory, and takes the
 * queries in pairs: eight sums in registers, so that each load serves two or four products.
 */
import {
  blockCount, codesAddress, laneAddress, operandAddress, outAddress, queryCount, rowBytes, rowCount, rowsPerTask,
  segmentCount, segmentsAddress, tableStride,
} from './job'

/** 1,024 · 2^14 · 127 < 2^31: columns that one i32 sum may cover, whatever its lanes. */
const CHUNK: usize = 1024

/** Four sums of four lanes each → one vector of four sums. */
// @ts-ignore: decorator
@inline
export function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7))
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7))
  return i32x4.add(i64x2.shuffle(ab, cd, 0, 2), i64x2.shuffle(ab, cd, 1, 3))
}

/** Adds four sums to four i32 or i64 (`isWide`) results; the first chunk of a block starts them. */
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
  const segments = segmentsAddress()
  const count = segmentCount()
  const stride = tableStride()
  const width: usize = isWide ? 8 : 4
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i += 4) {
    const row = codesAddress() + i * bytes
    let out = outAddress() + width * i
    for (let s: usize = 0; s < count; s++) {
      const from = <usize>load<u32>(segments + 16 * s)
      const to = from + <usize>load<u32>(segments + 16 * s, 4)
      for (let start = from; start < to; start += CHUNK) {
        const sums = dotFour(row + start, bytes, operandAddress() + 2 * start, min(CHUNK, to - start))
        addSums(out, sums, start == from, isWide)
      }
      out += width * stride
    }
  }
}

/** Operand: rowBytes values of one query. */
export function dotRowsOne(task: usize, lane: usize): void {
  dotOneQuery(task, false)
}

export function dotRowsWideOne(task: usize, lane: usize): void {
  dotOneQuery(task, true)
}

/** Widens four rows: eight columns of each in turn. */
export function widenFour(row: usize, bytes: usize, columns: usize, target: usize): void {
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
export function dotFourByTwo(rows: usize, pair: usize, columns: usize, sums: usize): void {
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

// @ts-ignore: decorator
@inline
function dotBatch(task: usize, lane: usize, isWide: bool): void {
  const bytes = rowBytes()
  const segments = segmentsAddress()
  const count = segmentCount()
  const sums = laneAddress(lane)
  const rows = sums + 64
  const width: usize = isWide ? 8 : 4
  const step = width * blockCount() * tableStride()
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i += 8) {
    const row = codesAddress() + i * bytes
    const hasEight = i + 4 < end
    for (let s: usize = 0; s < count; s++) {
      const from = <usize>load<u32>(segments + 16 * s)
      const to = from + <usize>load<u32>(segments + 16 * s, 4)
      for (let start = from; start < to; start += CHUNK) {
        const columns = min(CHUNK, to - start)
        const isFirst = start == from
        widenFour(row + start, bytes, columns, rows)
        if (hasEight) widenFour(row + 4 * bytes + start, bytes, columns, rows + 8 * columns)
        let pair = operandAddress() + 4 * start
        let out = outAddress() + width * (s * tableStride() + i)
        for (let q: usize = 0; q < queryCount(); q += 2) {
          dotFourByTwo(rows, pair, columns, sums)
          addSums(out, v128.load(sums), isFirst, isWide)
          addSums(out + step, v128.load(sums, 16), isFirst, isWide)
          if (hasEight) {
            dotFourByTwo(rows + 8 * columns, pair, columns, sums)
            addSums(out + 4 * width, v128.load(sums), isFirst, isWide)
            addSums(out + 4 * width + step, v128.load(sums, 16), isFirst, isWide)
          }
          pair += 4 * bytes
          out += 2 * step
        }
      }
    }
  }
}

/** Operand: pairs of queries, eight columns of each in turn. */
export function dotRowsMany(task: usize, lane: usize): void {
  dotBatch(task, lane, false)
}

export function dotRowsWideMany(task: usize, lane: usize): void {
  dotBatch(task, lane, true)
}
