/** Root of a list: the trie of rlp(index) → item, as for a block's transactions and receipts (Yellow Paper, 4.3.2). */
import { RLP } from '@ethereumjs/rlp'
import { compare } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { type BranchNode, hashTree, type TrieNode } from '../state/trieNode.ts'
import { uintItem } from './rlp.ts'

interface Entry {
  /** Nibbles of rlp(index), one a byte; no key is a prefix of another. */
  readonly path: Uint8Array
  readonly value: Uint8Array
}

/** 32 bytes; no item may be empty. */
export function orderedRoot(keccak: Hasher, items: readonly Uint8Array[]): Uint8Array {
  const entries = items.map((value, i): Entry => ({ path: nibbles(RLP.encode(uintItem(i))), value }))
  entries.sort((a, b) => compare(a.path, b.path))
  return hashTree(build(entries, 0), keccak, () => undefined)
}

function nibbles(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length * 2)
  for (const [i, byte] of bytes.entries()) {
    out[2 * i] = byte >> 4
    out[2 * i + 1] = byte & 15
  }
  return out
}

/** Subtree of sorted entries that share their first `depth` nibbles. */
function build(entries: readonly Entry[], depth: number): TrieNode | undefined {
  const first = entries[0]
  if (first === undefined) return undefined
  if (entries.length === 1) return { kind: 'leaf', path: first.path.subarray(depth), value: first.value }
  const last = entries[entries.length - 1]!
  let fork = depth
  while (first.path[fork] === last.path[fork]) fork++
  const children: (TrieNode | undefined)[] = Array.from({ length: 16 }, (_, nibble) =>
    build(
      entries.filter((entry) => entry.path[fork] === nibble),
      fork + 1,
    ),
  )
  const branch: BranchNode = { kind: 'branch', children }
  return fork === depth ? branch : { kind: 'extension', path: first.path.subarray(depth, fork), child: branch }
}
