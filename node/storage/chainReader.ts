/** Synchronous reads of the chain database: blocks, their indexes, the head's state and any older state. */
import { bytesToUint } from '../../primitives/bytes.ts'
import { readList } from '../../runtime/state/rlpItem.ts'
import { isRootHeld, stateAt } from '../../runtime/state/stateAt.ts'
import type { StateStore } from '../../runtime/stateStore.ts'
import { StoreError } from './storeError.ts'
import {
  decodeHead,
  type Head,
  heightKey,
  type LogSubject,
  logKey,
  type Snapshot,
  storedNumber,
  type Tables,
} from './tables.ts'

/** Index of `stateRoot` in a header's RLP list. */
const HEADER_STATE_ROOT = 3
const HEADER_FIELDS_MAX = 32

export interface Certificate {
  readonly candidate: Uint8Array
  readonly finalization: Uint8Array
}

/** What RPC reads. Heights above the head may be held after a rewind: callers ask up to `head()`. */
export interface ChainReader {
  /** The newest finalized block; `undefined` before block 0 is committed. */
  head(): Head | undefined
  header(height: number): Uint8Array | undefined
  body(height: number): Uint8Array | undefined
  receipts(height: number): Uint8Array | undefined
  /** `undefined` for block 0, which nobody votes on. */
  certificate(height: number): Certificate | undefined
  heightOf(blockHash: Uint8Array): number | undefined
  transaction(hash: Uint8Array): { readonly height: number; readonly index: number } | undefined
  /** Heights in [from, to] with a log of `subject`, ascending, at most `countMax`. */
  logHeights(subject: LogSubject, from: number, to: number, countMax: number): Promise<number[]>
  content(digest: Uint8Array): Uint8Array | undefined
  /** The head's state, from the flat tables. */
  readonly state: StateStore
  /** The state after block `height`, from trie nodes; `undefined` when the block or its root is not held. */
  stateAfter(height: number): { readonly root: Uint8Array; readonly state: StateStore } | undefined
}

/** Reads of `tables`, of one moment when a snapshot is given. */
export function createChainReader(tables: Tables, snapshot?: Snapshot): ChainReader {
  const state: StateStore = {
    account: (addressHash) => tables.account.get(addressHash, snapshot),
    slot: (addressHash, slotHash) => tables.slot.get(joinHashes(addressHash, slotHash), snapshot),
    code: (codeHash) => tables.code.get(codeHash, snapshot),
    node: (hash) => tables.node.get(hash, snapshot),
  }
  const header = (height: number) => tables.header.get(heightKey(height), snapshot)
  return {
    state,
    header,
    head: () => mapDefined(tables.meta.get(META.head, snapshot), decodeHead),
    body: (height) => tables.body.get(heightKey(height), snapshot),
    receipts: (height) => tables.receipt.get(heightKey(height), snapshot),
    certificate: (height) => mapDefined(tables.cert.get(heightKey(height), snapshot), decodeCertificate),
    heightOf: (hash) =>
      mapDefined(tables.number.get(hash, snapshot), (bytes) => storedNumber(bytes, 8, 'block number')),
    transaction: (hash) => mapDefined(tables.tx.get(hash, snapshot), decodeLocation),
    async logHeights(subject, from, to, countMax) {
      const keys = await tables.log.keys(logKey(subject, from), logKey(subject, to + 1), countMax, snapshot)
      return keys.map((key) => Number(bytesToUint(key.subarray(key.length - 8))))
    },
    content: (digest) => tables.content.get(digest, snapshot),
    stateAfter(height) {
      const root = mapDefined(header(height), stateRootOf)
      if (root === undefined || !isRootHeld(root, state)) return undefined
      return { root, state: stateAt(root, state) }
    },
  }
}

const utf8 = (text: string) => new TextEncoder().encode(text)
/** Keys of the `meta` table. */
export const META = {
  head: utf8('head'),
  schema: utf8('schema'),
  genesis: utf8('genesis'),
  rebuild: utf8('rebuild'),
} as const

/** The state root that a header's RLP names. */
export function stateRootOf(header: Uint8Array): Uint8Array {
  const root = readList(header, HEADER_FIELDS_MAX)[HEADER_STATE_ROOT]?.body
  if (root?.length !== 32) throw new StoreError('bad-value', `header of ${header.length} bytes has no state root`)
  return root.slice()
}

export function joinHashes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

function mapDefined<T>(bytes: Uint8Array | undefined, map: (bytes: Uint8Array) => T): T | undefined {
  return bytes === undefined ? undefined : map(bytes)
}

/** height[8] ‖ index[4]. */
function decodeLocation(bytes: Uint8Array): { height: number; index: number } {
  if (bytes.length !== 12) throw new StoreError('bad-value', `transaction location of ${bytes.length} bytes`)
  return {
    height: storedNumber(bytes.subarray(0, 8), 8, 'transaction height'),
    index: Number(bytesToUint(bytes.subarray(8))),
  }
}

/** length of the candidate[4] ‖ candidate ‖ finalization. */
function decodeCertificate(bytes: Uint8Array): Certificate {
  const length = bytes.length < 4 ? Number.NaN : Number(bytesToUint(bytes.subarray(0, 4)))
  if (!(4 + length <= bytes.length)) throw new StoreError('bad-value', `certificate record of ${bytes.length} bytes`)
  return { candidate: bytes.slice(4, 4 + length), finalization: bytes.slice(4 + length) }
}
