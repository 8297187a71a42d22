/** What all methods share once rows have a benefit B (influence.md §6.3, §6.4, §6.6): order, guard, weights, the result. */
import type { Hasher } from '../../primitives/hashes.ts'
import { guardDot, isDuplicate } from '../gradients/guard.ts'
import { type Refused, refuse } from '../refusal.ts'
import { encodeResult, K_MAX, type ResultFacts, resultRoot, TAU_MAX, WEIGHT_WHOLE } from '../result.ts'
import type { Attribution, Entry, UnpaidRow } from '../surface.ts'

export const K_DEFAULT = 64
/** Candidates per paid place: dropping a copy must not enlarge the share of the survivors. */
const CANDIDATES_PER_PLACE = 4

/** A row with a positive benefit B. */
export interface Candidate {
  readonly row: number
  readonly benefit: bigint
}

export function checkPlaces(k: number): Refused | undefined {
  return Number.isInteger(k) && k >= 1 && k <= K_MAX ? undefined : refuse('BadParameter', `k in 1 … ${K_MAX}`, k)
}

export function checkThreshold(tau: number): Refused | undefined {
  const isTau = Number.isInteger(tau) && tau >= 0 && tau <= TAU_MAX
  return isTau ? undefined : refuse('BadParameter', `tau in 0 … ${TAU_MAX}`, tau)
}

/** B descending, then the row that is earlier on chain. */
export const byBenefit = (a: Candidate, b: Candidate): number =>
  a.benefit === b.benefit ? a.row - b.row : a.benefit > b.benefit ? -1 : 1

/** §6.3: the paid rows, and the rows that the guard dropped. */
export function passGuard(
  guards: Int8Array,
  eligible: Iterable<Candidate>,
  k: number,
  tau: number,
): { paid: Candidate[]; duplicates: Map<number, number> } {
  const candidates = [...eligible].sort(byBenefit).slice(0, CANDIDATES_PER_PLACE * k)
  const duplicates = findDuplicates(guards, candidates, tau)
  return { paid: candidates.filter(({ row }) => !duplicates.has(row)).slice(0, k), duplicates }
}

/** §6.3 no. 2: dropped row → the kept row, earlier on chain, that it is like. */
export function findDuplicates(guards: Int8Array, candidates: readonly Candidate[], tau: number): Map<number, number> {
  const dropped = new Map<number, number>()
  if (tau === 0) return dropped
  const kept: { row: number; norm: number }[] = []
  for (const row of candidates.map((candidate) => candidate.row).sort((a, b) => a - b)) {
    const norm = guardDot(guards, row, row)
    const original = kept.find((other) => isDuplicate(guardDot(guards, other.row, row), other.norm, norm, tau))
    if (original === undefined) kept.push({ row, norm })
    else dropped.set(row, original.row)
  }
  return dropped
}

/** §6.4: parts of 2^32 by largest remainder; ties go to the earlier place. All zero for no benefits. */
export function apportion(benefits: readonly bigint[]): bigint[] {
  const total = benefits.reduce((sum, benefit) => sum + benefit, 0n)
  if (total === 0n) return benefits.map(() => 0n)
  const weights = benefits.map((benefit) => (benefit * WEIGHT_WHOLE) / total)
  const left = WEIGHT_WHOLE - weights.reduce((sum, weight) => sum + weight, 0n)
  const rests = benefits.map((benefit, place) => ({ place, rest: (benefit * WEIGHT_WHOLE) % total }))
  rests.sort((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest > b.rest ? -1 : 1))
  for (const { place } of rests.slice(0, Number(left))) weights[place]! += 1n
  return weights
}

/** What a method found out about its rows. */
export interface Payment {
  readonly facts: Omit<ResultFacts, 'entries'>
  readonly identities: { readonly datanetIds: BigUint64Array; readonly rowIds: BigUint64Array }
  /** Of all rows. */
  readonly scores: BigInt64Array
  /** At most K, in the order of §6.3 no. 3. */
  readonly paid: readonly Candidate[]
  /** Why the method gave this row no place; `undefined` when only its rank was against it. */
  readonly reasonOf: (row: number) => UnpaidRow | undefined
}

/** The weights of the paid rows, the canonical bytes, and the reason of every other row. */
export function payOut({ facts, identities, scores, paid, reasonOf }: Payment, hash: Hasher): Attribution {
  const weights = apportion(paid.map(({ benefit }) => benefit))
  const entries: Entry[] = []
  for (const [place, { row }] of paid.entries()) {
    const identity = { row, datanetId: identities.datanetIds[row]!, rowId: identities.rowIds[row]! }
    if (weights[place] !== 0n) entries.push({ ...identity, score: scores[row]!, weight: weights[place]! })
  }
  const bytes = encodeResult({ ...facts, entries })
  const entered = new Set(entries.map(({ row }) => row))
  const ranked = new Set(paid.map(({ row }) => row))
  const unpaid: UnpaidRow[] = []
  for (let row = 0; row < scores.length; row++) {
    if (entered.has(row)) continue
    unpaid.push(reasonOf(row) ?? { row, reason: ranked.has(row) ? 'zeroWeight' : 'belowTopK' })
  }
  return { ...facts, entries, bytes, root: resultRoot(bytes, hash), unpaid }
}
