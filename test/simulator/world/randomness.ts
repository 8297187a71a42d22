/** One seed, split by purpose: a new fault draws from a stream of its own and shifts none of the others. */
import { createRandom, type Random } from '../../fuzz/random.ts'

export interface Randomness {
  /** The stream of a purpose, the same object each time. */
  of(purpose: string): Random
}

/** FNV-1a of the name: only its spread matters. */
function purposeNumber(purpose: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

export function createRandomness(seed: number): Randomness {
  const streams = new Map<string, Random>()
  return {
    of(purpose) {
      const known = streams.get(purpose)
      if (known !== undefined) return known
      const stream = createRandom(seed, purposeNumber(purpose))
      streams.set(purpose, stream)
      return stream
    },
  }
}

/** True with a chance of `share` (0 … 1). */
export function chance(random: Random, share: number): boolean {
  return share > 0 && random.u32() < share * 2 ** 32
}
