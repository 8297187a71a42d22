/** The part of a proof that opens a corpus: entries of the suffix array and pieces of the text (influence.md §7). */

import type { ByteReader } from '../../../primitives/byteReader.ts'
import { concat, equal } from '../../../primitives/bytes.ts'
import type { Hasher } from '../../../primitives/hashes.ts'
import { isRefused, type Refused, refuse, refuseShort } from '../../refusal.ts'
import type { CorpusOpening, SuffixNode } from '../../surface.ts'
import { DOMAIN, u64 } from '../../tree.ts'
import { bytesOfWords, suffixLeaf } from '../corpusFile.ts'
import { type CorpusHeader, corpusRootOf } from '../corpusHeader.ts'
import { SUFFIX_LEAF_ENTRIES, TEXT_CHUNK_BYTES, TEXT_CHUNK_SYMBOLS, textChunkHash } from '../corpusTrees.ts'
import type { Corpus } from '../findSpans.ts'
import {
  closedNodes,
  hashRule,
  openLeaves,
  rootOfTop,
  suffixRootOf,
  suffixRule,
  topFromOpening,
} from '../treeOpening.ts'

const SUFFIX_NODE_BYTES = 40
/** Domain and first index in front of a leaf's positions. */
const LEAF_HEAD_BYTES = 9

/** What a statement looks at: from each entry on, this many symbols of its suffix. */
export interface OpeningPlan {
  /** Places in the suffix array, each below |X|. */
  readonly entries: readonly { readonly place: number; readonly symbols: number }[]
}

const ascending = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b)

const leavesOf = ({ entries }: OpeningPlan): number[] =>
  ascending(entries.map(({ place }) => Math.floor(place / SUFFIX_LEAF_ENTRIES)))

const countLeaves = ({ textLength }: CorpusHeader): number => Math.ceil(textLength / SUFFIX_LEAF_ENTRIES)
const countChunks = ({ textLength }: CorpusHeader): number => Math.ceil(textLength / TEXT_CHUNK_SYMBOLS)

/** Text chunks that hold the looked-at symbols; what lies beyond the text is not looked at. */
function chunksOf({ entries }: OpeningPlan, positionAt: (place: number) => number, textLength: number): number[] {
  const chunks: number[] = []
  for (const { place, symbols } of entries) {
    const position = positionAt(place)
    const last = Math.min(position + symbols, textLength) - 1
    for (let j = Math.floor(position / TEXT_CHUNK_SYMBOLS); j * TEXT_CHUNK_SYMBOLS <= last; j++) chunks.push(j)
  }
  return ascending(chunks)
}

/** Opens what the plan looks at. */
export function openCorpusAt({ file, trees }: Pick<Corpus, 'file' | 'trees'>, plan: OpeningPlan): CorpusOpening {
  const { text, order } = file
  const leaves = leavesOf(plan)
  const chunks = chunksOf(plan, (place) => order[place]!, text.length)
  const bytes = bytesOfWords(text)
  return {
    suffixLeaves: leaves.map((leaf) => {
      const first = leaf * SUFFIX_LEAF_ENTRIES
      return suffixLeaf(order, first, Math.min(first + SUFFIX_LEAF_ENTRIES, order.length))
    }),
    suffixSiblings: openLeaves(trees.suffixes, leaves),
    textChunks: chunks.map((j) => bytes.slice(j * TEXT_CHUNK_BYTES, (j + 1) * TEXT_CHUNK_BYTES)),
    textSiblings: openLeaves(trees.text, chunks),
  }
}

export function encodeOpening({ suffixLeaves, suffixSiblings, textChunks, textSiblings }: CorpusOpening): Uint8Array {
  const siblings = suffixSiblings.flatMap(({ hash, min }) => [hash, u64(min)])
  return concat(...suffixLeaves, ...siblings, ...textChunks, ...textSiblings)
}

/** Strict: which leaves and chunks there are, and how long they are, follows from the plan and the header. */
export function readOpening(reader: ByteReader, header: CorpusHeader, plan: OpeningPlan): CorpusOpening | Refused {
  const leaves = leavesOf(plan)
  const lengths = leaves.map((leaf) => LEAF_HEAD_BYTES + 8 * entriesIn(leaf, header))
  const suffixLeaves = reader.takeEach(lengths)
  if (suffixLeaves === undefined) return refuseShort(reader)
  const positions = readPositions(suffixLeaves, leaves, header)
  if (isRefused(positions)) return positions
  const nodeCount = closedNodes(countLeaves(header), leaves).length
  const nodes = reader.takeEach(Array(nodeCount).fill(SUFFIX_NODE_BYTES))
  if (nodes === undefined) return refuseShort(reader)
  const chunks = chunksOf(plan, (place) => positions.get(place)!, header.textLength)
  const textChunks = reader.takeEach(chunks.map((j) => chunkBytes(j, header)))
  if (textChunks === undefined) return refuseShort(reader)
  const textSiblings = reader.takeEach(Array(closedNodes(countChunks(header), chunks).length).fill(32))
  if (textSiblings === undefined) return refuseShort(reader)
  return { suffixLeaves, suffixSiblings: nodes.map(decodeSuffixNode), textChunks, textSiblings }
}

