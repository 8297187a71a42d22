/**
 * Writes many changes into a trie in one descent: changes sorted by key are split at each branch, every touched node is
 * loaded once and, at the end, encoded and hashed once. Writing them one by one, as `@ethereumjs/mpt` does, encodes the
 * nodes near the root once per change.
 */
import assert from 'node:assert/strict'
import { compare, equal } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import {
  type BranchNode,
  type ExtensionNode,
  hashTree,
  type LeafNode,
  loadNode,
  type NodeReader,
  type NodeWriter,
  nibbleAt,
  nibblesOf,
  rootNode,
  type TrieNode,
} from './trieNode.ts'

const KEY_NIBBLES = 64

export interface TrieChange {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** Not empty; `null` deletes. */
  readonly value: Uint8Array | null
}

/** Where nodes come from, where new ones go, and the hash. */
export interface TrieIo {
  readonly read: NodeReader
  readonly write: NodeWriter
  readonly keccak: Hasher
}

/**
 * The root after `changes` (each key once, any order) are applied to the trie of `root`. Old nodes stay; new ones are
 * handed to `io.write`. Throws `StateDataError` when a node on the way is missing or bad.
 */
export function commitTrie(root: Uint8Array, changes: readonly TrieChange[], io: TrieIo): Uint8Array {
  if (changes.length === 0) return root
  const sorted = [...changes].sort((a, b) => compare(a.key, b.key))
  for (const [i, change] of sorted.entries()) {
    assert(change.key.length === 32 && change.value?.length !== 0, 'trie change')
    assert(i === 0 || !equal(change.key, sorted[i - 1]!.key), 'trie change: each key once')
  }
  const before = rootNode(root)
  const after = applyTo(before, sorted, 0, io)
  return after === before ? root : hashTree(after, io.keccak, io.write)
}

/** All `changes` share their first `depth` nibbles. Returns `node` itself when nothing changes. */
function applyTo(
  node: TrieNode | undefined,
  changes: readonly TrieChange[],
  depth: number,
  io: TrieIo,
): TrieNode | undefined {
  if (changes.length === 0) return node
  if (node === undefined) {
    const puts = changes.filter((change) => change.value !== null)
    return build(puts, depth)
  }
  const loaded = loadNode(node, io.read)
  switch (loaded.kind) {
    case 'leaf':
      return applyToLeaf(node, loaded, changes, depth)
    case 'extension':
      return applyToExtension(node, loaded, changes, depth, io)
    case 'branch':
      return applyToBranch(node, loaded, changes, depth, io)
    default:
      return loaded satisfies never
  }
}

/** A fresh subtree of sorted puts. */
function build(puts: readonly TrieChange[], depth: number): TrieNode | undefined {
  const first = puts[0]
  if (first === undefined) return undefined
  if (puts.length === 1) return { kind: 'leaf', path: nibblesOf(first.key, depth, KEY_NIBBLES), value: first.value! }
  const fork = forkDepth(first.key, puts[puts.length - 1]!.key, depth)
  const children: (TrieNode | undefined)[] = new Array(16)
  forEachNibble(puts, fork, (nibble, part) => {
    children[nibble] = build(part, fork + 1)
  })
  return extend(nibblesOf(first.key, depth, fork), { kind: 'branch', children })
}

function applyToLeaf(
  node: TrieNode,
  leaf: LeafNode,
  changes: readonly TrieChange[],
  depth: number,
): TrieNode | undefined {
  const key = joinKey(changes[0]!.key, depth, leaf.path)
  const at = changes.findIndex((change) => compare(change.key, key) >= 0)
  const isOverwritten = at >= 0 && equal(changes[at]!.key, key)
  const all = isOverwritten ? changes : changes.toSpliced(at < 0 ? changes.length : at, 0, { key, value: leaf.value })
  const puts = all.filter((change) => change.value !== null)
  const only = puts.length === 1 ? puts[0]! : undefined
  if (only !== undefined && equal(only.key, key) && equal(only.value!, leaf.value)) return node
  return build(puts, depth)
}

