/**
 * Rules that turn integer scores into shares of pay: version 1 (influence.md §6) beside candidates for a version 2. All
 * are integer arithmetic; a share is read from the integers at the very end.
 */
import type { IndexFile } from '../../influence/indexFile.ts'

export interface PayRule {
  readonly name: string
  readonly places: number
  /** Weights grow as B to this power. */
  readonly power: 1 | 2 | 3
  /** Takes from a row what it repeats of earlier candidates, even below tau. */
  readonly isNoveltyPriced: boolean
}

export const VERSION_1: PayRule = { name: 'version 1', places: 64, power: 1, isNoveltyPriced: false }
/** Levelled benefit squared: what k orthogonal parts of a row earn together is what the row earns. */
export const SQUARED: PayRule = { name: 'squared', places: 64, power: 2, isNoveltyPriced: false }
export const SQUARED_NOVEL: PayRule = { name: 'squared, novelty', places: 64, power: 2, isNoveltyPriced: true }
export const NOVEL: PayRule = { name: 'novelty', places: 64, power: 1, isNoveltyPriced: true }

/** In 1/256 of cos²: below the first, similarity is natural (99.9 % of pairs of honest rows); at the second, a copy. */
const NATURAL = 48
const COPY = 96
const CANDIDATES_PER_PLACE = 4
const GUARD_BYTES = 256

interface Candidate {
  readonly row: number
  readonly benefit: bigint
}

/** Shares by row. The index's own guard has already taken the flagged rows out (their score is 0). */
export function payBy(rule: PayRule, file: IndexFile, scores: BigInt64Array): Float64Array {
  const ranked = candidatesOf(file, scores).slice(0, CANDIDATES_PER_PLACE * rule.places)
  const novelty = rule.isNoveltyPriced ? noveltyOf(file, ranked) : undefined
  const priced = ranked.map(({ row, benefit }) => ({
    row,
    // Benefits stay below 2^62 · 16; cut to 40 bits so that a cube times 256 stays a small integer.
    benefit: (benefit >> 26n) ** BigInt(rule.power) * (novelty?.get(row) ?? BigInt(COPY - NATURAL)),
  }))
  const paid = priced.sort(byBenefit).slice(0, rule.places)
  const total = paid.reduce((sum, { benefit }) => sum + benefit, 0n)
  const shares = new Float64Array(scores.length)
  if (total > 0n) for (const { row, benefit } of paid) shares[row] = Number((benefit << 32n) / total) / 2 ** 32
  return shares
}

const byBenefit = (a: Candidate, b: Candidate): number =>
  a.benefit === b.benefit ? a.row - b.row : a.benefit > b.benefit ? -1 : 1

/** §6.1 and §6.2 with level 1. */
function candidatesOf(file: IndexFile, scores: BigInt64Array): Candidate[] {
  const { rhoRef } = file.header
  const rhoMin = rhoRef / 16n > 1n ? rhoRef / 16n : 1n
  const out: Candidate[] = []
  for (const [row, score] of scores.entries()) {
    if (score <= 0n) continue
    const rho = file.rows.rho[row]!
    const benefit = (score * rhoRef) / (rho > rhoMin ? rho : rhoMin)
    if (benefit > 0n) out.push({ row, benefit })
  }
  return out.sort(byBenefit)
}

/** COPY − NATURAL for a new row, less what its likeness to earlier candidates exceeds NATURAL by, summed; at least 0. */
function noveltyOf(file: IndexFile, candidates: readonly Candidate[]): Map<number, bigint> {
  const excess = excessOf(file)
  const count = file.header.rowCount
  const out = new Map<number, bigint>()
  const earlier: number[] = []
  for (const row of candidates.map((candidate) => candidate.row).sort((a, b) => a - b)) {
    let left = COPY - NATURAL
    for (const other of earlier) left -= excess[other * count + row]!
    out.set(row, BigInt(Math.max(0, left)))
    earlier.push(row)
  }
  return out
}

/** How far ⌊256·cos²⌋ of two guard vectors lies above NATURAL, n × n; the same for all queries of an index. */
const excesses = new WeakMap<IndexFile, Uint8Array>()

function excessOf(file: IndexFile): Uint8Array {
  const held = excesses.get(file)
  if (held) return held
  const count = file.header.rowCount
  const out = new Uint8Array(count * count)
  const norms = Array.from({ length: count }, (_, i) => guardDot(file.guards, i, i))
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const dot = guardDot(file.guards, i, j)
      // Exact: both products are below 2^53, and quotients below 257 are farther apart than the division rounds.
      if (dot > 0) out[i * count + j] = Math.max(0, Math.floor((256 * dot * dot) / (norms[i]! * norms[j]!)) - NATURAL)
    }
  excesses.set(file, out)
  return out
}

function guardDot(guards: Int8Array, i: number, j: number): number {
  let sum = 0
  for (let b = 0; b < GUARD_BYTES; b++) sum += guards[i * GUARD_BYTES + b]! * guards[j * GUARD_BYTES + b]!
  return sum
}
