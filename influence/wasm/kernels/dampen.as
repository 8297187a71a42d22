/**
 * Step 4 (influence.md §5): R = rdiv(Q·2^16·D, N·D + T), in place of Q.
 *
 * The ratio c = 2^16·D/(N·D + T) comes as m·2^−s with m off by less than 1, so that |Q|·c·2^s lies within |Q| of |Q|·m,
 * which is exact in 62 bits. Where both ends of that interval round alike, R is certain; they differ by one step at most,
 * and then the exact comparison of 192 bits decides.
 */
import {
  blockCount, laneAddress, normsAddress, queryCount, rowCount, rowsPerTask, tableAddress, wordsAddress,
} from './job'
import { belowTop, layerFactor, layerOf, mantissa, mantissaShift, ratioOf, sumLimb } from './scoring'

const LOW: u64 = 0xffffffff

/** A limb times a factor below 2^27, and what is carried to the next one. */
// @ts-ignore: decorator
@inline
function carryOf(limb: u64, factor: u64, carry: u64): u64 {
  return ((limb >> 32) * factor + (((limb & LOW) * factor + carry) >> 32)) >> 32
}

/**
 * Is |Q|·2^16·D/(N·D + T) at least r − ½? With D = w·4^k, as integers: (2^17·|Q| − (2r − 1)·N)·w·4^k ≥ (2r − 1)·T. The
 * bracket is below 2^48, w below 2^44, 4^k at most 2^80, T below 2^131.
 */
function reaches(r: u64, size: u64, norm: u64, below: i32, layer: usize): bool {
  const odd = 2 * r - 1
  const rest = <i64>(size << 17) - <i64>(odd * norm)
  if (rest <= 0) return false
  const w = layerFactor(layer)
  const bottom = (<u64>rest & LOW) * (w & LOW)
  const middle = (<u64>rest & LOW) * (w >> 32) + (<u64>rest >> 32) * (w & LOW) + (bottom >> 32)
  const low = (bottom & LOW) | (middle << 32)
  const high = (<u64>rest >> 32) * (w >> 32) + (middle >> 32)
  const k = <u64>(2 * below)
  const j = k & 63
  // What `low` and `high` give to the limb above; a shift by 64 would be one by 0.
  const over = j == 0 ? 0 : low >> (64 - j)
  const top = j == 0 ? 0 : high >> (64 - j)
  const left0 = k < 64 ? low << j : 0
  const left1 = k < 64 ? (high << j) | over : low << j
  const left2 = k < 64 ? top : (high << j) | over
  const carry0 = carryOf(sumLimb(layer, 0), odd, 0)
  const carry1 = carryOf(sumLimb(layer, 1), odd, carry0)
  const right2 = sumLimb(layer, 2) * odd + carry1
  if (left2 != right2) return left2 > right2
  const right1 = sumLimb(layer, 1) * odd + carry0
  if (left1 != right1) return left1 > right1
  return left0 >= sumLimb(layer, 0) * odd
}

/** R of one Q. */
function dampOne(dot: i32, ratio: usize, norm: usize, block: usize): i32 {
  const sign = dot >> 31
  const size = <u64>((dot ^ sign) - sign)
  const s = mantissaShift(ratio)
  const center = size * mantissa(ratio) + ((<u64>1 << s) >> 1)
  let r = (center + size) >> s
  if (r != (center - size) >> s && !reaches(r, size, load<u32>(norm), belowTop(ratio), layerOf(block))) r--
  return (<i32>r ^ sign) - sign
}

/**
 * R of eight queries in place of their Q, joined to the peaks; where one is in doubt, one by one. The sum of |Q|·m, half a
 * unit and |Q| is rounded: R is certain if what is cut off is at least 2·|Q|. What goes through `scratch` does so for the
 * sake of an engine that joins neighbouring stores, and all that leads to them, to 256 bits.
 */
