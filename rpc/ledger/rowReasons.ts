/** The reason of one row, in words and numbers: paid, scored and not paid, or outside the model version. */
import type { METHOD } from '../../precompiles/model/methods.ts'
import type { AttributionEvidence, ScoredRow, UnpaidReason } from '../backend.ts'
import type { Json } from '../json.ts'
import { evidenceOfRow } from './evidence.ts'
import type { SettledAttribution } from './jobs.ts'
import type { IndexedRow, RowStatus } from './rows.ts'

/** A row of a model version, and its place in the source: a chunk's, for one of several. */
export interface IndexPlace extends IndexedRow {
  readonly row: number | null
}

export interface RowReason {
  readonly datanetId: string
  readonly rowId: string
  readonly status: 'paid' | 'unpaid' | 'outside'
  readonly reason: string
  readonly rewardWei: string
  /** Place in the source. */
  readonly row: number | null
  readonly score: string | null
  /** 1 is the best score of the source; of paid rows 1 is the best paid. */
  readonly rank: number | null
  /** Parts per 2^32 of the contributors' share. */
  readonly weight: string
  readonly duplicateOf: { readonly datanetId: string; readonly rowId: string; readonly contributorId?: string } | null
  readonly explanation: string
  /** Method span: the pieces of the answer that this row was the first to hold. */
  readonly spans?: readonly Json[]
  /** Method rag: its chunks that were retrieved. */
  readonly chunks?: readonly Json[]
}

export type Method = keyof typeof METHOD
type Paid = SettledAttribution['paid'][number]

/** The settled job as all its rows are judged. */
export interface Verdict {
  readonly method: Method
  readonly evidence: AttributionEvidence | undefined
  readonly paid: readonly Paid[]
}

function reasonAt(
  place: IndexPlace,
  evidence: AttributionEvidence | undefined,
  rest: Omit<RowReason, 'datanetId' | 'rowId' | 'row'>,
): RowReason {
  const { fields, words } = evidenceOfRow(evidence, place)
  const explanation = words === '' ? rest.explanation : `${rest.explanation}; ${words}`
  const where = { datanetId: place.datanetId.toString(), rowId: place.rowId.toString(), row: place.row }
  return { ...where, ...rest, explanation, ...fields }
}

/** A weight for people: parts per 2^32 as a percentage of two decimals. */
const percentOf = (weight: bigint): number => Number((weight * 10_000n) >> 32n) / 100

/** Entries of one row, best first: a row of a retrieval index may be paid for several chunks. */
export function explainPaid(place: IndexPlace, entries: readonly [Paid, ...Paid[]], { evidence }: Verdict): RowReason {
  const [best] = entries
  const isWithdrawn = best.contributorId === 0n
  const weight = entries.reduce((sum, entry) => sum + entry.weight, 0n)
  const rewardWei = entries.reduce((sum, entry) => sum + entry.rewardWei, 0n)
  const chunks = entries.length === 1 ? '' : ` for ${entries.length} chunks`
  const share = `rank ${best.rank}, score ${best.score}, ${percentOf(weight)} % of the contributors' part${chunks}`
  return reasonAt({ ...place, row: best.row }, evidence, {
    status: isWithdrawn ? 'unpaid' : 'paid',
    reason: isWithdrawn ? 'withdrawn' : 'paid',
    rewardWei: isWithdrawn ? '0' : rewardWei.toString(),
    score: best.score.toString(),
    rank: best.rank,
    weight: weight.toString(),
    duplicateOf: null,
    explanation: isWithdrawn ? `withdrawn before the settlement: its part (${share}) went to the treasury` : share,
  })
}

const UNPAID_WORDS: Readonly<Record<UnpaidReason, string>> = {
  notPositive: 'its score is not positive: it did not help this answer',
  belowTopK: 'its score is positive, but over the length of its gradient it is below the best K that are paid',
  duplicateInIndex: 'it is nearly the same as an earlier row of the model version, which stands for it',
  duplicateInCandidates: 'it is nearly the same as a better row among those that could be paid',
  empty: 'its gradient is empty: it taught the model nothing',
  zeroWeight: 'its share rounds to nothing',
  covered: 'the answer repeats it word for word, but longer pieces of other rows cover every place of that',
  notRetrieved: 'it is like the question, but not among the chunks that were retrieved',
  notCited: 'it was retrieved, but the answer does not cite it',
}

