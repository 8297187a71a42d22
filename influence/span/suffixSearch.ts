/** Finds patterns in a text by its suffix array: where they would stand, and how much of them occurs. */
import { type SharedPrefixes, sharingRange } from './sharedPrefixes.ts'

export interface SuffixIndex {
  readonly text: Uint32Array
  readonly order: Uint32Array
}

/** Where a pattern would stand among the suffixes. */
export interface Place {
  /** Suffixes that are smaller than the pattern; one that begins with it is not. */
  readonly at: number
  /** Length of its longest prefix that occurs in the text. */
  readonly matched: number
}

/**
 * Binary search with the prefixes that both borders share with the pattern (Manber, Myers, 1993): symbols that both
 * share are never compared again.
 */
export function placeOf({ text, order }: SuffixIndex, pattern: Uint32Array): Place {
  // Suffix `low` is smaller than the pattern, suffix `high` is not; both may lie outside.
  let low = -1
  let high = order.length
  let lowShared = 0
  let highShared = 0
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    const position = order[middle]!
    let shared = Math.min(lowShared, highShared)
    while (shared < pattern.length && text[position + shared] === pattern[shared]) shared++
    // Beyond the text there is no symbol, and the suffix that ends first is smaller.
    if (shared < pattern.length && !(text[position + shared]! > pattern[shared]!)) {
      low = middle
      lowShared = shared
    } else {
      high = middle
      highShared = shared
    }
  }
  return { at: high, matched: Math.max(lowShared, highShared) }
}

/** A text prepared for matching. */
export interface MatchIndex extends SuffixIndex {
  readonly prefixes: SharedPrefixes
}

/** For every position s of a pattern. */
export interface Matches {
  /** M(s): the length of the longest prefix of symbols[s …] that occurs in the text. */
  readonly lengths: Uint32Array
  /** The place of a suffix that begins with it. */
  readonly places: Uint32Array
}

/**
 * Matching statistics (Chang, Lawler, 1994). The suffix that follows the first symbol of a match shares all of the match
 * but that symbol, so every position starts from what the one before it found: at most two steps a symbol in all, each
 * logarithmic in the text, whatever text and pattern are.
 */
export function matchLengths(index: MatchIndex, symbols: Uint32Array): Matches {
  const { order, prefixes } = index
  const lengths = new Uint32Array(symbols.length)
  const places = new Uint32Array(symbols.length)
  let place = 0
  let length = 0
  for (let start = 0; start < symbols.length; start++) {
    const match = extendMatch(index, symbols.subarray(start), place, length)
    places[start] = match.place
    lengths[start] = match.length
    // No symbol of a pattern is 0, so the last symbol of the text is in no match.
    place = match.length === 0 ? 0 : prefixes.ranks[order[match.place]! + 1]!
    length = Math.max(0, match.length - 1)
  }
  return { lengths, places }
}

/** From a suffix that shares `length` symbols with the pattern to one that shares the most. */
function extendMatch(
  index: MatchIndex,
  pattern: Uint32Array,
  place: number,
  length: number,
): { readonly place: number; readonly length: number } {
  const { text, order } = index
  for (;;) {
    const position = order[place]!
    while (length < pattern.length && text[position + length] === pattern[length]) length++
    if (length === pattern.length) return { place, length }
    const next = findNext(index, place, length, pattern[length]!)
    if (next === undefined) return { place, length }
    place = next
  }
}

/** Of the suffixes that share `length` symbols with this one, the first that goes on with `symbol`. */
function findNext(
  { text, order, prefixes }: MatchIndex,
  place: number,
  length: number,
  symbol: number,
): number | undefined {
  const range = sharingRange(prefixes, place, length)
  let low = range.first
  let high = range.end
  while (low < high) {
    const middle = (low + high) >>> 1
    // The suffix that ends here comes first of all.
    const own = text[order[middle]! + length] ?? -1
    if (own < symbol) low = middle + 1
    else high = middle
  }
  return low < range.end && text[order[low]! + length] === symbol ? low : undefined
}
