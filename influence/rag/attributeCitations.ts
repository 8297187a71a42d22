/** Method `rag` (influence.md §8): the chunks that an answer cites, paid by their similarity to the question. */
import type { Hasher } from '../../primitives/hashes.ts'
import { ACCEPTED, DUPLICATE, type IndexTables, indexRootOf } from '../indexFile.ts'
import { isRefused, type Refused } from '../refusal.ts'
import { scoresRootOf } from '../scoring/context.ts'
import { checkPlaces, checkThreshold, K_DEFAULT, passGuard, payOut } from '../scoring/payment.ts'
import type { CitationAttribution, CitationOptions, RetrievedRow, UnpaidRow } from '../surface.ts'
import { citationsRootOf, effectiveCitations } from './citations.ts'
import { checkRetrieved, firstRows, KR_DEFAULT } from './retrieve.ts'

/** `scores` are those of `similarities`. */
export function attributeCitations(
  tables: IndexTables,
  scores: BigInt64Array,
  queryHash: Uint8Array,
  given: readonly number[],
  { kr = KR_DEFAULT, k = K_DEFAULT, tau = tables.header.tau }: CitationOptions,
  hash: Hasher,
): CitationAttribution | Refused {
  const bad = checkRetrieved(kr) ?? checkPlaces(k) ?? checkThreshold(tau)
  if (bad) return bad
  const rows = firstRows(scores, kr)
  const cited = effectiveCitations(rows, given)
  if (isRefused(cited)) return cited
  const eligible = cited.map((row) => ({ row, benefit: scores[row]! }))
  const { paid, duplicates } = passGuard(tables.guards, eligible, k, tau)
  const facts = {
    method: 'rag',
    level: 0,
    k,
    tau,
    rowCount: tables.header.rowCount,
    exponentG: 0,
    sourceRoot: indexRootOf(tables.headerBytes, hash),
    queryHash,
    scoresRoot: scoresRootOf(scores, hash),
    contextRoot: citationsRootOf(queryHash, kr, cited, hash),
  } as const
  const found = { scores, retrieved: new Set(rows), cited: new Set(cited), duplicates }
  const reasonOf = (row: number) => reasonOfRow(tables, found, row)
  const paidOut = payOut({ facts, identities: tables.rows, scores, paid, reasonOf }, hash)
  return { ...paidOut, kr, retrieved: describeRows(tables, scores, rows), cited, scores }
}

export function describeRows(
  { rows }: IndexTables,
  scores: BigInt64Array,
  retrieved: readonly number[],
): RetrievedRow[] {
  return retrieved.map((row) => ({
    row,
    datanetId: rows.datanetIds[row]!,
    rowId: rows.rowIds[row]!,
    score: scores[row]!,
  }))
}

interface Found {
  readonly scores: BigInt64Array
  readonly retrieved: ReadonlySet<number>
  readonly cited: ReadonlySet<number>
  readonly duplicates: ReadonlyMap<number, number>
}

function reasonOfRow(
  { rows }: IndexTables,
  { scores, retrieved, cited, duplicates }: Found,
  row: number,
): UnpaidRow | undefined {
  if (rows.status[row] === DUPLICATE) return { row, reason: 'duplicateInIndex', of: rows.duplicateOf[row]! }
  if (rows.status[row] !== ACCEPTED) return { row, reason: 'empty' }
  if (scores[row]! <= 0n) return { row, reason: 'notPositive' }
  if (!retrieved.has(row)) return { row, reason: 'notRetrieved' }
  if (!cited.has(row)) return { row, reason: 'notCited' }
  const original = duplicates.get(row)
  return original === undefined ? undefined : { row, reason: 'duplicateInCandidates', of: original }
}
