/**
 * The chain on disk: one LevelDB database, one atomic and synced batch per finalized block with the head pointer in it, so
 * that a crash at any moment leaves the last whole block (runtime.md §12, consensus.md §8).
 */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { concat, equal, uintToBytes } from '../../primitives/bytes.ts'
import type { ContentRef } from '../../primitives/contentId.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import type { StateChanges } from '../../runtime/stateStore.ts'
import { type ChainReader, createChainReader, joinHashes, META } from './chainReader.ts'
import { type ContentBounds, createContentStore, type PutContent } from './contentStore.ts'
import { checkIdentity, type Recovery, recover } from './recovery.ts'
import {
  type BatchOperation,
  type Database,
  encodeHead,
  heightKey,
  logKey,
  openDatabase,
  openTables,
  type Tables,
  writeBatch,
} from './tables.ts'

/** Slots of one wiped account deleted in one batch; EIP-6780 leaves only accounts made in the same block to wipe. */
const WIPED_SLOTS_MAX = 1_000_000

/** A block that is final, as bytes, with what its execution changed. */
export interface FinalizedBlock {
  readonly height: number
  /** keccak256 of `header`. */
  readonly hash: Uint8Array
  /** RLP. */
  readonly header: Uint8Array
  readonly body: Uint8Array
  readonly receipts: Uint8Array
  /** In block order. */
  readonly transactionHashes: readonly Uint8Array[]
  readonly logs: readonly { readonly address: Uint8Array; readonly topics: readonly Uint8Array[] }[]
  /** Absent for block 0. */
  readonly certificate?: { readonly candidate: Uint8Array; readonly finalization: Uint8Array }
  readonly changes: StateChanges
  /** Content that this block names. */
  readonly content?: readonly ContentRef[]
}

export interface ChainSnapshot extends ChainReader {
  close(): Promise<void>
}

export interface ChainStore extends ChainReader {
  readonly folder: string
  readonly recovery: Recovery
  /** On the disk, whole, when this returns. Blocks come in order of height, from 0. Throws `StoreError`. */
  commitBlock(block: FinalizedBlock): Promise<void>
  /** Stores one content object, staged until a block names it. `nowSeconds` is Unix time. */
  putContent(bytes: Uint8Array, nowSeconds: number): Promise<PutContent>
  /** Digests of objects that blocks name and that are not here, at most `countMax`. */
  wantedContent(countMax: number): Promise<Uint8Array[]>
  stagedContent(): { readonly objects: number; readonly bytes: number }
  /** Reads of this moment that later commits do not change; close it soon, it keeps old data on disk. */
  snapshot(): ChainSnapshot
  close(): Promise<void>
}

export interface ChainStoreOptions {
  readonly genesisHash: Uint8Array
  readonly keccak?: Hasher
  readonly contentBounds?: ContentBounds
}

/** Opens or creates the store in `folder`, checks it and repairs what it can; throws `StoreError`. */
export async function openChainStore(folder: string, options: ChainStoreOptions): Promise<ChainStore> {
  const db = await openDatabase(folder)
  const tables = await openTables(db)
  try {
    await checkIdentity(db, tables, options.genesisHash)
    const recovery = await recover(db, tables, options.keccak ?? keccak256)
    return await createChainStore(db, tables, recovery, options)
  } catch (error) {
    await db.close()
    throw error
  }
}

