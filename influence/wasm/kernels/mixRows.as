/**
 * Steps 5 and 6 (influence.md §5): W = rha(R, t) as it is needed, and U = Σ W·a over rows, column by column.
 *
 * Two rows are interleaved, so that one `dot_i16x8_s` with a pair of weights adds four columns of both. A task covers at
 * most 1,024 rows (1,024 · 2^14 · 127 < 2^31): before a lane's i32 sums would cover more, they are added to its i64 ones.
 */
import {
  blockCount, codesAddress, columnCount, firstColumn, laneAddress, queryCount, rowBytes, rowCount, rowsPerTask,
  segmentCount, segmentsAddress, shiftsAddress, tableAddress,
} from './job'

/**
 * Working memory of a lane: how many rows its i32 sums cover and whether it has i64 ones, a tile of interleaved codes, the
 * i32 and the i64 sums by query and column, a tile of interleaved weights.
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

// @ts-ignore: decorator
@inline
function interleaveLow(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}

// @ts-ignore: decorator
@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
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
    let a = v128.load8x8_s(p0)
    let b = v128.load8x8_s(p1)
    let low = i32x4.add(v128.load(sums), i32x4.dot_i16x8_s(interleaveLow(a, b), u0))
    let high = i32x4.add(v128.load(sums, 16), i32x4.dot_i16x8_s(interleaveHigh(a, b), u0))
    a = v128.load8x8_s(p2)
    b = v128.load8x8_s(p3)
    low = i32x4.add(low, i32x4.dot_i16x8_s(interleaveLow(a, b), u1))
    high = i32x4.add(high, i32x4.dot_i16x8_s(interleaveHigh(a, b), u1))
    a = v128.load8x8_s(p4)
    b = v128.load8x8_s(p5)
    low = i32x4.add(low, i32x4.dot_i16x8_s(interleaveLow(a, b), u2))
    high = i32x4.add(high, i32x4.dot_i16x8_s(interleaveHigh(a, b), u2))
    a = v128.load8x8_s(p6)
    b = v128.load8x8_s(p7)
    v128.store(sums, i32x4.add(low, i32x4.dot_i16x8_s(interleaveLow(a, b), u3)))
    v128.store(sums, i32x4.add(high, i32x4.dot_i16x8_s(interleaveHigh(a, b), u3)), 16)
    p0 += 8
    p1 += 8
    p2 += 8
    p3 += 8
    p4 += 8
    p5 += 8
    p6 += 8
    p7 += 8
    sums += 32
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
    let t = tile + 64 * r
    const end = p + columns
    while (p < end) {
      let a = v128.load8x8_s(p)
      let b = v128.load8x8_s(p + bytes)
      v128.store(t, interleaveLow(a, b))
      v128.store(t, interleaveHigh(a, b), 16)
      a = v128.load8x8_s(p, 8)
      b = v128.load8x8_s(p + bytes, 8)
      v128.store(t, interleaveLow(a, b), 32)
      v128.store(t, interleaveHigh(a, b), 48)
      p += 16
      t += STRIP_BYTES
    }
  }
}

/** W of some rows and one block: for two queries after two, for each pair of rows the pair of each of the two. */
function weighTile(row: usize, rows: usize, block: usize, tile: usize): void {
  const count = queryCount()
  const pairs = (rows + 1) >> 1
  const step = 4 * blockCount() * count
  for (let q: usize = 0; q < count; q += 4) {
    const units = v128.load(shiftsAddress() + 4 * (block * count + q))
    let at = tableAddress() + step * row + 4 * (block * count + q)
    let first = tile + 4 * pairs * q
    let next = first + 8 * pairs
    for (let r: usize = 0; r < rows; r += 2) {
      const a = weightsOf(v128.load(at), units)
      const b = r + 1 < rows ? weightsOf(v128.load(at + step), units) : i32x4.splat(0)
      const both = v128.or(v128.and(a, i32x4.splat(0xffff)), i32x4.shl(b, 16))
      v128.store64_lane(first, both, 0)
      v128.store64_lane(next, both, 1)
      at += 2 * step
      first += 8
      next += 8
    }
  }
}

/** One strip of a tile with the weights of two queries. */
function mixStrip(tile: usize, pairs: usize, weights: usize, out: usize, next: usize): void {
  let s0 = v128.load(out)
  let s1 = v128.load(out, 16)
  let s2 = v128.load(out, 32)
  let s3 = v128.load(out, 48)
  let t0 = v128.load(next)
  let t1 = v128.load(next, 16)
  let t2 = v128.load(next, 32)
  let t3 = v128.load(next, 48)
  const end = tile + 64 * pairs
  while (tile < end) {
    const u = v128.load32_splat(weights)
    const v = v128.load32_splat(weights, 4)
    let a = v128.load(tile)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a, u))
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(a, v))
    a = v128.load(tile, 16)
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a, u))
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(a, v))
    a = v128.load(tile, 32)
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a, u))
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(a, v))
    a = v128.load(tile, 48)
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a, u))
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(a, v))
    tile += 64
    weights += 8
  }
  v128.store(out, s0)
  v128.store(out, s1, 16)
  v128.store(out, s2, 32)
  v128.store(out, s3, 48)
  v128.store(next, t0)
  v128.store(next, t1, 16)
  v128.store(next, t2, 32)
  v128.store(next, t3, 48)
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
          let out = narrowSums(lane) + 4 * (start + c - firstColumn())
          for (let q: usize = 0; q < count; q += 2) {
            mixStrip(tile + (c >> 4) * STRIP_BYTES, pairs, own, out, out + 4 * columns)
            own += 8 * pairs
            out += 8 * columns
          }
        }
      }
    }
  }
}
