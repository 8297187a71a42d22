/** The maximal spans of an answer in a corpus (influence.md §7): places, owners, and who scores for which token. */
import { NO_DUPLICATE } from '../indexFile.ts'
import type { Span } from '../surface.ts'
import type { CorpusFile, TextRows } from './corpusFile.ts'
import { type CorpusTrees, leastPosition } from './corpusTrees.ts'
import { type SharedPrefixes, sharingRange } from './sharedPrefixes.ts'
import { matchLengths } from './suffixSearch.ts'

/** An opened corpus: what spans are looked up in. */
export interface Corpus {
  readonly file: CorpusFile
  readonly trees: CorpusTrees
  readonly prefixes: SharedPrefixes
  /** Rows that have text, ascending. */
  readonly ownRows: Uint32Array
}

/** A span and the suffixes lo … hi−1 that begin with it. */
export interface FoundSpan extends Span {
  readonly lo: number
  readonly hi: number
}

/** A span as results and proofs name it. */
export const plainSpan = ({ lo: _lo, hi: _hi, ...span }: FoundSpan): Span => span

export const rowsWithText = ({ duplicateOf }: TextRows): Uint32Array =>
  Uint32Array.from([...duplicateOf.keys()].filter((row) => duplicateOf[row] === NO_DUPLICATE))

/** Tokens as symbols of the text. */
export const symbolsOf = (tokens: Uint32Array): Uint32Array => tokens.map((token) => token + 1)

export const sumInfo = (infoTable: Uint8Array, tokens: Uint32Array): number => {
  let sum = 0
  for (const token of tokens) sum += infoTable[token]!
  return sum
}

/** By ascending start: no match that lies within another, none shorter than lMin or poorer than iMin. */
export function findSpans(corpus: Corpus, tokens: Uint32Array, lMin: number, iMin: number): FoundSpan[] {
  const { file, prefixes } = corpus
  const { lengths, places } = matchLengths({ ...file, prefixes }, symbolsOf(tokens))
  const sums = infoSums(file.infoTable, tokens)
  const spans: FoundSpan[] = []
  for (const [start, length] of lengths.entries()) {
    if (length < lMin || (start > 0 && lengths[start - 1]! >= length + 1)) continue
    const info = sums[start + length]! - sums[start]!
    if (info >= iMin) spans.push(locate(corpus, places[start]!, { start, length, info }))
  }
  return spans
}

/** Of the first t tokens, t = 0 … m; below 2^16 · 2^8. */
function infoSums(infoTable: Uint8Array, tokens: Uint32Array): Uint32Array {
  const sums = new Uint32Array(tokens.length + 1)
  for (let t = 0; t < tokens.length; t++) sums[t + 1] = sums[t]! + infoTable[tokens[t]!]!
  return sums
}

function locate(
  { file, trees, prefixes, ownRows }: Corpus,
  place: number,
  span: Pick<Span, 'start' | 'length' | 'info'>,
): FoundSpan {
  const { first: lo, end: hi } = sharingRange(prefixes, place, span.length)
  const position = leastPosition(trees.suffixes, file.order, lo, hi)
  return { ...span, owner: ownerOf(file.rows, ownRows, position), position, lo, hi }
}

/** The row whose text holds this position. */
function ownerOf({ starts }: TextRows, ownRows: Uint32Array, position: number): number {
  let low = 0
  let high = ownRows.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (starts[ownRows[middle]!]! <= position) low = middle
    else high = middle
  }
  return ownRows[low]!
}

/** Score by owner: every token of the answer counts for the longest span over it (ties: the one that starts first). */
export function scoreOwners(spans: readonly Span[], tokens: Uint32Array, infoTable: Uint8Array): Map<number, number> {
  const scores = new Map<number, number>()
  // The next token at or after this one that no span has taken yet.
  const free = Uint32Array.from({ length: tokens.length + 1 }, (_, t) => t)
  const nextFree = (t: number): number => {
    let root = t
    while (free[root] !== root) root = free[root]!
    for (let step = t; step !== root; ) {
      const next = free[step]!
      free[step] = root
      step = next
    }
    return root
  }
  for (const { start, length, owner } of [...spans].sort((a, b) => b.length - a.length || a.start - b.start)) {
    let sum = 0
    for (let t = nextFree(start); t < start + length; t = nextFree(t)) {
      sum += infoTable[tokens[t]!]!
      free[t] = t + 1
    }
    if (sum > 0) scores.set(owner, (scores.get(owner) ?? 0) + sum)
  }
  return scores
}
