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
        for (let q: usize = 0; q < count; q++) store<u64>(group + 8 * q, 0)
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
  for (const end = at + 4 * count; at < end; at += 32) {
    const low = v128.or(v128.load(group), i32x4.abs(v128.load(at)))
    const high = v128.or(v128.load(group, 16), i32x4.abs(v128.load(at, 16)))
    v128.store(group, low)
    v128.store(group, high, 16)
    group += 32
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

/**
 * Working memory of a lane: sums of a tile's rows by row and query; a head for each block; and for each block the multipliers
 * of the queries, and those for each value of e0 − e in limbs: two words a query.
 */
const TILE_ROWS: usize = 32
const HEAD_BYTES: usize = 32

/** What `addRow` needs of a block. */
@unmanaged
class Head {
  /** The values of e0 − e whose limbs are made: one bit each. */
  made: u64
  /** The smallest and the largest shift of all queries. */
  least: i32
  most: i32
  multipliers: usize
  hasMultipliers: bool
}

// @ts-ignore: decorator
@inline
function headOf(lane: usize, block: usize): Head {
  return changetype<Head>(laneAddress(lane) + 8 * queryCount() * TILE_ROWS + HEAD_BYTES * block)
}

/** S of the task's rows, i64 by query and row; the shifts are e0 − x − G by block and query. */
export function sumTerms(task: usize, lane: usize): void {
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  if (queryCount() == 1) {
    for (let i = first; i < end; i++) store<i64>(outAddress() + 8 * i, sumOne(i))
    return
  }
  writeHeads(lane)
  for (let i = first; i < end; i += TILE_ROWS) sumTile(i, min(TILE_ROWS, end - i), lane)
}

/** S of one row and the only query. */
function sumOne(row: usize): i64 {
  const blocks = blockCount()
  let sum: i64 = 0
  for (let l: usize = 0; l < blocks; l++) {
    const ratio = ratioOf(row, l)
    if (!isLive(ratio)) continue
    const at = row * blocks + l
    const s = load<i32>(shiftsAddress() + 4 * l) - belowTop(ratio)
    const m31 = layerScale(layerOf(l))
    if (isWide()) sum += wideTerm(load<i64>(tableAddress() + 8 * at), m31, s)
    else sum += narrowTerm(load<i32>(tableAddress() + 4 * at), m31, s)
  }
  return sum
}

function writeHeads(lane: usize): void {
  const count = queryCount()
  const blocks = blockCount()
  let multipliers = changetype<usize>(headOf(lane, blocks))
  for (let l: usize = 0; l < blocks; l++) {
    const head = headOf(lane, l)
    const shifts = shiftsAddress() + 4 * l * count
    head.made = 0
    head.least = leastOf(shifts)
    head.most = mostOf(shifts)
    head.multipliers = multipliers
    head.hasMultipliers = !isWide() && head.most - head.least <= SPREAD_MAX
    if (head.hasMultipliers) writeMultipliers(multipliers, shifts, layerScale(layerOf(l)), head.most)
    multipliers += 8 * count * (1 + BELOW_COUNT)
  }
}

function sumTile(first: usize, rows: usize, lane: usize): void {
  const count = queryCount()
  const tile = laneAddress(lane)
  memory.fill(tile, 0, 8 * count * rows)
  for (let i: usize = 0; i < rows; i++) addRow(first + i, tile + 8 * count * i, lane)
  for (let q: usize = 0; q < count; q += 2) writeTwo(tile + 8 * q, rows, outAddress() + 8 * (q * rowCount() + first))
}

/** Adds the terms of all blocks and queries of a row. */
function addRow(row: usize, sums: usize, lane: usize): void {
  const count = queryCount()
  const blocks = blockCount()
  for (let l: usize = 0; l < blocks; l++) {
    const ratio = ratioOf(row, l)
    if (!isLive(ratio)) continue
    const head = headOf(lane, l)
    const below = belowTop(ratio)
    const at = (row * blocks + l) * count
    const drop = head.most - below - WHOLE_SHIFT
    if (head.hasMultipliers && head.least > below && drop < 64) {
      addVectors(tableAddress() + 4 * at, sums, limbsOf(head, below, max(-drop, 0)), max(drop, 0))
      continue
    }
    const shifts = shiftsAddress() + 4 * l * count
    const m31 = layerScale(layerOf(l))
    if (isWide()) addWide(tableAddress() + 8 * at, sums, shifts, m31, below)
    else addNarrow(tableAddress() + 4 * at, sums, shifts, m31, below)
  }
}

/** Sums of two queries, from a row's to the next row's of the tile, to each query's own. */
// @ts-ignore: decorator
@inline
function writeTwo(from: usize, rows: usize, out: usize): void {
  const step = 8 * queryCount()
  const next = 8 * rowCount()
  const end = out + 8 * (rows & ~1)
  while (out < end) {
    const a = v128.load(from)
    const b = v128.load(from + step)
    v128.store(out, i64x2.shuffle(a, b, 0, 2))
    v128.store(out + next, i64x2.shuffle(a, b, 1, 3))
    from += 2 * step
    out += 16
  }
  if ((rows & 1) != 0) {
    store<i64>(out, load<i64>(from))
    store<i64>(out + next, load<i64>(from, 8))
  }
}

/** A shift that leaves half a unit when all of a multiplier's low limb has gone. */
const WHOLE_SHIFT: i32 = 33
/** Queries whose shifts differ by more have no multipliers of 63 bits. */
const SPREAD_MAX: i32 = 32

function leastOf(shifts: usize): i32 {
  let least = load<i32>(shifts)
  for (let q: usize = 1; q < queryCount(); q++) least = min(least, load<i32>(shifts + 4 * q))
  return least
}

function mostOf(shifts: usize): i32 {
  let most = load<i32>(shifts)
  for (let q: usize = 1; q < queryCount(); q++) most = max(most, load<i32>(shifts + 4 * q))
  return most
}

/** No instruction shifts every lane by its own: m31·2^(most − shift) is a query's multiplier, and `most` all queries' shift. */
function writeMultipliers(out: usize, shifts: usize, m31: u64, most: i32): void {
  for (let q: usize = 0; q < queryCount(); q++) {
    store<u64>(out + 8 * q, m31 << <u64>(most - load<i32>(shifts + 4 * q)))
  }
}

/** The block's multipliers times 2^up, of which no more than 63 bits come: the same `up` for each row of this e0 − e. */
// @ts-ignore: decorator
@inline
function limbsOf(head: Head, below: i32, up: i32): usize {
  const limbs = head.multipliers + 8 * queryCount() * (1 + <usize>below)
  if (((head.made >> <u64>below) & 1) == 0) writeLimbs(limbs, head.multipliers, up)
  head.made |= <u64>1 << <u64>below
  return limbs
}

/** For four queries the low limbs, then the high ones. */
function writeLimbs(limbs: usize, multipliers: usize, up: i32): void {
  for (const end = limbs + 8 * queryCount(); limbs < end; limbs += 32) {
    const a = i64x2.shl(v128.load(multipliers), up)
    const b = i64x2.shl(v128.load(multipliers, 16), up)
    v128.store(limbs, i32x4.shuffle(a, b, 0, 2, 4, 6))
    v128.store(limbs, i32x4.shuffle(a, b, 1, 3, 5, 7), 16)
    multipliers += 32
  }
}

/** Terms of all queries: of |P|·multiplier the low limb's bits and `drop` more go before half a unit is added. */
function addVectors(at: usize, sums: usize, limbs: usize, drop: i32): void {
  const one = i64x2.splat(1)
  for (const end = at + 4 * queryCount(); at < end; at += 16) {
    const p = v128.load(at)
    const size = i32x4.abs(p)
    const sign = i32x4.shr_s(p, 31)
    const low = v128.load(limbs)
    const high = v128.load(limbs, 16)
    const carry0 = i64x2.shr_u(i64x2.extmul_low_i32x4_u(size, low), 32)
    const carry1 = i64x2.shr_u(i64x2.extmul_high_i32x4_u(size, low), 32)
    const twice0 = i64x2.shr_u(i64x2.add(carry0, i64x2.extmul_low_i32x4_u(size, high)), drop)
    const twice1 = i64x2.shr_u(i64x2.add(carry1, i64x2.extmul_high_i32x4_u(size, high)), drop)
    const term0 = i64x2.shr_u(i64x2.add(twice0, one), 1)
    const term1 = i64x2.shr_u(i64x2.add(twice1, one), 1)
    const sign0 = i64x2.extend_low_i32x4_s(sign)
    const sign1 = i64x2.extend_high_i32x4_s(sign)
    const sum0 = i64x2.add(v128.load(sums), i64x2.sub(v128.xor(term0, sign0), sign0))
    const sum1 = i64x2.add(v128.load(sums, 16), i64x2.sub(v128.xor(term1, sign1), sign1))
    v128.store(sums, sum0)
    v128.store(sums, sum1, 16)
    limbs += 32
    sums += 32
  }
}

/** The term of a |P| < 2^31: for s in 1 … 63 half a unit is added after the bits below it are gone. */
// @ts-ignore: decorator
@inline
function narrowTerm(p: i32, m31: u64, s: i32): i64 {
  const sign = p >> 31
  const size = <u64>((p ^ sign) - sign)
  const term = <i64>(<u32>(s - 1) < 63 ? ((size * m31 >> <u64>(s - 1)) + 1) >> 1 : termOf(size, m31, s))
  return (term ^ sign) - sign
}

// @ts-ignore: decorator
@inline
function wideTerm(p: i64, m31: u64, s: i32): i64 {
  const term = <i64>termOf(abs(p), m31, s)
  return p < 0 ? -term : term
}

function addNarrow(at: usize, sums: usize, shifts: usize, m31: u64, below: i32): void {
  for (const end = at + 4 * queryCount(); at < end; at += 4) {
    store<i64>(sums, load<i64>(sums) + narrowTerm(load<i32>(at), m31, load<i32>(shifts) - below))
    shifts += 4
    sums += 8
  }
}

function addWide(at: usize, sums: usize, shifts: usize, m31: u64, below: i32): void {
  for (const end = at + 8 * queryCount(); at < end; at += 8) {
    store<i64>(sums, load<i64>(sums) + wideTerm(load<i64>(at), m31, load<i32>(shifts) - below))
    shifts += 4
    sums += 8
  }
}
