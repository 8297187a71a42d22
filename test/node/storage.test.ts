/** The chain store on a real database: indexes, atomic heads, identity, recovery, snapshots, threads and content. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { Level } from 'level'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createChainReader, META } from '../../node/storage/chainReader.ts'
import { type ChainStore, openChainStore, openTemporaryChainStore } from '../../node/storage/chainStore.ts'
import { STAGED_SECONDS_MAX } from '../../node/storage/contentStore.ts'
import { StoreError } from '../../node/storage/storeError.ts'
import {
  type BatchOperation,
  heightKey,
  logKey,
  openDatabase,
  openTables,
  type Tables,
  writeBatch,
} from '../../node/storage/tables.ts'
import { equal, toHex, uintToBytes, utf8 } from '../../primitives/bytes.ts'
import { CHUNK_BYTES_MAX, type ContentRef, splitContent } from '../../primitives/contentId.ts'
import { sha256 } from '../../primitives/hashes.ts'
import { EMPTY_ACCOUNT } from '../../runtime/state/accountRecord.ts'
import { createLayer } from '../../runtime/state/overlayState.ts'
import { createStateRoot } from '../../runtime/state/stateRoot.ts'
import { inFolder } from './inFolder.ts'
import { addressOf, blockOf, GENESIS, growChain, slotOf } from './storageWorld.ts'
import { checkStore } from './storeCheck.ts'

const options = { genesisHash: GENESIS.hash }

async function withChain(height: number, run: (store: ChainStore) => Promise<void>): Promise<void> {
  const store = await openTemporaryChainStore(options)
  try {
    await growChain(store, height)
    await run(store)
  } finally {
    await store.close()
  }
}

/** A closed store of six blocks, with `edit` written into its tables behind its back. */
async function editedStore(folder: string, edit: (tables: Tables) => BatchOperation[]): Promise<void> {
  const store = await openChainStore(folder, options)
  await growChain(store, 6)
  await store.close()
  const db = await openDatabase(folder)
  await writeBatch(db, edit(await openTables(db)))
  await db.close()
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

async function refusedWith(code: string, promise: Promise<unknown>): Promise<StoreError> {
  const error = await errorOf(promise)
  assert.instance(error, StoreError)
  assert.is((error as StoreError).code, code)
  return error as StoreError
}

test('chain store: a committed block is found by every index, after closing and opening again too', () =>
  inFolder(async (folder) => {
    const first = await openChainStore(folder, options)
    await growChain(first, 9)
    await first.close()
    const store = await openChainStore(folder, options)
    const head = store.head()!
    assert.is(head.height, 9)
    const layer = createLayer(createStateRoot(head.stateRoot, store.state))
    layer.setAccount(addressOf(5), { ...EMPTY_ACCOUNT, nonce: 9n })
    const block = blockOf(layer, 10, head.hash)
    await store.commitBlock(block)
    assert.equal(store.head(), { height: 10, hash: block.hash, stateRoot: block.changes.stateRoot })
    assert.is(store.heightOf(block.hash), 10)
    for (const [read, written] of [
      [store.header(10), block.header],
      [store.body(10), block.body],
      [store.receipts(10), block.receipts],
      [store.certificate(10)!.candidate, block.certificate!.candidate],
      [store.certificate(10)!.finalization, block.certificate!.finalization],
    ] as const)
      assert.is(toHex(read!), toHex(written))
    assert.equal(store.transaction(block.transactionHashes[1]!), { height: 10, index: 1 })
    for (const missing of [store.header(11), store.body(11), store.certificate(0), store.transaction(head.hash)])
      assert.is(missing, undefined)
    await store.close()
    assert.is((await checkStore(folder, GENESIS.hash, [{ height: 10, hash: block.hash }]))!.height, 10)
  }))

test('chain store: blocks out of order and a foreign block 0 are bugs, and change nothing', () =>
  withChain(3, async (store) => {
    const layer = createLayer(createStateRoot(store.head()!.stateRoot, store.state))
    assert.match(String(await errorOf(store.commitBlock(blockOf(layer, 5, store.head()!.hash)))), /in order/)
    assert.match(String(await errorOf(store.commitBlock(GENESIS))), /in order/)
    assert.is(store.head()!.height, 3)
    const other = await openTemporaryChainStore({ genesisHash: new Uint8Array(32) })
    assert.match(String(await errorOf(other.commitBlock(GENESIS))), /genesis block/)
    assert.is(other.head(), undefined)
    await other.close()
  }))

test('chain store: the state of every older height reads as it was', () =>
  withChain(20, async (store) => {
    const replay = await openTemporaryChainStore(options)
    let compared = 0
    for (let height = 0; height <= 20; height += 4) {
      await growChain(replay, height)
      const past = createLayer(createStateRoot(store.stateAfter(height)!.root, store.stateAfter(height)!.state))
      const then = createLayer(createStateRoot(replay.head()!.stateRoot, replay.state))
      for (let i = 0; i < 97; i++) {
        assert.equal(past.accountOf(addressOf(i)), then.accountOf(addressOf(i)))
        if (past.accountOf(addressOf(i)) === undefined) continue
        assert.equal(past.codeOf(addressOf(i)), then.codeOf(addressOf(i)))
        for (let slot = 0; slot < 10; slot++)
          assert.ok(equal(past.storageAt(addressOf(i), slotOf(slot)), then.storageAt(addressOf(i), slotOf(slot))))
        compared++
      }
    }
    assert.ok(compared > 100)
    assert.is(store.stateAfter(21), undefined)
    await replay.close()
  }))

test('log index: finds heights by address and by topic at its place, within bounds, and keeps subjects apart', () =>
  withChain(20, async (store) => {
    const byTopic = { kind: 'topic', position: 0, topic: slotOf(1) } as const
    assert.equal(await store.logHeights(byTopic, 3, 9, 100), [3, 5, 7, 9])
    assert.equal(await store.logHeights(byTopic, 3, 9, 2), [3, 5])
    assert.equal(
      await store.logHeights({ kind: 'address', address: addressOf(2) }, 0, 20, 100),
      [2, 5, 8, 11, 14, 17, 20],
    )
    assert.equal(await store.logHeights({ kind: 'topic', position: 1, topic: slotOf(1) }, 0, 20, 100), [])
    assert.is((await store.logHeights({ kind: 'topic', position: 1, topic: slotOf(7) }, 0, 20, 100)).length, 21)
    const [address, topic] = [addressOf(1), new Uint8Array(32)]
    topic.set(address)
    assert.not.equal(logKey({ kind: 'address', address }, 0)[0], logKey({ kind: 'topic', position: 0, topic }, 0)[0])
  }))

test('chain store: another chain, another schema and a folder of something else are refused by name', () =>
  inFolder(async (folder) => {
    const chain = path.join(folder, 'chain')
    await editedStore(chain, () => [])
    const foreign = await refusedWith('genesis-mismatch', openChainStore(chain, { genesisHash: new Uint8Array(32) }))
    assert.is(foreign.facts['got'], toHex(GENESIS.hash))
    const old = path.join(folder, 'old')
    await editedStore(old, (tables) => [tables.meta.put(META.schema, uintToBytes(99, 4))])
    assert.match((await refusedWith('schema-mismatch', openChainStore(old, options))).message, /schema 99/)
    const other = new Level(path.join(folder, 'other'))
    await other.put('a', 'b')
    await other.close()
    await refusedWith('not-a-store', openChainStore(path.join(folder, 'other'), options))
    await refusedWith(
      'bad-value',
      openEdited(folder, 'head', (tables) => [tables.meta.put(META.head, Uint8Array.of(1))]),
    )
  }))

async function openEdited(folder: string, name: string, edit: (tables: Tables) => BatchOperation[]): Promise<void> {
  const at = path.join(folder, name)
  await editedStore(at, edit)
  const store = await openChainStore(at, options)
  await store.close()
}

test('chain store: a second process is refused as locked; reads after close are refused as closed', () =>
  inFolder(async (folder) => {
    const store = await openChainStore(folder, options)
    const moduleUrl = JSON.stringify(new URL('../../node/storage/tables.ts', import.meta.url).href)
    const script = `const { openDatabase } = await import(${moduleUrl})
      await openDatabase(${JSON.stringify(folder)}).catch((error) => console.log(error.code))`
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    assert.is(child.stdout.trim(), 'locked', child.stderr)
    await store.close()
    await refusedWith('closed', (async () => store.head())())
    await refusedWith('closed', store.logHeights({ kind: 'address', address: addressOf(1) }, 0, 1, 1))
  }))

test('recovery: a lost root rewinds to the newest held one; blocks stay, and execution goes on to the same roots', () =>
  inFolder(async (folder) => {
    let roots: Uint8Array[] = []
    await editedStore(folder, (tables) => {
      const reader = createChainReader(tables)
      roots = [4, 5, 6].map((height) => reader.stateAfter(height)!.root)
      return [tables.node.del(roots[1]!), tables.node.del(roots[2]!)]
    })
    const store = await openChainStore(folder, options)
    assert.equal(store.recovery, { kind: 'rewound', fromHeight: 6, toHeight: 4 })
    assert.ok(equal(store.head()!.stateRoot, roots[0]!))
    assert.ok(store.body(6) !== undefined)
    await growChain(store, 6)
    assert.ok(equal(store.head()!.stateRoot, roots[2]!))
    await store.close()
    assert.is((await checkStore(folder, GENESIS.hash, []))!.height, 6)
  }))

test('recovery: a rebuild that was cut short is done again; a store without any state says so', () =>
  inFolder(async (folder) => {
    const cut = path.join(folder, 'cut')
    await editedStore(cut, (tables) => [
      tables.meta.put(META.rebuild, heightKey(6)),
      tables.slot.put(new Uint8Array(64), slotOf(1)),
    ])
    const store = await openChainStore(cut, options)
    assert.equal(store.recovery, { kind: 'rewound', fromHeight: 6, toHeight: 6 })
    await store.close()
    assert.is((await checkStore(cut, GENESIS.hash, []))!.height, 6)
    const empty = path.join(folder, 'empty')
    await editedStore(empty, (tables) => {
      const reader = createChainReader(tables)
      return [0, 1, 2, 3, 4, 5, 6].map((height) => tables.node.del(reader.stateAfter(height)!.root))
    })
    await refusedWith('no-root', openChainStore(empty, options))
  }))

test('chain store: deleting an account clears its slots from the flat table', () =>
  withChain(2, async (store) => {
    const address = addressOf(50)
    const head = store.head()!
    const layer = createLayer(createStateRoot(head.stateRoot, store.state))
    layer.setAccount(address, EMPTY_ACCOUNT)
    for (let slot = 0; slot < 30; slot++) layer.setStorage(address, slotOf(slot), Uint8Array.of(9))
    await store.commitBlock(blockOf(layer, 3, head.hash))
    const next = createLayer(createStateRoot(layer.root!, store.state))
    next.setAccount(address, undefined)
    next.setAccount(address, { ...EMPTY_ACCOUNT, nonce: 1n })
    next.setStorage(address, slotOf(3), Uint8Array.of(4))
    await store.commitBlock(blockOf(next, 4, store.head()!.hash))
    const after = createLayer(createStateRoot(next.root!, store.state))
    assert.equal([...after.storageAt(address, slotOf(3))], [4])
    for (let slot = 4; slot < 30; slot++) assert.is(after.storageAt(address, slotOf(slot)).length, 0)
  }))

test('snapshot: keeps reading its moment while blocks are committed', () =>
  withChain(5, async (store) => {
    const snapshot = store.snapshot()
    const { stateRoot } = store.head()!
    await growChain(store, 12)
    assert.is(snapshot.head()!.height, 5)
    assert.is(snapshot.header(6), undefined)
    const [flat, trie] = [snapshot.state, snapshot.stateAfter(5)!.state].map((state) =>
      createLayer(createStateRoot(stateRoot, state)),
    )
    for (let i = 0; i < 97; i++) assert.equal(flat!.accountOf(addressOf(i)), trie!.accountOf(addressOf(i)))
    assert.is(store.head()!.height, 12)
    await snapshot.close()
  }))

test('chain reader: a worker thread reads the same database', () =>
  withChain(7, async (store) => {
    const moduleUrl = JSON.stringify(new URL('../../node/storage/chainStore.ts', import.meta.url).href)
    const source = `const { parentPort, workerData } = require('node:worker_threads')
      import(${moduleUrl}).then(async ({ openChainReader }) => {
        const reader = await openChainReader(workerData)
        const snapshot = reader.snapshot()
        parentPort.postMessage({ head: snapshot.head(), body: snapshot.body(7) })
        await snapshot.close()
        await reader.close()
      })`
    const worker = new Worker(source, { eval: true, workerData: store.folder })
    const seen = await new Promise<{ head: { height: number }; body: Uint8Array }>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    await new Promise((resolve) => worker.once('exit', resolve))
    assert.is(seen.head.height, 7)
    assert.is(toHex(seen.body), toHex(store.body(7)!))
    await growChain(store, 8)
    assert.is(store.head()!.height, 8)
  }))

test('content: stored by its sha-256, bounded in staging, and kept for good once a block names it', () =>
  inFolder(async (folder) => {
    const contentBounds = { bytesMax: 100, objectsMax: 3 }
    let store = await openChainStore(folder, { ...options, contentBounds })
    await growChain(store, 1)
    const objects = ['a', 'b', 'c', 'd', 'e'].map((letter) => utf8(letter.repeat(30)))
    const [a, b, c, d, e] = objects as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    assert.is((await store.putContent(new Uint8Array((1 << 20) + 1), 0)).kind, 'invalid')
    for (const object of [a, b, c, a])
      assert.equal(await store.putContent(object, 1_000), { kind: 'stored', digest: sha256(object) })
    assert.equal(store.stagedContent(), { objects: 3, bytes: 90 })
    const full = await store.putContent(d, 1_000)
    assert.is(full.kind === 'invalid' && full.code, 'staging-full')
    await commitNaming(
      store,
      [a, e].map((own) => ({ digest: sha256(own), bytes: own.length })),
    )
    assert.equal(store.stagedContent(), { objects: 2, bytes: 60 })
    assert.is((await store.putContent(d, 1_000)).kind, 'stored')
    assert.is((await store.putContent(e, 1_000)).kind, 'stored', 'wanted content needs no room')
    await store.close()
    store = await openChainStore(folder, { ...options, contentBounds })
    assert.equal(store.stagedContent(), { objects: 3, bytes: 90 })
    assert.is((await store.putContent(utf8('f'), 1_001 + STAGED_SECONDS_MAX)).kind, 'stored')
    assert.equal(
      [a, b, c, d, e].map((object) => store.content(sha256(object)) !== undefined),
      [true, false, false, false, true],
    )
    assert.equal(store.stagedContent(), { objects: 1, bytes: 1 })
    await store.close()
  }))

test('content: of a manifest that comes late, the chunks are wanted from then on', () =>
  withChain(1, async (store) => {
    const { ref, objects } = splitContent(new Uint8Array(2 * CHUNK_BYTES_MAX + 5).fill(3))
    const manifest = objects.at(-1)!.bytes
    await commitNaming(store, [ref])
    assert.equal((await store.wantedContent(10)).map(toHex), [toHex(ref.digest)])
    await store.putContent(manifest, 1_000)
    const chunks = new Set(objects.slice(0, -1).map(({ digest }) => toHex(digest)))
    assert.equal(new Set((await store.wantedContent(10)).map(toHex)), chunks)
    for (const { bytes } of objects) await store.putContent(bytes, 1_000)
    assert.equal(await store.wantedContent(10), [])
    assert.equal(store.stagedContent(), { objects: 0, bytes: 0 })
  }))

async function commitNaming(store: ChainStore, content: readonly ContentRef[]): Promise<void> {
  const { stateRoot, height, hash } = store.head()!
  const layer = createLayer(createStateRoot(stateRoot, store.state))
  await store.commitBlock({ ...blockOf(layer, height + 1, hash), content })
}

test.run()
