/** Method `span` once more, the slow way: comparisons of plain arrays, written from influence.md §7 alone. */

import { isRefused } from '../../../influence/refusal.ts'
import { type BuiltCorpus, buildCorpus } from '../../../influence/span/buildCorpus.ts'
import { BYTE_TOKENIZER } from '../../../influence/span/outputHash.ts'
import { textRowsOf } from '../conformance/spanChecks.ts'

/** All positions by their suffixes, compared symbol by symbol. */
export function naiveSuffixArray(text: ArrayLike<number>): number[] {
  const compareSuffixes = (a: number, b: number): number => {
    for (; a < text.length && b < text.length; a++, b++) if (text[a] !== text[b]) return text[a]! - text[b]!
    return b - a
  }
  return Array.from({ length: text.length }, (_, i) => i).sort(compareSuffixes)
}

export interface NaiveSpan {
  readonly start: number
  readonly length: number
  readonly info: number
  readonly owner: number
  readonly position: number
}

export interface NaiveSpans {
  readonly lengths: number[]
  readonly spans: NaiveSpan[]
  /** By row. */
  readonly scores: number[]
}

/** Where `part` first stands in a row that repeats no earlier row. */
function firstPlace(
  rows: readonly (readonly number[])[],
  part: readonly number[],
): { owner: number; position: number } | undefined {
  let start = 0
  for (const [owner, row] of rows.entries()) {
    if (rows.slice(0, owner).some((earlier) => earlier.join() === row.join())) continue
    for (let i = 0; i + part.length <= row.length; i++) {
      if (part.every((token, t) => row[i + t] === token)) return { owner, position: start + i }
    }
    start += row.length + 1
  }
  return undefined
}

export function naiveSpans(
  rows: readonly (readonly number[])[],
  output: readonly number[],
  info: ArrayLike<number>,
  lMin: number,
  iMin: number,
): NaiveSpans {
  const lengths = output.map((_, s) => {
    let length = 0
    while (s + length < output.length && firstPlace(rows, output.slice(s, s + length + 1))) length++
    return length
  })
  const spans: NaiveSpan[] = []
  for (const [start, length] of lengths.entries()) {
    const part = output.slice(start, start + length)
    const sum = part.reduce((total, token) => total + info[token]!, 0)
    const isMaximal = start === 0 || start - 1 + lengths[start - 1]! < start + length
    if (length >= lMin && isMaximal && sum >= iMin) spans.push({ start, length, info: sum, ...firstPlace(rows, part)! })
  }
  const scores: number[] = rows.map(() => 0)
  for (const [t, token] of output.entries()) {
    const over = spans.filter(({ start, length }) => start <= t && t < start + length)
    over.sort((a, b) => b.length - a.length || a.start - b.start)
    if (over.length > 0) scores[over[0]!.owner]! += info[token]!
  }
  return { lengths, spans, scores }
}

/** A corpus of small numbers as tokens. */
export function corpusOf(
  rows: readonly (readonly number[])[],
  options: { vocabulary?: number; infoTable?: Uint8Array } = {},
): BuiltCorpus {
  const { vocabulary = 256, ...rest } = options
  const built = buildCorpus(textRowsOf(rows), { tokenizerHash: BYTE_TOKENIZER, vocabulary, ...rest })
  if (isRefused(built)) throw new Error(`${built.code}: ${built.expected} / ${built.got}`)
  return built
}
