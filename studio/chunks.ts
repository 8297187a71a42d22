/**
 * Chunks of rows for retrieval, and the prompt that puts them before a question: fixed rules, so that a provider and every
 * validator cut, choose and join the same bytes (influence.md §8, §12).
 */
import { concat, utf8 } from '../primitives/bytes.ts'
import type { Row } from '../primitives/rows.ts'
import { refuse } from './refusal.ts'
import type { AnswerBounds, StudioRefused } from './surface.ts'

/** Between input and output of a row, and after every chunk of a prompt. */
const NEWLINE = utf8('\n')

/** How a context of positions is shared: a chunk with its newline has half, a question a third, and the answer the rest. */
export interface PromptShares {
  readonly chunkBytesMax: number
  readonly questionBytesMax: number
  /** Positions that the best chunk and the longest question leave to the answer. */
  readonly answerTokensMin: number
}

/** So that the best chunk always fits before any question that is accepted; one position is the separator's. */
export function promptShares(contextTokens: number): PromptShares {
  const [half, third] = [Math.floor(contextTokens / 2), Math.floor(contextTokens / 3)]
  return { chunkBytesMax: half - 1, questionBytesMax: third, answerTokensMin: contextTokens - half - third - 1 }
}

/** A row's text, `input ‖ newline ‖ output`, in pieces of at most `chunkBytesMax` bytes. */
export function chunksOf({ input, output }: Row, chunkBytesMax: number): Uint8Array[] {
  const text = concat(input, NEWLINE, output)
  const count = Math.ceil(text.length / chunkBytesMax)
  return Array.from({ length: count }, (_, i) => text.slice(i * chunkBytesMax, (i + 1) * chunkBytesMax))
}

export interface PromptedQuestion {
  /** What the model reads before its separator. */
  readonly prompt: Uint8Array
  /** Places of the chunks in it, ascending: what the answer cites. */
  readonly cited: readonly number[]
}

/**
 * The best chunk always, and the next best ones as long as the longest answer asked for keeps its room; the best stands next
 * to the question. The first that does not fit ends the list, so that no worse and shorter one is put, and paid, in its place.
 * A question that is like no chunk stands alone.
 */
export function promptOf(
  question: Uint8Array,
  retrieved: readonly { readonly row: number }[],
  chunks: readonly Uint8Array[],
  contextTokens: number,
  { maxOutputTokens }: AnswerBounds,
): PromptedQuestion | StudioRefused {
  const { questionBytesMax } = promptShares(contextTokens)
  if (question.length > questionBytesMax)
    return refuse('InputTooLong', `at most ${questionBytesMax} bytes beside a chunk`, `${question.length}`)
  const chosen: number[] = []
  let room = contextTokens - question.length - 1
  for (const { row } of retrieved) {
    const left = room - chunks[row]!.length - NEWLINE.length
    if (chosen.length > 0 && left < maxOutputTokens) break
    chosen.push(row)
    room = left
  }
  const before = chosen.toReversed().flatMap((row) => [chunks[row]!, NEWLINE])
  return { prompt: concat(...before, question), cited: chosen.toSorted((a, b) => a - b) }
}