/** Where the same reason means something else. */
const METHOD_WORDS: Readonly<Record<Method, Partial<Record<UnpaidReason, string>>>> = {
  datainf: {},
  span: {
    notPositive: 'the answer repeats no piece of it that is long enough and that it was the first to hold',
    belowTopK: 'the answer repeats it word for word, but it is below the best K that are paid',
    duplicateInIndex: 'an earlier row has the same text and stands for it',
    empty: 'it has no text in the corpus: it was withdrawn before',
  },
  rag: {
    notPositive: 'it is not like the question',
    belowTopK: 'it is cited, but below the best K that are paid',
    duplicateInIndex: 'it is nearly the same as an earlier chunk of the retrieval index, which stands for it',
    empty: 'its embedding is empty: nothing can be like it',
  },
}

/** `placeOf` finds the row that it repeats. */
export function explainUnpaid(
  place: IndexPlace,
  scored: ScoredRow | undefined,
  placeOf: (row: number) => IndexPlace | undefined,
  { method, evidence, paid }: Verdict,
): RowReason {
  const nothing = { status: 'unpaid', rewardWei: '0', weight: '0' } as const
  const least = paid.at(-1)
  const cut = least === undefined ? 'no row was paid' : `the least paid row has score ${least.score}`
  if (scored === undefined || scored.unpaid === null)
    return reasonAt(place, evidence, {
      ...nothing,
      reason: 'notAmongPaid',
      score: scored === undefined ? null : scored.score.toString(),
      rank: scored?.rank ?? null,
      duplicateOf: null,
      explanation: `not among the paid rows; ${cut}; this node keeps no record of the other scores`,
    })
  const { reason, ofRow } = scored.unpaid
  const first = ofRow === undefined ? undefined : placeOf(ofRow)
  const words = METHOD_WORDS[method][reason] ?? UNPAID_WORDS[reason]
  return reasonAt(place, evidence, {
    ...nothing,
    reason,
    score: scored.score.toString(),
    rank: scored.rank,
    duplicateOf: first === undefined ? null : duplicateOf(first),
    explanation: `${words}${first === undefined ? '' : like(first)}; rank ${scored.rank}, score ${scored.score}; ${cut}`,
  })
}

const like = ({ rowId, datanetId, contributorId }: IndexPlace): string =>
  `: row ${rowId} of Datanet ${datanetId}, by contributor ${contributorId}`

const duplicateOf = ({ datanetId, rowId, contributorId }: IndexPlace) => ({
  datanetId: datanetId.toString(),
  rowId: rowId.toString(),
  contributorId: contributorId.toString(),
})

const OUTSIDE_WORDS: Readonly<Record<RowStatus, string>> = {
  none: 'unknown row',
  pending: 'the owner of the Datanet has not accepted it yet',
  accepted: 'accepted after the version that the model was trained on was frozen',
  rejected: 'the owner of the Datanet rejected it',
  duplicate: 'an equal row came first and holds the place',
  withdrawn: 'withdrawn before the version was frozen',
}

export function explainOutside(
  datanetId: bigint,
  version: bigint,
  row: { readonly rowId: bigint; readonly status: RowStatus },
  firstRowId: bigint | undefined,
): RowReason {
  const first = firstRowId === undefined || firstRowId === 0n ? '' : `: row ${firstRowId}`
  return {
    datanetId: datanetId.toString(),
    rowId: row.rowId.toString(),
    status: 'outside',
    reason: row.status === 'accepted' ? 'later' : row.status,
    rewardWei: '0',
    row: null,
    score: null,
    rank: null,
    weight: '0',
    duplicateOf: first === '' ? null : { datanetId: datanetId.toString(), rowId: String(firstRowId) },
    explanation: `not in version ${version} of Datanet ${datanetId}: ${OUTSIDE_WORDS[row.status]}${first}`,
  }
}
