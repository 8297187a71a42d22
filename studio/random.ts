/** The room's only source of chance: a counter-based generator from a u32 seed, the same numbers on every machine. */

export interface Generator {
  /** Uniform u32. */
  next(): number
  /** Uniform integer in 0 … bound − 1; bound ≤ 2^16, so the bias of scaling is below 2^−16. */
  below(bound: number): number
  /** Uniform in (0, 1), 32 bits. */
  unit(): number
}

/** SplitMix32: a Weyl sequence and a 32-bit finaliser (Steele, Lea, Flood 2014; constants of murmur3's fmix). */
export function randomGenerator(seed: number): Generator {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    return (x ^ (x >>> 16)) >>> 0
  }
  return {
    next,
    below: (bound) => Math.floor((next() / 2 ** 32) * bound),
    unit: () => (next() + 0.5) / 2 ** 32,
  }
}

export function pick<T>(generator: Generator, from: readonly T[]): T {
  if (from.length === 0) throw new RangeError('nothing to pick from')
  return from[generator.below(from.length)]!
}

/** Fisher–Yates, in place. */
export function shuffle<T>(generator: Generator, items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = generator.below(i + 1)
    const held = items[i]!
    items[i] = items[j]!
    items[j] = held
  }
  return items
}

/**
 * Nearly normal numbers without logarithm or cosine, whose last bits differ between JavaScript engines: the sum of
 * twelve uniforms less six (variance 1), in exact binary fractions.
 */
export function bellNumber(generator: Generator): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += (generator.next() + 0.5) / 2 ** 32
  return sum
}
