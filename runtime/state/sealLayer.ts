/** From what one block wrote to the new state root, trie nodes and flat-table changes, in one bulk commit. */
import { compare, equal } from '../../primitives/bytes.ts'
import type { StateChanges } from '../stateStore.ts'
import { type AccountRecord, EMPTY_ROOT, encodeAccount, isSameAccount } from './accountRecord.ts'
import { encodeString } from './rlpItem.ts'
import { bytesOfKey, type KeyHasher } from './stateRoot.ts'
import { commitTrie, type TrieChange } from './trieCommit.ts'
import type { NodeReader } from './trieNode.ts'

/** What a block wrote; maps are keyed by `keyOf`. */
export interface LayerWrites {
  readonly parentRoot: Uint8Array
  readonly parentAccount: (addressKey: string) => AccountRecord | undefined
  /** `null` deletes. */
  readonly accounts: ReadonlyMap<string, AccountRecord | null>
  /** Written since the account's last wipe, if any. */
  readonly slots: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>
  readonly wiped: ReadonlySet<string>
  readonly codes: ReadonlyMap<string, Uint8Array>
  readonly readNode: NodeReader
  readonly hasher: KeyHasher
}

export interface SealedWrites {
  readonly changes: StateChanges
  /** Accounts whose storage root moved, as they are now. */
  readonly moved: ReadonlyMap<string, AccountRecord>
}

interface Collector {
  readonly accounts: { addressHash: Uint8Array; rlp: Uint8Array | null }[]
  readonly wiped: Uint8Array[]
  readonly slots: { addressHash: Uint8Array; slotHash: Uint8Array; value: Uint8Array | null }[]
  readonly nodes: { hash: Uint8Array; node: Uint8Array }[]
  readonly moved: Map<string, AccountRecord>
}

/** Storage tries first, then the account trie; every dirty node is encoded and hashed once. */
export function sealWrites(writes: LayerWrites): SealedWrites {
  const out: Collector = { accounts: [], wiped: [], slots: [], nodes: [], moved: new Map() }
  const { hasher } = writes
  const touched = [...new Set([...writes.accounts.keys(), ...writes.slots.keys()])]
    .map((addressKey) => ({ addressKey, addressHash: hasher.hashOf(addressKey) }))
    .sort((a, b) => compare(a.addressHash, b.addressHash))
  for (const { addressKey, addressHash } of touched) sealAccount(writes, out, addressKey, addressHash)
  const io = { read: writes.readNode, write: writerTo(out), keccak: hasher.keccak }
  const accountChanges = out.accounts.map(({ addressHash, rlp }) => ({ key: addressHash, value: rlp }))
  const stateRoot = commitTrie(writes.parentRoot, accountChanges, io)
  const codes = [...writes.codes].map(([key, code]) => ({ codeHash: bytesOfKey(key), code }))
  const { accounts, wiped, slots, nodes, moved } = out
  return { changes: { stateRoot, accounts, wiped, slots, codes, nodes }, moved }
}

function sealAccount(writes: LayerWrites, out: Collector, addressKey: string, addressHash: Uint8Array): void {
  const before = writes.parentAccount(addressKey)
  const written = writes.accounts.get(addressKey)
  const now = written === undefined ? before : (written ?? undefined)
  const isWiped = writes.wiped.has(addressKey)
  if (isWiped && before !== undefined && !equal(before.storageRoot, EMPTY_ROOT)) out.wiped.push(addressHash)
  if (now === undefined) {
    if (before !== undefined) out.accounts.push({ addressHash, rlp: null })
    return
  }
  const base = isWiped || before === undefined ? EMPTY_ROOT : before.storageRoot
  const storageRoot = sealStorage(writes, out, addressKey, addressHash, base)
  const sealed = equal(storageRoot, now.storageRoot) ? now : { ...now, storageRoot }
  if (sealed !== now) out.moved.set(addressKey, sealed)
  if (before === undefined || !isSameAccount(before, sealed))
    out.accounts.push({ addressHash, rlp: encodeAccount(sealed) })
}

/** The storage root after this block's slots of one account. */
function sealStorage(
  writes: LayerWrites,
  out: Collector,
  addressKey: string,
  addressHash: Uint8Array,
  base: Uint8Array,
): Uint8Array {
  const slots = writes.slots.get(addressKey)
  if (slots === undefined || slots.size === 0) return base
  const changes: TrieChange[] = []
  for (const [slotKey, value] of slots) {
    const slotHash = writes.hasher.hashOf(slotKey)
    const isZero = value.length === 0
    changes.push({ key: slotHash, value: isZero ? null : encodeString(value) })
    out.slots.push({ addressHash, slotHash, value: isZero ? null : value })
  }
  return commitTrie(base, changes, { read: writes.readNode, write: writerTo(out), keccak: writes.hasher.keccak })
}

function writerTo(out: Collector): (hash: Uint8Array, node: Uint8Array) => void {
  return (hash, node) => out.nodes.push({ hash, node })
}
