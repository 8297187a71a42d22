/**
 * Nodes of a Merkle Patricia trie with 32-byte keys (Yellow Paper, appendix D) and their bytes. All keys have one length,
 * so branches hold no value.
 */
import { equal, toHex } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { EMPTY_BYTES, EMPTY_ROOT } from './accountRecord.ts'
import {
  headerBytes,
  type RlpItem,
  readList,
  StateDataError,
  stringItemBytes,
  writeHeader,
  writeString,
} from './rlpItem.ts'

/** A node that is not loaded: 32 bytes. */
export interface HashNode {
  readonly kind: 'hash'
  readonly hash: Uint8Array
}
export interface LeafNode {
  readonly kind: 'leaf'
  /** Nibbles, one a byte. */
  readonly path: Uint8Array
  readonly value: Uint8Array
}
export interface ExtensionNode {
  readonly kind: 'extension'
  /** Nibbles, one a byte; never empty. */
  readonly path: Uint8Array
  readonly child: BranchNode | HashNode
}
export interface BranchNode {
  readonly kind: 'branch'
  /** 16 entries. */
  readonly children: readonly (TrieNode | undefined)[]
}
export type LoadedNode = LeafNode | ExtensionNode | BranchNode
export type TrieNode = LoadedNode | HashNode

/** Reads a node's bytes by hash. */
export type NodeReader = (hash: Uint8Array) => Uint8Array | undefined
/** Takes each new node, hash and bytes. */
export type NodeWriter = (hash: Uint8Array, node: Uint8Array) => void

const NO_VALUE = 0x80

/** Nibble `index` of a key. */
export function nibbleAt(key: Uint8Array, index: number): number {
  const byte = key[index >> 1]!
  return (index & 1) === 0 ? byte >> 4 : byte & 15
}

/** Nibbles `from` … `to` of a key, one a byte. */
export function nibblesOf(key: Uint8Array, from: number, to: number): Uint8Array {
  const out = new Uint8Array(to - from)
  for (let i = from; i < to; i++) out[i - from] = nibbleAt(key, i)
  return out
}

/** Strict; throws `StateDataError` (`bad-node`, `bad-rlp`). */
export function decodeNode(data: Uint8Array): LoadedNode {
  return nodeOfItems(readList(data, 17))
}

function nodeOfItems(items: readonly RlpItem[]): LoadedNode {
  if (items.length === 17) return branchOfItems(items)
  const [first, second] = items
  if (items.length !== 2 || first!.isList) throw new StateDataError('bad-node', `node of ${items.length} items`)
  const { path, isLeaf } = decodePath(first!.body)
  if (isLeaf) {
    if (second!.isList || second!.body.length === 0) throw new StateDataError('bad-node', 'leaf without a value')
    return { kind: 'leaf', path, value: second!.body }
  }
  const child = childOfItem(second!)
  if (path.length === 0 || child === undefined || child.kind === 'leaf' || child.kind === 'extension')
    throw new StateDataError('bad-node', 'extension without path or branch')
  return { kind: 'extension', path, child }
}

function branchOfItems(items: readonly RlpItem[]): BranchNode {
  if (items[16]!.isList || items[16]!.body.length !== 0) throw new StateDataError('bad-node', 'branch with a value')
  const children: (TrieNode | undefined)[] = new Array(16)
  let count = 0
  for (let i = 0; i < 16; i++) {
    children[i] = childOfItem(items[i]!)
    if (children[i] !== undefined) count++
  }
  if (count < 2) throw new StateDataError('bad-node', `branch with ${count} children`)
  return { kind: 'branch', children }
}

function childOfItem(item: RlpItem): TrieNode | undefined {
  if (item.isList) {
    if (item.raw.length >= 32) throw new StateDataError('bad-node', `inline node of ${item.raw.length} bytes`)
    return nodeOfItems(readList(item.raw, 17))
  }
  if (item.body.length === 0) return undefined
  if (item.body.length !== 32) throw new StateDataError('bad-node', `child of ${item.body.length} bytes`)
  return { kind: 'hash', hash: item.body }
}

