/** Hash trees with domain bytes (influence.md §4): roots, byte trees, proofs. */
import { concat } from '../primitives/bytes.ts'
import type { Hasher } from '../primitives/hashes.ts'

/** The first byte of every preimage of this room. */
export const DOMAIN = {
  padding: 0x00,
  node: 0x01,
  root: 0x02,
  codeChunk: 0x10,
  rowLeaf: 0x11,
  index: 0x12,
  layers: 0x13,
  query: 0x14,
  scoreLeaf: 0x15,
  contextChunk: 0x16,
  context: 0x17,
  result: 0x20,
  resultBatch: 0x21,
  corpus: 0x30,
  corpusRow: 0x31,
  textChunk: 0x32,
  suffixLeaf: 0x33,
  suffixNode: 0x34,
  suffixRoot: 0x35,
  tokenInfo: 0x36,
  output: 0x37,
  spans: 0x38,
  citations: 0x40,
} as const

const HASH_BYTES = 32
/** Bytes of codes in one leaf of a code tree; the same coordinates of h take twice as many. */
export const CODE_CHUNK_BYTES = 4096
export const CONTEXT_CHUNK_BYTES = 8192

export function hashTagged(domain: number, hash: Hasher, ...parts: readonly Uint8Array[]): Uint8Array {
  return hash(concat(Uint8Array.of(domain), ...parts))
}

export function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}

export function u64(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value, true)
  return out
}

export function i32(value: number): Uint8Array {
  return u32(value >>> 0)
}

export function int32s(values: Int32Array): Uint8Array {
  const out = new Uint8Array(4 * values.length)
  const view = new DataView(out.buffer)
  for (let i = 0; i < values.length; i++) view.setInt32(4 * i, values[i]!, true)
  return out
}

/** Siblings in a proof over `count` leaves: the height of the padded tree. */
export function treeHeight(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1)
}

/** Leaves are hashes; none stands for one padding leaf. */
export function treeRoot(leaves: readonly Uint8Array[], hash: Hasher): Uint8Array {
  let level = leaves.length === 0 ? [hash(Uint8Array.of(DOMAIN.padding))] : leaves
  let padding = hash(Uint8Array.of(DOMAIN.padding))
  for (let height = treeHeight(leaves.length); height > 0; height--) {
    level = parents(level, padding, hash)
    padding = hashTagged(DOMAIN.node, hash, padding, padding)
  }
  return hashTagged(DOMAIN.root, hash, u32(leaves.length), level[0]!)
}

/** The next level up; a missing right child is the root of an all-padding subtree, so padding costs nothing. */
function parents(level: readonly Uint8Array[], padding: Uint8Array, hash: Hasher): Uint8Array[] {
  const next: Uint8Array[] = []
  for (let i = 0; i < level.length; i += 2) {
    next.push(hashTagged(DOMAIN.node, hash, level[i]!, level[i + 1] ?? padding))
  }
  return next
}

/** The same root of leaves that stand one after another, 32 bytes each: no object a leaf, however many there are. */
export function packedTreeRoot(leaves: Uint8Array, hash: Hasher): Uint8Array {
  const count = leaves.length / HASH_BYTES
  if (count === 0) return treeRoot([], hash)
  let level = leaves
  let padding = hash(Uint8Array.of(DOMAIN.padding))
  const pair = new Uint8Array(1 + 2 * HASH_BYTES)
  pair[0] = DOMAIN.node
  for (let height = treeHeight(count); height > 0; height--) {
    const next = new Uint8Array(Math.ceil(level.length / (2 * HASH_BYTES)) * HASH_BYTES)
    for (let at = 0; at < next.length; at += HASH_BYTES) {
      // A missing right child is an all-padding subtree.
      pair.set(padding, 1 + HASH_BYTES)
      pair.set(level.subarray(2 * at, 2 * at + 2 * HASH_BYTES), 1)
      next.set(hash(pair), at)
    }
    level = next
    padding = hashTagged(DOMAIN.node, hash, padding, padding)
  }
  return hashTagged(DOMAIN.root, hash, u32(count), level)
}

/** The siblings of one leaf, from the leaf upwards. */
export function treeProof(leaves: readonly Uint8Array[], position: number, hash: Hasher): Uint8Array[] {
  const siblings: Uint8Array[] = []
  let level = leaves
  let padding = hash(Uint8Array.of(DOMAIN.padding))
  for (let height = treeHeight(leaves.length); height > 0; height--) {
    siblings.push(level[position ^ 1] ?? padding)
    level = parents(level, padding, hash)
    padding = hashTagged(DOMAIN.node, hash, padding, padding)
    position >>= 1
  }
  return siblings
}

/** The root that a leaf and its siblings lead to. */
export function rootFromProof(
  leaf: Uint8Array,
  position: number,
  siblings: readonly Uint8Array[],
  count: number,
  hash: Hasher,
): Uint8Array {
  let running = leaf
  for (const [height, sibling] of siblings.entries()) {
    const isRight = ((position >> height) & 1) === 1
    running = isRight
      ? hashTagged(DOMAIN.node, hash, sibling, running)
      : hashTagged(DOMAIN.node, hash, running, sibling)
  }
  return hashTagged(DOMAIN.root, hash, u32(count), running)
}

/** Root over chunks of a byte string; the last chunk may be short. */
export function byteTreeRoot(domain: number, bytes: Uint8Array, chunkBytes: number, hash: Hasher): Uint8Array {
  const leaves: Uint8Array[] = []
  for (let j = 0; j * chunkBytes < bytes.length; j++) {
    leaves.push(hashTagged(domain, hash, u32(j), bytes.subarray(j * chunkBytes, (j + 1) * chunkBytes)))
  }
  return treeRoot(leaves, hash)
}
