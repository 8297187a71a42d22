/** Integer arithmetic of influence.md §3.1: bit lengths, the one rounding rule, roots and medians. */
import assert from 'node:assert'

/** Bit length of |x|; bl(0) = 0. Needs |x| ≤ 2^53. */
export function bitLength(x: number): number {
  const size = Math.abs(x)
  if (size < 4294967296) return 32 - Math.clz32(size)
  return 64 - Math.clz32(Math.floor(size / 4294967296))
}

export function bitLengthBig(x: bigint): number {
  if (x === 0n) return 0
  const digits = (x < 0n ? -x : x).toString(16)
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits[0]!, 16)) - 28)
}

/** Half away from zero after division by 2^s; exact for |x| ≤ 2^53. For s ≤ 0 the product must stay exact. */
export function rha(x: number, s: number): number {
  if (s <= 0) return x * 2 ** -s
  const size = Math.abs(x)
  const unit = 2 ** s
  const floor = Math.floor(size / unit)
  // Comparing the rest keeps every intermediate below 2^53, which size + unit/2 would not.
  const rounded = size - floor * unit >= unit / 2 ? floor + 1 : floor
  return x < 0 ? -rounded : rounded
}

export function rhaBig(x: bigint, s: number): bigint {
  if (s <= 0) return x << BigInt(-s)
  const size = x < 0n ? -x : x
  const rounded = (size + (1n << BigInt(s - 1))) >> BigInt(s)
  return x < 0n ? -rounded : rounded
}

/** Half away from zero of a/b, b > 0. */
export function rdiv(a: bigint, b: bigint): bigint {
  const size = a < 0n ? -a : a
  const rounded = (2n * size + b) / (2n * b)
  return a < 0n ? -rounded : rounded
}

/** ⌊√x⌋ by Newton's iteration from above. */
export function isqrt(x: bigint): bigint {
  assert(x >= 0n, 'isqrt of a negative number')
  if (x < 2n) return x
  let root = 1n << BigInt((bitLengthBig(x) + 1) >> 1)
  for (;;) {
    const next = (root + x / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** The value at position ⌊(c−1)/2⌋ after ascending sort; `undefined` for no values. */
export function lowerMedian<T extends number | bigint>(values: readonly T[]): T | undefined {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[(sorted.length - 1) >> 1]
}

export const pad16 = (d: number): number => (d + 15) & ~15
