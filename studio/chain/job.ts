/** Asking a model: request with escrow, then follow the job to its settlement or refund. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex, LocalAccount } from 'viem'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { type ChainClient, ChainRefusal, confirm, eventOf, send } from './client.ts'
import { INFERENCE, type JobInfo, readJob } from './version.ts'

const POLL_MS = 200
/** `JobState` of IInference: Settled and Refunded end a job. */
export const SETTLED = 4
export const REFUNDED = 5

export interface Question {
  readonly versionId: Hex
  readonly input: Uint8Array
  readonly maxInputTokens: number
  readonly maxOutputTokens: number
  /** Seconds from the newest block until which an answer is taken. */
  readonly answerWithinS: number
}

/** Sends the request with exactly the escrow that the chain quotes, and does not wait for the block. */
export async function sendRequest(client: ChainClient, account: LocalAccount, question: Question): Promise<Hex> {
  const { versionId, input, maxInputTokens, maxOutputTokens, answerWithinS } = question
  const native = { address: INFERENCE, abi: inferenceAbi } as const
  const quoteArgs = [versionId, maxInputTokens, maxOutputTokens, 0] as const
  const value = await client.readContract({ ...native, functionName: 'escrowFor', args: quoteArgs })
  const { timestamp } = await client.getBlock()
  const request = {
    versionId,
    input: toHex(input),
    maxInputTokens,
    maxOutputTokens,
    provider: 0n,
    answerBy: timestamp + BigInt(answerWithinS),
    callback: '0x0000000000000000000000000000000000000000',
    callbackGas: 0,
    callbackData: '0x',
  } as const
  return send(client, account, { ...native, functionName: 'request', args: [request], value })
}

/** Waits for the request's block; returns the job's number. */
export async function jobOf(client: ChainClient, hash: Hex): Promise<bigint> {
  return eventOf<{ jobId: bigint }>(await confirm(client, hash), inferenceAbi, 'JobRequested').jobId
}

/** Waits until the job is settled; throws `ChainRefusal` when it is refunded or the time is over. */
export async function waitSettled(client: ChainClient, jobId: bigint, timeoutMs: number): Promise<JobInfo> {
  const endMs = performance.now() + timeoutMs
  for (;;) {
    const job = await readJob(client, jobId)
    if (job.state === SETTLED) return job
    if (job.state === REFUNDED) throw new ChainRefusal('Refunded', `job ${jobId} was refunded in full`, job)
    if (performance.now() > endMs)
      throw new ChainRefusal('NotSettled', `job ${jobId} is not settled after ${timeoutMs / 1000} s`, job)
    await sleep(POLL_MS)
  }
}

export interface PostedAnswer {
  readonly output: Uint8Array
  /** Empty where the answer names none. */
  readonly citedRows: readonly number[]
}

/** What the provider posted, from the logs of its transaction. */
export async function readPosted(client: ChainClient, jobId: bigint): Promise<PostedAnswer> {
  const events = { address: INFERENCE, abi: inferenceAbi, args: { jobId }, fromBlock: 0n } as const
  const [answered] = await client.getContractEvents({ ...events, eventName: 'JobAnswered' })
  if (answered?.args.output === undefined)
    throw new ChainRefusal('NoAnswer', `no answer of job ${jobId} in the logs`, answered)
  const [cited] = await client.getContractEvents({ ...events, eventName: 'RowsCited' })
  return { output: fromHex(answered.args.output), citedRows: cited?.args.rows ?? [] }
}
