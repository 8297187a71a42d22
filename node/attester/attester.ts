/**
 * The validator's duty beside blocks: when a version is registered or a job answered, re-execute it, and sign its root
 * under `ATTR` only if all is byte-equal (influence.md §12). One duty at a time; what is owed is found again on start.
 */
import { bytesToHex, type Hex, hexToBytes, parseEventLogs } from 'viem'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import type { Attribution, IndexSource, OpenedIndex, Query } from '../../influence/surface.ts'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { INFERENCE, loadVersion, MODEL, readJob, readVersion, type VersionContent } from '../../studio/chain/version.ts'
import type { StudioWorker } from '../../studio/surface.ts'
import { checkJob } from './checkJob.ts'
import { checkVersion } from './checkVersion.ts'

/** Opened versions kept: an index of the slice is some megabytes, in this process and in the worker. */
const OPEN_VERSIONS_MAX = 4
/** Attributions kept for `explainReward`; older ones are recomputed by whoever asks. */
const RECORDS_MAX = 256
/** Jobs looked at on start. */
const OWED_JOBS_MAX = 10_000n
/** `VersionState.Registered` of IModel, `JobState.Answered` of IInference. */
const REGISTERED = 1
const ANSWERED = 3

export type Attestation =
  | { readonly kind: 'version'; readonly versionId: Hex; readonly root: Uint8Array }
  | { readonly kind: 'job'; readonly jobId: bigint; readonly root: Uint8Array; readonly result: Uint8Array }

/** What this node computed for a job. */
export interface JobRecord {
  readonly attribution: Attribution
  /** Benefits of all rows of the index, by row. */
  readonly scores: BigInt64Array
  readonly version: VersionContent
}

interface KeptJob {
  readonly attribution: Attribution
  readonly query: Query
  readonly versionId: Hex
}

export interface AttesterOptions {
  /** Reads of this node's own chain. */
  readonly client: ChainClient
  readonly studio: StudioWorker
  readonly openIndex: (source: IndexSource) => Promise<OpenedIndex | Refused>
  /** This node would sign: the host does, and brings the settlement. */
  readonly onAttested: (attestation: Attestation) => void
  readonly log: (line: string) => void
}

export interface Attester {
  /** Looks at what a final block asks for; returns at once. */
  onBlock(height: bigint): void
  /** Settles when nothing is owed. */
  idle(): Promise<void>
  /** Scores are computed again: the record keeps only the query. */
  recordOf(jobId: bigint): Promise<JobRecord | undefined>
  refusalOf(jobId: bigint): string | undefined
  close(): Promise<void>
}

interface OpenVersion {
  readonly version: VersionContent
  readonly opened: OpenedIndex
}