/** A store for a devnet that leaves nothing behind: in a temporary folder, removed on close or exit. */
export async function openTemporaryChainStore(options: ChainStoreOptions): Promise<ChainStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'openledger-'))
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeAtExit)
  const store = await openChainStore(folder, options)
  return {
    ...store,
    async close() {
      await store.close()
      process.off('exit', removeAtExit)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Opens a store that this process already holds, for reading, in a worker thread. */
export async function openChainReader(folder: string): Promise<Pick<ChainStore, 'snapshot' | 'close'>> {
  const db = await openDatabase(folder)
  const tables = await openTables(db)
  return { snapshot: () => snapshotOf(db, tables), close: () => db.close() }
}

/** What commits blocks. Calls must not overlap. */
export interface ChainWriter extends ChainReader, Pick<ChainStore, 'commitBlock' | 'close'> {}

/**
 * Opens a store that this process already holds, to commit blocks in a worker thread. Content objects are kept by whoever
 * opened the store: blocks that name some go to `handOver`, its `commitBlock`.
 */
export async function openChainWriter(folder: string, handOver: ChainStore['commitBlock']): Promise<ChainWriter> {
  const db = await openDatabase(folder)
  const tables = await openTables(db)
  const reader = createChainReader(tables)
  return {
    ...reader,
    commitBlock: (block) => ((block.content ?? []).length > 0 ? handOver(block) : writeBlock(db, tables, block, [])),
    close: () => db.close(),
  }
}

function snapshotOf(db: Database, tables: Tables): ChainSnapshot {
  const snapshot = db.snapshot()
  return { ...createChainReader(tables, snapshot), close: () => snapshot.close() }
}

async function createChainStore(
  db: Database,
  tables: Tables,
  recovery: Recovery,
  options: ChainStoreOptions,
): Promise<ChainStore> {
  const reader = createChainReader(tables)
  const content = await createContentStore(db, tables, options.contentBounds)
  let tail: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const done = tail.then(write)
    tail = done.catch(() => {})
    return done
  }
  return {
    ...reader,
    folder: db.location,
    recovery,
    commitBlock: (block) =>
      inTurn(async () => {
        assert(block.height > 0 || equal(block.hash, options.genesisHash), 'block 0 is the genesis block')
        await writeBlock(db, tables, block, content.keep(block.content ?? []))
      }),
    putContent: (bytes, nowSeconds) => inTurn(() => content.put(bytes, nowSeconds)),
    wantedContent: (countMax) => tables.wanted.keys(new Uint8Array(32), new Uint8Array(33).fill(255), countMax),
    stagedContent: () => content.staged(),
    snapshot: () => snapshotOf(db, tables),
    close: () => inTurn(() => db.close()),
  }
}

async function writeBlock(db: Database, tables: Tables, block: FinalizedBlock, kept: BatchOperation[]): Promise<void> {
  const head = createChainReader(tables).head()
  assert(block.height === (head === undefined ? 0 : head.height + 1), 'blocks are committed in order')
  const wiped = await wipeOperations(tables, block.changes.wiped)
  await writeBatch(db, [
    ...wiped,
    ...stateOperations(tables, block.changes),
    ...blockOperations(tables, block),
    ...kept,
  ])
}

const NOTHING = new Uint8Array(0)

/** Everything of a block but its state, and the head pointer. */
function blockOperations(tables: Tables, block: FinalizedBlock): BatchOperation[] {
  const key = heightKey(block.height)
  const { certificate } = block
  const head = { height: block.height, hash: block.hash, stateRoot: block.changes.stateRoot }
  const logKeys = block.logs.flatMap(({ address, topics }) => [
    logKey({ kind: 'address', address }, block.height),
    ...topics.map((topic, position) => logKey({ kind: 'topic', position, topic }, block.height)),
  ])
  return [
    tables.header.put(key, block.header),
    tables.body.put(key, block.body),
    tables.receipt.put(key, block.receipts),
    tables.number.put(block.hash, key),
    ...(certificate === undefined ? [] : [tables.cert.put(key, encodeCertificate(certificate))]),
    ...block.transactionHashes.map((hash, index) => tables.tx.put(hash, concat(key, uintToBytes(index, 4)))),
    ...logKeys.map((each) => tables.log.put(each, NOTHING)),
    tables.meta.put(META.head, encodeHead(head)),
  ]
}

function encodeCertificate({ candidate, finalization }: NonNullable<FinalizedBlock['certificate']>): Uint8Array {
  return concat(uintToBytes(candidate.length, 4), candidate, finalization)
}

function stateOperations(tables: Tables, changes: StateChanges): BatchOperation[] {
  const write = (table: 'account' | 'slot', key: Uint8Array, value: Uint8Array | null) =>
    value === null ? tables[table].del(key) : tables[table].put(key, value)
  return [
    ...changes.accounts.map(({ addressHash, rlp }) => write('account', addressHash, rlp)),
    ...changes.slots.map((slot) => write('slot', joinHashes(slot.addressHash, slot.slotHash), slot.value)),
    ...changes.codes.map(({ codeHash, code }) => tables.code.put(codeHash, code)),
    ...changes.nodes.map(({ hash, node }) => tables.node.put(hash, node)),
  ]
}

async function wipeOperations(tables: Tables, wiped: readonly Uint8Array[]): Promise<BatchOperation[]> {
  const operations: BatchOperation[] = []
  for (const addressHash of wiped) {
    const last = joinHashes(addressHash, new Uint8Array(33).fill(0xff))
    const keys = await tables.slot.keys(addressHash, last, WIPED_SLOTS_MAX)
    assert(keys.length < WIPED_SLOTS_MAX, 'a wiped account holds too many slots for one batch')
    for (const key of keys) operations.push(tables.slot.del(key))
  }
  return operations
}
