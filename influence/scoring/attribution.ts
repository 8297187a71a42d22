/** From scores to the attribution result of method `datainf` (influence.md §6.1–6.4): eligible rows, levelling, payment. */
import type { Hasher } from '../../primitives/hashes.ts'
import { ACCEPTED, DUPLICATE, type IndexTables } from '../indexFile.ts'
import { type Refused, refuse } from '../refusal.ts'
import type { Attribution, AttributionOptions, Score, UnpaidRow } from '../surface.ts'
import { type Candidate, checkPlaces, checkThreshold, K_DEFAULT, passGuard, payOut } from './payment.ts'

/** Rows shorter than 1/16 of the median are not blown up further. */
const RHO_MIN_DIVISOR = 16n

/** The attribution of one score; `k`, `tau` and `level` are the model's parameters on chain. */
export function attributeScores(
  file: IndexTables,
  indexRoot: Uint8Array,
  score: Omit<Score, 'backend'>,
  options: AttributionOptions,
  hash: Hasher,
): Attribution | Refused {
  const { k = K_DEFAULT, tau = file.header.tau, level = 1 } = options
  const bad = checkPlaces(k) ?? checkThreshold(tau)
  if (bad) return bad
  if (level !== 0 && level !== 1) return refuse('BadParameter', 'level 0 or 1', level)
  const eligible = levelScores(file, score.scores, level)
  const { paid, duplicates } = passGuard(file.guards, eligible.values(), k, tau)
  const { scores, exponentG, queryHash, scoresRoot, contextRoot } = score
  const roots = { sourceRoot: indexRoot, queryHash, scoresRoot, contextRoot }
  const { rowCount } = file.header
  const facts = { method: 'datainf', level, k, tau, rowCount, exponentG, ...roots } as const
  const reasonOf = (row: number) => reasonOfRow(file, scores, row, eligible, duplicates)
  return payOut({ facts, identities: file.rows, scores, paid, reasonOf }, hash)
}

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

function reasonOfRow(
  { rows }: IndexTables,
  scores: BigInt64Array,
  row: number,
  eligible: ReadonlyMap<number, Candidate>,
  duplicates: ReadonlyMap<number, number>,
): UnpaidRow | undefined {
  if (rows.status[row] === DUPLICATE) return { row, reason: 'duplicateInIndex', of: rows.duplicateOf[row]! }
  if (rows.status[row] !== ACCEPTED) return { row, reason: 'empty' }
  if (scores[row]! <= 0n) return { row, reason: 'notPositive' }
  const original = duplicates.get(row)
  if (original !== undefined) return { row, reason: 'duplicateInCandidates', of: original }
  return eligible.has(row) ? undefined : { row, reason: 'zeroWeight' }
}
