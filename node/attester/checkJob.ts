/**
 * A validator's check of an answered job: engine 1 is re-executed, answer, counts, query and cited rows; of another engine's
 * answer the tokens are counted. The source is scored only if all is byte-equal (influence.md §12).
 */
import { isRefused, type Refused } from '../../influence/refusal.ts'
import { toHex } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { type PostedAnswer, readPosted } from '../../studio/chain/job.ts'
import { readInput } from '../../studio/chain/provider.ts'
import { answerQuestion, type GivenAnswer, spanCommitment } from '../../studio/chain/serving.ts'
import { ENGINE_STUDIO, type JobInfo } from '../../studio/chain/version.ts'
import type { StudioRefused, StudioWorker } from '../../studio/surface.ts'
import { type Attributed, attributeAnswer } from './attributeAnswer.ts'
import { type Objection, object, refusalText } from './objection.ts'
import type { OpenVersion } from './openSource.ts'

export interface JobDuty {
  readonly client: ChainClient
  readonly studio: StudioWorker
  readonly open: OpenVersion
}

export interface CheckedJob {
  readonly attribution: Attributed
  readonly given: GivenAnswer
}

/** The attribution that this node may sign, or why it does not. */
export async function checkJob(duty: JobDuty, jobId: bigint, job: JobInfo): Promise<CheckedJob | Objection> {
  const posted = await readPosted(duty.client, jobId)
  const given = await repeatAnswer(duty, jobId, job, posted)
  if ('kind' in given) return object(refusalText(given))
  const difference = compareAnswer(given, job) ?? compareCited(given, posted)
  if (difference !== undefined) return difference
  const attribution = await attributeAnswer(duty.open, given, job)
  return isRefused(attribution) ? object(refusalText(attribution)) : { attribution, given }
}

/** What the provider should have posted: by the deterministic engine, or, of another engine, what its own output implies. */
async function repeatAnswer(
  { client, studio, open }: JobDuty,
  jobId: bigint,
  job: JobInfo,
  { output }: PostedAnswer,
): Promise<GivenAnswer | StudioRefused | Refused> {
  const input = await readInput(client, jobId)
  if (open.version.info.spec.engine !== ENGINE_STUDIO) {
    // Tokens are UTF-8 bytes: nothing else can be counted without the other engine.
    const answer = { output, tIn: input.length, tOut: output.length, isStopped: true }
    return { method: 'span', answer, ...spanCommitment(jobId, output) }
  }
  const { maxInputTokens, maxOutputTokens, citationsMax } = job
  return answerQuestion(studio, open, { jobId, input, bounds: { maxInputTokens, maxOutputTokens }, citationsMax })
}

function compareAnswer({ answer, queryHash }: GivenAnswer, job: JobInfo): Objection | undefined {
  const outputHash = toHex(keccak256(answer.output))
  if (outputHash !== job.outputHash) return object(`output: re-executed ${outputHash}, posted ${job.outputHash}`)
  if (answer.tIn !== job.inputTokens) return object(`input tokens: ${answer.tIn}, posted ${job.inputTokens}`)
  if (answer.tOut !== job.outputTokens) return object(`output tokens: ${answer.tOut}, posted ${job.outputTokens}`)
  const hash = toHex(queryHash)
  return hash === job.queryHash ? undefined : object(`query: re-executed ${hash}, posted ${job.queryHash}`)
}

/** The rows named must be those that stood before the question, no more and no fewer. */
function compareCited(given: GivenAnswer, { citedRows }: PostedAnswer): Objection | undefined {
  const used = given.method === 'rag' ? given.cited : []
  return used.join() === citedRows.join()
    ? undefined
    : object(`cited rows: re-executed [${used.join(', ')}], posted [${citedRows.join(', ')}]`)
}
