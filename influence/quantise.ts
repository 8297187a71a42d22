/** The quantiser (influence.md §3.2): one f32 block → int8 codes and one power of two, on bit patterns only. */
import { type Refused, refuse } from './refusal.ts'

/** The bit patterns of a Float32Array, without copying. */
export const wordsOf = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length)

/**
 * Writes the codes of `words` to the front of `codes` and returns the exponent e (value of a code: code · 2^−e);
 * `undefined` when a word is NaN or infinite, and then the codes are untouched.
 */
export function quantiseInto(words: Uint32Array, codes: Int8Array): number | undefined {
  let largest = 0
  for (let j = 0; j < words.length; j++) {
    const size = words[j]! & 0x7fffffff
    if (size > largest) largest = size
  }
  if (largest >= 0x7f800000) return undefined
  if (largest === 0) {
    codes.fill(0, 0, words.length)
    return 0
  }
  const top = largest >>> 23 > 0 ? (largest >>> 23) - 127 : 32 - Math.clz32(largest) - 150
  for (let j = 0; j < words.length; j++) {
    const word = words[j]!
    const size = quantiseWord(word, top)
    codes[j] = word >>> 31 ? -size : size
  }
  return 6 - top
}

/** |code| of one word when the largest word of its block has the unbiased exponent `top`. */
function quantiseWord(word: number, top: number): number {
  const biased = (word >>> 23) & 255
  const fraction = word & 0x7fffff
  const mantissa = biased > 0 ? fraction + 0x800000 : fraction
  const t = 17 + top - ((biased > 0 ? biased : 1) - 127)
  if (t > 25) return 0
  // t ≤ 0 happens only where the largest word is subnormal; the product is exact.
  const size = t > 0 ? (mantissa + (1 << (t - 1))) >>> t : mantissa << -t
  return Math.min(127, size)
}

/** Quantises one f32 block; refuses NaN and infinity. */
export function quantise(words: Uint32Array): { codes: Int8Array; exponent: number } | Refused {
  const codes = new Int8Array(words.length)
  const exponent = quantiseInto(words, codes)
  if (exponent === undefined) return refuse('NonFinite', 'finite words', 'NaN or infinity')
  return { codes, exponent }
}