/** Hex-prefix decoding. */
function decodePath(bytes: Uint8Array): { readonly path: Uint8Array; readonly isLeaf: boolean } {
  const first = bytes[0]
  const isOdd = first !== undefined && (first & 0x10) !== 0
  if (first === undefined || first > 0x3f || (!isOdd && (first & 15) !== 0) || bytes.length > 33)
    throw new StateDataError('bad-node', 'bad path')
  const length = 2 * (bytes.length - 1) + (isOdd ? 1 : 0)
  const path = new Uint8Array(length)
  for (let i = 0; i < length; i++) path[i] = nibbleAt(bytes, i + (isOdd ? 1 : 2))
  return { path, isLeaf: (first & 0x20) !== 0 }
}

/** Hex-prefix encoding. */
function encodePath(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const isOdd = (path.length & 1) === 1
  const out = new Uint8Array((path.length >> 1) + 1)
  out[0] = (isLeaf ? 0x20 : 0) | (isOdd ? 0x10 | path[0]! : 0)
  for (let i = isOdd ? 1 : 0, at = 1; i < path.length; i += 2, at++) out[at] = (path[i]! << 4) | path[i + 1]!
  return out
}

/** Hashes a dirty tree bottom up, hands each new node of 32 bytes or more to `write`, and returns the root. */
export function hashTree(node: TrieNode | undefined, keccak: Hasher, write: NodeWriter): Uint8Array {
  if (node === undefined) return EMPTY_ROOT
  if (node.kind === 'hash') return node.hash
  const raw = encodeNode(node, keccak, write)
  const hash = keccak(raw)
  write(hash, raw)
  return hash
}

function encodeNode(node: LoadedNode, keccak: Hasher, write: NodeWriter): Uint8Array {
  if (node.kind === 'branch') return encodeBranch(node, keccak, write)
  const path = encodePath(node.path, node.kind === 'leaf')
  if (node.kind === 'extension') {
    const child = encodeChild(node.child, keccak, write)
    return joinPair(path, child, child.length)
  }
  return joinPair(path, node.value, -1)
}

/** `rawBytes` ≥ 0: the second part is an item already, of that length. */
function joinPair(path: Uint8Array, second: Uint8Array, rawBytes: number): Uint8Array {
  const length = stringItemBytes(path) + (rawBytes >= 0 ? rawBytes : stringItemBytes(second))
  const out = new Uint8Array(headerBytes(length) + length)
  const at = writeString(out, writeHeader(out, 0, 0xc0, length), path)
  if (rawBytes >= 0) out.set(second, at)
  else writeString(out, at, second)
  return out
}

function encodeBranch(node: BranchNode, keccak: Hasher, write: NodeWriter): Uint8Array {
  const items: Uint8Array[] = new Array(16)
  let length = 1
  for (let i = 0; i < 16; i++) {
    const child = node.children[i]
    items[i] = child === undefined ? EMPTY_BYTES : encodeChild(child, keccak, write)
    length += items[i]!.length || 1
  }
  const out = new Uint8Array(headerBytes(length) + length)
  let at = writeHeader(out, 0, 0xc0, length)
  for (const item of items) {
    if (item.length === 0) out[at++] = NO_VALUE
    else {
      out.set(item, at)
      at += item.length
    }
  }
  out[at] = NO_VALUE
  return out
}

/** What a parent holds of a child: its bytes when under 32, else its hash as a string item. */
function encodeChild(node: TrieNode, keccak: Hasher, write: NodeWriter): Uint8Array {
  if (node.kind === 'hash') return hashItem(node.hash)
  const raw = encodeNode(node, keccak, write)
  if (raw.length < 32) return raw
  const hash = keccak(raw)
  write(hash, raw)
  return hashItem(hash)
}

function hashItem(hash: Uint8Array): Uint8Array {
  const out = new Uint8Array(33)
  out[0] = 0xa0
  out.set(hash, 1)
  return out
}

/** Loads an unloaded node; throws `StateDataError` (`missing-node`) when it is not held. */
export function loadNode(node: TrieNode, read: NodeReader): LoadedNode {
  if (node.kind !== 'hash') return node
  return decodeNode(readNode(node.hash, read))
}

export function readNode(hash: Uint8Array, read: NodeReader): Uint8Array {
  const raw = read(hash)
  if (raw === undefined) throw new StateDataError('missing-node', `trie node ${toHex(hash)} is not held`)
  return raw
}

/** The root as a node: `undefined` for the empty trie. */
export function rootNode(root: Uint8Array): HashNode | undefined {
  return equal(root, EMPTY_ROOT) ? undefined : { kind: 'hash', hash: root }
}
