/**
 * The most that levelling lets one row have of one query, however long its gradient is: B_k = S_k·rhoRef/rho_k is
 * rhoRef·2^(G−16) times the dot product of h with a direction of length 1 (both measured with 1/λ), and h, the query after
 * its correction, is never longer than the query.
 */
import type { BuiltIndex } from '../../../influence/buildIndex.ts'
import type { Query, Score } from '../../../influence/surface.ts'

/** What 14-bit operands and the query's rounding may add. */
export const ROUNDING = 1.01

export function levelledCap({ file, info }: BuiltIndex, query: Query, score: Score): number {
  let length = 0
  for (const [l, { d, e0, sum }] of file.layers.entries()) {
    if (sum === 0n) continue
    const from = file.layout.offsets[l]!
    const codes = query.codes.subarray(from, from + d)
    const size = codes.reduce((total, code) => total + code * code, 0) * 4 ** -query.exponents[l]!
    const lambda = (Number(sum) * 4 ** -e0) / (10 * info.acceptedCount * d)
    length += size / lambda
  }
  return Number(info.rhoRef) * 2 ** (score.exponentG - 16) * Math.sqrt(length)
}

/** rho is a floor: of short rows it may be too small by up to one part in itself. */
export const floorSlack = (rho: bigint): number => 1 + 1 / Math.max(1, Number(rho))
