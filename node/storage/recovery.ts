/**
 * What opening a store checks and repairs (runtime.md §12): schema, genesis, and that the head's root node hashes to its
 * state root. If it does not, the store goes back to the newest height whose root is held and rebuilds the flat tables
 * from its trie; blocks stay, so that the node can execute on from there.
 */
import { equal, toHex, uintToBytes } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { decodeAccount } from '../../runtime/state/accountRecord.ts'
import { decodeSlot, isRootHeld } from '../../runtime/state/stateAt.ts'
import { walkTrie } from '../../runtime/state/trieRead.ts'
import { createChainReader, joinHashes, META, stateRootOf } from './chainReader.ts'
import { StoreError } from './storeError.ts'
import {
  type BatchOperation,
  type Database,
  decodeHead,
  encodeHead,
  type Head,
  heightKey,
  STORE_SCHEMA,
  storedNumber,
  type Tables,
  writeBatch,
} from './tables.ts'

/** Entries written at once while flat tables are rebuilt: about 1 MB. */
const REBUILD_BATCH_ENTRIES = 8_192

export type Recovery =
  | { readonly kind: 'clean' }
  | { readonly kind: 'rewound'; readonly fromHeight: number; readonly toHeight: number }

/** Writes schema and genesis into an empty store, or checks them; throws `StoreError`. */
export async function checkIdentity(db: Database, tables: Tables, genesisHash: Uint8Array): Promise<void> {
  const schema = tables.meta.get(META.schema)
  const genesis = tables.meta.get(META.genesis)
  if (schema === undefined || genesis === undefined) {
    const [first] = await db.keys({ limit: 1 }).all()
    if (first !== undefined)
      throw new StoreError('not-a-store', `${db.location} holds a database that is not a chain store`)
    const { meta } = tables
    return writeBatch(db, [meta.put(META.schema, uintToBytes(STORE_SCHEMA, 4)), meta.put(META.genesis, genesisHash)])
  }
  const got = storedNumber(schema, 4, 'schema')
  if (got !== STORE_SCHEMA)
    throw new StoreError(
      'schema-mismatch',
      `${db.location} has schema ${got}, this program reads ${STORE_SCHEMA}: remove the folder or use the version that wrote it`,
      { expected: STORE_SCHEMA, got },
    )
  if (!equal(genesis, genesisHash))
    throw new StoreError(
      'genesis-mismatch',
      `${db.location} belongs to the chain with genesis ${toHex(genesis)}, not ${toHex(genesisHash)}`,
      { expected: toHex(genesisHash), got: toHex(genesis) },
    )
}

/** Checks the head and repairs what can be derived; throws `StoreError` (`no-root`) when no state is held at all. */
export async function recover(db: Database, tables: Tables, keccak: Hasher): Promise<Recovery> {
  const stored = tables.meta.get(META.head)
  if (stored === undefined) return { kind: 'clean' }
  const head = decodeHead(stored)
  const isRebuilding = tables.meta.get(META.rebuild) !== undefined
  if (!isRebuilding && isBlockHeld(tables, head, keccak) && isRootWhole(tables, head.stateRoot, keccak))
    return { kind: 'clean' }
  const target = newestWhole(tables, head, keccak)
  if (target === undefined)
    throw new StoreError('no-root', `${db.location} holds no state root at or below height ${head.height}`, {
      height: head.height,
    })
  await rebuildFlatTables(db, tables, target)
  return { kind: 'rewound', fromHeight: head.height, toHeight: target.height }
}

function isBlockHeld(tables: Tables, head: Head, keccak: Hasher): boolean {
  const header = tables.header.get(heightKey(head.height))
  return header !== undefined && equal(keccak(header), head.hash)
}

function isRootWhole(tables: Tables, root: Uint8Array, keccak: Hasher): boolean {
  return isRootHeld(root, createChainReader(tables).state, keccak)
}

/** The newest block at or below `head` whose header is held and whose whole state can be read. */
function newestWhole(tables: Tables, head: Head, keccak: Hasher): Head | undefined {
  for (let { height } = head; height >= 0; height--) {
    const header = tables.header.get(heightKey(height))
    if (header === undefined) continue
    const stateRoot = stateRootOf(header)
    if (isRootWhole(tables, stateRoot, keccak) && isStateWhole(tables, stateRoot))
      return { height, hash: keccak(header), stateRoot }
  }
  return undefined
}

function isStateWhole(tables: Tables, stateRoot: Uint8Array): boolean {
  try {
    for (const _ of flatEntries(tables, stateRoot));
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'StateDataError') return false
    throw error
  }
}

/** The flat tables of a state, as puts, walked out of its tries. */
function* flatEntries(tables: Tables, stateRoot: Uint8Array): Generator<BatchOperation> {
  const read = (hash: Uint8Array) => tables.node.get(hash)
  for (const account of walkTrie(stateRoot, read)) {
    yield tables.account.put(account.key, account.value)
    for (const slot of walkTrie(decodeAccount(account.value).storageRoot, read))
      yield tables.slot.put(joinHashes(account.key, slot.key), decodeSlot(slot.value))
  }
}

/** The marker outlives a crash in between, so a half-built table is never read as whole. */
async function rebuildFlatTables(db: Database, tables: Tables, target: Head): Promise<void> {
  await writeBatch(db, [tables.meta.put(META.rebuild, heightKey(target.height))])
  await tables.account.clear()
  await tables.slot.clear()
  let batch: BatchOperation[] = []
  for (const entry of flatEntries(tables, target.stateRoot)) {
    batch.push(entry)
    if (batch.length < REBUILD_BATCH_ENTRIES) continue
    await writeBatch(db, batch)
    batch = []
  }
  await writeBatch(db, [...batch, tables.meta.put(META.head, encodeHead(target)), tables.meta.del(META.rebuild)])
}
