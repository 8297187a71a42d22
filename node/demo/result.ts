/** What one run of the demo measured: the data behind the terminal table and the HTML report. */

export interface ContributorResult {
  readonly name: string
  readonly kind: 'honest' | 'copier' | 'noise' | 'own data'
  /** String-transformation task of an honest contributor; empty otherwise. */
  readonly task: string
  readonly rowsOffered: number
  readonly rowsOnChain: number
  readonly rowsAccepted: number
  readonly earnedWei: bigint
  readonly claimedWei: bigint
  /** Part of the pay for questions of this contributor's own task that came to it, 0 … 1; `null` without questions. */
  readonly ownTaskShare: number | null
}

export interface JobResult {
  readonly jobId: bigint
  readonly task: string
  readonly question: string
  readonly wanted: string
  readonly answer: string
  readonly feeWei: bigint
  /** The best-paid rows, by weight. */
  readonly paid: readonly {
    readonly contributor: string
    readonly rowId: bigint
    readonly weight: number
    readonly input: string
    readonly output: string
  }[]
}

export interface DemoResult {
  readonly seed: number
  readonly source: string
  readonly influenceBackend: string
  readonly blocks: number
  readonly phases: readonly { readonly name: string; readonly seconds: number }[]
  readonly training: readonly { readonly step: number; readonly loss: number }[]
  readonly contributors: readonly ContributorResult[]
  readonly jobs: readonly JobResult[]
  /** Mean over questions: AUC of scores against "row is of the question's task"; `null` on unlabelled data. */
  readonly classAuc: number | null
  /** Mean over questions: share of the task's accepted rows among the 90 highest scores. */
  readonly recallAt90: number | null
  readonly accuracyBefore: number
  readonly accuracyAfter: number
  readonly money: Money
}

/** Where the fees went, wei; `paid` = the sum of the others, to the wei. */
export interface Money {
  readonly paid: bigint
  readonly platform: bigint
  readonly owner: bigint
  readonly provider: bigint
  readonly stakers: bigint
  readonly contributors: bigint
  readonly dust: bigint
}

export function isConserved(money: Money): boolean {
  const { paid, platform, owner, provider, stakers, contributors, dust } = money
  return paid === platform + owner + provider + stakers + contributors + dust
}
