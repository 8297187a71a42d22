/** What happens to a job between its request and its end: accept, cancel, expire, settle; respond.ts has the answer. */
import { equal } from '../../primitives/bytes.ts'
import type { FunctionArgs } from '../abiTypes.ts'
import { ATTRIBUTION_ADDRESS } from '../addresses.ts'
import { requireAtMost, requireSystem } from '../callers.ts'
import { type Frame, nativeErrors } from '../dispatch.ts'
import { feeSplitContract } from '../feeSplit/contract.ts'
import { feeOf, shareOf } from '../feeSplit/split.ts'
import type { inferenceAbi } from '../generated/inference.ts'
import { PAYEES_MAX } from '../limits.ts'
import { readParam } from '../params/contract.ts'
import { encodeCallback, inferenceContract, JOB_STATE } from './contract.ts'
import { bookLiabilities, type FoundJob, findJob, findJobIn, openInference } from './jobStore.ts'
import { countJob, findProvider, requireServed } from './providers.ts'

type Payees = FunctionArgs<typeof inferenceAbi, 'settleJob'>[1]

const NOBODY = new Uint8Array(20)

export function accept(frame: Frame, jobId: bigint): void {
  const { host, call } = frame
  const { providerId, place: provider } = findProvider(frame)
  const { place } = findJobIn(host, jobId, [JOB_STATE.open])
  const { wantedProvider, versionId, answerBy } = place.load()
  if (call.block.timestamp > answerBy) throw inferenceContract.error('TooLate', answerBy, call.block.timestamp)
  if (wantedProvider !== 0n && wantedProvider !== providerId)
    throw inferenceContract.error('ProviderReserved', wantedProvider, providerId)
  requireServed(host, providerId, versionId)
  const minWei = readParam(host, 'providerBondWei')
  const bondWei = provider.bondWei.get()
  if (bondWei < minWei) throw inferenceContract.error('BondTooSmall', minWei, bondWei)
  place.store({ state: JOB_STATE.taken, provider: providerId })
  countJob(host, providerId, 1n)
  inferenceContract.emit(host, 'JobAccepted', { jobId, providerId })
}

export function cancel(frame: Frame, jobId: bigint): void {
  const { host, call } = frame
  const job = findJobIn(host, jobId, [JOB_STATE.open])
  const requester = job.place.requester.get()
  if (!equal(requester, call.caller)) throw inferenceContract.error('NotRequester', requester, call.caller)
  refund(frame, job, 0n)
}

export function expire(frame: Frame, jobId: bigint): void {
  const { host, call } = frame
  const job = findJobIn(host, jobId, [JOB_STATE.open, JOB_STATE.taken, JOB_STATE.answered])
  const { answerBy, attestBy, provider } = job.place.load()
  const deadline = job.state === JOB_STATE.answered ? attestBy : answerBy
  if (call.block.timestamp <= deadline) throw inferenceContract.error('TooEarly', deadline, call.block.timestamp)
  if (job.state !== JOB_STATE.open) countJob(host, provider, -1n)
  refund(frame, job, job.state === JOB_STATE.taken ? slash(frame, jobId, provider) : 0n)
}

/** A share of the silent provider's bond; the requester gets it with the refund. */
function slash({ host }: Frame, jobId: bigint, providerId: bigint): bigint {
  const { bondWei } = openInference(host).providers.at(providerId)
  const slashWei = shareOf(bondWei.get(), readParam(host, 'providerSlashBps'))
  bondWei.set(bondWei.get() - slashWei)
  inferenceContract.emit(host, 'ProviderSlashed', { providerId, jobId, slashWei })
  return slashWei
}

function refund({ host }: Frame, { jobId, place, state }: FoundJob, extraWei: bigint): void {
  const { requester, escrowWei } = place.load()
  place.state.set(JOB_STATE.refunded)
  bookLiabilities(host, -(escrowWei + extraWei))
  inferenceContract.emit(host, 'JobRefunded', { jobId, requester, from: state, refundWei: escrowWei })
  host.pay(requester, escrowWei + extraWei)
}

/** The fee goes on to IFeeSplit, the rest of the escrow back; the callback waits until this frame has committed. */
export function settleJob(frame: Frame, jobId: bigint, payees: Payees) {
  const { host, call } = frame
  if (!equal(call.caller, ATTRIBUTION_ADDRESS)) throw nativeErrors.error('NotNative', call.caller)
  requireAtMost(payees, PAYEES_MAX)
  const { place } = findJobIn(host, jobId, [JOB_STATE.answered])
  const job = place.load()
  if (call.block.timestamp > job.attestBy) throw inferenceContract.error('TooLate', job.attestBy, call.block.timestamp)
  const { escrowWei, callbackWei, provider: providerId, requester } = job
  const rates = place.rates.load()
  const { feeWei } = feeOf({ ...job, rates }, job.inputTokens, job.outputTokens)
  place.state.set(JOB_STATE.settled)
  countJob(host, providerId, -1n)
  bookLiabilities(host, -escrowWei)
  const split = feeSplitContract.call(host, feeWei + callbackWei, 'bookJob', {
    ...job,
    jobId,
    providerId,
    rates,
    payees,
  })
  const refundWei = escrowWei - feeWei - callbackWei
  inferenceContract.emit(host, 'JobSettled', { jobId, providerId, feeWei, refundWei })
  host.pay(requester, refundWei)
  if (!equal(job.callback, NOBODY))
    host.callLater(job.callback, encodeCallback(jobId, job.output, job.callbackData), job.callbackGas, jobId)
  return split
}

export function reportCallback(frame: Frame, jobId: bigint, success: boolean): void {
  requireSystem(frame)
  const { place } = findJob(frame.host, jobId)
  inferenceContract.emit(frame.host, 'CallbackMade', { jobId, target: place.callback.get(), success })
}
