/** From scores to entries by the book: influence.md §6.1–6.4 in BigInt. */
import { isLike, type OracleIndex } from './gradientIndex.ts'
import { ascending, sum } from './integers.ts'

export interface OracleOptions {
  readonly k: number
  readonly tau: number
  readonly level: 0 | 1
}

export interface OracleEntry {
  readonly row: number
  readonly score: bigint
  readonly weight: bigint
}

/** B by row; 0 for rows that are not eligible. */
export function oracleBenefits(index: OracleIndex, S: readonly bigint[], level: 0 | 1): bigint[] {
  const { rhoRef, rho, status } = index
  const rhoMin = rhoRef / 16n > 1n ? rhoRef / 16n : 1n
  return S.map((score, row) => {
    if (status[row] !== 0 || score <= 0n) return 0n
    return level === 0 ? score : (score * rhoRef) / (rho[row]! > rhoMin ? rho[row]! : rhoMin)
  })
}

/** §6.3 and §6.4 for benefits of any method; `isCopy(i, j)`: is candidate j dropped for the kept row i? */
export function oraclePay(
  B: readonly bigint[],
  S: readonly bigint[],
  k: number,
  isCopy: (kept: number, row: number) => boolean,
): OracleEntry[] {
  const byBenefit = (a: number, b: number) => ascending(B[b]!, B[a]!) || a - b
  const eligible = [...B.keys()].filter((row) => B[row]! > 0n).sort(byBenefit)
  const kept: number[] = []
  for (const row of eligible.slice(0, 4 * k).sort(ascending)) {
    if (!kept.some((other) => isCopy(other, row))) kept.push(row)
  }
  const paid = kept.sort(byBenefit).slice(0, k)
  const W = sum(paid.map((row) => B[row]!))
  const parts = paid.map((row, place) => ({ place, whole: (B[row]! << 32n) / W, rest: (B[row]! << 32n) % W }))
  const left = Number((1n << 32n) - sum(parts.map(({ whole }) => whole)))
  const lucky = [...parts].sort((a, b) => ascending(b.rest, a.rest) || a.place - b.place).slice(0, left)
  const weights = parts.map((part) => part.whole + (lucky.includes(part) ? 1n : 0n))
  return paid
    .map((row, place) => ({ row, score: S[row]!, weight: weights[place]! }))
    .filter(({ weight }) => weight > 0n)
}

export function oracleEntries(index: OracleIndex, S: readonly bigint[], options: OracleOptions): OracleEntry[] {
  const { k, tau, level } = options
  const isCopy = (i: number, j: number) => isLike(index.guards[i]!, index.guards[j]!, tau)
  return oraclePay(oracleBenefits(index, S, level), S, k, isCopy)
}
