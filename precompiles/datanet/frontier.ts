/**
 * A Merkle tree that grows leaf by leaf and keeps only the roots of its full subtrees (economy.md: leaf 0x50, node 0x51,
 * root 0x52). Shape as influence.md §4: padded to a power of two, here with keccak256(0x50) as the empty leaf.
 */
import { concat, uintToBytes } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'

export interface Leaf {
  readonly rowId: bigint
  readonly orderKey: bigint
  readonly contributorId: bigint
  readonly rowHash: Uint8Array
}

/** `peaks[i]` is the root of a full subtree of 2^i leaves, wherever bit i of `count` is set. */
export interface Frontier {
  count: bigint
  readonly peaks: (Uint8Array | undefined)[]
}

const LEAF = Uint8Array.of(0x50)
const NODE = Uint8Array.of(0x51)
const ROOT = Uint8Array.of(0x52)

export function leafHash(hash: Hasher, leaf: Leaf): Uint8Array {
  const { rowId, orderKey, contributorId, rowHash } = leaf
  return hash(concat(LEAF, uintToBytes(rowId, 8), uintToBytes(orderKey, 8), uintToBytes(contributorId, 8), rowHash))
}

const nodeHash = (hash: Hasher, left: Uint8Array, right: Uint8Array): Uint8Array => hash(concat(NODE, left, right))
const hasBit = (count: bigint, bit: number): boolean => ((count >> BigInt(bit)) & 1n) === 1n

/** Appends a leaf: carries like a binary counter. */
export function append(hash: Hasher, frontier: Frontier, leaf: Uint8Array): void {
  let node = leaf
  let height = 0
  for (; hasBit(frontier.count, height); height++) node = nodeHash(hash, frontier.peaks[height]!, node)
  frontier.peaks[height] = node
  frontier.count += 1n
}

/** The root of at least one leaf. */
export function rootOf(hash: Hasher, frontier: Frontier): Uint8Array {
  const { count, peaks } = frontier
  const height = count === 1n ? 0 : (count - 1n).toString(2).length
  let empty = hash(LEAF)
  let node: Uint8Array | undefined
  for (let level = 0; level < height; level++) {
    if (hasBit(count, level)) node = nodeHash(hash, peaks[level]!, node ?? empty)
    else if (node !== undefined) node = nodeHash(hash, node, empty)
    empty = nodeHash(hash, empty, empty)
  }
  return hash(concat(ROOT, uintToBytes(count, 8), node ?? peaks[height]!))
}
