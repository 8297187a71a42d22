/** The demo's questions: asked, served by a provider in this process, settled, and what the asker paid for them. */
import type { Hex, LocalAccount } from 'viem'
import type { Query } from '../../influence/surface.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { jobOf, sendRequest, waitSettled } from '../../studio/chain/job.ts'
import { readParameters } from '../../studio/chain/parameters.ts'
import { runProvider } from '../../studio/chain/provider.ts'
import type { StudioWorker } from '../../studio/surface.ts'
import type { Step } from '../cli/terminal.ts'
import type { Question } from './cast.ts'

const ANSWER_WITHIN_S = 600
const SETTLE_TIMEOUT_MS = 300_000
const OUTPUT_TOKENS_MAX = 64

export interface AskOptions {
  readonly client: ChainClient
  readonly studio: StudioWorker
  readonly questions: readonly Question[]
  readonly versionId: Hex
  readonly asker: LocalAccount
  readonly provider: LocalAccount
}

export interface AskedQuestions {
  readonly jobs: readonly { readonly jobId: bigint; readonly question: Question }[]
  /** By job: what the provider committed to. */
  readonly queries: readonly Query[]
  /** Wei that left the asker beside gas. */
  readonly paidWei: bigint
}

/** Sends all questions, serves them as a provider would with `openledger serve`, and waits for the settlements. */
export async function askAll(options: AskOptions, step: Step): Promise<AskedQuestions> {
  const { client, studio, questions, versionId } = options
  const [bondWei] = await readParameters(client, ['providerBondWei'])
  const stop = new AbortController()
  const queries = new Map<bigint, Query>()
  const provider = runProvider(client, options.provider, studio, {
    versionIds: [versionId],
    endpoint: '',
    bondWei,
    signal: stop.signal,
    onEvent(event) {
      if (event.kind === 'answered' && event.given.method === 'datainf') queries.set(event.jobId, event.given.query)
      if (event.kind === 'declined') step.update(`job ${event.jobId} declined: ${event.reason}`)
      else step.update(`${queries.size} of ${questions.length} answered`)
    },
  })
  const endedEarly = provider.then(() => Promise.reject(new Error('the provider ended early')))
  try {
    return await Promise.race([endedEarly, askAndWait(options, queries)])
  } finally {
    stop.abort()
    await provider.catch(() => {})
    await endedEarly.catch(() => {})
  }
}

async function askAndWait(options: AskOptions, queries: ReadonlyMap<bigint, Query>): Promise<AskedQuestions> {
  const { client, questions, versionId, asker } = options
  const before = await client.getBalance({ address: asker.address })
  const sent: { hash: Hex; question: Question }[] = []
  for (const question of questions) {
    const request = { versionId, input: question.row.input, answerWithinS: ANSWER_WITHIN_S }
    const bounds = { maxInputTokens: question.row.input.length + 1, maxOutputTokens: OUTPUT_TOKENS_MAX }
    sent.push({ hash: await sendRequest(client, asker, { ...request, ...bounds }), question })
  }
  const jobs = []
  for (const { hash, question } of sent) jobs.push({ jobId: await jobOf(client, hash), question })
  await Promise.all(jobs.map(({ jobId }) => waitSettled(client, jobId, SETTLE_TIMEOUT_MS)))
  const gasWei = await gasOf(
    client,
    sent.map(({ hash }) => hash),
  )
  const after = await client.getBalance({ address: asker.address })
  return { jobs, queries: jobs.map(({ jobId }) => queries.get(jobId)!), paidWei: before - after - gasWei }
}

async function gasOf(client: ChainClient, hashes: readonly Hex[]): Promise<bigint> {
  let wei = 0n
  for (const hash of hashes) {
    const { gasUsed, effectiveGasPrice } = await client.getTransactionReceipt({ hash })
    wei += gasUsed * effectiveGasPrice
  }
  return wei
}
