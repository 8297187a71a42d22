/** From scores to the attribution result (influence.md §6.1–6.4): eligible rows, levelling, guard, top K, weights. */
import type { Hasher } from '../../primitives/hashes.ts'
import { guardDot, isDuplicate } from '../gradients/guard.ts'
import { ACCEPTED, DUPLICATE, type IndexTables } from '../indexFile.ts'
import { type Refused, refuse } from '../refusal.ts'
import { encodeResult, K_MAX, type ResultFacts, resultRoot, TAU_MAX, WEIGHT_WHOLE } from '../result.ts'
import type { Attribution, AttributionOptions, Entry, Score, UnpaidRow } from '../surface.ts'

export const K_DEFAULT = 64
/** Candidates per paid place: dropping a copy must not enlarge the share of the survivors. */
const CANDIDATES_PER_PLACE = 4
/** Rows shorter than 1/16 of the median are not blown up further. */
const RHO_MIN_DIVISOR = 16n

/** A row with a positive levelled score B. */
export interface Candidate {
  readonly row: number
  readonly benefit: bigint
}

/** The attribution of one score; `k`, `tau` and `level` are the model's parameters on chain. */
export function attributeScores(
  file: IndexTables,
  indexRoot: Uint8Array,
  score: Omit<Score, 'backend'>,
  options: AttributionOptions,
  hash: Hasher,
): Attribution | Refused {
  const { k = K_DEFAULT, tau = file.header.tau, level = 1 } = options
  if (!Number.isInteger(k) || k < 1 || k > K_MAX) return refuse('BadParameter', `k in 1 … ${K_MAX}`, k)
  if (!Number.isInteger(tau) || tau < 0 || tau > TAU_MAX) return refuse('BadParameter', `tau in 0 … ${TAU_MAX}`, tau)
  if (level !== 0 && level !== 1) return refuse('BadParameter', 'level 0 or 1', level)
  const eligible = levelScores(file, score.scores, level)
  const ranked = [...eligible.values()].sort(byBenefit)
  const candidates = ranked.slice(0, CANDIDATES_PER_PLACE * k)
  const duplicates = findDuplicates(file.guards, candidates, tau)
  const paid = candidates.filter(({ row }) => !duplicates.has(row)).slice(0, k)
  const weights = apportion(paid.map(({ benefit }) => benefit))
  const entries: Entry[] = []
  for (const [place, { row }] of paid.entries()) {
    const identity = { row, datanetId: file.rows.datanetIds[row]!, rowId: file.rows.rowIds[row]! }
    if (weights[place] !== 0n) entries.push({ ...identity, score: score.scores[row]!, weight: weights[place]! })
  }
  const { exponentG, queryHash, scoresRoot, contextRoot } = score
  const roots = { sourceRoot: indexRoot, queryHash, scoresRoot, contextRoot }
  const rowCount = file.header.rowCount
  const facts: ResultFacts = { method: 'datainf', level, k, tau, rowCount, exponentG, ...roots, entries }
  const bytes = encodeResult(facts)
  const unpaid = explainUnpaid(file, score.scores, { eligible, duplicates, paid, entries })
  return { ...facts, bytes, root: resultRoot(bytes, hash), unpaid }
}

/** B descending, then the row that is earlier on chain. */
const byBenefit = (a: Candidate, b: Candidate): number =>
  a.benefit === b.benefit ? a.row - b.row : a.benefit > b.benefit ? -1 : 1

/** §6.1 and §6.2: accepted rows with S > 0 and B > 0, by row. */
export function levelScores(file: IndexTables, scores: BigInt64Array, level: 0 | 1): Map<number, Candidate> {
  const { rhoRef } = file.header
  const rhoMin = rhoRef / RHO_MIN_DIVISOR > 1n ? rhoRef / RHO_MIN_DIVISOR : 1n
  const eligible = new Map<number, Candidate>()
  for (const [row, score] of scores.entries()) {
    if (score <= 0n || file.rows.status[row] !== ACCEPTED) continue
    const rho = file.rows.rho[row]!
    const benefit = level === 0 ? score : (score * rhoRef) / (rho > rhoMin ? rho : rhoMin)
    if (benefit > 0n) eligible.set(row, { row, benefit })
  }
  return eligible
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

interface Outcome {
  readonly eligible: ReadonlyMap<number, Candidate>
  readonly duplicates: ReadonlyMap<number, number>
  readonly paid: readonly Candidate[]
  readonly entries: readonly Entry[]
}

/** Every row without an entry, and why. */
function explainUnpaid(file: IndexTables, scores: BigInt64Array, outcome: Outcome): UnpaidRow[] {
  const entered = new Set(outcome.entries.map(({ row }) => row))
  const paid = new Set(outcome.paid.map(({ row }) => row))
  const unpaid: UnpaidRow[] = []
  for (let row = 0; row < scores.length; row++) {
    if (!entered.has(row)) unpaid.push(explainRow(file, scores[row]!, row, outcome, paid))
  }
  return unpaid
}

function explainRow(
  { rows }: IndexTables,
  score: bigint,
  row: number,
  { eligible, duplicates }: Outcome,
  paid: ReadonlySet<number>,
): UnpaidRow {
  if (rows.status[row] === DUPLICATE) return { row, reason: 'duplicateInIndex', of: rows.duplicateOf[row]! }
  if (rows.status[row] !== ACCEPTED) return { row, reason: 'empty' }
  if (score <= 0n) return { row, reason: 'notPositive' }
  const original = duplicates.get(row)
  if (original !== undefined) return { row, reason: 'duplicateInCandidates', of: original }
  return { row, reason: eligible.has(row) && !paid.has(row) ? 'belowTopK' : 'zeroWeight' }
}
