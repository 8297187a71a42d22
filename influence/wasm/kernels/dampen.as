/**
 * Step 4 (influence.md §5): R = rdiv(Q·2^16·D, N·D + T), in place of Q.
 *
 * The ratio c = 2^16·D/(N·D + T) comes as m·2^−s with m off by less than 1, so that |Q|·c·2^s lies within |Q| of |Q|·m,
 * which is exact in 62 bits. Where both ends of that interval round alike, R is certain; they differ by one step at most,
 * and then the exact comparison of 192 bits decides.
 */
import { blockCount, normsAddress, queryCount, rowCount, rowsPerTask, tableAddress, wordsAddress } from './job'
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

/** Four queries; where one is in doubt, one by one. */
// @ts-ignore: decorator
@inline
function dampFour(dots: v128, ratio: usize, norm: usize, block: usize): v128 {
  const size = i32x4.abs(dots)
  const sign = i32x4.shr_s(dots, 31)
  const m = v128.load32_splat(ratio)
  const s = <i32>mantissaShift(ratio)
  const half = i64x2.splat(<i64>((<u64>1 << s) >> 1))
  const low = i64x2.extend_low_i32x4_u(size)
  const high = i64x2.extend_high_i32x4_u(size)
  const lowCenter = i64x2.add(i64x2.extmul_low_i32x4_u(size, m), half)
  const highCenter = i64x2.add(i64x2.extmul_high_i32x4_u(size, m), half)
  const lowR = i64x2.shr_u(i64x2.add(lowCenter, low), s)
  const highR = i64x2.shr_u(i64x2.add(highCenter, high), s)
  const doubt = v128.or(
    v128.xor(lowR, i64x2.shr_u(i64x2.sub(lowCenter, low), s)),
    v128.xor(highR, i64x2.shr_u(i64x2.sub(highCenter, high), s)),
  )
  if (v128.any_true(doubt)) {
    let out = i32x4.splat(dampOne(i32x4.extract_lane(dots, 0), ratio, norm, block))
    out = i32x4.replace_lane(out, 1, dampOne(i32x4.extract_lane(dots, 1), ratio, norm, block))
    out = i32x4.replace_lane(out, 2, dampOne(i32x4.extract_lane(dots, 2), ratio, norm, block))
    return i32x4.replace_lane(out, 3, dampOne(i32x4.extract_lane(dots, 3), ratio, norm, block))
  }
  return i32x4.sub(v128.xor(i32x4.shuffle(lowR, highR, 0, 2, 4, 6), sign), sign)
}

/** The bits of all |R| of a block and query are joined in the lane's own words: their length is that of the largest. */
export function dampen(task: usize, lane: usize): void {
  const count = queryCount()
  const blocks = blockCount()
  const first = task * rowsPerTask()
  const end = min(first + rowsPerTask(), rowCount())
  for (let i = first; i < end; i++) {
    let at = tableAddress() + 4 * i * blocks * count
    let peak = wordsAddress(lane)
    for (let l: usize = 0; l < blocks; l++) {
      const ratio = ratioOf(i, l)
      const norm = normsAddress() + 4 * (i * blocks + l)
      if (count == 1) {
        const r = dampOne(load<i32>(at), ratio, norm, l)
        store<i32>(at, r)
        store<u32>(peak, load<u32>(peak) | abs(r))
        at += 4
        peak += 4
        continue
      }
      for (const own = at + 4 * count; at < own; at += 16) {
        const r = dampFour(v128.load(at), ratio, norm, l)
        v128.store(at, r)
        v128.store(peak, v128.or(v128.load(peak), i32x4.abs(r)))
        peak += 16
      }
    }
  }
}
