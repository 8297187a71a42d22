/**
 * The world state of one unfinalized block: a layer of changes over its parent's layer, down to the finalized store
 * (runtime.md §4). Reads go child to parent to store, synchronously; siblings share nothing but ancestors, so any number
 * of candidates can be executed side by side and dropped. It is also ethereumjs's `StateManagerInterface`, so the EVM and
 * the natives write through one undo log.
 */
import assert from 'node:assert/strict'
import type { AccountFields, StateManagerInterface } from '@ethereumjs/common'
import { Account, type Address } from '@ethereumjs/util'
import { equal } from '../../primitives/bytes.ts'
import type { StateChanges } from '../stateStore.ts'
import {
  type AccountRecord,
  EMPTY_ACCOUNT,
  EMPTY_BYTES,
  EMPTY_CODE_HASH,
  EMPTY_ROOT,
  trimZeros,
} from './accountRecord.ts'
import { sealWrites } from './sealLayer.ts'
import { type KeyHasher, keyOf, type StateRoot } from './stateRoot.ts'
import { createUndoLog } from './undoLog.ts'

/** A new, empty layer. A layer with children must not be written any more. */
export function createLayer(parent: Layer | StateRoot): Layer {
  return new Layer(parent)
}

export class Layer implements StateManagerInterface {
  readonly kind = 'layer'
  readonly hasher: KeyHasher
  readonly #accounts = new Map<string, AccountRecord | null>()
  readonly #slots = new Map<string, Map<string, Uint8Array>>()
  readonly #codes = new Map<string, Uint8Array>()
  readonly #wiped = new Set<string>()
  readonly #nodes = new Map<string, Uint8Array>()
  readonly #log = createUndoLog()
  /** Slot values at the start of the transaction, kept from the first write of each. */
  readonly #originals = new Map<string, Uint8Array>()
  #parent: Layer | StateRoot
  #root: Uint8Array | undefined
  #changes: StateChanges | undefined

  constructor(parent: Layer | StateRoot) {
    this.#parent = parent
    this.hasher = parent.hasher
  }

  /** State root of the sealed block; `undefined` while the block is open. */
  get root(): Uint8Array | undefined {
    return this.#root
  }

  // ---- synchronous accessors: natives and the executor's short paths ----

  /** The account as of now; do not change its bytes. */
  accountOf(address: Uint8Array): AccountRecord | undefined {
    return this.#account(keyOf(address))
  }

