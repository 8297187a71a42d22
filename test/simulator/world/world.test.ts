/** The simulated world keeps its promises: time, promises, disk, network, and one seed for all of it. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createRandom } from '../../fuzz/random.ts'
import { createEventQueue, type Process } from './eventQueue.ts'
import { createRandomness } from './randomness.ts'
import { createTrace } from './trace.ts'
import { createVirtualClock } from './virtualClock.ts'
import { createVirtualDisk, type DiskFaults } from './virtualDisk.ts'
import { createVirtualNetwork, type NetworkFaults } from './virtualNetwork.ts'

const alive = (): Process => ({ isAlive: true, pausedUntilMs: 0 })
const NO_DISK_FAULTS = (): DiskFaults => ({ syncMsMax: 0, isSyncBroken: false, isFull: false, failures: 0 })

async function drain(queue: ReturnType<typeof createEventQueue>): Promise<void> {
  while (await queue.step());
}

test('events: run by time, then by order, each with the promises it woke', async () => {
  const queue = createEventQueue()
  const said: string[] = []
  const chain = async (name: string) => {
    said.push(name)
    for (let i = 0; i < 20; i++) await Promise.resolve()
    said.push(`${name} done`)
  }
  queue.at(20, undefined, () => void chain('c'))
  queue.at(10, undefined, () => void chain('a'))
  queue.at(10, undefined, () => void chain('b'))
  await drain(queue)
  assert.equal(said, ['a', 'a done', 'b', 'b done', 'c', 'c done'])
  assert.is(queue.nowMs(), 20)
})

test('events: a dead process runs none, a paused one later', async () => {
  const queue = createEventQueue()
  const dead = alive()
  const paused = alive()
  const said: string[] = []
  queue.at(10, dead, () => said.push('dead'))
  queue.at(10, paused, () => said.push(`paused ran at ${queue.nowMs()}`))
  queue.at(5, undefined, () => {
    dead.isAlive = false
    paused.pausedUntilMs = 500
  })
  await drain(queue)
  assert.equal(said, ['paused ran at 500'])
})

test('clock: drifts, jumps on the wall only, cancels', async () => {
  const queue = createEventQueue()
  const faults = { rate: 1.01, wallOffsetMs: 0 }
  const clock = createVirtualClock(queue, alive(), faults)
  const said: number[] = []
  clock.after(1_010, () => said.push(queue.nowMs()))
  const cancel = clock.after(10, () => said.push(-1))
  cancel()
  const wallBefore = clock.wallMs()
  faults.wallOffsetMs = 3_600_000
  assert.is(clock.wallMs() - wallBefore, 3_600_000)
  assert.is(clock.nowMs(), 0)
  await drain(queue)
  assert.equal(said, [1_000])
})

test('disk: what was synced survives a power loss, what was not may go', async () => {
  const queue = createEventQueue()
  let lost = 0
  let torn = 0
  for (let seed = 0; seed < 50; seed++) {
    const disk = createVirtualDisk({ queue, random: createRandom(seed, 0), faults: NO_DISK_FAULTS() })
    const before = disk.mount(alive())
    const file = await before.open('log')
    await before.syncFolder()
    await file.append(new Uint8Array(1_000).fill(1))
    await file.sync()
    await file.append(new Uint8Array(1_000).fill(2))
    disk.crash()
    const bytes = (await disk.mount(alive()).read('log'))!
    assert.ok(bytes.subarray(0, 1_000).every((byte) => byte === 1))
    if (bytes.length < 2_000) lost += 1
    if (bytes.subarray(1_000).some((byte) => byte === 0)) torn += 1
  }
  assert.ok(lost > 10 && torn > 10, `${lost} lost, ${torn} torn`)
})

test('disk: a name is durable only once its folder is synced', async () => {
  const queue = createEventQueue()
  let lost = 0
  for (let seed = 0; seed < 20; seed++) {
    const disk = createVirtualDisk({ queue, random: createRandom(seed, 1), faults: NO_DISK_FAULTS() })
    const before = disk.mount(alive())
    const file = await before.open('new')
    await file.append(Uint8Array.of(7))
    await file.sync()
    disk.crash()
    if (disk.names().length === 0) lost += 1
  }
  assert.ok(lost > 3 && lost < 20, `${lost} lost`)
})

test('disk: a process’s death loses nothing that it wrote; its hands are dead', async () => {
  const queue = createEventQueue()
  const disk = createVirtualDisk({ queue, random: createRandom(1, 1), faults: NO_DISK_FAULTS() })
  const process = alive()
  const file = await disk.mount(process).open('log')
  await file.append(Uint8Array.of(1, 2))
  process.isAlive = false
  disk.crash(true)
  let isSettled = false
  void file.append(Uint8Array.of(3)).finally(() => {
    isSettled = true
  })
  assert.equal(await disk.mount(alive()).read('log'), Uint8Array.of(1, 2))
  assert.not(isSettled)
})

test('disk: an fsync promises what was there when it was called; one fails when told; full refuses', async () => {
  const queue = createEventQueue()
  const faults = { syncMsMax: 1_000, isSyncBroken: false, isFull: false, failures: 0 }
  const disk = createVirtualDisk({ queue, random: createRandom(2, 2), faults })
  const file = await disk.mount(alive()).open('log')
  await file.append(Uint8Array.of(1))
  let isSynced = false
  const synced = file.sync().then(() => {
    isSynced = true
  })
  assert.not(isSynced)
  await drain(queue)
  await synced
  faults.syncMsMax = 0
  faults.isSyncBroken = true
  const failed = await file.sync().catch((error: { code: string }) => error.code)
  assert.is(failed, 'EIO')
  await file.sync()
  faults.isFull = true
  assert.is(await file.append(Uint8Array.of(2)).catch((error: { code: string }) => error.code), 'ENOSPC')
})

test('disk: a bit flips, a wipe takes what it is meant to', async () => {
  const queue = createEventQueue()
  const disk = createVirtualDisk({ queue, random: createRandom(3, 3), faults: NO_DISK_FAULTS() })
  const hands = disk.mount(alive())
  await (await hands.open('a')).append(new Uint8Array(64))
  await hands.open('b')
  disk.flipBit((name) => name === 'a')
  const bits = [...(await hands.read('a'))!].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
  assert.is(bits, 1)
  disk.wipe((name) => name === 'a')
  assert.equal(disk.names(), ['b'])
})

const CALM: NetworkFaults = { delayMsMin: 10, delayMsMax: 10, tailShare: 0, lossShare: 0, duplicateShare: 0 }

function createPair(faults: NetworkFaults, seed = 1, peerIds = ['a', 'b']) {
  const queue = createEventQueue()
  const trace = createTrace()
  const said: string[] = []
  const network = createVirtualNetwork({
    queue,
    random: createRandomness(seed).of('network'),
    trace,
    faults,
    peerIds,
    peerIdOf: (key) => String.fromCharCode(key[0]!),
    tap: { onSend() {}, onPublish() {}, onBan: (by, banned) => said.push(`${by} bans ${banned}`) },
  })
  const join = (index: number) => {
    const process = alive()
    const hands = network.attach(index, process)
    hands.listen({
      connected: (peer) => said.push(`${index} sees ${peer}`),
      disconnected: (peer) => said.push(`${index} loses ${peer}`),
      message: (peer, frame) => said.push(`${index} hears ${frame[0]} of ${peer}`),
      gossip: async (_, peer, bytes) => {
        said.push(`${index} told ${bytes[0]} by ${peer}`)
        return 'accept'
      },
      query: async (_, query, request) => Uint8Array.of(query.length, request[0]!),
    })
    return { process, hands }
  }
  return { queue, trace, network, said, join }
}

test('network: connects, delivers, answers, loses a peer that died', async () => {
  const { queue, network, said, join } = createPair(CALM)
  const a = join(0)
  const b = join(1)
  await drain(queue)
  assert.equal(said.splice(0), ['0 sees b', '1 sees a'])
  a.hands.send('b', Uint8Array.of(5))
  const answer = a.hands.ask('b', 'status', Uint8Array.of(9))
  await drain(queue)
  assert.equal(said.splice(0), ['1 hears 5 of a'])
  assert.equal(await answer, Uint8Array.of(6, 9))
  b.process.isAlive = false
  network.detach(1)
  await drain(queue)
  assert.equal(said.splice(0), ['0 loses b'])
  assert.equal(a.hands.peers(), [])
})

test('network: an answer for a life that is over reaches nobody', async () => {
  const { queue, network, join } = createPair(CALM)
  const a = join(0)
  join(1)
  await drain(queue)
  let isSettled = false
  void a.hands.ask('b', 'status', Uint8Array.of(1)).finally(() => {
    isSettled = true
  })
  a.process.isAlive = false
  network.detach(0)
  join(0)
  await drain(queue)
  assert.not(isSettled)
})

test('network: a one-way cut stops one way; a long one is noticed and mended; a ban lasts', async () => {
  const { queue, network, said, join } = createPair(CALM)
  const a = join(0)
  const b = join(1)
  await drain(queue)
  said.length = 0
  network.setOpen(0, 1, false)
  a.hands.send('b', Uint8Array.of(1))
  b.hands.send('a', Uint8Array.of(2))
  await drain(queue)
  assert.equal(said.splice(0), ['0 hears 2 of b', '0 loses b', '1 loses a'])
  network.setOpen(0, 1, true)
  await drain(queue)
  assert.equal(said.splice(0), ['0 sees b', '1 sees a'])
  a.hands.ban('b', 'test')
  network.setOpen(0, 1, false)
  network.setOpen(0, 1, true)
  await drain(queue)
  assert.equal(said.splice(0), ['0 bans 1', '0 loses b', '1 loses a'])
})

test('network: a clogged link holds back and drops the oldest', async () => {
  const { queue, network, said, join } = createPair(CALM)
  const a = join(0)
  join(1)
  await drain(queue)
  said.length = 0
  network.clog(0, 1, queue.nowMs() + 1_000)
  for (let i = 0; i < 300; i++) a.hands.send('b', Uint8Array.of(i & 255))
  await drain(queue)
  assert.is(said.length, 256)
  assert.is(said[0], '1 hears 44 of a')
})

test('network: gossip reaches all once, twins share a peer id', async () => {
  const { queue, said, join } = createPair(CALM, 1, ['a', 'b', 'b', 'c'])
  const [a] = [join(0), join(1), join(2), join(3)]
  await drain(queue)
  assert.is(said.filter((line) => line === '0 sees b').length, 1)
  said.length = 0
  a.hands.publish('block', Uint8Array.of(8))
  await drain(queue)
  assert.equal(said.map((line) => line.slice(0, 8)).sort(), ['1 told 8', '2 told 8', '3 told 8'])
  said.length = 0
  a.hands.send('b', Uint8Array.of(3))
  await drain(queue)
  assert.equal(said.sort(), ['1 hears 3 of a', '2 hears 3 of a'])
})

test('I16: the same seed gives the same trace, another seed another', async () => {
  const run = async (seed: number) => {
    const { queue, trace, join } = createPair(
      { delayMsMin: 1, delayMsMax: 300, tailShare: 0.05, lossShare: 0.3, duplicateShare: 0.3 },
      seed,
    )
    const a = join(0)
    join(1)
    await drain(queue)
    for (let i = 0; i < 100; i++) a.hands.send('b', Uint8Array.of(i))
    await drain(queue)
    return trace.hash()
  }
  assert.is(await run(1), await run(1))
  assert.is.not(await run(1), await run(2))
})

test('randomness: one purpose does not shift another', () => {
  const one = createRandomness(7)
  const other = createRandomness(7)
  other.of('new fault').u32()
  assert.is(one.of('network').u32(), other.of('network').u32())
  assert.is.not(createRandomness(7).of('disk').u32(), createRandomness(7).of('network').u32())
})

test.run()
