/** The three trees over a corpus (influence.md §7): rows, text, and the suffix array with the smallest position below each node. */
import type { Hasher } from '../../primitives/hashes.ts'
import type { SuffixNode } from '../surface.ts'
import { DOMAIN, hashTagged, u32 } from '../tree.ts'
import { bytesOfWords, suffixLeaf, type TextRows, textRowLeaf } from './corpusFile.ts'
import { growTree, hashRule, rootOfTop, suffixRootOf, suffixRule } from './treeOpening.ts'

/** Entries of one suffix-array leaf. */
export const SUFFIX_LEAF_ENTRIES = 512
/** Bytes and symbols of one text chunk. */
export const TEXT_CHUNK_BYTES = 4096
export const TEXT_CHUNK_SYMBOLS = TEXT_CHUNK_BYTES / 4

/** All levels of each tree, from the leaves up. */
export interface CorpusTrees {
  readonly rows: readonly (readonly Uint8Array[])[]
  readonly text: readonly (readonly Uint8Array[])[]
  readonly suffixes: readonly (readonly SuffixNode[])[]
}

export interface CorpusRoots {
  readonly rowsRoot: Uint8Array
  readonly textRoot: Uint8Array
  readonly suffixRoot: Uint8Array
}

export function growCorpusTrees(
  { rows, text, order }: { rows: TextRows; text: Uint32Array; order: Uint32Array },
  hash: Hasher,
): CorpusTrees {
  const rowLeaves = Array.from(rows.starts, (_, row) => hash(textRowLeaf(rows, row)))
  const bytes = bytesOfWords(text)
  const chunks = Array.from({ length: Math.ceil(bytes.length / TEXT_CHUNK_BYTES) }, (_, j) =>
    textChunkHash(j, bytes.subarray(j * TEXT_CHUNK_BYTES, (j + 1) * TEXT_CHUNK_BYTES), hash),
  )
  const suffixLeaves: SuffixNode[] = []
  for (let first = 0; first < order.length; first += SUFFIX_LEAF_ENTRIES) {
    const end = Math.min(first + SUFFIX_LEAF_ENTRIES, order.length)
    const min = leastEntry(order, first, end)
    suffixLeaves.push({ hash: hash(suffixLeaf(order, first, end)), min: BigInt(min) })
  }
  return {
    rows: growTree(rowLeaves, hashRule(hash)),
    text: growTree(chunks, hashRule(hash)),
    suffixes: growTree(suffixLeaves, suffixRule(hash)),
  }
}

export const textChunkHash = (j: number, chunk: Uint8Array, hash: Hasher): Uint8Array =>
  hashTagged(DOMAIN.textChunk, hash, u32(j), chunk)

export function corpusRoots({ rows, text, suffixes }: CorpusTrees, textLength: number, hash: Hasher): CorpusRoots {
  return {
    rowsRoot: rootOfTop(rows[0]!.length, rows.at(-1)![0]!, hash),
    textRoot: rootOfTop(text[0]!.length, text.at(-1)![0]!, hash),
    suffixRoot: suffixRootOf(textLength, suffixes.at(-1)![0]!, hash),
  }
}

function leastEntry(order: Uint32Array, first: number, end: number): number {
  let least = order[first]!
  for (let i = first + 1; i < end; i++) if (order[i]! < least) least = order[i]!
  return least
}

/** The smallest position among entries lo … hi−1 (lo < hi): the border leaves entry by entry, the rest by node minima. */
export function leastPosition(
  levels: readonly (readonly SuffixNode[])[],
  order: Uint32Array,
  lo: number,
  hi: number,
): number {
  let left = Math.ceil(lo / SUFFIX_LEAF_ENTRIES)
  let right = Math.floor(hi / SUFFIX_LEAF_ENTRIES)
  if (left >= right) return leastEntry(order, lo, hi)
  const least: number[] = []
  if (lo < left * SUFFIX_LEAF_ENTRIES) least.push(leastEntry(order, lo, left * SUFFIX_LEAF_ENTRIES))
  if (right * SUFFIX_LEAF_ENTRIES < hi) least.push(leastEntry(order, right * SUFFIX_LEAF_ENTRIES, hi))
  for (let level = 0; left < right; level++) {
    if (left % 2 === 1) least.push(Number(levels[level]![left++]!.min))
    if (right % 2 === 1) least.push(Number(levels[level]![--right]!.min))
    left /= 2
    right /= 2
  }
  return Math.min(...least)
}
