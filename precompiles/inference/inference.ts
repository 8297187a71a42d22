/** IInference: providers, paid jobs and their escrow. */
import { contributorContract } from '../contributor/contract.ts'
import { defineNative, type Frame, type Native } from '../dispatch.ts'
import { inferenceContract } from './contract.ts'
import { findJob, openInference } from './jobStore.ts'
import { accept, cancel, expire, reportCallback, settleJob } from './jobs.ts'
import {
  addBond,
  isServed,
  registerProvider,
  serve,
  setEndpoint,
  stopServing,
  unregisterProvider,
} from './providers.ts'
import { escrowFor, request } from './request.ts'
import { respond, respondCiting } from './respond.ts'

function getJob({ host }: Frame, jobId: bigint) {
  const { place } = findJob(host, jobId)
  return { ...place.load(), rates: place.rates.load() }
}

function getProvider({ host }: Frame, providerId: bigint) {
  const wallet = contributorContract.call(host, 0n, 'walletOf', providerId)
  return { ...openInference(host).providers.at(providerId).load(), wallet }
}

export const inference: Native = defineNative('IInference', inferenceContract, {
  registerProvider,
  unregisterProvider,
  addBond,
  setEndpoint,
  serve,
  stopServing,
  request,
  accept,
  respond: (frame, jobId, output, inputTokens, outputTokens, queryHash) =>
    respond(frame, jobId, { output, inputTokens, outputTokens, queryHash }),
  respondCiting: (frame, jobId, output, inputTokens, outputTokens, queryHash, citedRows) =>
    respondCiting(frame, jobId, { output, inputTokens, outputTokens, queryHash }, citedRows),
  cancel,
  expire,
  settleJob,
  reportCallback,
  jobCount: ({ host }) => openInference(host).jobCount.get(),
  getJob,
  getProvider,
  isServed: ({ host }, providerId, versionId) => isServed(host, providerId, versionId),
  escrowFor: (frame, versionId, maxInputTokens, maxOutputTokens, callbackGas) =>
    escrowFor(frame, versionId, { maxInputTokens, maxOutputTokens, callbackGas }),
  liabilities: ({ host }) => openInference(host).liabilities.get(),
})
