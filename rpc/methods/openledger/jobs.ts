/** openledger_getJob, openledger_getAttribution and openledger_explainReward. */
import type { Backend } from '../../backend.ts'
import type { Json } from '../../json.ts'
import { describeEvidence } from '../../ledger/evidence.ts'
import { explainReward } from '../../ledger/explainReward.ts'
import {
  readAttribution,
  readCitedRows,
  readJob,
  readMethod,
  readRefund,
  readTexts,
  type SettledAttribution,
} from '../../ledger/jobs.ts'
import { plainFields, plainJson } from '../../ledger/plainJson.ts'
import { describeContent, readRow, readRowBytes } from '../../ledger/rows.ts'
import { param } from '../../params/param.ts'
import { address, id } from '../../params/shapes.ts'
import { type MethodTable, method } from '../method.ts'

async function jobOf(backend: Backend, jobId: bigint): Promise<Json> {
  const job = await readJob(backend, jobId)
  if (job === undefined) return null
  const texts = await readTexts(backend, jobId)
  const refund = job.state === 'refunded' ? await readRefund(backend, jobId) : undefined
  const attribution = job.state === 'settled' ? await readAttribution(backend, jobId) : undefined
  return {
    jobId: jobId.toString(),
    ...plainFields(job),
    method: await readMethod(backend, job.versionId),
    ...texts,
    citedRows: await readCitedRows(backend, jobId),
    ...(refund !== undefined && { refund: plainJson(refund) }),
    ...(attribution !== undefined && { split: plainJson(attribution.record.split) }),
  }
}

async function paidRow(backend: Backend, paid: SettledAttribution['paid'][number]): Promise<Json> {
  const row = await readRow(backend, paid.datanetId, paid.rowId)
  const canonical = row && (await readRowBytes(backend, paid.datanetId, paid.rowId, row.rowHash))
  return { ...plainFields(paid), content: row === undefined ? null : describeContent(row.rowHash, canonical) }
}

async function attributionOf(backend: Backend, jobId: bigint): Promise<Json> {
  const attribution = await readAttribution(backend, jobId)
  if (attribution === undefined) return null
  const { record, versionId, result, transactionHash, paid } = attribution
  const rows: Json[] = []
  for (const one of paid) rows.push(await paidRow(backend, one))
  return {
    jobId: jobId.toString(),
    versionId,
    method: await readMethod(backend, versionId),
    ...plainFields(record),
    result,
    transactionHash,
    rows,
    citedRows: await readCitedRows(backend, jobId),
    ...describeEvidence(await backend.attributions.evidence(jobId)),
  }
}

const jobId = param('jobId', id)

export const jobMethods: MethodTable = {
  openledger_getJob: method([jobId], ({ backend }, wanted) => jobOf(backend, wanted)),
  /** `null` while the job is not settled. */
  openledger_getAttribution: method([jobId], ({ backend }, wanted) => attributionOf(backend, wanted)),
  openledger_explainReward: method([param('account', address), jobId], ({ backend }, account, wanted) =>
    explainReward(backend, account, wanted),
  ),
}
