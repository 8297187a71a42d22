/** The finalized state as the runtime reads it, and the changes that finalizing a block writes (runtime.md §4, §12). */

/** Synchronous reads of one finalized state. Keys are 32-byte keccak256 hashes. */
export interface StateStore {
  /** RLP(nonce, balance, storageRoot, codeHash), or `undefined`. */
  account(addressHash: Uint8Array): Uint8Array | undefined
  /** Slot value without leading zeros, or `undefined` for zero. */
  slot(addressHash: Uint8Array, slotHash: Uint8Array): Uint8Array | undefined
  code(codeHash: Uint8Array): Uint8Array | undefined
  /** Trie node by hash, of any trie of any height. */
  node(hash: Uint8Array): Uint8Array | undefined
}

/** What one block changes; `null` deletes. */
export interface StateChanges {
  readonly stateRoot: Uint8Array
  readonly accounts: readonly { readonly addressHash: Uint8Array; readonly rlp: Uint8Array | null }[]
  /** Accounts whose whole storage is cleared before `slots` are written. */
  readonly wiped: readonly Uint8Array[]
  readonly slots: readonly {
    readonly addressHash: Uint8Array
    readonly slotHash: Uint8Array
    readonly value: Uint8Array | null
  }[]
  readonly codes: readonly { readonly codeHash: Uint8Array; readonly code: Uint8Array }[]
  readonly nodes: readonly { readonly hash: Uint8Array; readonly node: Uint8Array }[]
}
