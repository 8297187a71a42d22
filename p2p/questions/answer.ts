/** Questions of peers to us: bounded at once, in rate and in bytes, whatever is asked and however slowly it is read. */
import type { Stream } from '@libp2p/interface'
import { utf8 } from '../../primitives/bytes.ts'
import {
  ANSWER_BYTES_MAX,
  ANSWERS_OF_PEER_MAX,
  QUESTIONS_BURST,
  QUESTIONS_PER_SECOND,
  REFUSAL_BYTES_MAX,
  STANDINGS_MAX,
} from '../limits.ts'
import { type Allowance, createAllowance } from '../streams/allowance.ts'
import { FramingError, withLength } from '../streams/lengthReader.ts'
import { readMessage } from '../streams/readMessage.ts'
import type { PeerId } from '../surface.ts'
import { ANSWERED, QUESTIONS, type Question, REFUSED } from './questions.ts'

export interface AnswererOptions {
  /** Throws the refusal's text. */
  readonly answer: (peer: PeerId, question: Question, request: Uint8Array) => Promise<Uint8Array>
  readonly nowMs: () => number
  readonly onReceived: (question: Question, bytes: number) => void
  readonly onSent: (question: Question, bytes: number) => void
  readonly onMalformed: (peer: PeerId) => void
}

/** Resolves once the answer is on its way, or the stream is reset. */
export type Answerer = (peer: PeerId, question: Question, stream: Stream) => Promise<void>

export function createAnswerer(options: AnswererOptions): Answerer {
  const atWork = new Map<PeerId, number>()
  const allowances = new Map<PeerId, Allowance>()
  let answerBytes = 0
  const allowanceOf = (peer: PeerId): Allowance => {
    const own = allowances.get(peer) ?? createAllowance(QUESTIONS_PER_SECOND, QUESTIONS_BURST, options.nowMs)
    // The newest last, and kept over disconnections: a peer must not come back with a fresh one.
    allowances.delete(peer)
    allowances.set(peer, own)
    if (allowances.size > STANDINGS_MAX) allowances.delete(allowances.keys().next().value!)
    return own
  }
  const answerOf = async (peer: PeerId, question: Question, request: Uint8Array): Promise<Uint8Array> => {
    if (allowanceOf(peer).take(1) > 0) return refusal('too many questions, ask more slowly')
    if (answerBytes > ANSWER_BYTES_MAX) return refusal('busy, ask another')
    try {
      return Buffer.concat([Uint8Array.of(ANSWERED), await options.answer(peer, question, request)])
    } catch (error) {
      return refusal(error instanceof Error ? error.message : String(error))
    }
  }
  const serve = async (peer: PeerId, question: Question, stream: Stream): Promise<void> => {
    const { requestBytesMax, answerBytesMax, deadlineMs } = QUESTIONS[question]
    const signal = AbortSignal.timeout(deadlineMs)
    const request = await readMessage(stream, requestBytesMax, signal).catch((error: unknown) => {
      if (error instanceof FramingError && error.isViolation) options.onMalformed(peer)
      throw error
    })
    options.onReceived(question, request.length)
    let answer = await answerOf(peer, question, request)
    if (answer.length > 1 + answerBytesMax && answer[0] === ANSWERED) answer = refusal('the answer is too long')
    answerBytes += answer.length
    try {
      stream.send(withLength(answer))
      await stream.close({ signal })
      options.onSent(question, answer.length)
    } finally {
      answerBytes -= answer.length
    }
  }
  return async (peer, question, stream) => {
    const count = atWork.get(peer) ?? 0
    if (count >= ANSWERS_OF_PEER_MAX) return stream.abort(new Error('too many questions at once'))
    atWork.set(peer, count + 1)
    try {
      await serve(peer, question, stream)
    } catch (error) {
      stream.abort(error as Error)
    } finally {
      const left = atWork.get(peer)! - 1
      if (left === 0) atWork.delete(peer)
      else atWork.set(peer, left)
    }
  }
}

function refusal(text: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(REFUSED), utf8(text).subarray(0, REFUSAL_BYTES_MAX)])
}
