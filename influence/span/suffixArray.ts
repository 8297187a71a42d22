/**
 * Suffix arrays of u32 texts in linear time and bounded memory: SA-IS (Nong, Zhang, Chan, "Two efficient algorithms for
 * linear time suffix array construction", 2011), with the sub-problem kept inside the array that is being filled; and a
 * linear check of a suffix array that somebody else made (Burkhardt, Kärkkäinen, 2003).
 */
import assert from 'node:assert'
import { TEXT_SYMBOLS_MAX } from './corpusHeader.ts'

/**
 * Bytes that building takes for one symbol of the text: the text 4, the array 4, one bit of suffix type, and the bucket
 * cursors of a sub-problem, which has at most half as many symbols and distinct names (2); with all deeper levels
 * (halves again) twice the last two. The check needs the text, the array and ranks: 12 and one bit.
 */
export const BUILD_BYTES_PER_SYMBOL = 13

/** All positions of `text`, by the suffix that begins there; symbols are below `alphabet`, a shorter prefix comes first. */
export function buildSuffixArray(text: Uint32Array, alphabet: number): Uint32Array {
  assert(text.length <= TEXT_SYMBOLS_MAX, 'a text above the bound of the suffix array')
  const order = new Int32Array(text.length)
  // Symbols are below 2^31, so a signed view of the same memory reads them alike.
  sortSuffixes(new Int32Array(text.buffer, text.byteOffset, text.length), order, alphabet)
  return new Uint32Array(order.buffer)
}

function sortSuffixes(text: Int32Array, order: Int32Array, alphabet: number): void {
  const n = text.length
  if (n < 2) return
  const types = suffixTypes(text)
  const cursors = new Int32Array(alphabet)
  order.fill(-1)
  const lmsCount = placeLms(text, types, order, cursors)
  induce(text, types, order, cursors)
  if (lmsCount > 0) {
    sortLms(text, types, order, lmsCount)
    placeSortedLms(text, order, lmsCount, cursors)
    induce(text, types, order, cursors)
  }
}

/** One bit a position, set where the suffix is smaller than the next one (type S). */
function suffixTypes(text: Int32Array): Uint8Array {
  const types = new Uint8Array((text.length >> 3) + 1)
  for (let i = text.length - 2, isSmaller = false; i >= 0; i--) {
    const difference = text[i]! - text[i + 1]!
    isSmaller = difference < 0 || (difference === 0 && isSmaller)
    if (isSmaller) types[i >> 3]! |= 1 << (i & 7)
  }
  return types
}

const isSmall = (types: Uint8Array, i: number): boolean => ((types[i >> 3]! >> (i & 7)) & 1) === 1
/** A left-most S: smaller than the next suffix, while the one before is not smaller than it. */
const isLms = (types: Uint8Array, i: number): boolean => i > 0 && isSmall(types, i) && !isSmall(types, i - 1)

/** Sets every symbol's cursor to the first place of its bucket. */
function toStarts(text: Int32Array, cursors: Int32Array): void {
  cursors.fill(0)
  for (let i = 0; i < text.length; i++) cursors[text[i]!]!++
  for (let c = 0, sum = 0; c < cursors.length; c++) {
    const count = cursors[c]!
    cursors[c] = sum
    sum += count
  }
}

/** Sets every symbol's cursor to one place after the last of its bucket. */
function toEnds(text: Int32Array, cursors: Int32Array): void {
  cursors.fill(0)
  for (let i = 0; i < text.length; i++) cursors[text[i]!]!++
  for (let c = 0, sum = 0; c < cursors.length; c++) {
    sum += cursors[c]!
    cursors[c] = sum
  }
}

/** LMS positions at the ends of their buckets, in any order; returns how many there are. */
function placeLms(text: Int32Array, types: Uint8Array, order: Int32Array, cursors: Int32Array): number {
  toEnds(text, cursors)
  let count = 0
  for (let i = text.length - 1; i > 0; i--) {
    if (!isLms(types, i)) continue
    order[--cursors[text[i]!]!] = i
    count++
  }
  return count
}

/** From the LMS positions at the bucket ends: first the larger suffixes from the left, then the smaller from the right. */
function induce(text: Int32Array, types: Uint8Array, order: Int32Array, cursors: Int32Array): void {
  const n = text.length
  toStarts(text, cursors)
  // The last suffix is larger than the empty one that would follow it.
  order[cursors[text[n - 1]!]!++] = n - 1
  for (let k = 0; k < n; k++) {
    const i = order[k]! - 1
    if (i >= 0 && !isSmall(types, i)) order[cursors[text[i]!]!++] = i
  }
  toEnds(text, cursors)
  for (let k = n - 1; k >= 0; k--) {
    const i = order[k]! - 1
    if (i >= 0 && isSmall(types, i)) order[--cursors[text[i]!]!] = i
  }
}

