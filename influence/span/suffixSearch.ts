/** Finds patterns in a text by its suffix array: where they would stand, and how much of them occurs. */

/** Above every symbol: a pattern with this at its end stands after all suffixes that begin with the rest. */
export const LAST_SYMBOL = 0xffffffff

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

/** Suffixes at … end−1 begin with the pattern, which occurs. */
export function endOf(index: SuffixIndex, pattern: Uint32Array): number {
  const beyond = new Uint32Array(pattern.length + 1)
  beyond.set(pattern)
  beyond[pattern.length] = LAST_SYMBOL
  return placeOf(index, beyond).at
}

/**
 * M(s) of every position s: the length of the longest prefix of symbols[s …] that occurs in the text. A match that
 * begins later never ends earlier, so only the positions where the end moves are searched for.
 */
export function matchLengths(index: SuffixIndex, symbols: Uint32Array): Uint32Array {
  const lengths = new Uint32Array(symbols.length)
  for (let start = 0; start < symbols.length; ) {
    const end = start + placeOf(index, symbols.subarray(start)).matched
    const next = end === symbols.length ? end : nextStart(index, symbols, start + 1, end)
    for (let s = start; s < next; s++) lengths[s] = end - s
    start = next
  }
  return lengths
}

/** The first start from `first` on whose match goes beyond symbol `end`; end + 1 when that symbol occurs nowhere. */
function nextStart(index: SuffixIndex, symbols: Uint32Array, first: number, end: number): number {
  const occurs = (start: number) => {
    const pattern = symbols.subarray(start, end + 1)
    return placeOf(index, pattern).matched === pattern.length
  }
  // Texts that repeat themselves move by one symbol; others by nearly the whole match, so from the end back in leaps.
  if (first > end || occurs(first)) return first
  let absent = first
  let present = end + 1
  for (let length = 1; end + 1 - length > absent; length *= 2) {
    if (!occurs(end + 1 - length)) {
      absent = end + 1 - length
      break
    }
    present = end + 1 - length
  }
  while (present - absent > 1) {
    const middle = (absent + present) >>> 1
    if (occurs(middle)) present = middle
    else absent = middle
  }
  return present
}
