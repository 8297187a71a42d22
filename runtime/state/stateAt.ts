/** Any older state by its root, read through trie nodes: the archive behind calls and proofs at past heights. */
import { equal } from '../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import type { StateStore } from '../stateStore.ts'
import { type AccountRecord, decodeAccount, EMPTY_BYTES, EMPTY_ROOT } from './accountRecord.ts'
import { readItem, StateDataError } from './rlpItem.ts'
import { keyOf } from './stateRoot.ts'
import { proveTrie, readTrie } from './trieRead.ts'

/** Accounts whose storage root is kept per reader: one call reads few; a reader lives as long as a call. */
const STORAGE_ROOTS_KEPT_MAX = 4_096

/** What past states are read from: nodes and codes are never deleted. */
export type NodeStore = Pick<StateStore, 'code' | 'node'>

/** The state of `root`, in the shape of a `StateStore`; reads throw `StateDataError` (`missing-node`) for a root not held. */
export function stateAt(root: Uint8Array, nodes: NodeStore): StateStore {
  const storageRoots = new Map<string, Uint8Array>()
  const read = (hash: Uint8Array) => nodes.node(hash)
  const account = (addressHash: Uint8Array) => readTrie(root, addressHash, read)
  const storageRootOf = (addressHash: Uint8Array) => {
    const key = keyOf(addressHash)
    let storageRoot = storageRoots.get(key)
    if (storageRoot === undefined) {
      const rlp = account(addressHash)
      storageRoot = rlp === undefined ? EMPTY_ROOT : decodeAccount(rlp).storageRoot
      if (storageRoots.size >= STORAGE_ROOTS_KEPT_MAX) storageRoots.clear()
      storageRoots.set(key, storageRoot)
    }
    return storageRoot
  }
  return {
    account,
    slot(addressHash, slotHash) {
      const item = readTrie(storageRootOf(addressHash), slotHash, read)
      return item === undefined ? undefined : decodeSlot(item)
    },
    code: (codeHash) => nodes.code(codeHash),
    node: read,
  }
}

/** Value of a storage trie → slot value without leading zeros; throws `StateDataError`. */
export function decodeSlot(item: Uint8Array): Uint8Array {
  const { body, isList, raw } = readItem(item, 0)
  if (isList || raw.length !== item.length || body.length === 0 || body.length > 32 || body[0] === 0)
    throw new StateDataError('bad-node', `slot value of ${item.length} bytes`)
  return body
}

/** True when the node of `root` is held and hashes to it. */
export function isRootHeld(root: Uint8Array, nodes: NodeStore, keccak: Hasher = keccak256): boolean {
  if (equal(root, EMPTY_ROOT)) return true
  const node = nodes.node(root)
  return node !== undefined && equal(keccak(node), root)
}

/** EIP-1186. */
export interface AccountProof {
  readonly account: AccountRecord | undefined
  /** Nodes from the state root down. */
  readonly accountProof: readonly Uint8Array[]
  readonly storage: readonly SlotProof[]
}
export interface SlotProof {
  /** 32 bytes, as asked. */
  readonly slot: Uint8Array
  /** Without leading zeros; empty for zero. */
  readonly value: Uint8Array
  /** Nodes from the storage root down; empty when the account has no storage. */
  readonly proof: readonly Uint8Array[]
}

/** Proves an account and some of its slots under `root`; throws `StateDataError` when a node is not held. */
export function proveAccount(
  root: Uint8Array,
  address: Uint8Array,
  slots: readonly Uint8Array[],
  nodes: NodeStore,
  keccak: Hasher = keccak256,
): AccountProof {
  const read = (hash: Uint8Array) => nodes.node(hash)
  const addressHash = keccak(address)
  const rlp = readTrie(root, addressHash, read)
  const account = rlp === undefined ? undefined : decodeAccount(rlp)
  const storageRoot = account?.storageRoot ?? EMPTY_ROOT
  const storage = slots.map((slot) => {
    const slotHash = keccak(slot)
    const item = readTrie(storageRoot, slotHash, read)
    const value = item === undefined ? EMPTY_BYTES : decodeSlot(item)
    return { slot, value, proof: proveTrie(storageRoot, slotHash, read) }
  })
  return { account, accountProof: proveTrie(root, addressHash, read), storage }
}
