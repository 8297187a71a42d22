/** The network's small rules: framing however bytes are cut, queues that drop the oldest, points that fade, who may be told. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isTellable, parseAddress } from '../../p2p/peers/address.ts'
import { createStandings } from '../../p2p/peers/standing.ts'
import { createFrameQueue } from '../../p2p/streams/frameQueue.ts'
import { createLengthReader, withLength } from '../../p2p/streams/lengthReader.ts'
import { toHex } from '../../primitives/bytes.ts'
import { createRandom } from '../fuzz/random.ts'

test('framing: however the bytes are cut, the same messages come out', () => {
  const random = createRandom(4, 1)
  for (let round = 0; round < 200; round++) {
    const messages = Array.from({ length: random.int(0, 6) }, () => random.bytes(random.int(0, 40)))
    const bytes = Buffer.concat(messages.map(withLength))
    const reader = createLengthReader(40)
    const got: Uint8Array[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + random.int(1, 30))
      got.push(...reader.push(bytes.subarray(at, end)))
      at = end
    }
    assert.equal(got.map(toHex), messages.map(toHex))
    assert.is(reader.rest().length, 0)
  }
  assert.throws(() => createLengthReader(40).push(withLength(new Uint8Array(41))), /at most 40 bytes, got 41/)
})

test('queue: beyond its frames or its bytes the oldest gives way', () => {
  const queue = createFrameQueue(3, 10)
  for (const length of [1, 2, 3, 4]) queue.push(new Uint8Array(length))
  assert.equal([queue.frames, queue.bytes, queue.dropped], [3, 9, 1])
  queue.push(new Uint8Array(6))
  assert.equal([queue.frames, queue.bytes, queue.dropped], [2, 10, 3])
  assert.equal(
    queue.take(1).map(({ length }) => length),
    [4],
  )
})

test('standing: points fade, two offences of one minute ban, and the ban ends', () => {
  let now = 0
  const standings = createStandings(() => now)
  assert.not.ok(standings.charge('a', 'malformed'))
  now += 60 * 60 * 1000
  assert.not.ok(standings.charge('a', 'malformed'))
  assert.ok(standings.charge('a', 'malformed'))
  assert.is(standings.banOf('a')?.reason, 'malformed')
  now += 60 * 60 * 1000
  assert.is(standings.banOf('a'), undefined)
})

test('addresses: near ones are told to the near only, names and nonsense to nobody', () => {
  const id = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
  const tellable = (host: string, peerHost: string) =>
    isTellable(parseAddress(`/${host}/tcp/9151/p2p/${id}`)!, peerHost)
  assert.ok(tellable('ip4/8.8.8.8', '9.9.9.9') && tellable('ip4/10.0.0.1', '192.168.1.1'))
  assert.not.ok(tellable('ip4/127.0.0.1', '9.9.9.9') || tellable('ip4/10.0.0.1', '9.9.9.9'))
  assert.not.ok(tellable('ip4/224.0.0.1', '127.0.0.1') || tellable('dns4/example.org', '127.0.0.1'))
  for (const wrong of [`/ip4/1.2.3/tcp/1/p2p/${id}`, `/ip4/1.2.3.4/tcp/70000/p2p/${id}`, '/ip4/1.2.3.4/tcp/1', ''])
    assert.is(parseAddress(wrong), undefined)
})

test.run()
