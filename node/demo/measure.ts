/** What the demo measures on settled jobs: ranking quality of the scores, shares of pay, and the sum of all splits. */
import type { DemoResult, JobResult, Money } from './result.ts'

/** Rank figure of influence.md §14. */
const RECALL_AT = 90

export interface ScoredJob {
  /** Task asked about. */
  readonly task: string
  /** One per row of the index. */
  readonly scores: BigInt64Array
}

/** Mean over jobs of AUC and recall@90 for "the row is of the question's task"; rows of label '' are of no task. */
export function rankingQuality(jobs: readonly ScoredJob[], labels: readonly string[]) {
  const usable = jobs.filter((job) => labels.includes(job.task) && labels.some((label) => label !== job.task))
  if (usable.length === 0) return { classAuc: null, recallAt90: null }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    classAuc: mean(usable.map((job) => auc(job, labels))),
    recallAt90: mean(usable.map((job) => recall(job, labels))),
  }
}

/** Probability that a row of the class outranks one that is not, ties counting half. */
function auc({ task, scores }: ScoredJob, labels: readonly string[]): number {
  const order = [...labels.keys()].sort((a, b) => compareScores(scores[a]!, scores[b]!))
  let rankSum = 0
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++
    const meanRank = (start + 1 + end) / 2
    for (let i = start; i < end; i++) if (labels[order[i]!] === task) rankSum += meanRank
    start = end
  }
  const inClass = labels.filter((label) => label === task).length
  return (rankSum - (inClass * (inClass + 1)) / 2) / (inClass * (labels.length - inClass))
}

function recall({ task, scores }: ScoredJob, labels: readonly string[]): number {
  const best = [...labels.keys()].sort((a, b) => compareScores(scores[b]!, scores[a]!) || a - b).slice(0, RECALL_AT)
  const inClass = labels.filter((label) => label === task).length
  return best.filter((row) => labels[row] === task).length / Math.min(inClass, RECALL_AT)
}

const compareScores = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** Part of the pay for questions of `task` that came to `contributor`; `null` when nobody asked about it. */
export function ownTaskShare(jobs: readonly JobResult[], contributor: string, task: string): number | null {
  const own = jobs.filter((job) => job.task === task && task !== '')
  if (own.length === 0) return null
  const weights = own.map((job) =>
    job.paid.filter((row) => row.contributor === contributor).reduce((sum, row) => sum + row.weight, 0),
  )
  return weights.reduce((sum, weight) => sum + weight, 0) / own.length
}

/** As `IFeeSplit.Split`. */
export interface Split {
  readonly feeWei: bigint
  readonly platformWei: bigint
  readonly ownerWei: bigint
  readonly providerWei: bigint
  readonly parentsWei: bigint
  readonly stakersWei: bigint
  readonly rewardsWei: bigint
  readonly dustWei: bigint
}

/** `paidWei`: what the asker's balance lost beside gas, measured apart from the splits. */
export function sumMoney(splits: readonly Split[], paidWei: bigint): Money {
  const sum = (part: (split: Split) => bigint) => splits.reduce((total, split) => total + part(split), 0n)
  return {
    paid: paidWei,
    platform: sum((split) => split.platformWei),
    owner: sum((split) => split.ownerWei + split.parentsWei),
    provider: sum((split) => split.providerWei),
    stakers: sum((split) => split.stakersWei),
    contributors: sum((split) => split.rewardsWei),
    dust: sum((split) => split.dustWei),
  }
}

export function accuracyOf(jobs: DemoResult['jobs']): number {
  return jobs.filter((job) => job.answer === job.wanted).length / Math.max(1, jobs.length)
}
