/** Opens what attesting takes, once RPC answers and there is a model: a client of this node, the studio worker, the influence worker. */
import type { Registry } from 'prom-client'
import type { BackendChoice } from '../../influence/backends/backendChoice.ts'
import { openInfluenceWorker } from '../../influence/worker/openInfluenceWorker.ts'
import type { WorkerStatus } from '../../influence/worker/workerStatus.ts'
import type { AttributionReads, InfluenceStatus } from '../../rpc/backend.ts'
import { createInfluenceMetrics } from '../metrics/influenceMetrics.ts'
import type { Attestation } from './attester.ts'
import { evidenceOf, scoredRows } from './scoredRows.ts'

/**
 * A GPU that gives no answer for half of this is left for the twin (influence.md §10.2 no. 2). A job waits 600 s for its
 * attestation by default, 120 s on a devnet (`attestationWindowS`); either leaves the twin half of the time and more.
 */
const ANSWER_WITHIN_MS = 120_000

export interface AttestationOptions {
  readonly influence: BackendChoice
  /** Is there a model at the head? Before the first nobody can ask for anything, and what attesting takes is not loaded. */
  readonly hasModel: () => boolean
  readonly onAttested: (attestation: Attestation) => void
  readonly log: (line: string) => void
  /** Where the worker's measurements go. */
  readonly registry: Registry
}

export interface AttestationDuty {
  /** From now on looks for what is owed; `rpcUrl` is this node's own. */
  start(rpcUrl: string): void
  onBlock(height: number): void
  readonly reads: AttributionReads
  influenceStatus(): InfluenceStatus
  /** What computes influence now, and why. */
  backendText(): string
  close(): Promise<void>
}

/** Blocks before `start` are found by the search for what is owed. */
export function createAttestationDuty(options: AttestationOptions): AttestationDuty {
  const note = logStatus(options.log)
  const metrics = createInfluenceMetrics(options.registry, () => influence.status())
  const influence = openInfluenceWorker({
    backend: options.influence,
    answerWithinMs: ANSWER_WITHIN_MS,
    onStatus(status) {
      metrics.onStatus(status)
      note(status)
    },
    onRequest: metrics.onRequest,
  })
  /** Resolves to nothing when it failed: the node goes on without attesting. */
  let opening: Promise<Awaited<ReturnType<typeof open>> | undefined> | undefined
  let failure: string | undefined
  const attester = async () => (await opening)?.attester

  async function open(rpcUrl: string) {
    const [{ connectChain }, { openStudio }, { createAttester }] = await Promise.all([
      import('../../studio/chain/client.ts'),
      import('../cli/baseModel.ts'),
      import('./attester.ts'),
    ])
    const client = await connectChain(rpcUrl)
    const studio = await openStudio()
    const { onAttested, log } = options
    return { studio, attester: createAttester({ client, studio, openers: influence, onAttested, log }) }
  }
  let url: string | undefined
  function openOnceNeeded() {
    if (url === undefined || opening !== undefined || !options.hasModel()) return
    opening = open(url).catch((error: unknown) => {
      failure = String(error)
      options.log(`attestation cannot start: ${failure}`)
      return undefined
    })
  }
  return {
    start(rpcUrl) {
      url = rpcUrl
      openOnceNeeded()
    },
    onBlock(height) {
      openOnceNeeded()
      void attester().then((it) => it?.onBlock(BigInt(height)))
    },
    reads: {
      async scoredRows(jobId) {
        const record = await (await attester())?.recordOf(jobId)
        return record && scoredRows(record)
      },
      async evidence(jobId) {
        const record = await (await attester())?.recordOf(jobId)
        return record && evidenceOf(record)
      },
      refusalOf: async (jobId) => (await attester())?.refusalOf(jobId),
      async proveRow(jobId, place, signal) {
        const ready = await attester()
        if (ready !== undefined) return ready.proveRow(jobId, place, signal)
        return { kind: 'refused', message: `this node computes no influence: ${failure ?? 'it has not started yet'}` }
      },
    },
    influenceStatus: metrics.status,
    backendText: () => statusText(influence.status()),
    async close() {
      const opened = await opening
      await opened?.attester.close()
      await opened?.studio.close()
      await influence.close()
    },
  }
}

function statusText({ backend, state, reason }: WorkerStatus): string {
  return backend === undefined ? state : `${backend} (${reason})`
}

/** One line when the backend is known and when a worker is lost. */
function logStatus(log: (line: string) => void): (status: WorkerStatus) => void {
  return (status) => {
    if (status.state === 'ready') log(`influence on ${statusText(status)}`)
    if (status.state === 'restarting') log(`influence worker lost, restarting: ${status.lastCrash}`)
  }
}
