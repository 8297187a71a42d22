/** A provider's loop: takes jobs of the versions it serves, answers them with the deterministic engine, and responds. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Hex, type LocalAccount, parseEventLogs, size } from 'viem'
import { RetrievalEngine } from '../../influence/rag/retrievalEngine.ts'
import { isRefused } from '../../influence/refusal.ts'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { StudioWorker } from '../surface.ts'
import { type ChainClient, ChainRefusal, confirm, send, write } from './client.ts'
import { idOf } from './identity.ts'
import { readChunkTexts } from './ragChunks.ts'
import { answerQuestion, type GivenAnswer, type Serving } from './serving.ts'
import {
  contextTokensOf,
  ENGINE_STUDIO,
  INFERENCE,
  loadVersion,
  questionBytesMax,
  readJob,
  type VersionBy,
} from './version.ts'

/** How often new blocks are looked for: a fraction of the shortest block time. */
const POLL_MS = 200
/** Jobs looked at on start for answers that a stopped provider still owes. */
const OWED_JOBS_MAX = 1_000n
/** `JobState` of IInference. */
const TAKEN = 2

export type ProviderEvent =
  | { readonly kind: 'accepted'; readonly jobId: bigint }
  | {
      readonly kind: 'answered'
      readonly jobId: bigint
      readonly output: string
      readonly tokens: number
      readonly given: GivenAnswer
    }
  | { readonly kind: 'declined'; readonly jobId: bigint; readonly reason: string }

export interface ProviderOptions {
  readonly versionIds: readonly Hex[]
  readonly endpoint: string
  readonly bondWei: bigint
  readonly signal: AbortSignal
  readonly onEvent?: (event: ProviderEvent) => void
}

interface Provider {
  readonly client: ChainClient
  readonly account: LocalAccount
  readonly studio: StudioWorker
  readonly id: bigint
  readonly versions: ReadonlyMap<Hex, Serving>
  readonly report: (event: ProviderEvent) => void
}

/** Runs until the signal aborts; throws `ChainRefusal` or `ContentError` when it cannot start. */
export async function runProvider(
  client: ChainClient,
  account: LocalAccount,
  studio: StudioWorker,
  options: ProviderOptions,
): Promise<void> {
  const fromBlock = await client.getBlockNumber({ cacheTime: 0 })
  const id = await register(client, account, options)
  const loaded: (readonly [Hex, Serving])[] = []
  for (const versionId of options.versionIds) loaded.push([versionId, await openServing(client, studio, versionId)])
  const report = options.onEvent ?? (() => {})
  const provider: Provider = { client, account, studio, id, versions: new Map(loaded), report }
  for (const jobId of await owedJobs(provider)) await answerOne(provider, jobId)
  let next = fromBlock
  while (!options.signal.aborted) {
    const head = await client.getBlockNumber({ cacheTime: 0 })
    if (head >= next) {
      await takeJobs(provider, next, head)
      next = head + 1n
    }
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => {})
  }
}

/** Loads a version and whatever its method answers with; throws `ChainRefusal` for one of another engine. */
async function openServing(client: ChainClient, studio: StudioWorker, versionId: Hex): Promise<Serving> {
  const version = await loadVersion(client, versionId)
  if (version.info.spec.engine !== ENGINE_STUDIO)
    throw new ChainRefusal('OtherEngine', `version ${versionId} is served by another engine`, version.info)
  if (version.method === 'datainf') return { method: 'datainf', version }
  if (version.method === 'span') return { method: 'span', version }
  return openChunks(client, studio, version)
}

async function openChunks(client: ChainClient, studio: StudioWorker, version: VersionBy<'rag'>): Promise<Serving> {
  // A quorum has verified the file in full.
  const retrieval = await RetrievalEngine.open(version.source, { verify: 'header' })
  if (isRefused(retrieval)) throw new ChainRefusal(retrieval.code, `retrieval index: ${retrieval.expected}`, retrieval)
  const chunks = await readChunkTexts(client, version, studio.contextTokens)
  const contextTokens = contextTokensOf(version.adapter, studio.contextTokens)
  return { method: 'rag', version, contextTokens, chunks, retrieval }
}

/** Registers with a bond on first use and names the versions served; returns the provider's contributor id. */
async function register(client: ChainClient, account: LocalAccount, options: ProviderOptions): Promise<bigint> {
  const base = { address: INFERENCE, abi: inferenceAbi } as const
  const known = await idOf(client, account.address)
  const isRegistered =
    known !== 0n && (await client.readContract({ ...base, functionName: 'getProvider', args: [known] })).isRegistered
  if (!isRegistered) {
    const args = [options.endpoint, options.versionIds]
    await write(client, account, { ...base, functionName: 'registerProvider', args, value: options.bondWei })
    return idOf(client, account.address)
  }
  const missing: Hex[] = []
  for (const version of options.versionIds)
    if (!(await client.readContract({ ...base, functionName: 'isServed', args: [known, version] })))
      missing.push(version)
  if (missing.length > 0) await write(client, account, { ...base, functionName: 'serve', args: [missing] })
  return known
}

