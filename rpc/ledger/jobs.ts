/** A job as the chain tells it: its record, the events of its life, and its settled attribution. */
import { enumName } from '../../precompiles/enumName.ts'
import { JOB_STATE } from '../../precompiles/inference/contract.ts'
import { toHex } from '../../primitives/bytes.ts'
import type { Backend } from '../backend.ts'
import { ATTRIBUTION, INFERENCE } from './natives.ts'
import { nativeEvents, readNative } from './readNative.ts'

export async function readJob(backend: Backend, jobId: bigint) {
  const job = await readNative(backend, INFERENCE, 'getJob', [jobId])
  const state = enumName(JOB_STATE, job?.state ?? 0)
  return job === undefined || state === 'none' ? undefined : { ...job, state }
}

export type Job = NonNullable<Awaited<ReturnType<typeof readJob>>>

/** Input and output bytes as hex, from the events that carry them. */
export async function readTexts(backend: Backend, jobId: bigint) {
  const [requested] = await nativeEvents(backend, INFERENCE, 'JobRequested', { jobId })
  const [answered] = await nativeEvents(backend, INFERENCE, 'JobAnswered', { jobId })
  return { input: requested?.args.request.input ?? null, output: answered?.args.output ?? null }
}

export async function readRefund(backend: Backend, jobId: bigint) {
  const [refunded] = await nativeEvents(backend, INFERENCE, 'JobRefunded', { jobId })
  return refunded === undefined
    ? undefined
    : { from: enumName(JOB_STATE, refunded.args.from), refundWei: refunded.args.refundWei }
}

/** Record, result and paid rows, best first; `undefined` while the job is not settled. */
export async function readAttribution(backend: Backend, jobId: bigint) {
  const record = await readNative(backend, ATTRIBUTION, 'getAttribution', [jobId])
  if (record === undefined || record.blockNumber === 0n) return undefined
  const height = Number(record.blockNumber)
  const [settled] = await nativeEvents(backend, ATTRIBUTION, 'Settled', { jobId }, { from: height, to: height })
  if (settled === undefined) return undefined
  const { result, contributors, rewardsWei, versionId } = settled.args
  const entries = (await readNative(backend, ATTRIBUTION, 'entriesOf', [result])) ?? []
  return {
    record,
    versionId,
    result,
    transactionHash: toHex(settled.log.transactionHash),
    paid: entries.map((entry, i) => ({
      ...entry,
      rank: i + 1,
      contributorId: contributors[i] ?? 0n,
      rewardWei: rewardsWei[i] ?? 0n,
    })),
  }
}

export type SettledAttribution = NonNullable<Awaited<ReturnType<typeof readAttribution>>>
