/** Why one job paid, underpaid or did not pay an account's rows, with the numbers (rpc.md, economy.md). */
import { toHex } from '../../primitives/bytes.ts'
import type { Backend, ScoredRow } from '../backend.ts'
import type { Json } from '../json.ts'
import { refused } from '../rpcError.ts'
import { rowKey } from './evidence.ts'
import { type Job, readAttribution, readJob, readMethod, readRefund, type SettledAttribution } from './jobs.ts'
import { CONTRIBUTOR, DATANET } from './natives.ts'
import { readNative } from './readNative.ts'
import {
  explainOutside,
  explainPaid,
  explainUnpaid,
  type IndexPlace,
  type RowReason,
  type Verdict,
} from './rowReasons.ts'
import { type IndexedRow, readIndexRows, readRowsOf } from './rows.ts'

/** Rows of one Datanet that are looked through for an account's own: 64 calls. */
const DATANET_ROWS_MAX = 16_384n
/** Rows that one answer lists. */
const ROWS_SHOWN_MAX = 1_000

/** Throws when there is no such job. */
export async function explainReward(backend: Backend, account: Uint8Array, jobId: bigint): Promise<Json> {
  const job = await readJob(backend, jobId)
  if (job === undefined) throw refused(`unknown job ${jobId}`)
  const contributorId = (await readNative(backend, CONTRIBUTOR, 'idOf', [toHex(account)])) ?? 0n
  const about = { jobId: jobId.toString(), account: toHex(account), contributorId: contributorId.toString() }
  if (contributorId === 0n)
    return {
      ...about,
      status: 'noIdentity',
      rewardWei: '0',
      explanation: 'this account has added no row and has no identity',
      rows: [],
    }
  if (job.state !== 'settled')
    return { ...about, rewardWei: '0', rows: [], ...(await explainUnsettled(backend, jobId, job)) }
  const attribution = await readAttribution(backend, jobId)
  if (attribution === undefined) throw refused(`the attribution of job ${jobId} cannot be read`)
  return { ...about, ...(await explainSettled(backend, jobId, attribution, contributorId)) }
}

async function explainUnsettled(backend: Backend, jobId: bigint, job: Job) {
  const refusal = (await backend.attributions.refusalOf(jobId)) ?? null
  const deadline = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString()
  switch (job.state) {
    case 'open':
      return {
        status: 'waiting',
        explanation: `no provider has accepted the job yet; it can be answered until ${deadline(job.answerBy)}`,
      }
    case 'taken':
      return {
        status: 'waiting',
        explanation: `provider ${job.provider} has accepted and not yet answered; it has until ${deadline(job.answerBy)}`,
      }
    case 'answered':
      return {
        status: 'waiting',
        explanation: `answered; no quorum of validators has signed an attribution yet, they have until ${deadline(job.attestBy)}`,
        validatorRefusal: refusal,
      }
    default:
      return explainRefund(backend, jobId, refusal)
  }
}

async function explainRefund(backend: Backend, jobId: bigint, refusal: string | null) {
  const refund = await readRefund(backend, jobId)
  const why =
    refund?.from === 'answered'
      ? 'no quorum of validators signed the attribution in time'
      : refund?.from === 'taken'
        ? 'the provider that accepted did not answer in time'
        : 'it was cancelled, or nobody accepted it in time'
  const refundWei = (refund?.refundWei ?? 0n).toString()
  return { status: 'refunded', explanation: `the fee went back in full: ${why}`, refundWei, validatorRefusal: refusal }
}

