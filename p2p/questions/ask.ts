/** Our questions to peers: a few at once for each peer, each with a deadline. */
import type { Stream } from '@libp2p/interface'
import { asciiText } from '../asciiText.ts'
import { ASKED_OF_PEER_MAX, ASKS_WAITING_MAX, REFUSAL_BYTES_MAX } from '../limits.ts'
import { FramingError, withLength } from '../streams/lengthReader.ts'
import { readMessage } from '../streams/readMessage.ts'
import type { PeerId } from '../surface.ts'
import { createPlaces } from './places.ts'
import { ANSWERED, QUESTIONS, type Question, REFUSED } from './questions.ts'

export type AskCode = 'refused' | 'deadline' | 'disconnected' | 'malformed' | 'busy'

/** No answer came; `message` is the peer's refusal for `refused`. */
export class AskError extends Error {
  readonly code: AskCode
  constructor(code: AskCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'AskError'
    this.code = code
  }
}

export interface AskerOptions {
  /** Rejects if the peer is not connected. */
  readonly open: (peer: PeerId, question: Question, signal: AbortSignal) => Promise<Stream>
  readonly onSent: (question: Question, bytes: number) => void
  readonly onReceived: (question: Question, bytes: number) => void
  readonly onMalformed: (peer: PeerId) => void
}

export type Ask = (peer: PeerId, question: Question, request: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>

export function createAsker(options: AskerOptions): Ask {
  const places = createPlaces(ASKED_OF_PEER_MAX, ASKS_WAITING_MAX)
  return async (peer, question, request, cancelled) => {
    const deadline = AbortSignal.timeout(QUESTIONS[question].deadlineMs)
    const signal = cancelled === undefined ? deadline : AbortSignal.any([cancelled, deadline])
    if (!(await places.enter(peer, signal))) throw new AskError('busy', `too many questions wait for ${peer}`)
    let stream: Stream | undefined
    try {
      stream = await options.open(peer, question, signal)
      return await exchange(options, stream, peer, question, request, signal)
    } catch (error) {
      stream?.abort(error as Error)
      throw askErrorOf(error, signal)
    } finally {
      places.leave(peer)
    }
  }
}

async function exchange(
  { onSent, onReceived, onMalformed }: AskerOptions,
  stream: Stream,
  peer: PeerId,
  question: Question,
  request: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytesMax = 1 + Math.max(QUESTIONS[question].answerBytesMax, REFUSAL_BYTES_MAX)
  const reading = readMessage(stream, bytesMax, signal)
  // If sending fails first, nobody waits for it.
  reading.catch(() => {})
  stream.send(withLength(request))
  onSent(question, request.length)
  await stream.close({ signal })
  const answer = await reading.catch((error: unknown) => {
    if (error instanceof FramingError && error.isViolation) onMalformed(peer)
    throw error
  })
  onReceived(question, answer.length)
  if (answer[0] === ANSWERED) return answer.subarray(1)
  if (answer[0] === REFUSED) throw new AskError('refused', asciiText(answer.subarray(1, 1 + REFUSAL_BYTES_MAX)))
  onMalformed(peer)
  throw new AskError('malformed', `an answer that begins with ${answer[0]}`)
}

function askErrorOf(error: unknown, signal: AbortSignal): AskError {
  if (error instanceof AskError) return error
  if (signal.aborted) return new AskError('deadline', 'no answer in time', error)
  if (error instanceof FramingError && error.isViolation) return new AskError('malformed', error.message, error)
  return new AskError('disconnected', error instanceof Error ? error.message : String(error), error)
}
