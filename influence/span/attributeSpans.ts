/** Method `span` (influence.md §7): the rows that hold, word for word and first of all, the longest pieces of an answer. */
import type { Hasher } from '../../primitives/hashes.ts'
import { NO_DUPLICATE } from '../indexFile.ts'
import type { Refused } from '../refusal.ts'
import { scoresRootOf } from '../scoring/context.ts'
import { byBenefit, checkPlaces, K_DEFAULT, payOut } from '../scoring/payment.ts'
import type { OutputTokens, SpanAttribution, SpanOptions, UnpaidRow } from '../surface.ts'
import { corpusRootOf } from './corpusHeader.ts'
import { type Corpus, type FoundSpan, findSpans, scoreOwners } from './findSpans.ts'
import {
  checkOutput,
  checkSpanParameters,
  I_MIN_DEFAULT,
  L_MIN_DEFAULT,
  outputHashOf,
  spansRootOf,
} from './outputHash.ts'

/** The result with the places of its spans in the suffix array, which proofs need. */
export type FoundAttribution = Omit<SpanAttribution, 'spans'> & { readonly spans: readonly FoundSpan[] }

export function attributeSpans(
  corpus: Corpus,
  output: OutputTokens,
  { lMin = L_MIN_DEFAULT, iMin = I_MIN_DEFAULT, k = K_DEFAULT }: SpanOptions,
  hash: Hasher,
): FoundAttribution | Refused {
  const { header, rows, infoTable, commitment } = corpus.file
  const bad = checkSpanParameters(lMin, iMin) ?? checkPlaces(k) ?? checkOutput(output, header)
  if (bad) return bad
  const spans = findSpans(corpus, output.tokens, lMin, iMin)
  const scores = new BigInt64Array(header.rowCount)
  for (const [row, score] of scoreOwners(spans, output.tokens, infoTable)) scores[row] = BigInt(score)
  const eligible = [...scores.entries()].filter(([, score]) => score > 0n)
  const ranked = eligible.map(([row, benefit]) => ({ row, benefit })).sort(byBenefit)
  const queryHash = outputHashOf(output, hash)
  const facts = {
    method: 'span',
    level: 0,
    k,
    tau: 0,
    rowCount: header.rowCount,
    exponentG: 0,
    sourceRoot: corpusRootOf(commitment, hash),
    queryHash,
    scoresRoot: scoresRootOf(scores, hash),
    contextRoot: spansRootOf(queryHash, { lMin, iMin, spans }, hash),
  } as const
  const owners = new Set(spans.map(({ owner }) => owner))
  const reasonOf = (row: number) => reasonOfRow(corpus, scores, owners, row)
  const paid = ranked.slice(0, k)
  return { ...payOut({ facts, identities: rows, scores, paid, reasonOf }, hash), lMin, iMin, spans, scores }
}

function reasonOfRow(
  { file: { rows } }: Corpus,
  scores: BigInt64Array,
  owners: ReadonlySet<number>,
  row: number,
): UnpaidRow | undefined {
  if (rows.lengths[row] === 0) return { row, reason: 'empty' }
  const of = rows.duplicateOf[row]!
  if (of !== NO_DUPLICATE) return { row, reason: 'duplicateInIndex', of }
  if (scores[row]! > 0n) return undefined
  return { row, reason: owners.has(row) ? 'covered' : 'notPositive' }
}