// @ts-ignore: decorator
@inline
function dampEight(at: usize, peaks: usize, ratio: usize, norm: usize, block: usize, scratch: usize): void {
  const s = <i32>mantissaShift(ratio)
  const m = i32x4.splat(<i32>mantissa(ratio) + 1)
  const half = i64x2.splat(<i64>((<u64>1 << s) >> 1))
  const mask = i64x2.splat(<i64>((<u64>1 << s) - 1))
  const a = v128.load(at)
  const b = v128.load(at, 16)
  const sizeA = i32x4.abs(a)
  const sizeB = i32x4.abs(b)
  const twiceA = i32x4.shl(sizeA, 1)
  const twiceB = i32x4.shl(sizeB, 1)
  const a0 = i64x2.add(i64x2.extmul_low_i32x4_u(sizeA, m), half)
  const a1 = i64x2.add(i64x2.extmul_high_i32x4_u(sizeA, m), half)
  const b0 = i64x2.add(i64x2.extmul_low_i32x4_u(sizeB, m), half)
  const b1 = i64x2.add(i64x2.extmul_high_i32x4_u(sizeB, m), half)
  const restA0 = i64x2.sub(v128.and(a0, mask), i64x2.extend_low_i32x4_u(twiceA))
  const restA1 = i64x2.sub(v128.and(a1, mask), i64x2.extend_high_i32x4_u(twiceA))
  const restB0 = i64x2.sub(v128.and(b0, mask), i64x2.extend_low_i32x4_u(twiceB))
  const restB1 = i64x2.sub(v128.and(b1, mask), i64x2.extend_high_i32x4_u(twiceB))
  v128.store(scratch, i64x2.shr_u(a0, s))
  v128.store(scratch, i64x2.shr_u(a1, s), 16)
  v128.store(scratch, i64x2.shr_u(b0, s), 32)
  v128.store(scratch, i64x2.shr_u(b1, s), 48)
  v128.store(scratch, v128.or(restA0, restB0), 64)
  v128.store(scratch, v128.or(restA1, restB1), 80)
  if (i64x2.bitmask(v128.or(v128.load(scratch, 64), v128.load(scratch, 80))) != 0) {
    for (let k: usize = 0; k < 32; k += 4) dampInPlace(at + k, peaks + k, ratio, norm, block)
    return
  }
  const rA = i32x4.shuffle(v128.load(scratch), v128.load(scratch, 16), 0, 2, 4, 6)
  const rB = i32x4.shuffle(v128.load(scratch, 32), v128.load(scratch, 48), 0, 2, 4, 6)
  const signA = i32x4.shr_s(a, 31)
  const signB = i32x4.shr_s(b, 31)
  const peakA = v128.or(v128.load(peaks), rA)
  const peakB = v128.or(v128.load(peaks, 16), rB)
  v128.store(at, i32x4.sub(v128.xor(rA, signA), signA))
  v128.store(at, i32x4.sub(v128.xor(rB, signB), signB), 16)
  v128.store(peaks, peakA)
  v128.store(peaks, peakB, 16)
}

/** The same of one query. */
function dampInPlace(at: usize, peak: usize, ratio: usize, norm: usize, block: usize): void {
  const r = dampOne(load<i32>(at), ratio, norm, block)
  store<i32>(at, r)
  store<u32>(peak, load<u32>(peak) | abs(r))
}

/** The bits of all |R| of a block and query are joined in the lane's own words: their length is that of the largest. */
export function dampen(task: usize, lane: usize): void {
  const count = queryCount()
  const blocks = blockCount()
  const scratch = laneAddress(lane)
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i++) {
    let at = tableAddress() + 4 * i * blocks * count
    let peaks = wordsAddress(lane)
    for (let l: usize = 0; l < blocks; l++) {
      const ratio = ratioOf(i, l)
      const norm = normsAddress() + 4 * (i * blocks + l)
      if (count == 1) {
        dampInPlace(at, peaks, ratio, norm, l)
        at += 4
        peaks += 4
        continue
      }
      for (const own = at + 4 * count; at < own; at += 32) {
        dampEight(at, peaks, ratio, norm, l, scratch)
        peaks += 32
      }
    }
  }
}