/** The reasons of an account's rows within the model version. A row is known by its id: a retrieval index has chunks of it. */
function reasonsInIndex(
  index: readonly IndexedRow[],
  verdict: Verdict,
  scores: readonly ScoredRow[] | undefined,
  contributorId: bigint,
): RowReason[] {
  const indexed = new Map(index.map((row) => [rowKey(row), row]))
  const paid = Map.groupBy(verdict.paid, rowKey)
  const best = new Map<string, ScoredRow>()
  for (const one of scores ?? []) if (isBetter(one, best.get(rowKey(one)))) best.set(rowKey(one), one)
  const placeOf = (row: number): IndexPlace | undefined => {
    const known = scores?.[row] && indexed.get(rowKey(scores[row]))
    return known && { row, ...known }
  }
  return index.flatMap((own, at) => {
    if (own.contributorId !== contributorId) return []
    const [first, ...more] = paid.get(rowKey(own)) ?? []
    const scored = best.get(rowKey(own))
    const place = { row: scored?.row ?? (verdict.method === 'rag' ? null : at), ...own }
    return first === undefined
      ? explainUnpaid(place, scored, placeOf, verdict)
      : explainPaid(place, [first, ...more], verdict)
  })
}

const isBetter = (one: ScoredRow, other: ScoredRow | undefined): boolean => other === undefined || one.rank < other.rank

/** Rows of the version's Datanets that the index does not hold. */
async function reasonsOutside(
  backend: Backend,
  index: readonly IndexedRow[],
  contributorId: bigint,
): Promise<RowReason[]> {
  const held = new Set(index.map(({ datanetId, rowId }) => `${datanetId}:${rowId}`))
  const versions = new Map(index.map(({ datanetId, version }) => [datanetId, version]))
  const reasons: RowReason[] = []
  for (const [datanetId, version] of versions)
    for (const row of await readRowsOf(backend, datanetId, contributorId, DATANET_ROWS_MAX)) {
      if (held.has(`${datanetId}:${row.rowId}`)) continue
      const firstRowId =
        row.status === 'duplicate'
          ? await readNative(backend, DATANET, 'rowIdByHash', [datanetId, row.rowHash])
          : undefined
      reasons.push(explainOutside(datanetId, version, row, firstRowId))
    }
  return reasons
}

async function explainSettled(backend: Backend, jobId: bigint, attribution: SettledAttribution, contributorId: bigint) {
  const index = await readIndexRows(backend, attribution.versionId)
  const scores = await backend.attributions.scoredRows(jobId)
  const evidence = await backend.attributions.evidence(jobId)
  const verdict = { method: await readMethod(backend, attribution.versionId), evidence, paid: attribution.paid }
  const within = reasonsInIndex(index, verdict, scores, contributorId)
  const reasons = [...within, ...(await reasonsOutside(backend, index, contributorId))]
  const rewardWei = reasons.reduce((sum, { rewardWei }) => sum + BigInt(rewardWei), 0n)
  const { split } = attribution.record
  const paidRows = reasons.filter(({ status }) => status === 'paid').length
  return {
    status: rewardWei > 0n ? 'paid' : reasons.length === 0 ? 'noRows' : 'unpaid',
    explanation: summary(rewardWei, split.rewardsWei, paidRows, within.length, reasons.length, index.length),
    rewardWei: rewardWei.toString(),
    rewardsOfAllWei: split.rewardsWei.toString(),
    feeWei: split.feeWei.toString(),
    method: verdict.method,
    indexRows: index.length,
    paidRowsOfAll: attribution.paid.length,
    isScoreKnown: scores !== undefined,
    rows: reasons.slice(0, ROWS_SHOWN_MAX).map((reason) => ({ ...reason })),
  }
}

function summary(
  rewardWei: bigint,
  rewardsWei: bigint,
  paidRows: number,
  within: number,
  all: number,
  indexRows: number,
): string {
  if (all === 0) return 'this account has no row in the Datanets that the model version was trained on'
  if (rewardWei === 0n)
    return `none of its ${all} rows was paid; ${within} of them are among the ${indexRows} rows of the model version`
  const bps = rewardsWei === 0n ? 0n : (rewardWei * 10_000n) / rewardsWei
  return `${paidRows} of its ${within} rows in the model version were paid: ${rewardWei} wei, ${Number(bps) / 100} % of what all rows got`
}
