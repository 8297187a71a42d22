/** Integers of influence.md §3.1 by their definitions, in BigInt: no filter, no limb, no double. */

export const size = (x: bigint): bigint => (x < 0n ? -x : x)
const sign = (x: bigint): bigint => (x < 0n ? -1n : 1n)

/** Bit length of |x|. */
export const bl = (x: bigint): number => (x === 0n ? 0 : size(x).toString(2).length)

/** a/b, b > 0, rounded half away from zero. */
export const rdiv = (a: bigint, b: bigint): bigint => sign(a) * ((2n * size(a) + b) / (2n * b))

/** x/2^s, rounded half away from zero. */
export const rha = (x: bigint, s: number): bigint => (s <= 0 ? x << BigInt(-s) : rdiv(x, 1n << BigInt(s)))

export function largestSize(values: readonly bigint[]): bigint {
  let most = 0n
  for (const value of values) if (size(value) > most) most = size(value)
  return most
}

export function sum(values: readonly bigint[]): bigint {
  let total = 0n
  for (const value of values) total += value
  return total
}

export function dot(a: readonly bigint[], b: readonly bigint[]): bigint {
  let total = 0n
  for (let j = 0; j < a.length; j++) total += a[j]! * b[j]!
  return total
}

/** ⌊√x⌋ by halving an interval. */
export function root(x: bigint): bigint {
  let low = 0n
  let high = 1n << BigInt(bl(x))
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if (middle * middle <= x) low = middle
    else high = middle - 1n
  }
  return low
}

export const ascending = (a: bigint | number, b: bigint | number): number => (a < b ? -1 : a > b ? 1 : 0)

/** The value at position ⌊(c−1)/2⌋ after ascending sort. */
export const lowerMedian = <T extends bigint | number>(values: readonly T[]): T | undefined =>
  [...values].sort(ascending)[Math.floor((values.length - 1) / 2)]
