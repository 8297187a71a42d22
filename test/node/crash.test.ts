/** `kill -9` while blocks are committed: nothing that was announced is lost, and the store opens clean. */
import { cp, readdir, stat, truncate } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openChainStore } from '../../node/storage/chainStore.ts'
import {
  type BatchOperation,
  type Head,
  heightKey,
  openDatabase,
  openTables,
  type Tables,
  writeBatch,
} from '../../node/storage/tables.ts'
import { crashOnce, describePlan, drawPlans, readBlockLine } from './crashRun.ts'
import { inFolder } from './inFolder.ts'
import { GENESIS, growChain } from './storageWorld.ts'
import { checkStore } from './storeCheck.ts'

const RUNS = 5
const TORN_CUTS = 12
const childFile = fileURLToPath(new URL('./crashChild.ts', import.meta.url))

test(`kill -9: ${RUNS} kills of a committing process lose nothing that was announced`, () =>
  inFolder(async (folder) => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const subject = { genesisHash: GENESIS.hash, argsFor: (at: string) => [childFile, at], readLine: readBlockLine }
    let announced = 0
    for (const plan of drawPlans(seed, RUNS)) {
      try {
        announced += (await crashOnce(subject, path.join(folder, 'store'), plan)).announced
      } catch (error) {
        throw new Error(`${describePlan(plan)}; replay: node test/soak/crash.ts --runs ${RUNS} --seed ${seed}`, {
          cause: error,
        })
      }
    }
    assert.ok(announced >= 1, `seed ${seed}: no block was announced`)
  }))

test('torn log: a database log cut anywhere opens at an earlier whole block', () =>
  inFolder(async (folder) => {
    const whole = path.join(folder, 'whole')
    const store = await openChainStore(whole, { genesisHash: GENESIS.hash })
    await growChain(store, 30)
    await store.close()
    const heights = new Set<number>()
    for (let cut = 0; cut < TORN_CUTS; cut++) {
      const torn = path.join(folder, `torn-${cut}`)
      await cp(whole, torn, { recursive: true })
      const log = path.join(
        torn,
        (await readdir(torn))
          .filter((name) => name.endsWith('.log'))
          .sort()
          .at(-1)!,
      )
      const { size } = await stat(log)
      await truncate(log, Math.floor((size * (cut + 1)) / (TORN_CUTS + 1)))
      const head = await checkStore(torn, GENESIS.hash, [])
      heights.add(head?.height ?? -1)
    }
    assert.ok(heights.size > TORN_CUTS / 2 && !heights.has(30), `heights ${[...heights]}`)
  }))

test('crash check: a lost block, a lost flat entry and a lost root node are each noticed', () =>
  inFolder(async (folder) => {
    const options = { genesisHash: GENESIS.hash }
    const lose: Record<string, (tables: Tables, head: Head) => BatchOperation[]> = {
      header: (tables) => [tables.header.del(heightKey(4))],
      flat: (tables) => [tables.slot.put(new Uint8Array(64), Uint8Array.of(1))],
      root: (tables, head) => [tables.node.del(head.stateRoot)],
    }
    for (const [name, plant] of Object.entries(lose)) {
      const at = path.join(folder, name)
      const store = await openChainStore(at, options)
      await growChain(store, 6)
      const head = store.head()!
      await store.close()
      await checkStore(at, GENESIS.hash, [head])
      const db = await openDatabase(at)
      await writeBatch(db, plant(await openTables(db), head))
      await db.close()
      assert.ok(await isRefused(checkStore(at, GENESIS.hash, [head])), name)
    }
    const ahead = { height: 7, hash: new Uint8Array(32) }
    assert.ok(await isRefused(checkStore(path.join(folder, 'flat'), GENESIS.hash, [ahead])))
  }))

const isRefused = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => false,
    () => true,
  )

test.run()