export function createAttester(options: AttesterOptions): Attester {
  const versions = new Map<Hex, OpenVersion>()
  const kept = new Map<bigint, KeptJob>()
  const refusals = new Map<bigint, string>()
  let tail: Promise<void> = findOwed(options).then((owed) => runAll(owed))
  let isClosed = false

  async function runAll(duties: readonly Duty[]): Promise<void> {
    for (const duty of duties) {
      if (isClosed) return
      await run(duty).catch((error: unknown) => options.log(`${nameOf(duty)} is not attested: ${messageOf(error)}`))
    }
  }
  const run = (duty: Duty): Promise<void> => (duty.kind === 'version' ? runVersion(duty.versionId) : runJob(duty.jobId))

  async function runVersion(versionId: Hex): Promise<void> {
    const info = await readVersion(options.client, versionId)
    if (info.state !== REGISTERED) return
    const { version } = await openVersion(versionId)
    const objection = await checkVersion(options.client, options.studio, version)
    if (objection !== undefined) return options.log(`version ${versionId} is not attested: ${objection.reason}`)
    options.onAttested({ kind: 'version', versionId, root: hexToBytes(info.indexRoot) })
    options.log(`version ${versionId} attested: ${info.rowCount} rows re-executed, byte-equal`)
  }

  async function runJob(jobId: bigint): Promise<void> {
    const job = await readJob(options.client, jobId)
    if (job.state !== ANSWERED) return
    const { version, opened } = await openVersion(job.versionId)
    const checked = await checkJob({ client: options.client, studio: options.studio, version, opened }, jobId, job)
    if ('reason' in checked) {
      keep(refusals, jobId, checked.reason)
      return options.log(`job ${jobId} is not attested: ${checked.reason}`)
    }
    const { attribution, query } = checked
    keep(kept, jobId, { attribution, query, versionId: job.versionId })
    options.onAttested({ kind: 'job', jobId, root: attribution.root, result: attribution.bytes })
  }

  /** Opens with full verification and checks the root against the chain's; throws when it does not hold. */
  async function openVersion(versionId: Hex): Promise<OpenVersion> {
    const known = versions.get(versionId)
    if (known !== undefined) return known
    const version = await loadVersion(options.client, versionId)
    const opened = await options.openIndex(version.index.bytes)
    if (isRefused(opened)) throw new Error(`index: ${opened.code}: expected ${opened.expected}, got ${opened.got}`)
    const root = bytesToHex(opened.info.indexRoot)
    if (root !== version.info.indexRoot) throw new Error(`index root: expected ${version.info.indexRoot}, got ${root}`)
    const [oldest] = versions
    if (versions.size === OPEN_VERSIONS_MAX && oldest !== undefined) {
      versions.delete(oldest[0])
      await oldest[1].opened.close()
    }
    versions.set(versionId, { version, opened })
    return { version, opened }
  }

  return {
    onBlock(height) {
      tail = tail.then(async () => {
        if (isClosed) return
        await runAll(await findAsked(options, height))
      })
    },
    idle: () => tail,
    async recordOf(jobId) {
      const job = kept.get(jobId)
      if (job === undefined) return undefined
      const { version, opened } = await openVersion(job.versionId)
      const scored = await opened.score(job.query)
      return isRefused(scored) ? undefined : { attribution: job.attribution, scores: scored.scores, version }
    },
    refusalOf: (jobId) => refusals.get(jobId),
    async close() {
      isClosed = true
      await tail
      for (const { opened } of versions.values()) await opened.close()
    },
  }
}

type Duty = { readonly kind: 'version'; readonly versionId: Hex } | { readonly kind: 'job'; readonly jobId: bigint }

const nameOf = (duty: Duty): string => (duty.kind === 'version' ? `version ${duty.versionId}` : `job ${duty.jobId}`)
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function keep<T>(map: Map<bigint, T>, jobId: bigint, value: T): void {
  map.set(jobId, value)
  const oldest = map.keys().next()
  if (map.size > RECORDS_MAX && !oldest.done) map.delete(oldest.value)
}

async function findAsked({ client }: AttesterOptions, height: bigint): Promise<Duty[]> {
  const logs = await client.getLogs({ address: [MODEL, INFERENCE], fromBlock: height, toBlock: height })
  const registered = parseEventLogs({ abi: modelAbi, eventName: 'VersionRegistered', logs })
  const answered = parseEventLogs({ abi: inferenceAbi, eventName: 'JobAnswered', logs })
  return [
    ...registered.map(({ args }) => ({ kind: 'version' as const, versionId: args.versionId })),
    ...answered.map(({ args }) => ({ kind: 'job' as const, jobId: args.jobId })),
  ]
}

/** Versions and jobs that wait for an attestation since before this process started. */
async function findOwed({ client, log }: AttesterOptions): Promise<Duty[]> {
  const duties: Duty[] = []
  try {
    const model = { address: MODEL, abi: modelAbi } as const
    const models = await client.readContract({ ...model, functionName: 'modelCount' })
    for (let modelId = 1n; modelId <= models; modelId++) {
      const { versionCount } = await client.readContract({ ...model, functionName: 'getModel', args: [modelId] })
      for (let number = 1n; number <= versionCount; number++) {
        const args = [modelId, number] as const
        duties.push({
          kind: 'version',
          versionId: await client.readContract({ ...model, functionName: 'versionIdOf', args }),
        })
      }
    }
    const jobs = await client.readContract({ address: INFERENCE, abi: inferenceAbi, functionName: 'jobCount' })
    const first = jobs > OWED_JOBS_MAX ? jobs - OWED_JOBS_MAX : 0n
    for (let jobId = first + 1n; jobId <= jobs; jobId++) duties.push({ kind: 'job', jobId })
  } catch (error) {
    log(`the chain could not be searched for owed attestations: ${messageOf(error)}`)
  }
  return duties
}
