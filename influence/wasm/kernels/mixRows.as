/**
 * Step 6 (influence.md §5): U = Σ W·a over rows, column by column.
 *
 * Two rows are interleaved, so that one `dot_i16x8_s` with a pair of weights adds four columns of both. A task covers at
 * most 1,024 rows (1,024 · 2^14 · 127 < 2^31) and adds its i32 sums to the lane's i64 ones, which the host joins.
 */
import {
  blockCount, codesAddress, columnCount, firstColumn, laneAddress, operandAddress, queryCount, rowBytes, rowCount,
  rowsPerTask, segmentCount, segmentsAddress, tableStride,
} from './job'

/** Working memory of a lane: a widened tile, a word that says whether the sums have begun, i32 sums, i64 sums. */
const TILE_BYTES: usize = 65536
const HEAD_BYTES: usize = 64
const TILE_ROWS: usize = 256
const TILE_COLUMNS: usize = 64

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

/** The lane's i32 sums; with its first task they, and the i64 ones behind them, begin at 0. */
function beginSums(lane: usize, count: usize): usize {
  const head = laneAddress(lane) + TILE_BYTES
  const sums = head + HEAD_BYTES
  if (load<u32>(head) != 0) return sums
  store<u32>(head, 1)
  const zero = i32x4.splat(0)
  for (let at = sums; at < sums + 12 * count; at += 16) v128.store(at, zero)
  return sums
}

/** Adds four rows times their weights (two pairs) to the i32 sums of some columns. */
function mixFour(row: usize, bytes: usize, columns: usize, weights: usize, sums: usize): void {
  let p0 = row
  let p1 = p0 + bytes
  let p2 = p1 + bytes
  let p3 = p2 + bytes
  const end = p0 + columns
  const u = v128.load32_splat(weights)
  const v = v128.load32_splat(weights, 4)
  while (p0 < end) {
    const a = v128.load8x8_s(p0)
    const b = v128.load8x8_s(p1)
    const c = v128.load8x8_s(p2)
    const d = v128.load8x8_s(p3)
    const low = i32x4.add(i32x4.dot_i16x8_s(interleaveLow(a, b), u), i32x4.dot_i16x8_s(interleaveLow(c, d), v))
    const high = i32x4.add(i32x4.dot_i16x8_s(interleaveHigh(a, b), u), i32x4.dot_i16x8_s(interleaveHigh(c, d), v))
    v128.store(sums, i32x4.add(v128.load(sums), low))
    v128.store(sums, i32x4.add(v128.load(sums, 16), high), 16)
    p0 += 8
    p1 += 8
    p2 += 8
    p3 += 8
    sums += 32
  }
}

/** i64 sums += i32 sums, which become 0. */
function flushSums(sums: usize, wide: usize, count: usize): void {
  const zero = i32x4.splat(0)
  const end = sums + 4 * count
  while (sums < end) {
    const part = v128.load(sums)
    v128.store(wide, i64x2.add(v128.load(wide), i64x2.extend_low_i32x4_s(part)))
    v128.store(wide, i64x2.add(v128.load(wide, 16), i64x2.extend_high_i32x4_s(part)), 16)
    v128.store(sums, zero)
    sums += 16
    wide += 32
  }
}

/** Weights of one query; zeros up to a multiple of four rows. */
export function mixRowsOne(task: usize, lane: usize): void {
  const bytes = rowBytes()
  const segments = segmentsAddress()
  const columns = columnCount()
  const sums = beginSums(lane, columns)
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i += 4) {
    const row = codesAddress() + i * bytes
    for (let s: usize = 0; s < segmentCount(); s++) {
      const start = <usize>load<u32>(segments + 16 * s)
      const block = <usize>load<u32>(segments + 16 * s, 8)
      const weights = operandAddress() + 2 * (block * tableStride() + i)
      const target = sums + 4 * (start - firstColumn())
      mixFour(row + start, bytes, load<u32>(segments + 16 * s, 4), weights, target)
    }
  }
  flushSums(sums, sums + 4 * columns, columns)
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
      t += 64 * pairs
    }
  }
}

/** One strip of a tile with the weights of two queries. */
function mixStrip(tile: usize, pairs: usize, w: usize, x: usize, out: usize, next: usize): void {
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
    const u = v128.load32_splat(w)
    const v = v128.load32_splat(x)
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
    w += 4
    x += 4
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

/** Weights of an even number of queries; zeros up to a multiple of two rows. */
export function mixRowsMany(task: usize, lane: usize): void {
  const bytes = rowBytes()
  const segments = segmentsAddress()
  const columns = columnCount()
  const tile = laneAddress(lane)
  const sums = beginSums(lane, columns * queryCount())
  const step = 2 * blockCount() * tableStride()
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i += TILE_ROWS) {
    const pairs = (min(TILE_ROWS, end - i) + 1) >> 1
    for (let s: usize = 0; s < segmentCount(); s++) {
      const from = <usize>load<u32>(segments + 16 * s)
      const to = from + <usize>load<u32>(segments + 16 * s, 4)
      const block = <usize>load<u32>(segments + 16 * s, 8)
      for (let start = from; start < to; start += TILE_COLUMNS) {
        const width = min(TILE_COLUMNS, to - start)
        interleaveTile(codesAddress() + i * bytes + start, bytes, pairs, width, tile)
        let weights = operandAddress() + 2 * (block * tableStride() + i)
        let out = sums + 4 * (start - firstColumn())
        for (let q: usize = 0; q < queryCount(); q += 2) {
          for (let c: usize = 0; c < width; c += 16) {
            const at = out + 4 * c
            mixStrip(tile + 4 * pairs * c, pairs, weights, weights + step, at, at + 4 * columns)
          }
          weights += 2 * step
          out += 8 * columns
        }
      }
    }
  }
  flushSums(sums, sums + 4 * columns * queryCount(), columns * queryCount())
}
