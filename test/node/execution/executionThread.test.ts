/** Execution in a thread of its own: the same blocks, a main thread that goes on meanwhile, and reasons that cross. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ExecutionThread,
  startExecutionThread,
  type ThreadedExecution,
  type ThreadedOptions,
} from '../../../node/execution/thread/executionThread.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { hashOfWhole } from '../../../runtime/block/block.ts'
import { TRANSACTION_GAS_MAX } from '../../../runtime/transactions/userTransaction.ts'
import { type ExecutionWorld, inWorld } from './executionWorld.ts'

/** JUMPDEST PUSH1 0 JUMP, as a constructor. */
const ENDLESS = { to: null, data: '0x5b600056', valueWei: 0n, gas: TRANSACTION_GAS_MAX }

interface Threaded {
  readonly world: ExecutionWorld
  readonly thread: ExecutionThread
  readonly execution: ThreadedExecution
}

async function inThread(
  run: (threaded: Threaded) => Promise<void>,
  change: (parts: ThreadedOptions) => ThreadedOptions = (parts) => parts,
): Promise<void> {
  const thread = startExecutionThread()
  let execution: ThreadedExecution | undefined
  const open = (parts: ThreadedOptions) => (execution = thread.execution(change(parts)))
  try {
    await inWorld((world) => run({ world, thread, execution: execution! }).finally(thread.close), {}, open)
  } finally {
    await thread.close()
  }
}

/** Turns of this thread's event loop until `work` ends. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let isOver = false
  const over = work.finally(() => (isOver = true))
  let turns = 0
  for (; !isOver; turns++) await new Promise((resolve) => setImmediate(resolve))
  await over
  return turns
}

/** As a pool does. */
async function admit({ world, execution }: Threaded, ...transaction: Parameters<ExecutionWorld['sign']>) {
  const signed = await world.sign(...transaction)
  world.waiting.push(signed)
  execution.mirror.held(signed)
  return signed
}

test('execution thread: what it builds and commits is what execution here checks, and tells of it', () =>
  inThread(async (threaded) => {
    const { world, execution } = threaded
    const sent = [await admit(threaded, 0, 0), await admit(threaded, 0, 1), await admit(threaded, 1, 0)]
    const forgotten = await admit(threaded, 2, 0)
    world.waiting.pop()
    execution.mirror.forgotten(forgotten.hash)
    const first = await world.build(1, world.genesis)
    await admit(threaded, 1, 1)
    const second = await world.build(2, first.blockHash)
    assert.is(toHex(hashOfWhole(world.rules, second.bytes)!), second.blockHash)
    await inWorld(async (here) => {
      here.wallMs = Date.now()
      here.held.set(first.blockHash, first)
      assert.equal(await here.check(second), { kind: 'valid' })
    })
    assert.equal(await world.check(second), { kind: 'valid' })
    await world.commit(first)
    await world.commit(second)
    assert.equal(execution.head(), { height: 2, hash: second.blockHash })
    assert.is(toHex(execution.tip().hash), second.blockHash)
    assert.equal(execution.stored(1)?.bytes, first.bytes)
    assert.equal(
      world.finals.map(({ height, mined }) => [height, mined.map(({ sender, nonce }) => `${toHex(sender)} ${nonce}`)]),
      [
        [1, sent.map(({ sender, nonce }) => `${toHex(sender)} ${nonce}`)],
        [2, [`${toHex(sent[2]!.sender)} 1`]],
      ],
    )
    assert.is(await execution.replay(), 0)
  }))

test('execution thread: this thread goes on while a hostile block is built and checked', () =>
  inThread(async (threaded) => {
    const { world } = threaded
    // The thread is up.
    await world.build(1, world.genesis)
    await admit(threaded, 0, 0, ENDLESS)
    const build = world.build(2, world.genesis)
    const turns = await turnsDuring(build)
    // In this thread it would be a handful: an endless loop makes no turn.
    assert.ok(turns > 200, `${turns} turns`)
    await world.commit(await build)
    assert.is(world.finals[0]!.mined.length, 1)
  }))

test('execution thread: work that nobody needs any more ends, though the thread hears no message meanwhile', () =>
  inThread(async (threaded) => {
    const { world, execution } = threaded
    await world.build(1, world.genesis)
    for (let account = 0; account < 8; account++) await admit(threaded, account, 0, ENDLESS)
    let isAbandoned = false
    const built = execution.build(world.request(2, world.genesis, { isAbandoned: () => isAbandoned }))
    isAbandoned = true
    assert.is(await built, null)
  }))

test('execution thread: what breaks in it is thrown here, and it goes on', () =>
  inThread(async ({ world }) => {
    const first = await world.build(1, world.genesis)
    const second = await world.build(2, first.blockHash)
    const wrong = await world.commit(second).catch((error: Error) => error)
    assert.match((wrong as Error).message, /blocks become final in order/)
    assert.instance(wrong, Error)
    await world.commit(first)
    assert.is(world.execution.head().height, 1)
  }))

test('execution thread: its death ends every request with the reason, the later ones too', () =>
  inThread(
    async ({ world }) => {
      const reasonOf = () => world.build(1, world.genesis).catch((error: Error & { code?: string }) => error)
      for (const error of [await reasonOf(), await reasonOf()]) {
        assert.is((error as { code?: string }).code, 'ExecutionThreadCrashed')
        assert.match(
          (error as Error).message,
          /the execution thread failed: store .*executionThread\.test\.ts\/chain: .*ENOTDIR/,
        )
      }
    },
    // A file is no folder.
    (parts) => ({ ...parts, store: { ...parts.store, folder: `${import.meta.filename}/chain` } }),
  ))

test('execution thread: a fault of this thread at what it tells ends the requests too', () =>
  inThread(
    async ({ world }) => {
      const first = await world.build(1, world.genesis)
      const error = await world.commit(first).catch((thrown: Error) => thrown)
      assert.match((error as Error).message, /could not be taken: the pool is broken/)
    },
    (parts) => ({
      ...parts,
      onFinal() {
        throw new Error('the pool is broken')
      },
    }),
  ))

test.run()
