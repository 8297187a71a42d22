/**
 * Steps 5 and 6 (influence.md §5): W = rha(R, t) as it is needed, and U = Σ W·a over rows, column by column.
 *
 * Two rows are interleaved, so that one `dot_i16x8_s` with a pair of weights adds four columns of both. A task covers at
 * most 1,024 rows (1,024 · 2^14 · 127 < 2^31): before a lane's i32 sums would cover more, they are added to its i64 ones.
 */
import { multiplySixteen, ROW_BYTES, STEP_BYTES } from './multiply'
import {
  blockCount, codesAddress, columnCount, firstColumn, laneAddress, queryCount, rowBytes, rowCount, rowsPerTask,
  segmentCount, segmentsAddress, shiftsAddress, tableAddress,
} from './job'

/**
 * Working memory of a lane: how many rows its i32 sums cover and whether it has i64 ones, a tile of interleaved codes, the
 * i32 and the i64 sums by strip of sixteen columns, query and column, a tile's weights by query in pairs of rows.
 */
const HEAD_BYTES: usize = 64
const TILE_ROWS: usize = 128
const TILE_COLUMNS: usize = 512
/** Sixteen columns of a tile, and a line of the cache, so that strips do not begin on the same lines. */
const STRIP_BYTES: usize = 32 * TILE_ROWS + 64
const TILE_BYTES: usize = (TILE_COLUMNS / 16) * STRIP_BYTES
const SUM_ROWS_MAX: u32 = 1024
/** Bits that a weight is shifted by, after it was multiplied by 2^(12 − t): t differs by query, the shift does not. */
const SHIFT_MAX: u32 = 12
const SHIFT_HALF: i32 = 2048

// @ts-ignore: decorator
@inline
export function narrowSums(lane: usize): usize {
  return laneAddress(lane) + HEAD_BYTES + TILE_BYTES
}
// @ts-ignore: decorator
@inline
export function wideSums(lane: usize): usize {
  return narrowSums(lane) + 4 * queryCount() * columnCount()
}
// @ts-ignore: decorator
@inline
export function hasNarrowSums(lane: usize): bool { return load<u32>(laneAddress(lane)) != 0 }
// @ts-ignore: decorator
@inline
export function hasWideSums(lane: usize): bool { return load<u32>(laneAddress(lane), 4) != 0 }

/** Makes room for the products of so many rows in the lane's i32 sums, which begin at 0. */
function beginSums(lane: usize, rows: usize): void {
  const covered = load<u32>(laneAddress(lane))
  if (covered + <u32>rows > SUM_ROWS_MAX) widenSums(lane)
  if (covered == 0 || covered + <u32>rows > SUM_ROWS_MAX) {
    memory.fill(narrowSums(lane), 0, 4 * queryCount() * columnCount())
    store<u32>(laneAddress(lane), <u32>rows)
  } else {
    store<u32>(laneAddress(lane), covered + <u32>rows)
  }
}

/** i64 sums += i32 sums. */
function widenSums(lane: usize): void {
  let sums = narrowSums(lane)
  let wide = wideSums(lane)
  if (!hasWideSums(lane)) {
    store<u32>(laneAddress(lane), 1, 4)
    memory.fill(wide, 0, 8 * queryCount() * columnCount())
  }
  const end = wide
  while (sums < end) {
    const part = v128.load(sums)
    v128.store(wide, i64x2.add(v128.load(wide), i64x2.extend_low_i32x4_s(part)))
    v128.store(wide, i64x2.add(v128.load(wide, 16), i64x2.extend_high_i32x4_s(part)), 16)
    sums += 16
    wide += 32
  }
}

/** Bytes of two rows in turn, of the first or the last eight of sixteen columns. */
// @ts-ignore: decorator
@inline
function interleaveLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}

// @ts-ignore: decorator
@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
}

/** W of one row, from R and 2^(12 − t). */
// @ts-ignore: decorator
@inline
function weightOf(r: i32, unit: i32): i32 {
  const sign = r >> 31
  return (((((r ^ sign) - sign) * unit + SHIFT_HALF) >> SHIFT_MAX) ^ sign) - sign
}

