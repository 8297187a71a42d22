/** The tables of the chain database: one sublevel each, binary keys, big-endian numbers (runtime.md §12). */
import { Level } from 'level'
import { bytesToUint, concat, uintToBytes } from '../../primitives/bytes.ts'
import { StoreError, storeErrorOf } from './storeError.ts'

/** Changes when the meaning of any table changes; an older store is refused, not guessed at. */
export const STORE_SCHEMA = 1

/** LevelDB's own cache of uncompressed blocks, for state and trie reads. */
const BLOCK_CACHE_BYTES = 64 * 1024 * 1024

/** What each table holds, key → value. */
export const TABLES = {
  meta: '`head` → height, hash, stateRoot; `schema`; `genesis`; `rebuild` → height whose flat tables are being rebuilt',
  header: 'height → header RLP',
  body: 'height → block body',
  receipt: 'height → receipts',
  cert: 'height → candidate and finalization',
  number: 'block hash → height',
  tx: 'transaction hash → height, index',
  log: 'tag ‖ address or topic ‖ height → empty; tag 0 for addresses, 1 + position for topics',
  account: 'hashed address → account RLP',
  slot: 'hashed address ‖ hashed slot → trimmed value',
  code: 'code hash → code',
  node: 'node hash → trie node, of all tries of all heights',
  content: 'sha-256 → content object',
  staged: 'sha-256 → seconds, bytes: content that no block names yet',
  wanted: 'sha-256 → content length if a manifest, else empty: content that a block names and that is not here yet',
} as const

export type TableName = keyof typeof TABLES
export type Database = Level<Uint8Array, Uint8Array>
const sublevelOf = (db: Database, name: TableName) =>
  db.sublevel<Uint8Array, Uint8Array>(name, { keyEncoding: 'view', valueEncoding: 'view' })
type Sublevel = ReturnType<typeof sublevelOf>
/** One write of a batch. */
export type BatchOperation =
  | { readonly type: 'put'; readonly sublevel: Sublevel; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly sublevel: Sublevel; readonly key: Uint8Array }
export type Snapshot = ReturnType<Database['snapshot']>

export interface Table {
  /** Reads now; throws `StoreError`. */
  get(key: Uint8Array, snapshot?: Snapshot): Uint8Array | undefined
  put(key: Uint8Array, value: Uint8Array): BatchOperation
  del(key: Uint8Array): BatchOperation
  /** Keys in [from, to), ascending, at most `countMax`. */
  keys(from: Uint8Array, to: Uint8Array, countMax: number, snapshot?: Snapshot): Promise<Uint8Array[]>
  /** All entries, ascending. */
  entries(): AsyncIterable<[Uint8Array, Uint8Array]>
  clear(): Promise<void>
}
export type Tables = Readonly<Record<TableName, Table>>

/** Opens the database engine; worker threads of this process may open the same folder too. */
export async function openDatabase(folder: string): Promise<Database> {
  const db: Database = new Level(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: BLOCK_CACHE_BYTES,
    multithreading: true,
  })
  try {
    await db.open()
  } catch (error) {
    throw storeErrorOf(error, 'open-failed', folder)
  }
  return db
}

/** Ready for synchronous reads once this resolves. */
export async function openTables(db: Database): Promise<Tables> {
  const names = Object.keys(TABLES) as TableName[]
  const pairs = await Promise.all(names.map(async (name) => [name, await openTable(db, name)] as const))
  return Object.fromEntries(pairs) as Record<TableName, Table>
}

async function openTable(db: Database, name: TableName): Promise<Table> {
  const sublevel = sublevelOf(db, name)
  await sublevel.open()
  const fail = (error: unknown) => storeErrorOf(error, 'read-failed', db.location)
  return {
    get(key, snapshot) {
      try {
        const value = snapshot === undefined ? sublevel.getSync(key) : sublevel.getSync(key, { snapshot })
        return value === undefined ? undefined : plainView(value)
      } catch (error) {
        throw fail(error)
      }
    },
    put: (key, value) => ({ type: 'put', sublevel, key, value }),
    del: (key) => ({ type: 'del', sublevel, key }),
    async keys(from, to, countMax, snapshot) {
      try {
        const range = { gte: from, lt: to, limit: countMax }
        return await sublevel.keys(snapshot === undefined ? range : { ...range, snapshot }).all()
      } catch (error) {
        throw fail(error)
      }
    },
    entries: () => sublevel.iterator(),
    clear: () => sublevel.clear(),
  }
}

/** The engine gives Buffers, whose `slice` does not copy. */
function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Writes all operations or none, and returns once they are on the disk. */
export async function writeBatch(db: Database, operations: BatchOperation[]): Promise<void> {
  try {
    await db.batch(operations, { sync: true })
  } catch (error) {
    throw storeErrorOf(error, 'write-failed', db.location)
  }
}

export function heightKey(height: number): Uint8Array {
  return uintToBytes(height, 8)
}

/** Big-endian bytes of a stored number; throws `StoreError` (`bad-value`) unless it is exactly `length` bytes. */
export function storedNumber(bytes: Uint8Array, length: number, what: string): number {
  const value = bytes.length === length ? Number(bytesToUint(bytes)) : Number.NaN
  if (!Number.isSafeInteger(value))
    throw new StoreError('bad-value', `${what}: ${bytes.length} bytes, expected ${length}`)
  return value
}

/** The newest finalized block. */
export interface Head {
  readonly height: number
  readonly hash: Uint8Array
  readonly stateRoot: Uint8Array
}

export function encodeHead(head: Head): Uint8Array {
  return concat(heightKey(head.height), head.hash, head.stateRoot)
}

/** Throws `StoreError` (`bad-value`). */
export function decodeHead(bytes: Uint8Array): Head {
  if (bytes.length !== 72) throw new StoreError('bad-value', `head pointer of ${bytes.length} bytes, expected 72`)
  const height = storedNumber(bytes.subarray(0, 8), 8, 'head height')
  return { height, hash: bytes.slice(8, 40), stateRoot: bytes.slice(40) }
}

/** What a log can be looked up by. */
export type LogSubject =
  | { readonly kind: 'address'; readonly address: Uint8Array }
  | { readonly kind: 'topic'; readonly position: number; readonly topic: Uint8Array }

/** Key of a subject at a height. The tag keeps a chosen topic from falling among an address's keys. */
export function logKey(subject: LogSubject, height: number): Uint8Array {
  const isAddress = subject.kind === 'address'
  const tag = isAddress ? 0 : 1 + subject.position
  return concat(Uint8Array.of(tag), isAddress ? subject.address : subject.topic, heightKey(height))
}