  #account(key: string): AccountRecord | undefined {
    let at: Layer | StateRoot = this
    for (; at.kind === 'layer'; at = at.#parent) {
      const record = at.#accounts.get(key)
      if (record !== undefined) return record ?? undefined
    }
    return at.account(key)
  }

  /** Replaces nonce, balance and code hash; the storage root stays the layer's own business. `undefined` deletes. */
  setAccount(address: Uint8Array, record: AccountRecord | undefined): void {
    const key = keyOf(address)
    const before = this.#account(key)
    if (record !== undefined) {
      assert(record.nonce >= 0n && record.balanceWei >= 0n, 'an account holds no negative numbers')
      const storageRoot = before?.storageRoot ?? EMPTY_ROOT
      this.#putRecord(key, record.storageRoot === storageRoot ? record : { ...record, storageRoot })
    } else if (before !== undefined) {
      this.#wipe(key)
      this.#putRecord(key, null)
    }
  }

  #putRecord(key: string, record: AccountRecord | null): void {
    this.#assertOpen()
    const old = this.#accounts.get(key)
    this.#accounts.set(key, record)
    this.#log.push(() => (old === undefined ? this.#accounts.delete(key) : this.#accounts.set(key, old)))
  }

  /** Slot value without leading zeros; empty for zero. */
  storageAt(address: Uint8Array, slot: Uint8Array): Uint8Array {
    return this.#storage(keyOf(address), keyOf(slot))
  }

  #storage(addressKey: string, slotKey: string): Uint8Array {
    let at: Layer | StateRoot = this
    for (; at.kind === 'layer'; at = at.#parent) {
      const value = at.#slots.get(addressKey)?.get(slotKey)
      if (value !== undefined) return value
      if (at.#wiped.has(addressKey)) return EMPTY_BYTES
    }
    return at.storage(addressKey, slotKey)
  }

  /** Writes a slot of an existing account; at most 32 bytes, leading zeros allowed, zero or empty clears. */
  setStorage(address: Uint8Array, slot: Uint8Array, value: Uint8Array): void {
    assert(slot.length === 32 && value.length <= 32, 'a slot is 32 bytes, a value at most 32')
    const addressKey = keyOf(address)
    const slotKey = keyOf(slot)
    assert(this.#account(addressKey) !== undefined, 'storage of an account that does not exist')
    this.#assertOpen()
    const originalKey = addressKey + slotKey
    const isFirst = !this.#originals.has(originalKey)
    if (isFirst) this.#originals.set(originalKey, this.#storage(addressKey, slotKey))
    const written = this.#slotsOf(addressKey)
    const old = written.get(slotKey)
    written.set(slotKey, trimZeros(value).slice())
    this.#log.push(() => {
      if (old === undefined) written.delete(slotKey)
      else written.set(slotKey, old)
      if (isFirst) this.#originals.delete(originalKey)
    })
  }

  #slotsOf(addressKey: string): Map<string, Uint8Array> {
    let slots = this.#slots.get(addressKey)
    if (slots === undefined) {
      slots = new Map()
      this.#slots.set(addressKey, slots)
    }
    return slots
  }

  /** The slot at the start of the transaction, as SSTORE's gas rules need it (EIP-2200). */
  originalStorageAt(address: Uint8Array, slot: Uint8Array): Uint8Array {
    const addressKey = keyOf(address)
    const slotKey = keyOf(slot)
    return this.#originals.get(addressKey + slotKey) ?? this.#storage(addressKey, slotKey)
  }

  /** Forgets original slot values; to be called between transactions (`runTx` does). */
  startTransaction(): void {
    this.#originals.clear()
  }

  /** Clears all storage of an account, hiding what older layers hold; an account that does not exist has none. */
  wipeStorage(address: Uint8Array): void {
    const key = keyOf(address)
    const before = this.#account(key)
    if (before === undefined) return
    this.#wipe(key)
    this.#putRecord(key, { ...before, storageRoot: EMPTY_ROOT })
  }

  #wipe(key: string): void {
    this.#assertOpen()
    const oldSlots = this.#slots.get(key)
    const wasWiped = this.#wiped.has(key)
    this.#slots.delete(key)
    this.#wiped.add(key)
    this.#log.push(() => {
      if (oldSlots === undefined) this.#slots.delete(key)
      else this.#slots.set(key, oldSlots)
      if (!wasWiped) this.#wiped.delete(key)
    })
  }

  /** Code of an account, empty when it has none; shared bytes, not to be changed. */
  codeOf(address: Uint8Array): Uint8Array {
    const account = this.accountOf(address)
    if (account === undefined || equal(account.codeHash, EMPTY_CODE_HASH)) return EMPTY_BYTES
    const key = keyOf(account.codeHash)
    let at: Layer | StateRoot = this
    for (; at.kind === 'layer'; at = at.#parent) {
      const code = at.#codes.get(key)
      if (code !== undefined) return code
    }
    return at.code(account.codeHash)
  }

  /** Sets the code of an account, which is created if need be. */
  setCode(address: Uint8Array, code: Uint8Array): void {
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : this.hasher.keccak(code)
    this.setAccount(address, { ...(this.accountOf(address) ?? EMPTY_ACCOUNT), codeHash })
    const key = keyOf(codeHash)
    if (code.length === 0 || this.#codes.has(key)) return
    this.#codes.set(key, code.slice())
    this.#log.push(() => this.#codes.delete(key))
  }

  // ---- checkpoints ----

  /** Opens a checkpoint; returns the depth before it, for `undoTo`. */
  begin(): number {
    this.#assertOpen()
    return this.#log.begin()
  }

  /** Closes the newest checkpoint, keeping its changes. */
  keep(): void {
    this.#log.keep()
  }

  /** Takes back the newest checkpoint; cost = its changes. */
  undo(): void {
    this.#log.undo()
  }

  /** Takes back every checkpoint above `depth`, as after an abort that left the EVM's own open. */
  undoTo(depth: number): void {
    this.#log.undoTo(depth)
  }

  // ---- the life of a layer ----

  /** Computes the block's root once and closes the layer to writes; later calls return the same changes. */
  seal(): StateChanges {
    if (this.#changes !== undefined) return this.#changes
    assert(this.#log.depth === 0, 'seal with an open checkpoint')
    const parent = this.#parent
    assert(parent.root !== undefined, 'seal: the parent is not sealed')
    const { changes, moved } = sealWrites({
      parentRoot: parent.root,
      parentAccount: (key) => (parent.kind === 'layer' ? parent.#account(key) : parent.account(key)),
      accounts: this.#accounts,
      slots: this.#slots,
      wiped: this.#wiped,
      codes: this.#codes,
      readNode: (hash) => this.nodeOf(hash),
      hasher: this.hasher,
    })
    for (const [key, record] of moved) this.#accounts.set(key, record)
    for (const { hash, node } of changes.nodes) this.#nodes.set(keyOf(hash), node)
    this.#originals.clear()
    this.#root = changes.stateRoot
    this.#changes = changes
    return changes
  }

  /** A trie node by hash, out of this layer, its ancestors or the store. */
  nodeOf(hash: Uint8Array): Uint8Array | undefined {
    const key = keyOf(hash)
    let at: Layer | StateRoot = this
    for (; at.kind === 'layer'; at = at.#parent) {
      const node = at.#nodes.get(key)
      if (node !== undefined) return node
    }
    return at.store.node(hash)
  }

  /** Once the store holds this sealed layer's changes: read through to it, and let ancestors and memory go. */
  flatten(base: StateRoot): void {
    assert(this.#root !== undefined && equal(this.#root, base.root), 'flatten onto another root')
    this.#parent = base
    this.#changes = undefined
    for (const held of [this.#accounts, this.#slots, this.#codes, this.#wiped, this.#nodes]) held.clear()
  }

  #assertOpen(): void {
    assert(this.#root === undefined, 'write to a sealed layer')
  }

  // ---- StateManagerInterface ----

  async getAccount(address: Address): Promise<Account | undefined> {
    const record = this.accountOf(address.bytes)
    if (record === undefined) return undefined
    return new Account(record.nonce, record.balanceWei, record.storageRoot.slice(), record.codeHash.slice())
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    this.setAccount(address.bytes, account === undefined ? undefined : recordOf(account))
  }

  async deleteAccount(address: Address): Promise<void> {
    this.setAccount(address.bytes, undefined)
  }

  async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
    const before = this.accountOf(address.bytes) ?? EMPTY_ACCOUNT
    this.setAccount(address.bytes, {
      ...before,
      nonce: fields.nonce ?? before.nonce,
      balanceWei: fields.balance ?? before.balanceWei,
      codeHash: fields.codeHash?.slice() ?? before.codeHash,
    })
  }

  async putCode(address: Address, value: Uint8Array): Promise<void> {
    this.setCode(address.bytes, value)
  }

  async getCode(address: Address): Promise<Uint8Array> {
    return this.codeOf(address.bytes)
  }

  async getCodeSize(address: Address): Promise<number> {
    return this.codeOf(address.bytes).length
  }

  async getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
    assert(key.length === 32, 'a slot is 32 bytes')
    return this.storageAt(address.bytes, key)
  }

  async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    this.setStorage(address.bytes, key, value)
  }

  async clearStorage(address: Address): Promise<void> {
    this.wipeStorage(address.bytes)
  }

  async checkpoint(): Promise<void> {
    this.begin()
  }

  async commit(): Promise<void> {
    this.keep()
  }

  async revert(): Promise<void> {
    this.undo()
  }

  /** A root belongs to a block, not to a moment: refused until the layer is sealed. */
  async getStateRoot(): Promise<Uint8Array> {
    assert(this.#root !== undefined, 'no state root inside a block: seal the layer')
    return this.#root
  }

  async setStateRoot(stateRoot: Uint8Array): Promise<void> {
    assert(this.#root !== undefined && equal(stateRoot, this.#root), 'a layer cannot move to another root')
  }

  /** True for the roots of this layer and its ancestors. */
  async hasStateRoot(root: Uint8Array): Promise<boolean> {
    let at: Layer | StateRoot = this
    for (; at.kind === 'layer'; at = at.#parent) if (at.#root !== undefined && equal(at.#root, root)) return true
    return equal(at.root, root)
  }

  readonly originalStorageCache = {
    get: async (address: Address, key: Uint8Array): Promise<Uint8Array> => this.originalStorageAt(address.bytes, key),
    clear: (): void => this.startTransaction(),
  }

  clearCaches(): void {}

  /** A child layer. */
  shallowCopy(): Layer {
    return createLayer(this)
  }
}

function recordOf(account: Account): AccountRecord {
  return {
    nonce: account.nonce,
    balanceWei: account.balance,
    storageRoot: account.storageRoot,
    codeHash: account.codeHash.slice(),
  }
}