/** W of one row for four queries. */
// @ts-ignore: decorator
@inline
function weightsOf(r: v128, units: v128): v128 {
  const size = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.abs(r), units), i32x4.splat(SHIFT_HALF)), SHIFT_MAX)
  const sign = i32x4.shr_s(r, 31)
  return i32x4.sub(v128.xor(size, sign), sign)
}

/** Two i16 of rows k and k + 1 of eight; a row that is not there weighs nothing. */
// @ts-ignore: decorator
@inline
function pairOf(at: usize, step: usize, unit: i32, k: usize, rows: usize): i32 {
  const first = k < rows ? weightOf(load<i32>(at + k * step), unit) : 0
  const second = k + 1 < rows ? weightOf(load<i32>(at + (k + 1) * step), unit) : 0
  return (first & 0xffff) | (second << 16)
}

/** Row k of eight; for one that is not there, any other. */
// @ts-ignore: decorator
@inline
function rowOf(row: usize, bytes: usize, k: usize, rows: usize): usize {
  return row + (k < rows ? k * bytes : 0)
}

/** Adds up to eight rows times their weights to the i32 sums of some columns; R of the first row stands at `at`. */
function mixEight(row: usize, rows: usize, columns: usize, at: usize, unit: i32, sums: usize): void {
  const bytes = rowBytes()
  const step = 4 * blockCount()
  const u0 = i32x4.splat(pairOf(at, step, unit, 0, rows))
  const u1 = i32x4.splat(pairOf(at, step, unit, 2, rows))
  const u2 = i32x4.splat(pairOf(at, step, unit, 4, rows))
  const u3 = i32x4.splat(pairOf(at, step, unit, 6, rows))
  let p0 = row
  let p1 = rowOf(row, bytes, 1, rows)
  let p2 = rowOf(row, bytes, 2, rows)
  let p3 = rowOf(row, bytes, 3, rows)
  let p4 = rowOf(row, bytes, 4, rows)
  let p5 = rowOf(row, bytes, 5, rows)
  let p6 = rowOf(row, bytes, 6, rows)
  let p7 = rowOf(row, bytes, 7, rows)
  const end = sums + 4 * columns
  while (sums < end) {
    let s0 = v128.load(sums)
    let s1 = v128.load(sums, 16)
    let s2 = v128.load(sums, 32)
    let s3 = v128.load(sums, 48)
    const a0 = v128.load(p0)
    const b0 = v128.load(p1)
    const low0 = interleaveLow(a0, b0)
    const high0 = interleaveHigh(a0, b0)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(low0), u0))
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(low0), u0))
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(high0), u0))
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(high0), u0))
    const a1 = v128.load(p2)
    const b1 = v128.load(p3)
    const low1 = interleaveLow(a1, b1)
    const high1 = interleaveHigh(a1, b1)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(low1), u1))
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(low1), u1))
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(high1), u1))
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(high1), u1))
    const a2 = v128.load(p4)
    const b2 = v128.load(p5)
    const low2 = interleaveLow(a2, b2)
    const high2 = interleaveHigh(a2, b2)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(low2), u2))
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(low2), u2))
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(high2), u2))
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(high2), u2))
    const a3 = v128.load(p6)
    const b3 = v128.load(p7)
    const low3 = interleaveLow(a3, b3)
    const high3 = interleaveHigh(a3, b3)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(low3), u3))
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(low3), u3))
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(high3), u3))
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(high3), u3))
    v128.store(sums, s0)
    v128.store(sums, s1, 16)
    v128.store(sums, s2, 32)
    v128.store(sums, s3, 48)
    p0 += 16
    p1 += 16
    p2 += 16
    p3 += 16
    p4 += 16
    p5 += 16
    p6 += 16
    p7 += 16
    sums += 64
  }
}

/** One query. */
export function mixRowsOne(task: usize, lane: usize): void {
  const bytes = rowBytes()
  const step = 4 * blockCount()
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  beginSums(lane, end - first)
  for (let i = first; i < end; i += 8) {
    const row = codesAddress() + i * bytes
    for (let s: usize = 0; s < segmentCount(); s++) {
      const start = <usize>load<u32>(segmentsAddress() + 16 * s)
      const columns = <usize>load<u32>(segmentsAddress() + 16 * s, 4)
      const block = <usize>load<u32>(segmentsAddress() + 16 * s, 8)
      const at = tableAddress() + step * i + 4 * block
      const unit = load<i32>(shiftsAddress() + 4 * block)
      mixEight(row + start, end - i, columns, at, unit, narrowSums(lane) + 4 * (start - firstColumn()))
    }
  }
}

