/** What one peer may ask another: a stream each, one message there, one back. */
import { CHUNK_BYTES_MAX } from '../../primitives/contentId.ts'
import { HASHES_BYTES_MAX, TRANSACTIONS_BYTES_MAX } from '../../primitives/wire/transactions.ts'
import { PEER_LIST_BYTES_MAX } from '../peers/peerList.ts'
import type { Query } from '../surface.ts'

/** Agreement answers a `Query`; the rest is asked and answered beside it. */
export type Question = Query | 'transactions' | 'content' | 'peers'

export interface QuestionBounds {
  readonly requestBytesMax: number
  readonly answerBytesMax: number
  /** From the first byte of the request to the last of the answer. */
  readonly deadlineMs: number
}

const HEAD_BYTES_MAX = 256

export const QUESTIONS: Readonly<Record<Question, QuestionBounds>> = {
  status: { requestBytesMax: HEAD_BYTES_MAX, answerBytesMax: 1024, deadlineMs: 5_000 },
  /** A proposal of 128 KiB and a body of 600,000 bytes (consensus.md §9). */
  candidate: { requestBytesMax: HEAD_BYTES_MAX, answerBytesMax: 768 * 1024, deadlineMs: 10_000 },
  /** A sealing record of 2 MiB. */
  sealing: { requestBytesMax: HEAD_BYTES_MAX, answerBytesMax: 2 * 1024 * 1024 + 1024, deadlineMs: 20_000 },
  /** 2 MiB and the block that passes them (consensus.md §9). */
  blocks: { requestBytesMax: HEAD_BYTES_MAX, answerBytesMax: 3 * 1024 * 1024, deadlineMs: 30_000 },
  /** Two of the largest on a line of 1 Mbit/s; whoever announced them too is asked after it. */
  transactions: { requestBytesMax: HASHES_BYTES_MAX, answerBytesMax: TRANSACTIONS_BYTES_MAX, deadlineMs: 3_000 },
  /** One object; the request is its digest. */
  content: { requestBytesMax: 32, answerBytesMax: CHUNK_BYTES_MAX, deadlineMs: 20_000 },
  peers: { requestBytesMax: 0, answerBytesMax: PEER_LIST_BYTES_MAX, deadlineMs: 5_000 },
}

/** First byte of an answer. */
export const ANSWERED = 0
/** The rest is the refusal's text. */
export const REFUSED = 1