/** Jobs that this provider accepted before it stopped. */
async function owedJobs(provider: Provider): Promise<bigint[]> {
  const { client } = provider
  const count = await client.readContract({ address: INFERENCE, abi: inferenceAbi, functionName: 'jobCount' })
  const owed: bigint[] = []
  for (let jobId = count; jobId > 0n && jobId > count - OWED_JOBS_MAX; jobId--) {
    const job = await readJob(client, jobId)
    if (job.state === TAKEN && job.provider === provider.id && provider.versions.has(job.versionId)) owed.push(jobId)
  }
  return owed.reverse()
}

/** Accepts the open jobs of these blocks, then answers them one by one while the acceptances are mined. */
async function takeJobs(provider: Provider, fromBlock: bigint, toBlock: bigint): Promise<void> {
  const { client, account, report } = provider
  const logs = await client.getLogs({ address: INFERENCE, fromBlock, toBlock })
  const requested = parseEventLogs({ abi: inferenceAbi, eventName: 'JobRequested', logs })
  const sent: { jobId: bigint; hash: Hex }[] = []
  for (const { args } of requested) {
    const wanted = args.request.provider
    if (!provider.versions.has(args.versionId) || (wanted !== 0n && wanted !== provider.id)) continue
    const bytes = size(args.request.input)
    const { method, version } = provider.versions.get(args.versionId)!
    const bytesMax = questionBytesMax(method, contextTokensOf(version.adapter, provider.studio.contextTokens))
    if (bytes > bytesMax) {
      // An accepted job that gets no answer costs a share of the bond.
      report({ kind: 'declined', jobId: args.jobId, reason: `${bytes} bytes of input, the model reads ${bytesMax}` })
      continue
    }
    const call = { address: INFERENCE, abi: inferenceAbi, functionName: 'accept', args: [args.jobId] } as const
    try {
      sent.push({ jobId: args.jobId, hash: await send(client, account, call) })
    } catch (error) {
      report({ kind: 'declined', jobId: args.jobId, reason: reasonOf(error) })
    }
  }
  for (const { jobId, hash } of sent) {
    try {
      await confirm(client, hash)
      report({ kind: 'accepted', jobId })
      await answerOne(provider, jobId)
    } catch (error) {
      report({ kind: 'declined', jobId, reason: reasonOf(error) })
    }
  }
}

const reasonOf = (error: unknown): string => (error instanceof ChainRefusal ? error.message : String(error))

async function answerOne(provider: Provider, jobId: bigint): Promise<void> {
  const { client, account, studio, versions, report } = provider
  const job = await readJob(client, jobId)
  const given = await answerQuestion(studio, versions.get(job.versionId)!, {
    jobId,
    input: await readInput(client, jobId),
    bounds: { maxInputTokens: job.maxInputTokens, maxOutputTokens: job.maxOutputTokens },
    citationsMax: job.citationsMax,
  })
  if ('kind' in given)
    return report({ kind: 'declined', jobId, reason: `${given.code}: expected ${given.expected}, got ${given.got}` })
  await send(client, account, { address: INFERENCE, abi: inferenceAbi, ...responseOf(jobId, given) })
  const { output, tOut } = given.answer
  report({ kind: 'answered', jobId, output: new TextDecoder().decode(output), tokens: tOut, given })
}

/** The call that posts an answer. */
export function responseOf(jobId: bigint, given: GivenAnswer) {
  const { answer, queryHash } = given
  const args = [jobId, toHex(answer.output), answer.tIn, answer.tOut, toHex(queryHash)] as const
  if (given.method !== 'rag') return { functionName: 'respond', args } as const
  return { functionName: 'respondCiting', args: [...args, given.cited] } as const
}

/** A job's input bytes, from its `JobRequested` log. */
export async function readInput(client: ChainClient, jobId: bigint): Promise<Uint8Array> {
  const [log] = await client.getContractEvents({
    address: INFERENCE,
    abi: inferenceAbi,
    eventName: 'JobRequested',
    args: { jobId },
    fromBlock: 0n,
  })
  if (log?.args.request === undefined)
    throw new ChainRefusal('UnknownJob', `no request of job ${jobId} in the logs`, log)
  return fromHex(log.args.request.input)
}
