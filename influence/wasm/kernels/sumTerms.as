/** Step 9 (influence.md §5): the largest term of each query, which gives G, and the sums over blocks. */
import {
  blockCount, isWide, laneAddress, outAddress, queryCount, rowCount, rowsPerTask, shiftsAddress, tableAddress,
} from './job'
import { belowTop, isLive, layerOf, layerScale, ratioOf, topExponent } from './scoring'

// @ts-ignore: decorator
@inline
function productAt(at: usize, wide: bool): i64 {
  return wide ? load<i64>(at) : <i64>load<i32>(at)
}

/** The lane's own largest bl(P) + 31 + x − e of each query, over live P ≠ 0. */
export function findTops(task: usize, lane: usize): void {
  const count = queryCount()
  const blocks = blockCount()
  const wide = isWide()
  const width: usize = wide ? 8 : 4
  const tops = laneAddress(lane)
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i++) {
    for (let l: usize = 0; l < blocks; l++) {
      const ratio = ratioOf(i, l)
      if (!isLive(ratio)) continue
      const base = 31 + belowTop(ratio) - topExponent(layerOf(l))
      let at = tableAddress() + width * (i * blocks + l) * count
      for (let q: usize = 0; q < count; q++) {
        const p = productAt(at, wide)
        at += width
        if (p == 0) continue
        const top = base + load<i32>(shiftsAddress() + 4 * (l * count + q)) + <i32>(64 - clz(p < 0 ? -p : p))
        if (top > load<i32>(tops + 4 * q)) store<i32>(tops + 4 * q, top)
      }
    }
  }
}

/** rha(size·m31, s) for size < 2^38, m31 < 2^31 and a result of at most 2^50. */
// @ts-ignore: decorator
@inline
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
  const wide = isWide()
  const width: usize = wide ? 8 : 4
  const sums = laneAddress(lane)
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i++) {
    memory.fill(sums, 0, 8 * count)
    for (let l: usize = 0; l < blocks; l++) {
      const ratio = ratioOf(i, l)
      if (!isLive(ratio)) continue
      const m31 = layerScale(layerOf(l))
      const below = belowTop(ratio)
      let at = tableAddress() + width * (i * blocks + l) * count
      for (let q: usize = 0; q < count; q++) {
        const p = productAt(at, wide)
        at += width
        const s = load<i32>(shiftsAddress() + 4 * (l * count + q)) - below
        const term = <i64>termOf(<u64>(p < 0 ? -p : p), m31, s)
        store<i64>(sums + 8 * q, load<i64>(sums + 8 * q) + (p < 0 ? -term : term))
      }
    }
    for (let q: usize = 0; q < count; q++) {
      store<i64>(outAddress() + 8 * (q * rowCount() + i), load<i64>(sums + 8 * q))
    }
  }
}
