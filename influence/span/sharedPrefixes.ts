/**
 * Which suffixes share a prefix: the longest common prefix of every two neighbours of a suffix array (Kasai et al.,
 * "Linear-time longest-common-prefix computation in suffix arrays", 2001) under a tree of minima. The suffixes that
 * share at least h symbols with one of them are then found in logarithmic time, however long h is.
 */
import { suffixRanks } from './suffixArray.ts'

/** Values under one node of the next level. */
const FANOUT = 32

/** Of an open corpus: text 4, suffix array 4, ranks 4, shared prefixes 4 with their minima (a 31st of 4), tree nodes. */
export const OPEN_BYTES_PER_SYMBOL = 17

/** What matching needs besides text and suffix array. */
export interface SharedPrefixes {
  /** The place of every position. */
  readonly ranks: Uint32Array
  /** Level 0: symbols that suffix i shares with suffix i − 1 (0 for the first); above it the minima of 32 each. */
  readonly levels: readonly Uint32Array[]
}

export function findSharedPrefixes(text: Uint32Array, order: Uint32Array): SharedPrefixes {
  const ranks = suffixRanks(order)
  const shared = new Uint32Array(text.length)
  for (let i = 0, length = 0; i < text.length; i++) {
    const place = ranks[i]!
    if (place === 0) {
      length = 0
      continue
    }
    const before = order[place - 1]!
    const most = text.length - Math.max(i, before)
    while (length < most && text[i + length] === text[before + length]) length++
    shared[place] = length
    if (length > 0) length--
  }
  return { ranks, levels: minimaOf(shared) }
}

function minimaOf(values: Uint32Array): Uint32Array[] {
  const levels = [values]
  for (let level = values; level.length > 1; ) {
    const next = new Uint32Array(Math.ceil(level.length / FANOUT)).fill(0xffffffff)
    for (let i = 0; i < level.length; i++) {
      const parent = Math.floor(i / FANOUT)
      if (level[i]! < next[parent]!) next[parent] = level[i]!
    }
    levels.push(next)
    level = next
  }
  return levels
}

/** Places first … end − 1: the suffixes that share at least `length` symbols with the one at `place`. */
export function sharingRange(
  { levels }: SharedPrefixes,
  place: number,
  length: number,
): { readonly first: number; readonly end: number } {
  return { first: lastBelow(levels, place, length), end: firstBelow(levels, place + 1, length) }
}

/** The first index from `from` on whose value is below `bound`; the number of values when there is none. */
function firstBelow(levels: readonly Uint32Array[], from: number, bound: number): number {
  let level = 0
  let i = from
  // Up: past values that are not below, to the next node of the level above where one begins here.
  for (; ; level++, i = i / FANOUT) {
    const values = levels[level]!
    const isTop = level === levels.length - 1
    while (i < values.length && values[i]! >= bound && (isTop || i % FANOUT !== 0)) i++
    if (i < values.length && values[i]! < bound) break
    if (i >= values.length) return levels[0]!.length
  }
  for (; level > 0; level--) {
    i *= FANOUT
    while (levels[level - 1]![i]! >= bound) i++
  }
  return i
}

/** The last index up to `from` whose value is below `bound`; 0 when there is none. */
function lastBelow(levels: readonly Uint32Array[], from: number, bound: number): number {
  let level = 0
  let i = from
  for (; ; level++, i = (i + 1) / FANOUT - 1) {
    const values = levels[level]!
    const isTop = level === levels.length - 1
    while (i >= 0 && values[i]! >= bound && (isTop || i % FANOUT !== FANOUT - 1)) i--
    if (i < 0) return 0
    if (values[i]! < bound) break
  }
  for (; level > 0; level--) {
    i = Math.min(i * FANOUT + FANOUT - 1, levels[level - 1]!.length - 1)
    while (levels[level - 1]![i]! >= bound) i--
  }
  return i
}