/** Interleaves pairs of rows: strips of sixteen columns, in each the pairs one after another. */
function interleaveTile(row: usize, bytes: usize, pairs: usize, columns: usize, tile: usize): void {
  for (let r: usize = 0; r < pairs; r++) {
    let p = row + 2 * r * bytes
    let t = tile + STEP_BYTES * r
    const end = p + columns
    while (p < end) {
      const a = v128.load(p)
      const b = v128.load(p + bytes)
      const low = interleaveLow(a, b)
      const high = interleaveHigh(a, b)
      v128.store(t, i16x8.extend_low_i8x16_s(low))
      v128.store(t, i16x8.extend_high_i8x16_s(low), 16)
      v128.store(t, i16x8.extend_low_i8x16_s(high), 32)
      v128.store(t, i16x8.extend_high_i8x16_s(high), 48)
      p += 16
      t += STRIP_BYTES
    }
  }
}

/** W of some rows and one block: query by query, in pairs of rows. */
function weighTile(row: usize, rows: usize, block: usize, tile: usize): void {
  const count = queryCount()
  const step = 4 * blockCount() * count
  for (let q: usize = 0; q < count; q += 4) {
    let target = tile + ROW_BYTES * q
    const units = v128.load(shiftsAddress() + 4 * (block * count + q))
    let at = tableAddress() + step * row + 4 * (block * count + q)
    for (let r: usize = 0; r < rows; r += 2) {
      const a = weightsOf(v128.load(at), units)
      const b = r + 1 < rows ? weightsOf(v128.load(at + step), units) : i32x4.splat(0)
      const pairs = v128.or(v128.and(a, i32x4.splat(0xffff)), i32x4.shl(b, 16))
      v128.store32_lane(target, pairs, 0)
      v128.store32_lane(target, pairs, 1, ROW_BYTES)
      v128.store32_lane(target, pairs, 2, 2 * ROW_BYTES)
      v128.store32_lane(target, pairs, 3, 3 * ROW_BYTES)
      at += 2 * step
      target += 4
    }
  }
}

/** One strip of a tile with the weights of four queries. */
function mixStrip(weights: usize, tile: usize, pairs: usize, sums: usize): void {
  multiplySixteen(weights, tile, pairs, sums, STEP_BYTES, false)
}

/** A multiple of eight queries. */
export function mixRowsMany(task: usize, lane: usize): void {
  const bytes = rowBytes()
  const columns = columnCount()
  const count = queryCount()
  const tile = laneAddress(lane) + HEAD_BYTES
  const weights = wideSums(lane) + 8 * count * columns
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  beginSums(lane, end - first)
  for (let i = first; i < end; i += TILE_ROWS) {
    const rows = min(TILE_ROWS, end - i)
    const pairs = (rows + 1) >> 1
    for (let s: usize = 0; s < segmentCount(); s++) {
      const from = <usize>load<u32>(segmentsAddress() + 16 * s)
      const to = from + <usize>load<u32>(segmentsAddress() + 16 * s, 4)
      weighTile(i, rows, load<u32>(segmentsAddress() + 16 * s, 8), weights)
      for (let start = from; start < to; start += TILE_COLUMNS) {
        const width = min(TILE_COLUMNS, to - start)
        interleaveTile(codesAddress() + i * bytes + start, bytes, pairs, width, tile)
        for (let c: usize = 0; c < width; c += 16) {
          let own = weights
          let out = narrowSums(lane) + 4 * count * (start + c - firstColumn())
          for (let q: usize = 0; q < count; q += 4) {
            mixStrip(own, tile + (c >> 4) * STRIP_BYTES, pairs, out)
            own += 4 * ROW_BYTES
            out += 4 * STEP_BYTES
          }
        }
      }
    }
  }
}
