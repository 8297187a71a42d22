/** Step 9 (influence.md §5): the largest term of each query, which gives G, and the sums over blocks. */
import {
  blockCount, isWide, laneAddress, outAddress, queryCount, rowCount, rowsPerTask, shiftsAddress, tableAddress,
  wordsAddress,
} from './job'
import { belowTop, isLive, layerOf, layerScale, ratioOf, topExponent } from './scoring'

/** e0 − e is at most 40: one group of words for each. */
const BELOW_COUNT: usize = 41

/**
 * The lane's own largest bl(P) + 31 + x − e of each query, over live P ≠ 0. The bits of all |P| of a block whose rows have
 * the same exponent are joined, since their length is that of the largest.
 */
export function findTops(task: usize, lane: usize): void {
  const count = queryCount()
  const wide = isWide()
  const tops = wordsAddress(lane)
  const groups = tops + 4 * count
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let l: usize = 0; l < blockCount(); l++) {
    let used: u64 = 0
    for (let i = first; i < end; i++) {
      const ratio = ratioOf(i, l)
      if (!isLive(ratio)) continue
      const below = <usize>belowTop(ratio)
      const group = groups + 8 * count * below
      if (((used >> below) & 1) == 0) {
        used |= <u64>1 << below
        memory.fill(group, 0, 8 * count)
      }
      if (wide) joinWide(tableAddress() + 8 * (i * blockCount() + l) * count, group, count)
      else joinNarrow(tableAddress() + 4 * (i * blockCount() + l) * count, group, count)
    }
    for (let below: usize = 0; below < BELOW_COUNT; below++) {
      if (((used >> below) & 1) != 0) raiseTops(tops, groups + 8 * count * below, l, <i32>below)
    }
  }
}

/** Joins the bits of |P| of all queries. */
function joinNarrow(at: usize, group: usize, count: usize): void {
  if (count == 1) {
    store<u32>(group, load<u32>(group) | abs(load<i32>(at)))
    return
  }
  for (const end = at + 4 * count; at < end; at += 16) {
    v128.store(group, v128.or(v128.load(group), i32x4.abs(v128.load(at))))
    group += 16
  }
}

function joinWide(at: usize, group: usize, count: usize): void {
  for (const end = at + 8 * count; at < end; at += 8) {
    store<u64>(group, load<u64>(group) | abs(load<i64>(at)))
    group += 8
  }
}

function raiseTops(tops: usize, group: usize, block: usize, below: i32): void {
  const count = queryCount()
  const base = 31 + below - topExponent(layerOf(block))
  for (let q: usize = 0; q < count; q++) {
    const bits = isWide() ? load<u64>(group + 8 * q) : <u64>load<u32>(group + 4 * q)
    if (bits == 0) continue
    const top = base + load<i32>(shiftsAddress() + 4 * (block * count + q)) + <i32>(64 - clz(bits))
    if (top > load<i32>(tops + 4 * q)) store<i32>(tops + 4 * q, top)
  }
}

/** rha(size·m31, s) for size < 2^38, m31 < 2^31 and a result of at most 2^50. */
function termOf(size: u64, m31: u64, s: i32): u64 {
  if (s <= 0) return (size * m31) << <u64>-s
  if (size < <u64>1 << 32 && s < 64) return (size * m31 + (<u64>1 << <u64>(s - 1))) >> <u64>s
  return wideTermOf(size, m31, s)
}

/** The product of 69 bits as high·2^16 + low; above s = 16 the low bits lie below the rounding bit. */
function wideTermOf(size: u64, m31: u64, s: i32): u64 {
  const product = (size & 0xffff) * m31
  const high = (size >> 16) * m31 + (product >> 16)
  if (s >= 70) return 0
  const half = <u64>1 << <u64>((s - 1) & 63)
  if (s <= 16) return (high << <u64>(16 - s)) + (((product & 0xffff) + half) >> <u64>s)
  return (high + (<u64>1 << <u64>(s - 17))) >> <u64>(s - 16)
}

/** S of the task's rows, i64 by query and row; the shifts are e0 − x − G by block and query. */
export function sumTerms(task: usize, lane: usize): void {
  const count = queryCount()
  const blocks = blockCount()
  const sums = laneAddress(lane)
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i++) {
    memory.fill(sums, 0, 8 * count)
    for (let l: usize = 0; l < blocks; l++) {
      const ratio = ratioOf(i, l)
      if (!isLive(ratio)) continue
      const m31 = layerScale(layerOf(l))
      const shifts = shiftsAddress() + 4 * l * count
      const at = (i * blocks + l) * count
      if (isWide()) addWide(tableAddress() + 8 * at, sums, shifts, m31, belowTop(ratio))
      else addNarrow(tableAddress() + 4 * at, sums, shifts, m31, belowTop(ratio))
    }
    for (let q: usize = 0; q < count; q++) {
      store<i64>(outAddress() + 8 * (q * rowCount() + i), load<i64>(sums + 8 * q))
    }
  }
}

/** Terms of |P| < 2^31: for s in 1 … 63 half a unit is added after the bits below it are gone. */
function addNarrow(at: usize, sums: usize, shifts: usize, m31: u64, below: i32): void {
  for (const end = at + 4 * queryCount(); at < end; at += 4) {
    const p = load<i32>(at)
    const sign = p >> 31
    const size = <u64>((p ^ sign) - sign)
    const s = load<i32>(shifts) - below
    const term = <i64>(<u32>(s - 1) < 63 ? ((size * m31 >> <u64>(s - 1)) + 1) >> 1 : termOf(size, m31, s))
    store<i64>(sums, load<i64>(sums) + ((term ^ sign) - sign))
    shifts += 4
    sums += 8
  }
}

function addWide(at: usize, sums: usize, shifts: usize, m31: u64, below: i32): void {
  for (const end = at + 8 * queryCount(); at < end; at += 8) {
    const p = load<i64>(at)
    const term = <i64>termOf(abs(p), m31, load<i32>(shifts) - below)
    store<i64>(sums, load<i64>(sums) + (p < 0 ? -term : term))
    shifts += 4
    sums += 8
  }
}