function applyToExtension(
  node: TrieNode,
  extension: ExtensionNode,
  changes: readonly TrieChange[],
  depth: number,
  io: TrieIo,
): TrieNode | undefined {
  const { path, child } = extension
  const shared = Math.min(
    sharedNibbles(changes[0]!.key, depth, path),
    sharedNibbles(changes[changes.length - 1]!.key, depth, path),
  )
  if (shared === path.length) {
    const after = applyTo(child, changes, depth + shared, io)
    return after === child ? node : prepend(path, after, io)
  }
  const rest = shared + 1 === path.length ? child : { ...extension, path: path.subarray(shared + 1) }
  const children: (TrieNode | undefined)[] = new Array(16)
  children[path[shared]!] = rest
  const fork: BranchNode = { kind: 'branch', children }
  const after = applyToBranch(fork, fork, changes, depth + shared, io)
  return after === fork ? node : prepend(path.subarray(0, shared), after, io)
}

function applyToBranch(
  node: TrieNode,
  branch: BranchNode,
  changes: readonly TrieChange[],
  depth: number,
  io: TrieIo,
): TrieNode | undefined {
  const children = [...branch.children]
  let isChanged = false
  forEachNibble(changes, depth, (nibble, part) => {
    const after = applyTo(children[nibble], part, depth + 1, io)
    if (after !== children[nibble]) isChanged = true
    children[nibble] = after
  })
  if (!isChanged) return node
  const held = children.flatMap((child, nibble) => (child === undefined ? [] : [nibble]))
  if (held.length === 0) return undefined
  if (held.length === 1) return prepend(Uint8Array.of(held[0]!), children[held[0]!], io)
  return { kind: 'branch', children }
}

/** Puts `path` before a subtree and joins it with the subtree's own path; reads the subtree's top node for that. */
function prepend(path: Uint8Array, node: TrieNode | undefined, io: TrieIo): TrieNode | undefined {
  if (node === undefined || path.length === 0) return node
  const loaded = loadNode(node, io.read)
  if (loaded.kind === 'branch') return extend(path, node as ExtensionNode['child'])
  return { ...loaded, path: joinNibbles(path, loaded.path) }
}

function extend(path: Uint8Array, child: ExtensionNode['child']): TrieNode {
  return path.length === 0 ? child : { kind: 'extension', path, child }
}

function joinNibbles(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/** The key whose first `depth` nibbles are those of `prefix` and whose rest is `path`. */
function joinKey(prefix: Uint8Array, depth: number, path: Uint8Array): Uint8Array {
  assert(depth + path.length === KEY_NIBBLES, 'a leaf ends at the key length')
  const out = new Uint8Array(32)
  for (let i = 0; i < KEY_NIBBLES; i++) {
    const nibble = i < depth ? nibbleAt(prefix, i) : path[i - depth]!
    out[i >> 1]! |= (i & 1) === 0 ? nibble << 4 : nibble
  }
  return out
}

/** The first nibble, from `depth` on, at which two different keys differ. */
function forkDepth(a: Uint8Array, b: Uint8Array, depth: number): number {
  let at = depth
  while (nibbleAt(a, at) === nibbleAt(b, at)) at++
  return at
}

function sharedNibbles(key: Uint8Array, depth: number, path: Uint8Array): number {
  let count = 0
  while (count < path.length && nibbleAt(key, depth + count) === path[count]) count++
  return count
}

/** Calls `visit` with each run of sorted changes that share nibble `depth`. */
function forEachNibble(
  changes: readonly TrieChange[],
  depth: number,
  visit: (nibble: number, part: readonly TrieChange[]) => void,
): void {
  for (let from = 0; from < changes.length; ) {
    const nibble = nibbleAt(changes[from]!.key, depth)
    let to = from + 1
    while (to < changes.length && nibbleAt(changes[to]!.key, depth) === nibble) to++
    visit(nibble, changes.length === to - from ? changes : changes.slice(from, to))
    from = to
  }
}
