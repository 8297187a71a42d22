/**
 * The validator's duty beside blocks: when a version is registered or a job answered, re-execute it, and sign its root
 * under `ATTR` only if all is byte-equal (influence.md §12). One duty at a time; what is owed is found again on start.
 */

import type { Hex } from 'viem'
import { JOB_STATE } from '../../precompiles/inference/contract.ts'
import { VERSION_STATE } from '../../precompiles/model/lifeCycle.ts'
import { fromHex } from '../../primitives/bytes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { readJob, readVersion } from '../../studio/chain/version.ts'
import type { StudioWorker } from '../../studio/surface.ts'
import { createAttempts } from './attempts.ts'
import { placesOf, scoresOf } from './attributeAnswer.ts'
import { type CheckedJob, checkJob } from './checkJob.ts'
import { checkVersion } from './checkVersion.ts'
import { createAskedReader, type Duty, findOwed } from './duties.ts'
import { openSource, type SourceOpeners } from './openSource.ts'
import { createOpenVersions } from './openVersions.ts'
import { createRowProver, type RowProver } from './rowProofs.ts'
import type { JobRecord } from './scoredRows.ts'

/** Attributions kept for `explainReward`; older ones are recomputed by whoever asks. */
const RECORDS_MAX = 256

export type Attestation =
  | { readonly kind: 'version'; readonly versionId: Hex; readonly root: Uint8Array }
  | { readonly kind: 'job'; readonly jobId: bigint; readonly root: Uint8Array; readonly result: Uint8Array }

interface KeptJob extends CheckedJob {
  readonly versionId: Hex
}

export interface AttesterOptions {
  /** Reads of this node's own chain. */
  readonly client: ChainClient
  readonly studio: StudioWorker
  readonly openers: SourceOpeners
  /** This node would sign: the host does, and brings the settlement. */
  readonly onAttested: (attestation: Attestation) => void
  readonly log: (line: string) => void
}

export interface Attester {
  /** Looks at what a final block asks for; returns at once. */
  onBlock(height: bigint): void
  /** Settles when nothing is owed. */
  idle(): Promise<void>
  /** Benefits are scored again: the record keeps only the query. */
  recordOf(jobId: bigint): Promise<JobRecord | undefined>
  refusalOf(jobId: bigint): string | undefined
  readonly proveRow: RowProver['prove']
  close(): Promise<void>
}

export function createAttester(options: AttesterOptions): Attester {
  const { client, studio, openers, log } = options
  const versions = createOpenVersions((versionId) =>
    openSource({ client, openers, baseContextTokens: studio.contextTokens }, versionId),
  )
  const kept = new Map<bigint, KeptJob>()
  const refusals = new Map<bigint, string>()
  const prover = createRowProver({
    client,
    use: versions.use,
    async computed(jobId, open) {
      const known = kept.get(jobId)
      if (known !== undefined) return known
      const job = await readJob(client, jobId)
      const checked = await checkJob({ client, studio, open }, jobId, job)
      if ('reason' in checked) return checked.reason
      keep(kept, jobId, { ...checked, versionId: job.versionId })
      return checked
    },
  })
  const readAsked = createAskedReader(client, log)
  const attempts = createAttempts(log)
  let isClosed = false
  let tail: Promise<void> = findOwed(client, log).then((owed) => runAll(owed))

  async function runAll(duties: readonly Duty[]): Promise<void> {
    for (const attempt of attempts.take(duties)) {
      if (isClosed) return
      await run(attempt.duty).catch((error: unknown) => attempts.failed(attempt, error))
    }
  }
  const run = (duty: Duty): Promise<void> => (duty.kind === 'version' ? runVersion(duty.versionId) : runJob(duty.jobId))

  async function runVersion(versionId: Hex): Promise<void> {
    const info = await readVersion(client, versionId)
    if (BigInt(info.state) !== VERSION_STATE.registered) return
    const objection = await versions.use(versionId, (open) => checkVersion(client, studio, open))
    if (objection !== undefined) return log(`version ${versionId} is not attested: ${objection.reason}`)
    options.onAttested({ kind: 'version', versionId, root: fromHex(info.sourceRoot) })
    log(`version ${versionId} attested: all that it took of ${info.rowCount} rows is byte-equal`)
  }

  async function runJob(jobId: bigint): Promise<void> {
    const job = await readJob(client, jobId)
    if (BigInt(job.state) !== JOB_STATE.answered) return
    const checked = await versions.use(job.versionId, (open) => checkJob({ client, studio, open }, jobId, job))
    if ('reason' in checked) {
      keep(refusals, jobId, checked.reason)
      return log(`job ${jobId} is not attested: ${checked.reason}`)
    }
    const { attribution } = checked
    keep(kept, jobId, { ...checked, versionId: job.versionId })
    options.onAttested({ kind: 'job', jobId, root: attribution.root, result: attribution.bytes })
  }

  return {
    onBlock(height) {
      tail = tail.then(async () => {
        if (!isClosed) await runAll(await readAsked(height))
      })
    },
    idle: () => tail,
    async recordOf(jobId) {
      const known = kept.get(jobId)
      if (known === undefined) return undefined
      return versions.use(known.versionId, async (open) => {
        const scores = await scoresOf(open, known)
        return scores && { ...known, scores, places: placesOf(open) }
      })
    },
    refusalOf: (jobId) => refusals.get(jobId),
    proveRow: prover.prove,
    async close() {
      isClosed = true
      await tail
      await versions.close()
    },
  }
}

function keep<T>(map: Map<bigint, T>, jobId: bigint, value: T): void {
  map.set(jobId, value)
  const oldest = map.keys().next()
  if (map.size > RECORDS_MAX && !oldest.done) map.delete(oldest.value)
}
