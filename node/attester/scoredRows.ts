/** A job's record as the reward explainer reads it: every row's score or why it was not paid, and what the answer rests on. */
import type { AttributionEvidence, ScoredRow } from '../../rpc/backend.ts'
import type { GivenAnswer } from '../../studio/chain/serving.ts'
import type { Attributed, SourcePlace } from './attributeAnswer.ts'

/** What this node computed for a job. */
export interface JobRecord {
  readonly attribution: Attributed
  readonly given: GivenAnswer
  /** Of all rows of the source, by row. */
  readonly scores: BigInt64Array
  readonly places: readonly SourcePlace[]
}

export function scoredRows({ attribution, scores, places }: JobRecord): ScoredRow[] {
  const order = [...scores.keys()].sort((a, b) => (scores[b]! > scores[a]! ? 1 : scores[b]! < scores[a]! ? -1 : a - b))
  const rankOf = new Map(order.map((row, i) => [row, i + 1]))
  const weightOf = new Map(attribution.entries.map(({ row, weight }) => [row, weight]))
  const unpaidOf = new Map(attribution.unpaid.map((unpaid) => [unpaid.row, unpaid]))
  return Array.from(scores, (score, row) => {
    const unpaid = unpaidOf.get(row)
    return {
      row,
      ...places[row]!,
      score,
      rank: rankOf.get(row)!,
      weight: weightOf.get(row) ?? 0n,
      unpaid:
        unpaid === undefined ? null : { reason: unpaid.reason, ...(unpaid.of !== undefined && { ofRow: unpaid.of }) },
    }
  })
}

/** The spans of the answer with their words, or the retrieved chunks; nothing for a benefit, which rests on all rows. */
export function evidenceOf({ attribution, given, places }: JobRecord): AttributionEvidence | undefined {
  if ('spans' in attribution) {
    const { output } = given.answer
    const spans = attribution.spans.map(({ start, length, info, owner }) => ({
      ...{ start, length, info, row: owner, ...places[owner]! },
      text: output.slice(start, start + length),
    }))
    return { kind: 'spans', tokensMin: attribution.lMin, infoMin: attribution.iMin, spans }
  }
  if (!('retrieved' in attribution)) return undefined
  const cited = new Set(attribution.cited)
  const retrieved = attribution.retrieved.map((one) => ({ ...one, isCited: cited.has(one.row) }))
  return { kind: 'citations', citationsMax: attribution.kr, retrieved }
}
