/** Hostile bytes at every door: the node goes on serving the honest, and who breaks the framing is banned. */
import { connect } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createHost, type Host } from '../../p2p/host.ts'
import { protocolName } from '../../p2p/protocols.ts'
import { QUESTIONS, type Question } from '../../p2p/questions/questions.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { createRandom } from '../fuzz/random.ts'
import { CHAIN, openTestNetwork, type TestNetwork, until } from './openNetworks.ts'

/** A peer that greets as it should, and then does what it likes. */
async function openHostile(seed: number, victim: TestNetwork): Promise<Host> {
  const host = await createHost({
    network: 'test',
    secret: new Uint8Array(32).fill(seed),
    listen: [],
    announce: [],
    connectionsMax: 10,
    standingOf: () => 0,
    gate: {},
    greeting: {
      chain: CHAIN,
      epoch: () => 0,
      placeFor: () => undefined,
      onGreeted() {},
      onRefused() {},
      onRefusing() {},
    },
  })
  await host.start()
  await host.dial(victim.addresses().map((text) => multiaddr(text)))
  return host
}

async function throwAt(host: Host, what: string, bytes: Uint8Array): Promise<void> {
  const [connection] = host.getConnections()
  const stream = await connection!.newStream(what)
  stream.send(bytes)
}

const isHonestServed = async (victim: TestNetwork, seed: number) => {
  const honest = await openTestNetwork(seed, { bootstrap: [...victim.addresses()] })
  await until('honest peer in', () => honest.peers().includes(victim.self))
  honest.send(victim.self, utf8('vote'))
  await until('its frame', () => victim.frames.some(({ peer }) => peer === honest.self))
  await honest.close()
}

test('garbage: bytes that are no libp2p, and none at all, end the connection', async () => {
  const victim = await openTestNetwork(1)
  const port = Number(/tcp\/(\d+)/.exec(victim.addresses()[0]!)![1])
  const random = createRandom(1, 1)
  const closed: Promise<unknown>[] = []
  for (const bytes of [random.bytes(1), random.bytes(5000), utf8('GET / HTTP/1.1\r\n\r\n'), new Uint8Array(0)]) {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('error', () => {})
    socket.resume()
    closed.push(new Promise((resolve) => socket.once('close', resolve)))
  }
  await isHonestServed(victim, 2)
  await Promise.all(closed)
  assert.equal(victim.peers(), [])
  await victim.close()
})

test('garbage: a length over the bound is an offence on every protocol; the second brings the ban', async () => {
  const victim = await openTestNetwork(1)
  const doors = ['simplex', ...Object.keys(QUESTIONS)] as ('simplex' | Question)[]
  assert.ok(doors.length >= 7)
  for (const [i, door] of doors.entries()) {
    const hostile = await openHostile(50 + i, victim)
    const peer = hostile.peerId.toString()
    for (let times = 0; times < 2; times++)
      await throwAt(hostile, protocolName('test', door), Uint8Array.of(255, 255, 255, 255, 1)).catch(() => {})
    await until(`${door} banned`, () => victim.status().bans.some((ban) => ban.peer === peer))
    await until(`${door} gone`, () => !victim.peers().includes(peer))
    await hostile.stop()
  }
  await isHonestServed(victim, 2)
  await victim.close()
})

test('garbage: random bytes, half messages and unknown protocols harm nobody', async () => {
  const victim = await openTestNetwork(1)
  const hostile = await openHostile(50, victim)
  const random = createRandom(2, 1)
  await until('in', () => victim.peers().length === 1)
  await throwAt(hostile, protocolName('test', 'simplex'), Uint8Array.of(0, 0, 1, 0, 7, 7))
  await throwAt(hostile, protocolName('test', 'blocks'), Uint8Array.of(0, 0, 0, 9, 7))
  await throwAt(hostile, protocolName('test', 'status'), new Uint8Array(0))
  assert.ok(await throwAt(hostile, '/openledger/test/unknown/1', random.bytes(9)).catch((error) => error))
  assert.ok(await throwAt(hostile, protocolName('other', 'status'), random.bytes(9)).catch((error) => error))
  for (const gossip of ['/meshsub/1.2.0', '/ipfs/id/1.0.0']) await throwAt(hostile, gossip, random.bytes(300))
  await isHonestServed(victim, 2)
  assert.equal(victim.status().bans, [])
  await hostile.stop()
  await victim.close()
})

test('garbage: a flood of questions is cut off, and the honest are answered', async () => {
  let atWork = 0
  let most = 0
  const victim = await openTestNetwork(
    1,
    {},
    {
      async query() {
        most = Math.max(most, ++atWork)
        await new Promise((resolve) => setImmediate(resolve))
        atWork--
        return utf8('ok')
      },
    },
  )
  const hostile = await openHostile(50, victim)
  const flood = Array.from({ length: 100 }, () =>
    throwAt(hostile, protocolName('test', 'status'), new Uint8Array(4)).catch(() => {}),
  )
  const honest = await openTestNetwork(2, { bootstrap: [...victim.addresses()] })
  await until('honest peer in', () => honest.peers().includes(victim.self))
  const answers = await Promise.all(Array.from({ length: 60 }, () => honest.ask(victim.self, 'status', utf8('?'))))
  assert.is(answers.length, 60)
  await Promise.all(flood)
  assert.ok(most >= 1 && most <= 8 + 16, `${most} at once`)
  const crowd = Array.from({ length: 100 }, () => honest.ask(victim.self, 'status', utf8('?')).catch((error) => error))
  const codes = (await Promise.all(crowd)).map((outcome) => outcome.code)
  assert.ok(codes.includes('busy'), 'our own questions are bounded too')
  await Promise.all([hostile.stop(), honest.close(), victim.close()])
})

test.run()
