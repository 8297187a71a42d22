/** From an answer to the job's query: its gradient, quantised, and the hash that `respond` commits to (influence.md §4.2). */
import { isRefused, type Refused } from '../../influence/refusal.ts'
import { queryHashOf } from '../../influence/scoring/context.ts'
import type { Query } from '../../influence/surface.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { Answer, AnswerBounds, StudioRefused, StudioWorker } from '../surface.ts'
import { buildQuery } from '../versionIndex.ts'

export interface AnsweredJob {
  readonly answer: Answer
  readonly query: Query
  readonly queryHash: Uint8Array
}

export interface AskedJob {
  readonly jobId: bigint
  readonly modelVersion: Uint8Array
  readonly adapter: Uint8Array
  readonly input: Uint8Array
  readonly bounds: AnswerBounds
}

/** Answers a job and computes its query. Deterministic: a provider and every validator get the same bytes. */
export async function answerJob(studio: StudioWorker, job: AskedJob): Promise<AnsweredJob | StudioRefused | Refused> {
  const answer = await studio.answer(job.adapter, job.input, job.bounds)
  if ('kind' in answer) return answer
  const gradients = await studio.queryGradient(job.adapter, job.input, answer)
  if ('kind' in gradients) return gradients
  const query = buildQuery(gradients, job.jobId, job.modelVersion)
  if (isRefused(query)) return query
  return { answer, query, queryHash: queryHashOf(query, keccak256) }
}
