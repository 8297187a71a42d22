/** openledger_getRowProof: one row's score in one job, with all that `IAttribution.verifyRow` needs to check it. */
import { METHOD } from '../../../precompiles/model/methods.ts'
import { toHex } from '../../../primitives/bytes.ts'
import type { Backend, ProvedRow, RowPlace } from '../../backend.ts'
import { hex } from '../../format/quantity.ts'
import type { Json } from '../../json.ts'
import { type Job, readAttribution, readJob, type SettledAttribution } from '../../ledger/jobs.ts'
import { MODEL } from '../../ledger/natives.ts'
import { readNative } from '../../ledger/readNative.ts'
import { readRow } from '../../ledger/rows.ts'
import { expected, param, type Shape } from '../../params/param.ts'
import { id, looseCount, strictObject } from '../../params/shapes.ts'
import { refused, refusedError } from '../../rpcError.ts'
import { type MethodTable, method } from '../method.ts'

/** Rows of an index (influence.md §3.1). */
const ROWS_MAX = 2 ** 20
/** Id of the method whose scores are proved row by row. */
const DATAINF = Number(METHOD.datainf)

/** A place in the index, or the contribution itself. */
const rowPlace: Shape<RowPlace> = {
  schema: { title: 'row', oneOf: [{ type: ['integer', 'string'] }, { type: 'object' }] },
  parse: (value, at) => {
    if (typeof value === 'number' || typeof value === 'string') return { row: parseRow(value, at) }
    if (typeof value !== 'object' || value === null)
      throw expected(at, 'a row of the index, from 0, or {"datanetId", "rowId"}', value)
    const fields = strictObject(value, at, ['datanetId', 'rowId'])
    const field = (name: string) => id.parse(fields[name], `${at}.${name}`)
    return { datanetId: field('datanetId'), rowId: field('rowId') }
  },
}

function parseRow(value: number | string, at: string): number {
  const isDecimal = typeof value === 'string' && /^(?:0|[1-9]\d{0,6})$/.test(value)
  return looseCount(ROWS_MAX - 1).parse(isDecimal ? Number(value) : value, at)
}

async function rowProofOf(backend: Backend, jobId: bigint, place: RowPlace, signal: AbortSignal): Promise<Json> {
  const job = await readJob(backend, jobId)
  if (job === undefined) throw refused(`unknown job ${jobId}`)
  if (job.state !== 'settled' && job.state !== 'answered')
    throw refused(`job ${jobId} is ${job.state}: row proofs exist for jobs that are answered or settled`)
  const version = await readNative(backend, MODEL, 'getVersion', [job.versionId])
  if (version?.spec.method !== DATAINF)
    throw refused(`job ${jobId} is not attributed by method datainf: it has no row proofs`)
  const settled = job.state === 'settled' ? await readAttribution(backend, jobId) : undefined
  const proved = await backend.attributions.proveRow(jobId, place, signal)
  if (proved.kind === 'refused') throw refusedError(proved)
  if (settled !== undefined && settled.result !== toHex(proved.result))
    throw refused(`this node computes another result for job ${jobId} than the one that was settled`)
  return { ...(await describeProof(backend, jobId, job, proved, settled)) }
}

async function describeProof(
  backend: Backend,
  jobId: bigint,
  job: Job,
  proved: ProvedRow,
  settled: SettledAttribution | undefined,
): Promise<Record<string, Json>> {
  const { row, datanetId, rowId, score, exponentG } = proved
  const record = await readRow(backend, datanetId, rowId)
  const paid = settled?.paid.find((entry) => entry.row === row)
  return {
    jobId: jobId.toString(),
    state: job.state,
    method: 'datainf',
    versionId: job.versionId,
    indexRoot: hex(proved.indexRoot),
    attributionRoot: settled?.record.root ?? null,
    row,
    datanetId: datanetId.toString(),
    rowId: rowId.toString(),
    contributorId: record?.contributorId.toString() ?? null,
    status: proved.status,
    duplicateOf: proved.duplicateOf,
    score: score.toString(),
    exponentG,
    benefit: Number(score) * 2 ** -exponentG,
    isPaid: paid !== undefined,
    weight: (paid?.weight ?? 0n).toString(),
    rewardWei: settled === undefined ? null : (paid?.rewardWei ?? 0n).toString(),
    result: hex(proved.result),
    proof: hex(proved.proof),
  }
}

export const proofMethods: MethodTable = {
  openledger_getRowProof: method([param('jobId', id), param('row', rowPlace)], ({ backend, signal }, jobId, row) =>
    rowProofOf(backend, jobId, row, signal),
  ),
}
