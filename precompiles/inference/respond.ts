/** The answer to an accepted job, and the rows that a rag answer cites (economy.md "Inference", influence.md §8). */
import { citationsRootOf } from '../../influence/rag/citations.ts'
import { equal } from '../../primitives/bytes.ts'
import { requireAtMost } from '../callers.ts'
import type { Frame } from '../dispatch.ts'
import { CALLBACK_OUTPUT_BYTES_MAX, JOB_BYTES_MAX, STEP_GAS } from '../limits.ts'
import { termsOf } from '../model/contract.ts'
import { METHOD } from '../model/methods.ts'
import { readParam } from '../params/contract.ts'
import { inferenceContract, JOB_STATE } from './contract.ts'
import { findJobIn } from './jobStore.ts'
import { findProvider } from './providers.ts'
import { checkBytes, checkTokens } from './request.ts'

const NOBODY = new Uint8Array(20)

export interface Answer {
  readonly output: Uint8Array
  readonly inputTokens: bigint
  readonly outputTokens: bigint
  readonly queryHash: Uint8Array
}

/** A provider keeps the right to answer what it accepted, whatever became of its registration or the model. */
export function respond(frame: Frame, jobId: bigint, answer: Answer): void {
  const { host, call } = frame
  const { output, inputTokens, outputTokens, queryHash } = answer
  checkBytes('output', JOB_BYTES_MAX, output)
  const { providerId } = findProvider(frame)
  const { place } = findJobIn(host, jobId, [JOB_STATE.taken])
  const job = place.load()
  if (job.provider !== providerId) throw inferenceContract.error('NotAcceptor', job.provider, providerId)
  if (call.block.timestamp > job.answerBy) throw inferenceContract.error('TooLate', job.answerBy, call.block.timestamp)
  checkTokens('inputTokens', job.maxInputTokens, inputTokens)
  checkTokens('outputTokens', job.maxOutputTokens, outputTokens)
  if (!equal(job.callback, NOBODY)) {
    checkBytes('output', CALLBACK_OUTPUT_BYTES_MAX, output)
    place.output.set(output)
  }
  const outputHash = host.keccak(output)
  const attestBy = call.block.timestamp + readParam(host, 'attestationWindowS')
  place.store({ state: JOB_STATE.answered, attestBy, inputTokens, outputTokens, outputHash, queryHash })
  inferenceContract.emit(host, 'JobAnswered', { jobId, providerId, outputHash, ...answer, attestBy })
}

/** The rows go to the log; the job keeps the root that a result over exactly these rows must carry. */
export function respondCiting(frame: Frame, jobId: bigint, answer: Answer, rows: readonly bigint[]): void {
  const { host } = frame
  respond(frame, jobId, answer)
  const { place } = findJobIn(host, jobId, [JOB_STATE.answered])
  const { versionId, citationsMax } = place.load()
  const { method, rowCount } = termsOf(host, versionId)
  if (method !== METHOD.rag) throw inferenceContract.error('NothingToCite', method)
  requireAtMost(rows, Number(citationsMax))
  host.charge(STEP_GAS * BigInt(1 + rows.length))
  checkCitations(rows, rowCount)
  const places = rows.map(Number)
  const root = () => citationsRootOf(answer.queryHash, Number(citationsMax), places, (data) => host.keccak(data))
  if (rows.length > 0) place.citationsRoot.set(root())
  inferenceContract.emit(host, 'RowsCited', { jobId, rows })
}

function checkCitations(rows: readonly bigint[], rowCount: bigint): void {
  for (const [place, row] of rows.entries()) {
    if (place > 0 && row <= rows[place - 1]!) throw inferenceContract.error('CitationsNotAscending', BigInt(place))
    if (row >= rowCount) throw inferenceContract.error('CitationOutOfRange', rowCount, row)
  }
}
