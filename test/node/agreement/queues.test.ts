/** What waits: inputs by urgency and within each peer's bound, frames of the epoch to come, bodies that no record keeps. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ZERO_HASH } from '../../../consensus/state.ts'
import type { Candidate, Input } from '../../../consensus/step.ts'
import { createBodies } from '../../../node/agreement/bodies.ts'
import { createHostLoad, HOST_BOUNDS } from '../../../node/agreement/bounds.ts'
import { createCommitter } from '../../../node/agreement/run/committer.ts'
import { createFetcher } from '../../../node/agreement/run/fetcher.ts'
import { createInputQueue } from '../../../node/agreement/run/inputQueue.ts'
import { createNextEpoch } from '../../../node/agreement/run/nextEpoch.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import { bodyCodec } from '../../../primitives/wire/sync.ts'
import { quiet } from '../../simulator/world/eventQueue.ts'

const skip = (view: number): Input => ({
  kind: 'vote',
  vote: { signer: 1, ballot: { kind: 'skip', view }, signature: new Uint8Array(96) },
})
const timeout: Input = { kind: 'timeout', timer: 'skip', view: 1 }
const proposal = { kind: 'proposal', peer: 'a' } as Input
const certificate = { kind: 'certificate', peer: 'a' } as Input
const from = (peer: string, sizeBytes = 100) => ({ peer, sizeBytes })

const drain = (queue: ReturnType<typeof createInputQueue>): Input[] => {
  const taken: Input[] = []
  for (let input = queue.shift(); input !== undefined; input = queue.shift()) taken.push(input)
  return taken
}

test('inputs: timeouts and our own votes first, then certificates, votes, proposals, each in order', () => {
  const queue = createInputQueue()
  const own = skip(9)
  const [first, second] = [skip(1), skip(2)]
  queue.push(proposal, from('a'))
  queue.push(first, from('a'))
  queue.push(certificate, from('b'))
  queue.push(second, from('b'))
  queue.push(timeout, null)
  queue.push(own, null)
  assert.equal(drain(queue), [timeout, own, certificate, first, second, proposal])
  assert.is(queue.shift(), undefined)
})

test('inputs: a peer’s oldest give way beyond 256 or 1 MiB; others’ stay', () => {
  const queue = createInputQueue()
  queue.push(skip(1_000), from('b'))
  for (let view = 1; view <= 300; view++) queue.push(skip(view), from('a'))
  const views = drain(queue).map((input) => (input.kind === 'vote' ? input.vote.ballot.view : 0))
  assert.equal(views, [1_000, ...Array.from({ length: 256 }, (_, i) => i + 45)])
  assert.is(queue.dropped(), 44)
  for (let view = 1; view <= 10; view++) queue.push(proposal, from('a', 131_072))
  assert.is(drain(queue).length, 8)
})

test('inputs: nothing is kept of a peer of whom nothing waits', () => {
  const queue = createInputQueue()
  for (let i = 0; i < 1_000; i++) {
    queue.push(skip(1), from(`a peer that comes and goes, ${i}`))
    assert.is(queue.peers(), 1)
    drain(queue)
  }
  assert.is(queue.peers(), 0)
  // A message beyond the bound by itself makes room for nothing.
  queue.push(proposal, from('a', 2 ** 21))
  assert.equal([queue.peers(), drain(queue).length, queue.dropped()], [0, 0, 1])
})

test('next epoch: 64 frames or 64 KiB of each peer, the newest', () => {
  const next = createNextEpoch()
  for (let i = 0; i < 100; i++) next.keep('a', new Uint8Array(100).fill(i))
  for (let i = 0; i < 10; i++) next.keep('b', new Uint8Array(20_000).fill(i))
  next.keep('c', new Uint8Array(1))
  next.forget('c')
  const taken = next.take()
  const of = (peer: string) => taken.filter((one) => one.peer === peer).map(({ frame }) => frame[0])
  assert.equal([of('a').length, of('a')[0], of('b'), of('c')], [64, 36, [7, 8, 9], []])
  assert.equal(next.take(), [])
})

const candidate = (view: number): Candidate => ({
  view,
  parentView: view - 1,
  parentId: '0x00',
  blockHash: `0xb${view}`,
  id: `0xc${view}`,
})

test('bodies: what is recorded stays until it is decided; of the rest the oldest give way at 32 MiB', () => {
  const bodies = createBodies()
  for (let view = 1; view <= 60; view++) {
    bodies.addBlock(`0xb${view}`, new Uint8Array(1024 * 1024), view)
    if (view <= 2) bodies.keep(candidate(view))
  }
  const held = Array.from({ length: 60 }, (_, i) => i + 1).filter((view) => bodies.block(`0xb${view}`) !== undefined)
  assert.equal(held, [1, 2, ...Array.from({ length: 32 }, (_, i) => i + 29)])
  bodies.decide(40)
  assert.is(bodies.block('0xb1'), undefined)
  assert.is(bodies.candidate('0xc1'), undefined)
  assert.ok(bodies.block('0xb41'))
  // A later view may name the same block again.
  bodies.addBlock('0xb41', new Uint8Array(1), 50)
  bodies.decide(45)
  assert.ok(bodies.block('0xb41'))
})

test('bodies: what is being executed is not pushed out; released, it gives way as others do', () => {
  const bodies = createBodies(createHostLoad({ ...HOST_BOUNDS, looseBytes: 2 }))
  const flood = (from: number) => {
    for (let view = from; view < from + 5; view++) bodies.addBlock(`0xb${view}`, new Uint8Array(1), view)
  }
  const isHere = () => bodies.block('0xb1') !== undefined
  bodies.addBlock('0xb1', new Uint8Array(1), 1)
  bodies.hold('0xb1')
  bodies.hold('0xb1')
  flood(10)
  bodies.release('0xb1')
  flood(20)
  assert.ok(isHere())
  bodies.release('0xb1')
  assert.ok(isHere())
  flood(30)
  assert.not.ok(isHere())
  bodies.addBlock('0xb1', new Uint8Array(1), 1)
  bodies.hold('0xb1')
  bodies.keep(candidate(1))
  bodies.release('0xb1')
  flood(40)
  assert.ok(isHere())
  bodies.decide(1)
  assert.not.ok(isHere())
})

test('committing: the fillers above an epoch’s last block can still be asked for once the next epoch has begun', async () => {
  const bodies = createBodies()
  const [block, filler] = [candidate(4), { ...candidate(5), blockHash: ZERO_HASH }]
  bodies.addBlock(block.blockHash, new Uint8Array(1), 4)
  for (const one of [block, filler]) bodies.keep(one)
  const finalization = { kind: 'finalize', epoch: 0, view: 5 } as Certificate
  const committer = createCommitter({
    execution: { commit: async () => {}, head: () => ({ height: 9, hash: block.blockHash }) },
    bodies,
    wal: { prune() {} },
    sealings: { save: async () => {}, load: async () => undefined },
    onCommitted() {},
    onFault: (error) => assert.unreachable(String(error)),
  })
  const sealing = { epoch: 0, finalization, candidates: [] }
  committer.commit({ chain: [block], finalization, sealing, fillers: [filler] })
  await committer.done()
  assert.equal(bodies.committedById(block.id), { candidate: block, height: 9 })
  assert.equal(bodies.committedById(filler.id), { candidate: filler, height: undefined })
})

const body = (view: number) => {
  const hash = new Uint8Array(32).fill(view)
  return bodyCodec.encode({
    candidate: { view, parentView: 0, parentId: hash, blockHash: hash },
    block: new Uint8Array(1),
  })
}

test('fetch: asks another peer after a failure, later and later; bans who answers with another; ends with the right one', async () => {
  const asked: string[] = []
  const banned: string[] = []
  const timers: { readonly delayMs: number; readonly run: () => void }[] = []
  const answers: Record<string, () => Promise<Uint8Array>> = {
    a: () => Promise.reject(new Error('deadline')),
    b: async () => body(asked.length < 6 ? 2 : 1),
  }
  const fetcher = createFetcher({
    clock: {
      after(delayMs, run) {
        timers.push({ delayMs, run })
        return () => {}
      },
    },
    network: {
      peers: () => ['a', 'b'],
      ask(peer) {
        asked.push(peer)
        return answers[peer]!()
      },
      ban: (peer) => void banned.push(peer),
    },
    random: () => 0,
  })
  let isFound = false
  fetcher.fetch(`0x${'11'.repeat(32)}`, 0, ({ candidate: { view } }) => {
    isFound = view === 1
    return isFound
  })
  for (let i = 0; i < 10; i++) {
    await quiet()
    if (!isFound) timers.at(-1)?.run()
  }
  assert.ok(isFound)
  assert.equal(asked, ['a', 'b', 'a', 'b', 'a', 'b'])
  assert.equal(banned, ['b', 'b'])
  assert.equal(
    timers.map(({ delayMs }) => delayMs),
    [500, 750, 1_125, 1_687.5, 2_531.25, 3_796.875],
  )
})

test('fetch: a peer that never answers is not waited for', async () => {
  const asked: string[] = []
  const timers: { run: () => void; isCancelled: boolean }[] = []
  const fetcher = createFetcher({
    clock: {
      after(_, run) {
        const timer = { run, isCancelled: false }
        timers.push(timer)
        return () => {
          timer.isCancelled = true
        }
      },
    },
    network: {
      peers: () => ['silent', 'good'],
      ask(peer) {
        asked.push(peer)
        return peer === 'silent' ? new Promise(() => {}) : Promise.resolve(body(1))
      },
      ban: (peer) => assert.unreachable(peer),
    },
    random: () => 0,
  })
  let found = 0
  fetcher.fetch(`0x${'11'.repeat(32)}`, 0, () => {
    found += 1
    return true
  })
  await quiet()
  timers.at(-1)!.run()
  await quiet()
  assert.equal([...asked, found, timers.at(-1)!.isCancelled], ['silent', 'good', 1, true])
})

test.run()
