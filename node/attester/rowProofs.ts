/**
 * Row proofs for whoever asks: one row's score, opened against the job's result. The version's index is opened from its
 * content when it is not open, and a job of before this process's start is re-executed, as a validator does.
 */
import { BaseError, type Hex } from 'viem'
import { ACCEPTED, DUPLICATE, type IndexFile } from '../../influence/indexFile.ts'
import { isRefused } from '../../influence/refusal.ts'
import { encodeRowProof } from '../../influence/rowProof.ts'
import type { Attribution } from '../../influence/surface.ts'
import { verifyRow } from '../../influence/verifyRow.ts'
import { InfluenceWorkerError } from '../../influence/worker/openInfluenceWorker.ts'
import type { ProvedRow, Refused, RowPlace } from '../../rpc/backend.ts'
import { type ChainClient, ChainRefusal } from '../../studio/chain/client.ts'
import { ContentError } from '../../studio/chain/content.ts'
import type { GivenAnswer } from '../../studio/chain/serving.ts'
import { readJob } from '../../studio/chain/version.ts'
import type { OpenVersion } from './openSource.ts'
import { VersionUnusable } from './openSource.ts'

/** Proofs in the queue: one is at work at a time, so that no attestation ever waits for more than one. */
const PROOFS_WAITING_MAX = 32

export interface RowProverOptions {
  readonly client: ChainClient
  /** Opens a version for the time of the work. */
  readonly use: <T>(versionId: Hex, work: (version: OpenVersion) => Promise<T>) => Promise<T>
  /** The job's query and result, from memory or re-executed; a text says why it does not re-execute. */
  readonly computed: (jobId: bigint, open: OpenVersion) => Promise<ComputedJob | string>
}

export interface ComputedJob {
  readonly attribution: Attribution
  readonly given: GivenAnswer
}

export interface RowProver {
  /** A job that is answered or settled, by a version of method datainf; `signal` ends a wait that nobody waits for. */
  prove(jobId: bigint, place: RowPlace, signal?: AbortSignal): Promise<ProvedRow | Refused>
}

const refuse = (message: string): Refused => ({ kind: 'refused', message })

export function createRowProver(options: RowProverOptions): RowProver {
  let waiting = 0
  let tail: Promise<unknown> = Promise.resolve()
  const prove = async (jobId: bigint, place: RowPlace, signal?: AbortSignal): Promise<ProvedRow | Refused> => {
    if (signal?.aborted) return refuse('nobody waits for this row proof any more')
    const { versionId } = await readJob(options.client, jobId)
    return options.use(versionId, (open) => proveOpened(options, jobId, place, open))
  }
  return {
    prove(jobId, place, signal) {
      if (waiting >= PROOFS_WAITING_MAX)
        return Promise.resolve(refuse(`${waiting} row proofs are waiting on this node already: ask again later`))
      waiting++
      const own = tail.then(() => prove(jobId, place, signal)).catch((error: unknown) => wordsOf(jobId, error))
      tail = own.then(
        () => waiting--,
        () => waiting--,
      )
      return own
    },
  }
}

/** What the world refuses, in words; a bug stays an error. */
function wordsOf(jobId: bigint, error: unknown): Refused {
  const isOfTheWorld =
    error instanceof ContentError ||
    error instanceof ChainRefusal ||
    error instanceof VersionUnusable ||
    error instanceof InfluenceWorkerError ||
    error instanceof BaseError
  if (!isOfTheWorld) throw error
  return refuse(`no row proof for job ${jobId}: ${error.message}`)
}

async function proveOpened(
  { computed }: RowProverOptions,
  jobId: bigint,
  place: RowPlace,
  open: OpenVersion,
): Promise<ProvedRow | Refused> {
  if (open.method !== 'datainf')
    return refuse(`no row proof for job ${jobId}: it is attributed by ${open.method}, whose proofs are of another kind`)
  const { index } = open.version
  const row = placeIn(index, place)
  if (typeof row !== 'number') return row
  const job = await computed(jobId, open)
  if (typeof job === 'string') return refuse(`no row proof for job ${jobId}: this node does not re-execute it: ${job}`)
  if (job.given.method !== 'datainf') throw new TypeError(`an answer by ${job.given.method} for a version of datainf`)
  const proof = await open.opened.proveRow(job.given.query, row)
  if (isRefused(proof)) return refuse(`no row proof for job ${jobId}: ${proof.code}: expected ${proof.expected}`)
  const { indexRoot } = open.opened.info
  const verified = verifyRow(proof, indexRoot, job.attribution.bytes)
  if (isRefused(verified)) throw new TypeError(`own row proof is refused: ${verified.code}`)
  return {
    kind: 'proved',
    row,
    ...contributionAt(index, row),
    score: verified.score,
    exponentG: proof.exponentG,
    indexRoot,
    result: job.attribution.bytes,
    proof: encodeRowProof(proof),
  }
}

function placeIn({ rows, header }: IndexFile, place: RowPlace): number | Refused {
  if ('row' in place) {
    if (place.row < header.rowCount) return place.row
    return refuse(
      `row ${place.row} is out of range: the index has ${header.rowCount} rows, 0 to ${header.rowCount - 1}`,
    )
  }
  const { datanetId, rowId } = place
  const row = rows.rowIds.findIndex((id, i) => id === rowId && rows.datanetIds[i] === datanetId)
  return row >= 0 ? row : refuse(`row ${rowId} of Datanet ${datanetId} is not in the index of the job's model version`)
}

function contributionAt(
  { rows }: IndexFile,
  row: number,
): Pick<ProvedRow, 'datanetId' | 'rowId' | 'status'> & { duplicateOf: number | null } {
  const status = rows.status[row] === ACCEPTED ? 'accepted' : rows.status[row] === DUPLICATE ? 'duplicate' : 'empty'
  const duplicateOf = status === 'duplicate' ? rows.duplicateOf[row]! : null
  return { datanetId: rows.datanetIds[row]!, rowId: rows.rowIds[row]!, status, duplicateOf }
}
