/** A version ready to answer by its method, and its answers: what a provider posts and every validator re-executes. */

import type { Refused } from '../../influence/refusal.ts'
import { isRefused } from '../../influence/refusal.ts'
import { queryHashOf } from '../../influence/scoring/context.ts'
import { byteOutput, outputHashOf } from '../../influence/span/outputHash.ts'
import type { OpenedRetrieval, OutputTokens, Query } from '../../influence/surface.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { promptOf } from '../chunks.ts'
import { refuse } from '../refusal.ts'
import type { Answer, AnswerBounds, StudioRefused, StudioWorker } from '../surface.ts'
import { buildChunkQuery } from '../versionChunks.ts'
import { answerJob } from './query.ts'
import type { VersionBy } from './version.ts'

export type Serving =
  | { readonly method: 'datainf'; readonly version: VersionBy<'datainf'> }
  | { readonly method: 'span'; readonly version: VersionBy<'span'> }
  | ServingChunks

export interface ServingChunks {
  readonly method: 'rag'
  readonly version: VersionBy<'rag'>
  readonly contextTokens: number
  /** By place in the index. */
  readonly chunks: readonly Uint8Array[]
  readonly retrieval: Pick<OpenedRetrieval, 'retrieve'>
}

export interface AskedQuestion {
  readonly jobId: bigint
  readonly input: Uint8Array
  readonly bounds: AnswerBounds
  /** Of the job: chunks retrieved at most. */
  readonly citationsMax: number
}

/** An answer with what `respond` commits to. */
export type GivenAnswer = { readonly answer: Answer; readonly queryHash: Uint8Array } & (
  | { readonly method: 'datainf'; readonly query: Query }
  | { readonly method: 'span'; readonly output: OutputTokens }
  | { readonly method: 'rag'; readonly query: Query; readonly cited: readonly number[] }
)

/** Deterministic: a provider and every validator get the same bytes. */
export async function answerQuestion(
  studio: StudioWorker,
  serving: Serving,
  asked: AskedQuestion,
): Promise<GivenAnswer | StudioRefused | Refused> {
  switch (serving.method) {
    case 'datainf': {
      const { id: modelVersion, adapter } = serving.version
      const answered = await answerJob(studio, { ...asked, modelVersion, adapter })
      return 'kind' in answered ? answered : { method: 'datainf', ...answered }
    }
    case 'span': {
      const answer = await studio.answer(serving.version.adapter, asked.input, asked.bounds)
      return 'kind' in answer ? answer : { method: 'span', answer, ...spanCommitment(asked.jobId, answer.output) }
    }
    case 'rag':
      return answerFromChunks(studio, serving, asked)
    default:
      return serving satisfies never
  }
}

/** What a span answer commits to: its bytes as tokens, bound to the job (influence.md §7). */
export function spanCommitment(jobId: bigint, answer: Uint8Array) {
  const output = byteOutput(jobId, answer)
  return { output, queryHash: outputHashOf(output, keccak256) }
}

/** The question alone is embedded and counted; the chunks before it are the provider's. */
async function answerFromChunks(
  studio: StudioWorker,
  serving: ServingChunks,
  { jobId, input, bounds, citationsMax }: AskedQuestion,
): Promise<GivenAnswer | StudioRefused | Refused> {
  const { version, contextTokens, chunks, retrieval } = serving
  const tIn = input.length + 1
  if (tIn > bounds.maxInputTokens) return refuse('InputTooLong', `at most ${bounds.maxInputTokens} tokens`, `${tIn}`)
  const embedding = await studio.embed(version.adapter, [input])
  if ('kind' in embedding) return embedding
  const query = buildChunkQuery(embedding, jobId, version.id)
  if (isRefused(query)) return query
  const retrieved = await retrieval.retrieve(query, citationsMax)
  if (isRefused(retrieved)) return retrieved
  const prompted = promptOf(input, retrieved, chunks, contextTokens, bounds)
  if ('kind' in prompted) return prompted
  const { prompt, cited } = prompted
  const given = await studio.answer(version.adapter, prompt, { ...bounds, maxInputTokens: contextTokens })
  if ('kind' in given) return given
  return { method: 'rag', answer: { ...given, tIn }, query, queryHash: queryHashOf(query, keccak256), cited }
}