function decodeSuffixNode(bytes: Uint8Array): SuffixNode {
  const min = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(32, true)
  return { hash: bytes.slice(0, 32), min }
}

const entriesIn = (leaf: number, { textLength }: CorpusHeader): number =>
  Math.min(SUFFIX_LEAF_ENTRIES, textLength - leaf * SUFFIX_LEAF_ENTRIES)

const chunkBytes = (j: number, { textLength }: CorpusHeader): number =>
  4 * Math.min(TEXT_CHUNK_SYMBOLS, textLength - j * TEXT_CHUNK_SYMBOLS)

/** Entries of the opened leaves by place; each leaf says its own first index, and every position lies in the text. */
function readPositions(
  suffixLeaves: readonly Uint8Array[],
  leaves: readonly number[],
  { textLength }: CorpusHeader,
): Map<number, number> | Refused {
  const positions = new Map<number, number>()
  for (const [i, bytes] of suffixLeaves.entries()) {
    const first = leaves[i]! * SUFFIX_LEAF_ENTRIES
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (bytes[0] !== DOMAIN.suffixLeaf) return refuse('ProofMismatch', DOMAIN.suffixLeaf, bytes[0])
    if (view.getBigUint64(1, true) !== BigInt(first)) return refuse('ProofMismatch', first, view.getBigUint64(1, true))
    for (let at = LEAF_HEAD_BYTES; at < bytes.length; at += 8) {
      const position = view.getBigUint64(at, true)
      if (position >= BigInt(textLength)) return refuse('BadLimit', `a position below ${textLength}`, position)
      positions.set(first + (at - LEAF_HEAD_BYTES) / 8, Number(position))
    }
  }
  return positions
}

/** Entries and symbols that were shown to be the corpus's own. */
export interface ShownCorpus {
  readonly kind: 'shown'
  positionAt(place: number): number
  /** `undefined` beyond the text. */
  symbolAt(position: number): number | undefined
  /** The smallest position among entries lo … hi−1, whose border leaves are open. */
  leastPosition(lo: number, hi: number): bigint
}

/** Checks an opening that `readOpening` shaped against the corpus root. */
export function showCorpus(
  headerBytes: Uint8Array,
  header: CorpusHeader,
  plan: OpeningPlan,
  opening: CorpusOpening,
  corpusRoot: Uint8Array,
  hash: Hasher,
): ShownCorpus | Refused {
  const leaves = leavesOf(plan)
  const positions = readPositions(opening.suffixLeaves, leaves, header)
  if (isRefused(positions)) return positions
  const leafNodes = new Map(
    leaves.map((leaf, i) => {
      const own = Array.from(
        { length: entriesIn(leaf, header) },
        (_, e) => positions.get(leaf * SUFFIX_LEAF_ENTRIES + e)!,
      )
      return [leaf, { hash: hash(opening.suffixLeaves[i]!), min: BigInt(Math.min(...own)) }]
    }),
  )
  const top = topFromOpening(countLeaves(header), leafNodes, opening.suffixSiblings, suffixRule(hash))
  const root = corpusRootOf(concat(headerBytes, suffixRootOf(header.textLength, top, hash)), hash)
  if (!equal(root, corpusRoot)) return refuse('ProofMismatch', corpusRoot, root)
  const chunks = chunksOf(plan, (place) => positions.get(place)!, header.textLength)
  const hashes = new Map(chunks.map((j, i) => [j, textChunkHash(j, opening.textChunks[i]!, hash)]))
  const textTop = topFromOpening(countChunks(header), hashes, opening.textSiblings, hashRule(hash))
  const textRoot = rootOfTop(countChunks(header), textTop, hash)
  if (!equal(textRoot, header.textRoot)) return refuse('ProofMismatch', header.textRoot, textRoot)
  const views = new Map(chunks.map((j, i) => [j, new DataView(plain(opening.textChunks[i]!))]))
  return {
    kind: 'shown',
    positionAt: (place) => positions.get(place)!,
    symbolAt: (position) =>
      position >= header.textLength
        ? undefined
        : views.get(Math.floor(position / TEXT_CHUNK_SYMBOLS))!.getUint32(4 * (position % TEXT_CHUNK_SYMBOLS), true),
    leastPosition: (lo, hi) =>
      leastOf(lo, hi, positions, closedNodes(countLeaves(header), leaves), opening.suffixSiblings),
  }
}

const plain = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

/** A closed node lies whole inside or outside of lo … hi−1, since the leaves at both borders are open. */
function leastOf(
  lo: number,
  hi: number,
  positions: ReadonlyMap<number, number>,
  closed: ReturnType<typeof closedNodes>,
  siblings: readonly SuffixNode[],
): bigint {
  let least = 2n ** 64n - 1n
  for (const [place, position] of positions) {
    if (place >= lo && place < hi && BigInt(position) < least) least = BigInt(position)
  }
  for (const [i, { first }] of closed.entries()) {
    const place = first * SUFFIX_LEAF_ENTRIES
    if (place >= lo && place < hi && siblings[i]!.min < least) least = siblings[i]!.min
  }
  return least
}
