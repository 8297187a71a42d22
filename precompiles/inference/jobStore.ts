/** Jobs as they lie in storage: finding one in the right state, and the books of IInference. */
import { inferenceStorage } from '../generated/inference.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'
import { inferenceContract, JOB_STATE } from './contract.ts'

export const openInference = (host: NativeHost) => openStorage(inferenceStorage, host)

/** Place and state of a job; refuses an unknown one. */
export function findJob(host: NativeHost, jobId: bigint) {
  const place = openInference(host).jobs.at(jobId)
  const state = place.state.get()
  if (state === JOB_STATE.none) throw inferenceContract.error('UnknownJob', jobId)
  return { jobId, place, state }
}
export type FoundJob = ReturnType<typeof findJob>

/** The job, if it is in one of these states. */
export function findJobIn(host: NativeHost, jobId: bigint, states: readonly bigint[]): FoundJob {
  const job = findJob(host, jobId)
  if (!states.includes(job.state)) throw inferenceContract.error('WrongJobState', jobId, job.state)
  return job
}

/** Moves `liabilities` by what came in (or, negative, went out). */
export function bookLiabilities(host: NativeHost, deltaWei: bigint): void {
  if (deltaWei === 0n) return
  const { liabilities } = openInference(host)
  liabilities.set(liabilities.get() + deltaWei)
}
