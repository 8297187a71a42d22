/** Reads what the settlements paid, lets everyone claim, and puts the demo's figures together. */
import { hexToBytes, parseEventLogs } from 'viem'
import { attributionAbi } from '../../precompiles/generated/attribution.ts'
import { feeSplitAbi } from '../../precompiles/generated/feeSplit.ts'
import { ask, type ChainClient, eventOf, write } from '../../studio/chain/client.ts'
import type { VersionPlan } from '../../studio/chain/trainVersion.ts'
import { ATTRIBUTION, FEE_SPLIT } from '../../studio/chain/version.ts'
import type { AskedQuestions } from './askQuestions.ts'
import { type Cast, taskOfInput } from './cast.ts'
import type { Contribution } from './contribute.ts'
import { accuracyOf, ownTaskShare, rankingQuality, sumMoney } from './measure.ts'
import type { ContributorResult, DemoResult, JobResult } from './result.ts'

export interface OutcomeInput {
  readonly client: ChainClient
  readonly cast: Cast
  readonly contributors: readonly Contribution[]
  readonly asked: AskedQuestions
  readonly plan: VersionPlan
  readonly scored: readonly BigInt64Array[]
}

type Outcome = Pick<DemoResult, 'contributors' | 'jobs' | 'classAuc' | 'recallAt90' | 'accuracyAfter' | 'money'>

export async function readOutcome(input: OutcomeInput): Promise<Outcome> {
  const { client, asked, plan, scored, contributors } = input
  const settled = await readSettled(client, asked)
  const jobs: JobResult[] = []
  for (const { jobId, question } of asked.jobs) jobs.push(await readJobResult(input, jobId, question))
  const results = await Promise.all(
    contributors.map((contributor) => claimOf(client, contributor, jobs, earned(settled, contributor.id))),
  )
  const noise = new Set(contributors.filter(({ kind }) => kind === 'noise').map(({ id }) => id))
  const labels = plan.rows.map((row) => (noise.has(row.contributorId) ? '' : taskOfInput(row.row.input)))
  const scoredJobs = scored.map((scores, i) => ({ task: asked.jobs[i]!.question.task, scores }))
  return {
    contributors: results,
    jobs,
    ...rankingQuality(scoredJobs, labels),
    accuracyAfter: accuracyOf(jobs),
    money: sumMoney(
      settled.map(({ split }) => split),
      asked.paidWei,
    ),
  }
}

/** The `Settled` and `FeeSplit` events of these jobs. */
async function readSettled(client: ChainClient, asked: AskedQuestions) {
  const wanted = new Set(asked.jobs.map(({ jobId }) => jobId))
  const logs = await client.getLogs({ address: [ATTRIBUTION, FEE_SPLIT], fromBlock: 0n })
  const splits = parseEventLogs({ abi: feeSplitAbi, eventName: 'FeeSplit', logs })
  const settled = parseEventLogs({ abi: attributionAbi, eventName: 'Settled', logs })
  const splitOf = new Map(splits.map(({ args }) => [args.jobId, args.split]))
  return settled
    .filter(({ args }) => wanted.has(args.jobId))
    .map(({ args }) => ({ ...args, split: splitOf.get(args.jobId)! }))
}

function earned(settled: Awaited<ReturnType<typeof readSettled>>, id: bigint): bigint {
  return settled
    .flatMap(({ contributors, rewardsWei }) => rewardsWei.filter((_, i) => contributors[i] === id))
    .reduce((sum, wei) => sum + wei, 0n)
}

/** As `openledger_getJob` and `openledger_getAttribution` answer. */
interface JobAnswer {
  readonly output: `0x${string}`
  readonly split: { readonly feeWei: string }
}
interface PaidRow {
  readonly contributorId: string
  readonly rowId: string
  readonly weight: string
  readonly content: { readonly input?: string; readonly output?: string } | null
}

async function readJobResult(
  { client, contributors }: OutcomeInput,
  jobId: bigint,
  question: AskedQuestions['jobs'][number]['question'],
): Promise<JobResult> {
  const job = await ask<JobAnswer>(client, 'openledger_getJob', [`${jobId}`])
  const { rows } = await ask<{ rows: PaidRow[] }>(client, 'openledger_getAttribution', [`${jobId}`])
  const names = new Map(contributors.map(({ id, name }) => [`${id}`, name]))
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  return {
    jobId,
    task: question.task,
    question: text(question.row.input),
    wanted: text(question.row.output),
    answer: text(hexToBytes(job.output)),
    feeWei: BigInt(job.split.feeWei),
    paid: rows.map((row) => ({
      contributor: names.get(row.contributorId) ?? `contributor ${row.contributorId}`,
      rowId: BigInt(row.rowId),
      weight: Number(row.weight) / 2 ** 32,
      input: row.content?.input ?? '',
      output: row.content?.output ?? '',
    })),
  }
}

async function claimOf(
  client: ChainClient,
  contributor: Contribution,
  jobs: readonly JobResult[],
  earnedWei: bigint,
): Promise<ContributorResult> {
  const { name, kind, task, id, account } = contributor
  const native = { address: FEE_SPLIT, abi: feeSplitAbi } as const
  const balance = await client.readContract({ ...native, functionName: 'balanceOf', args: [id] })
  let claimedWei = 0n
  if (balance > 0n) {
    const receipt = await write(client, account, { ...native, functionName: 'claim', args: [account.address] })
    claimedWei = eventOf<{ claimWei: bigint }>(receipt, feeSplitAbi, 'Claimed').claimWei
  }
  return {
    name,
    kind,
    task,
    rowsOffered: contributor.offered,
    rowsOnChain: contributor.onChain,
    rowsAccepted: contributor.accepted,
    earnedWei,
    claimedWei,
    ownTaskShare: ownTaskShare(jobs, name, task),
  }
}
