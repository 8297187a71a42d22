/** A job as the chain tells it: its record, the events of its life, and its settled attribution. */

import { JOB_STATE } from '../../precompiles/inference/contract.ts'
import { METHOD } from '../../precompiles/model/methods.ts'
import { enumName } from '../../precompiles/words.ts'
import { toHex } from '../../primitives/bytes.ts'
import type { Backend } from '../backend.ts'
import { ATTRIBUTION, INFERENCE, MODEL } from './natives.ts'
import { nativeEvents, readNative } from './readNative.ts'

export async function readJob(backend: Backend, jobId: bigint) {
  const job = await readNative(backend, INFERENCE, 'getJob', [jobId])
  const state = enumName(JOB_STATE, job?.state ?? 0)
  return job === undefined || state === 'none' ? undefined : { ...job, state }
}

export type Job = NonNullable<Awaited<ReturnType<typeof readJob>>>

/** By what a version attributes its answers. */
export async function readMethod(backend: Backend, versionId: `0x${string}`): Promise<keyof typeof METHOD> {
  const version = await readNative(backend, MODEL, 'getVersion', [versionId])
  return enumName(METHOD, version?.spec.method ?? 0)
}

/** The chunks that an answer names, as places in its version's index; none by a method that cites none. */
export async function readCitedRows(backend: Backend, jobId: bigint): Promise<readonly number[]> {
  const [cited] = await nativeEvents(backend, INFERENCE, 'RowsCited', { jobId })
  return cited?.args.rows ?? []
}

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
