/** Method `rag`, retrieval (influence.md §8 nos. 1–2): the exact similarity of every chunk to a query, and the first kr. */
import { ACCEPTED } from '../indexFile.ts'
import { type Refused, refuse } from '../refusal.ts'

export const KR_DEFAULT = 16
/** Chunks that one context can hold; the list of cited ones is hashed whole. */
export const KR_MAX = 1024

/** cos² in units of 2^−30. */
const SIMILARITY_UNIT = 2 ** 30
/**
 * An error bound of the double below: three roundings of 2^−53 each, on a value of at most 2^30 (Cauchy–Schwarz), stay
 * under 2^−20.
 */
const FLOOR_MARGIN = 2 ** -20

/** s = ⌊2^30 · Q² / (N_c · N_q)⌋ for Q > 0, else 0. */
export function similarityOf(dot: number, chunkNorm: number, queryNorm: number): bigint {
  if (dot <= 0) return 0n
  const estimate = ((dot * dot) / (chunkNorm * queryNorm)) * SIMILARITY_UNIT
  // Far from every integer the floor of the estimate is certain; the rest is divided exactly.
  if (Math.abs(estimate - Math.round(estimate)) > FLOOR_MARGIN) return BigInt(Math.floor(estimate))
  return (BigInt(dot) * BigInt(dot) * BigInt(SIMILARITY_UNIT)) / (BigInt(chunkNorm) * BigInt(queryNorm))
}

/** Σ code² of a query; below 2^31. */
export const squaredNorm = (codes: Int8Array): number => codes.reduce((sum, code) => sum + code * code, 0)

/** Of all rows: 0 where a row is not accepted or does not point the query's way. */
export function similarities(
  status: Uint8Array,
  norms: Uint32Array,
  dots: Int32Array,
  queryNorm: number,
): BigInt64Array {
  const scores = new BigInt64Array(status.length)
  for (let row = 0; row < scores.length; row++) {
    if (status[row] === ACCEPTED) scores[row] = similarityOf(dots[row]!, norms[row]!, queryNorm)
  }
  return scores
}

/** Rows by (score descending, row ascending), at most kr, all with a positive score; one pass over all scores. */
export function firstRows(scores: BigInt64Array, kr: number): number[] {
  const first: number[] = []
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!
    if (score <= 0n || (first.length === kr && score <= scores[first[kr - 1]!]!)) continue
    // Behind all that are at least as like: an equal one stands earlier on chain.
    let low = 0
    let high = first.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (scores[first[middle]!]! >= score) low = middle + 1
      else high = middle
    }
    first.splice(low, 0, row)
    if (first.length > kr) first.pop()
  }
  return first
}

export function checkRetrieved(kr: number): Refused | undefined {
  const isCount = Number.isInteger(kr) && kr >= 1 && kr <= KR_MAX
  return isCount ? undefined : refuse('BadParameter', `kr in 1 … ${KR_MAX}`, kr)
}
