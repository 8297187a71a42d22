/** The finalized state below a tree of layers: a root, the store that holds it, and what was read of it lately. */
import { equal, toHex } from '../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import type { StateStore } from '../stateStore.ts'
import { type AccountRecord, decodeAccount, EMPTY_BYTES, EMPTY_CODE_HASH } from './accountRecord.ts'
import { StateDataError } from './rlpItem.ts'

/** Hashed keys kept: a full block of 30 Mgas touches at most 14,286 cold slots of 2,100 gas; this holds several. */
const HASHES_KEPT_MAX = 65_536
/** Accounts and slots kept, each: as above. */
const READS_KEPT_MAX = 65_536
/** Codes kept: at most 24,576 bytes each (EIP-170), so 25 MB. */
const CODES_KEPT_MAX = 1_024

/** Bytes as a map key: one character a byte. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

export function bytesOfKey(key: string): Uint8Array {
  return new Uint8Array(Buffer.from(key, 'latin1'))
}

/** Remembers keccak of addresses and slots, which are hashed again at each read and commit. */
export interface KeyHasher {
  readonly keccak: Hasher
  /** keccak of an address or slot given as map key. */
  hashOf(key: string): Uint8Array
}

export function createKeyHasher(keccak: Hasher): KeyHasher {
  const hashes = new Map<string, Uint8Array>()
  return {
    keccak,
    hashOf(key) {
      let hash = hashes.get(key)
      if (hash === undefined) {
        hash = keccak(bytesOfKey(key))
        if (hashes.size >= HASHES_KEPT_MAX) hashes.clear()
        hashes.set(key, hash)
      }
      return hash
    },
  }
}

/** One finalized state. Immutable in what it says; the maps only remember reads. */
export interface StateRoot {
  readonly kind: 'root'
  /** 32 bytes. */
  readonly root: Uint8Array
  readonly store: StateStore
  readonly hasher: KeyHasher
  account(addressKey: string): AccountRecord | undefined
  /** Trimmed; empty for zero. */
  storage(addressKey: string, slotKey: string): Uint8Array
  /** Throws `StateDataError` (`missing-code`) when the store lacks it. */
  code(codeHash: Uint8Array): Uint8Array
}

/**
 * A state to build layers on. The store must hold exactly the state of `root` for as long as layers read through it;
 * `hasher` may be shared by successive roots, so that hot keys are hashed once.
 */
export function createStateRoot(
  root: Uint8Array,
  store: StateStore,
  hasher: KeyHasher = createKeyHasher(keccak256),
): StateRoot {
  const accounts = new Map<string, AccountRecord | null>()
  const slots = new Map<string, Uint8Array>()
  const codes = new Map<string, Uint8Array>()
  return {
    kind: 'root',
    root,
    store,
    hasher,
    account(addressKey) {
      let record = accounts.get(addressKey)
      if (record === undefined) {
        const rlp = store.account(hasher.hashOf(addressKey))
        record = rlp === undefined ? null : decodeAccount(rlp)
        keep(accounts, addressKey, record, READS_KEPT_MAX)
      }
      return record ?? undefined
    },
    storage(addressKey, slotKey) {
      const key = addressKey + slotKey
      let value = slots.get(key)
      if (value === undefined) {
        value = store.slot(hasher.hashOf(addressKey), hasher.hashOf(slotKey)) ?? EMPTY_BYTES
        keep(slots, key, value, READS_KEPT_MAX)
      }
      return value
    },
    code(codeHash) {
      if (equal(codeHash, EMPTY_CODE_HASH)) return EMPTY_BYTES
      const key = keyOf(codeHash)
      const code = codes.get(key) ?? store.code(codeHash)
      if (code === undefined) throw new StateDataError('missing-code', `code ${toHex(codeHash)} is not held`)
      keep(codes, key, code, CODES_KEPT_MAX)
      return code
    },
  }
}

function keep<V>(map: Map<string, V>, key: string, value: V, max: number): void {
  if (map.size >= max) map.clear()
  map.set(key, value)
}
