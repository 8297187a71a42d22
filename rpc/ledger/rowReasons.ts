/** The reason of one row, in words and numbers: paid, scored and not paid, or outside the model version. */
import type { ScoredRow, UnpaidReason } from '../backend.ts'
import type { SettledAttribution } from './jobs.ts'
import type { IndexedRow, RowStatus } from './rows.ts'

export interface IndexPlace extends IndexedRow {
  readonly row: number
}

export interface RowReason {
  readonly datanetId: string
  readonly rowId: string
  readonly status: 'paid' | 'unpaid' | 'outside'
  readonly reason: string
  readonly rewardWei: string
  /** Place in the index. */
  readonly row: number | null
  readonly score: string | null
  /** 1 is the best score of the index; of paid rows 1 is the best paid. */
  readonly rank: number | null
  /** Parts per 2^32 of the contributors' share. */
  readonly weight: string
  readonly duplicateOf: { readonly datanetId: string; readonly rowId: string; readonly contributorId?: string } | null
  readonly explanation: string
}

type Paid = SettledAttribution['paid'][number]

const reasonAt = (place: IndexPlace, rest: Omit<RowReason, 'datanetId' | 'rowId' | 'row'>): RowReason => ({
  datanetId: place.datanetId.toString(),
  rowId: place.rowId.toString(),
  row: place.row,
  ...rest,
})

/** A weight for people: parts per 2^32 as a percentage of two decimals. */
const percentOf = (weight: bigint): number => Number((weight * 10_000n) >> 32n) / 100

export function explainPaid(place: IndexPlace, paid: Paid): RowReason {
  const isWithdrawn = paid.contributorId === 0n
  const share = `rank ${paid.rank}, score ${paid.score}, ${percentOf(paid.weight)} % of the contributors' part`
  return reasonAt(place, {
    status: isWithdrawn ? 'unpaid' : 'paid',
    reason: isWithdrawn ? 'withdrawn' : 'paid',
    rewardWei: isWithdrawn ? '0' : paid.rewardWei.toString(),
    score: paid.score.toString(),
    rank: paid.rank,
    weight: paid.weight.toString(),
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

/** `placeOf` finds the row that it repeats. */
export function explainUnpaid(
  place: IndexPlace,
  scored: ScoredRow | undefined,
  placeOf: (row: number) => IndexPlace | undefined,
  paid: readonly Paid[],
): RowReason {
  const nothing = { status: 'unpaid', rewardWei: '0', weight: '0' } as const
  const least = paid.at(-1)
  const cut = least === undefined ? 'no row was paid' : `the least paid row has score ${least.score}`
  if (scored === undefined || scored.unpaid === null)
    return reasonAt(place, {
      ...nothing,
      reason: 'notAmongPaid',
      score: scored === undefined ? null : scored.score.toString(),
      rank: scored?.rank ?? null,
      duplicateOf: null,
      explanation: `not among the paid rows; ${cut}; this node keeps no record of the other scores`,
    })
  const { reason, ofRow } = scored.unpaid
  const first = ofRow === undefined ? undefined : placeOf(ofRow)
  const like =
    first === undefined
      ? ''
      : `: row ${first.rowId} of Datanet ${first.datanetId}, by contributor ${first.contributorId}`
  return reasonAt(place, {
    ...nothing,
    reason,
    score: scored.score.toString(),
    rank: scored.rank,
    duplicateOf:
      first === undefined
        ? null
        : {
            datanetId: first.datanetId.toString(),
            rowId: first.rowId.toString(),
            contributorId: first.contributorId.toString(),
          },
    explanation: `${UNPAID_WORDS[reason]}${like}; rank ${scored.rank}, score ${scored.score}; ${cut}`,
  })
}

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
