/** A validator's check of an answered job: re-executes answer, counts and query, and scores the index if all is byte-equal. */

import { isRefused } from '../../influence/refusal.ts'
import type { Attribution, OpenedIndex, Query } from '../../influence/surface.ts'
import { toHex } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { readInput } from '../../studio/chain/provider.ts'
import { type AnsweredJob, answerJob } from '../../studio/chain/query.ts'
import type { JobInfo, VersionContent } from '../../studio/chain/version.ts'
import type { StudioWorker } from '../../studio/surface.ts'
import { type Objection, object } from './checkVersion.ts'

export interface JobDuty {
  readonly client: ChainClient
  readonly studio: StudioWorker
  readonly version: VersionContent
  readonly opened: OpenedIndex
}

export interface CheckedJob {
  readonly attribution: Attribution
  readonly query: Query
}

/** The attribution that this node may sign, or why it does not. */
export async function checkJob(duty: JobDuty, jobId: bigint, job: JobInfo): Promise<CheckedJob | Objection> {
  const { studio, version, opened } = duty
  const answered = await answerJob(studio, {
    jobId,
    modelVersion: version.id,
    adapter: version.adapter,
    input: await readInput(duty.client, jobId),
    bounds: { maxInputTokens: job.maxInputTokens, maxOutputTokens: job.maxOutputTokens },
  })
  if ('kind' in answered) return object(`${answered.code}: expected ${answered.expected}, got ${answered.got}`)
  const difference = compareAnswer(answered, job)
  if (difference !== undefined) return difference
  const options = { k: job.k, tau: job.tau, level: job.level === 0 ? 0 : 1 } as const
  const attribution = await opened.attribute(answered.query, options)
  if (isRefused(attribution))
    return object(`${attribution.code}: expected ${attribution.expected}, got ${attribution.got}`)
  return { attribution, query: answered.query }
}

function compareAnswer({ answer, queryHash }: AnsweredJob, job: JobInfo): Objection | undefined {
  const outputHash = toHex(keccak256(answer.output))
  if (outputHash !== job.outputHash) return object(`output: re-executed ${outputHash}, posted ${job.outputHash}`)
  if (answer.tIn !== job.inputTokens) return object(`input tokens: ${answer.tIn}, posted ${job.inputTokens}`)
  if (answer.tOut !== job.outputTokens) return object(`output tokens: ${answer.tOut}, posted ${job.outputTokens}`)
  const hash = toHex(queryHash)
  return hash === job.queryHash ? undefined : object(`query: re-executed ${hash}, posted ${job.queryHash}`)
}
