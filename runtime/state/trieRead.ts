/** Reads, proves and walks a trie by its root, at any height whose nodes are held. */
import { StateDataError } from './rlpItem.ts'
import {
  decodeNode,
  type LoadedNode,
  loadNode,
  type NodeReader,
  nibbleAt,
  nibblesOf,
  readNode,
  rootNode,
  type TrieNode,
} from './trieNode.ts'

/** The value at a 32-byte key, or `undefined`; a view into the node. Throws `StateDataError` when a node is missing. */
export function readTrie(root: Uint8Array, key: Uint8Array, read: NodeReader): Uint8Array | undefined {
  return walk(root, key, read, () => {})
}

/** The nodes from the root towards `key` (EIP-1186): they prove its value, or its absence. Empty for the empty trie. */
export function proveTrie(root: Uint8Array, key: Uint8Array, read: NodeReader): Uint8Array[] {
  const proof: Uint8Array[] = []
  walk(root, key, read, (raw) => proof.push(raw))
  return proof
}

function walk(
  root: Uint8Array,
  key: Uint8Array,
  read: NodeReader,
  visit: (raw: Uint8Array) => void,
): Uint8Array | undefined {
  let depth = 0
  let node: TrieNode | undefined = rootNode(root)
  while (node !== undefined) {
    if (node.kind === 'hash') {
      const raw: Uint8Array = readNode(node.hash, read)
      visit(raw)
      node = decodeNode(raw)
    }
    const loaded: LoadedNode = node
    if (loaded.kind === 'branch') {
      node = loaded.children[nibbleAt(key, depth)]
      depth += 1
      continue
    }
    const end: number = depth + loaded.path.length
    if (end > 64 || Buffer.compare(nibblesOf(key, depth, end), loaded.path) !== 0) return undefined
    if (loaded.kind === 'leaf') return end === 64 ? loaded.value : undefined
    node = loaded.child
    depth = end
  }
  return undefined
}

/** All entries of a trie, ascending by key. Throws `StateDataError` when a node is missing. */
export function* walkTrie(root: Uint8Array, read: NodeReader): Generator<{ key: Uint8Array; value: Uint8Array }> {
  const stack: { readonly node: TrieNode | undefined; readonly path: readonly number[] }[] = [
    { node: rootNode(root), path: [] },
  ]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.node === undefined) continue
    const { path } = top
    const node = loadNode(top.node, read)
    if (node.kind === 'leaf') yield { key: keyOfNibbles([...path, ...node.path]), value: node.value }
    else if (node.kind === 'extension') stack.push({ node: node.child, path: [...path, ...node.path] })
    else for (let i = 15; i >= 0; i--) stack.push({ node: node.children[i], path: [...path, i] })
  }
}

function keyOfNibbles(nibbles: readonly number[]): Uint8Array {
  if (nibbles.length !== 64) throw new StateDataError('bad-node', `key of ${nibbles.length} nibbles`)
  return Uint8Array.from({ length: 32 }, (_, i) => (nibbles[2 * i]! << 4) | nibbles[2 * i + 1]!)
}
