/** Following a chain that went on: what is asked, of whom and when, whatever the peers answer. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createFollower, type Follower, type ProvenRange } from '../../../node/agreement/sync/follower.ts'
import { finalBlocksCodec, numberCodec, statusCodec } from '../../../primitives/wire/sync.ts'

const RANGE = 10
const hash = new Uint8Array(32).fill(1)

/** Blocks of these heights, as far as the follower looks at them. */
const rangeFrom = (from: number): Uint8Array =>
  finalBlocksCodec.encode({
    epoch: 1,
    bodies: Array.from({ length: RANGE }, (_, i) => ({
      candidate: { view: from + i, parentView: from + i - 1, parentId: hash, blockHash: hash },
      block: Uint8Array.of(1),
    })),
    above: [],
    finalization: {
      ...{ kind: 'finalize', epoch: 1, view: from, id: hash },
      ...{ signers: Uint8Array.of(15), signature: new Uint8Array(96).fill(1) },
    },
  })

interface Chain {
  readonly follower: Follower
  readonly log: string[]
  readonly commits: (() => void)[]
  height: number
}

/** `answer` gives what a peer says of the range from a height; undefined: it refuses. */
function follow(target: number, answer: (peer: string, from: number) => Uint8Array | undefined): Chain {
  const log: string[] = []
  const commits: (() => void)[] = []
  let draw = 0
  const follower = createFollower({
    clock: { nowMs: () => 0, wallMs: () => 0, after: () => () => {} },
    random: () => (draw++ % 2) / 2,
    network: {
      ...{ listen() {}, peerIdOf: () => '', send() {}, publish() {}, peers: () => ['a', 'b'] },
      ban: (peer) => log.push(`ban ${peer}`),
      async ask(peer, query, request) {
        if (query === 'status') return statusCodec.encode({ epoch: 1, height: target, view: 1 })
        const { number } = numberCodec.decode(request) as { number: number }
        log.push(`ask ${peer} ${number}`)
        const bytes = answer(peer, number)
        if (bytes === undefined) throw new Error('refused')
        return bytes
      },
    },
    log() {},
    headHeight: () => chain.height,
    prove: (range): ProvenRange | string =>
      range.bodies[0]!.candidate.view === chain.height + 1
        ? { candidates: [], fromHeight: chain.height + 1, range }
        : 'another range',
    pause: async () => void log.push('pause'),
    commit: ({ fromHeight, range }) =>
      new Promise((resolve) =>
        commits.push(() => {
          chain.height = fromHeight + range.bodies.length - 1
          log.push(`commit ${chain.height}`)
          resolve()
        }),
      ),
    resume: async () => void log.push('resume'),
    onFault: (error) => assert.unreachable(String(error)),
  })
  const chain: Chain = { follower, log, commits, height: 0 }
  follower.connected('a')
  follower.connected('b')
  return chain
}

/** What is at work goes on as far as it can without a commit. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('follower: while a range is executed the next is asked of another peer, one and no more, up to the head', async () => {
  const chain = follow(3 * RANGE, (_, from) => rangeFrom(from))
  await settle()
  assert.equal(chain.log, ['ask a 1', 'pause', 'ask b 11'])
  await settle()
  chain.commits.shift()!()
  await settle()
  assert.equal(chain.log.slice(3), ['commit 10', 'ask a 21'])
  chain.commits.shift()!()
  await settle()
  assert.equal(chain.log.slice(5), ['commit 20'], 'nothing lies beyond the last range')
  chain.commits.shift()!()
  await settle()
  assert.equal(chain.log.slice(6), ['commit 30', 'resume'])
  await chain.follower.close()
})

test('follower: what was fetched ahead and proves nothing costs its peer, and another brings it', async () => {
  const chain = follow(2 * RANGE, (peer, from) => rangeFrom(peer === 'b' && from > 1 ? from + 1 : from))
  await settle()
  chain.commits.shift()!()
  await settle()
  assert.equal(chain.log.slice(2), ['ask b 11', 'commit 10', 'ban b', 'ask a 11'])
  chain.commits.shift()!()
  await settle()
  assert.equal(chain.log.slice(6), ['commit 20', 'resume'])
  await chain.follower.close()
})

test('follower: whoever refuses what it claimed is asked no more, nor banned', async () => {
  const chain = follow(2 * RANGE, (_, from) => (from > 1 ? undefined : rangeFrom(from)))
  await settle()
  chain.commits.shift()!()
  await settle()
  assert.equal(chain.log, ['ask a 1', 'pause', 'ask b 11', 'commit 10', 'ask a 11', 'resume'])
  await chain.follower.close()
})

test.run()
