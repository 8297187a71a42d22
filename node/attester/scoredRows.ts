/** A job's record as the reward explainer reads it: every row with score, rank, weight, or why it was not paid. */
import type { ScoredRow } from '../../rpc/backend.ts'
import type { JobRecord } from './attester.ts'

export function scoredRows({ attribution, scores, version }: JobRecord): ScoredRow[] {
  const { rows } = version.index
  const order = [...scores.keys()].sort((a, b) => (scores[b]! > scores[a]! ? 1 : scores[b]! < scores[a]! ? -1 : a - b))
  const rankOf = new Map(order.map((row, i) => [row, i + 1]))
  const weightOf = new Map(attribution.entries.map(({ row, weight }) => [row, weight]))
  const unpaidOf = new Map(attribution.unpaid.map((unpaid) => [unpaid.row, unpaid]))
  return Array.from(scores, (score, row) => {
    const unpaid = unpaidOf.get(row)
    return {
      row,
      datanetId: rows.datanetIds[row]!,
      rowId: rows.rowIds[row]!,
      score,
      rank: rankOf.get(row)!,
      weight: weightOf.get(row) ?? 0n,
      unpaid:
        unpaid === undefined ? null : { reason: unpaid.reason, ...(unpaid.of !== undefined && { ofRow: unpaid.of }) },
    }
  })
}