/** After inducing, LMS substrings stand in order: names them, and sorts the LMS suffixes into the front of `order`. */
function sortLms(text: Int32Array, types: Uint8Array, order: Int32Array, lmsCount: number): void {
  const n = text.length
  for (let k = 0, filled = 0; filled < lmsCount; k++) {
    const i = order[k]!
    if (isLms(types, i)) order[filled++] = i
  }
  const nameCount = nameLms(text, types, order, lmsCount)
  const names = order.subarray(n - lmsCount)
  const front = order.subarray(0, lmsCount)
  if (nameCount < lmsCount) sortSuffixes(names, front, nameCount)
  else for (let j = 0; j < lmsCount; j++) front[names[j]!] = j
  for (let i = 1, j = 0; i < n; i++) if (isLms(types, i)) names[j++] = i
  for (let j = 0; j < lmsCount; j++) front[j] = names[front[j]!]!
  order.fill(-1, lmsCount)
}

/** Equal LMS substrings get equal names; the names, in text order, end up in the last `lmsCount` places. */
function nameLms(text: Int32Array, types: Uint8Array, order: Int32Array, lmsCount: number): number {
  const n = text.length
  order.fill(-1, lmsCount)
  let name = -1
  let previous = -1
  for (let j = 0; j < lmsCount; j++) {
    const i = order[j]!
    if (previous < 0 || !isSameLms(text, types, previous, i)) name++
    previous = i
    // Two LMS positions are never neighbours, so half of the position is a place of its own.
    order[lmsCount + (i >> 1)] = name
  }
  for (let k = n - 1, filled = n - 1; filled >= n - lmsCount; k--) {
    if (order[k]! >= 0) order[filled--] = order[k]!
  }
  return name + 1
}

/** Same symbols and types from one LMS position to the next one. */
function isSameLms(text: Int32Array, types: Uint8Array, a: number, b: number): boolean {
  const n = text.length
  for (let d = 0; ; d++) {
    if (a + d >= n || b + d >= n) return false
    if (text[a + d] !== text[b + d] || isSmall(types, a + d) !== isSmall(types, b + d)) return false
    if (d > 0 && (isLms(types, a + d) || isLms(types, b + d))) return isLms(types, a + d) && isLms(types, b + d)
  }
}

/** The sorted LMS suffixes of the front, moved to the ends of their buckets. */
function placeSortedLms(text: Int32Array, order: Int32Array, lmsCount: number, cursors: Int32Array): void {
  toEnds(text, cursors)
  for (let j = lmsCount - 1; j >= 0; j--) {
    const i = order[j]!
    order[j] = -1
    order[--cursors[text[i]!]!] = i
  }
}

/** The place of every position. */
export function suffixRanks(order: Uint32Array): Uint32Array {
  const ranks = new Uint32Array(order.length)
  for (let place = 0; place < order.length; place++) ranks[order[place]!] = place
  return ranks
}

/** A place that holds a position outside the text, or one that stands before it already. */
export function findForeignPosition(order: Uint32Array): number | undefined {
  const seen = new Uint8Array((order.length >> 3) + 1)
  for (let place = 0; place < order.length; place++) {
    const i = order[place]!
    if (i >= order.length || ((seen[i >> 3]! >> (i & 7)) & 1) === 1) return place
    seen[i >> 3]! |= 1 << (i & 7)
  }
  return undefined
}

/**
 * A place that is in the wrong order with the next one; needs every position once. Linear time: neighbours are in order
 * by their first symbols, or by the places of the suffixes that follow when these are equal.
 */
export function findDisorder(text: Uint32Array, order: Uint32Array): number | undefined {
  const ranks = suffixRanks(order)
  for (let place = 0; place + 1 < order.length; place++) {
    const a = order[place]!
    const b = order[place + 1]!
    const isOrdered = text[a] === text[b] ? rankAfter(ranks, a) < rankAfter(ranks, b) : text[a]! < text[b]!
    if (!isOrdered) return place
  }
  return undefined
}

/** Place of the suffix that follows a symbol; the empty one comes before all. */
const rankAfter = (ranks: Uint32Array, i: number): number => (i + 1 < ranks.length ? ranks[i + 1]! : -1)
