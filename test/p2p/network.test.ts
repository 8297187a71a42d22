/** Networks over real libp2p on loopback: who finds whom, what arrives, who is refused. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { equal, utf8 } from '../../primitives/bytes.ts'
import { CHAIN, openTestNetwork, type TestNetwork, until } from './openNetworks.ts'

const close = (...networks: readonly TestNetwork[]) => Promise.all(networks.map((network) => network.close()))

test('network: two connect, and frames arrive whole and in order, each way', async () => {
  const a = await openTestNetwork(1)
  const b = await openTestNetwork(2, { bootstrap: [...a.addresses()] })
  await until('connected', () => a.peers().length === 1 && b.peers().length === 1)
  assert.equal(a.connectedPeers, [b.self])
  const sent = [170, 1, 128 * 1024, 5000].map((length, i) => new Uint8Array(length).fill(i))
  for (const frame of sent) a.send(b.self, frame)
  b.send(a.self, utf8('vote'))
  await until('frames', () => b.frames.length === 4 && a.frames.length === 1)
  for (const [i, { peer, frame }] of b.frames.entries()) assert.ok(peer === a.self && equal(frame, sent[i]!), `${i}`)
  assert.ok(equal(a.frames[0]!.frame, utf8('vote')))
  await b.close()
  await until('disconnected', () => a.disconnectedPeers.length === 1)
  assert.equal(a.peers(), [])
  a.send(b.self, utf8('to nobody'))
  await close(a)
})

test('network: a peer of another chain is refused before anything else, with the reason in the log', async () => {
  const a = await openTestNetwork(1)
  const strangers: readonly [Partial<typeof CHAIN>, number, RegExp][] = [
    [{ chainId: 1n }, 0, /its chain id is 1, ours 77116120/],
    [{ genesisHash: new Uint8Array(32) }, 0, /its genesis is 0x0000/],
    [{ forks: [...CHAIN.forks, { epoch: 3, fork: 'osaka' }] }, 3, /forks up to its epoch 3 are not/],
  ]
  for (const [i, [chain, epoch, reason]] of strangers.entries()) {
    const b = await openTestNetwork(10 + i, {
      chain: { ...CHAIN, ...chain },
      epoch: () => epoch,
      bootstrap: [...a.addresses()],
    })
    await until('refused', () => a.log.some((line) => line.includes(b.self) && reason.test(line)))
    assert.equal(a.connectedPeers, [])
    assert.equal(b.connectedPeers, [])
    await b.close()
  }
  assert.ok(a.status().handshakesRefused >= 3)
  await close(a)
})

test('network: forks that are not active yet may differ', async () => {
  const a = await openTestNetwork(1)
  const chain = { ...CHAIN, forks: [...CHAIN.forks, { epoch: 3, fork: 'osaka' as const }] }
  const b = await openTestNetwork(2, { chain, epoch: () => 2, bootstrap: [...a.addresses()] })
  await until('connected', () => a.peers().length === 1)
  await close(a, b)
})

test('network: gossip passes on what hosts accept, once, and the sender of what they reject pays', async () => {
  const b = await openTestNetwork(2, {}, { gossip: async (_, __, bytes) => (bytes[0] === 0 ? 'reject' : 'accept') })
  const got: { topic: string; bytes: Uint8Array }[] = []
  const a = await openTestNetwork(1, { bootstrap: [...b.addresses()] })
  const c = await openTestNetwork(
    3,
    { bootstrap: [...b.addresses()] },
    {
      async gossip(topic, _, bytes) {
        got.push({ topic, bytes })
        return bytes[0] === 0 ? 'ignore' : 'accept'
      },
    },
  )
  await until('connected', () => b.peers().length === 2)
  let tries = 0
  await until('subscriptions known', () => {
    a.publish('transaction', Uint8Array.of(1, tries >> 8, tries++))
    return got.length > 0
  })
  const block = new Uint8Array(600_000).fill(1)
  for (let i = 0; i < 3; i++) a.publish('block', block)
  const blocks = () => got.filter(({ topic }) => topic === 'block')
  await until('block', () => blocks().length > 0)
  assert.ok(equal(blocks()[0]!.bytes, block))
  for (let i = 0; i < 4; i++) a.publish('transaction', Uint8Array.of(0, i))
  await until('banned', () => b.status().bans.length === 1)
  assert.is(b.status().bans[0]!.peer, a.self)
  await until('gone', () => !b.peers().includes(a.self))
  assert.is(blocks().length, 1)
  await close(a, b, c)
})

test('network: a transaction published before there is a peer is told to the first', async () => {
  const a = await openTestNetwork(1)
  const early = [utf8('early'), utf8('early too')]
  for (const bytes of early) a.publish('transaction', bytes)
  // A burst beyond the bound gives way, and takes nothing from what came before.
  for (let i = 0; i < 600; i++) a.publish('transaction', new Uint8Array(4_000).fill(i))
  const b = await openTestNetwork(2, { bootstrap: [...a.addresses()] })
  const has = (bytes: Uint8Array) => b.gossiped.some((one) => equal(one.bytes, bytes))
  await until('told', () => early.every(has))
  a.publish('transaction', utf8('late'))
  await until('told at once', () => has(utf8('late')))
  await close(a, b)
})

test('network: questions are answered, refused in words, and fail when the peer goes', async () => {
  let hold: (() => void) | undefined
  const a = await openTestNetwork(
    1,
    {},
    {
      async query(peer, query, request) {
        if (query === 'status') return utf8(`${peer} asks ${request.length}`)
        if (query === 'blocks') await new Promise<void>((resolve) => (hold = resolve))
        throw new Error(`no ${query} here\n`)
      },
    },
  )
  const b = await openTestNetwork(2, { bootstrap: [...a.addresses()] })
  await until('connected', () => b.peers().length === 1)
  assert.ok(equal(await b.ask(a.self, 'status', utf8('xyz')), utf8(`${b.self} asks 3`)))
  const refused = await b.ask(a.self, 'candidate', utf8('id')).catch((error) => error)
  assert.is(refused.code, 'refused')
  assert.is(refused.message, 'no candidate here?')
  const pending = b.ask(a.self, 'blocks', utf8('1')).catch((error) => error)
  await until('asked', () => hold !== undefined)
  await a.close()
  assert.is((await pending).code, 'disconnected')
  hold!()
  assert.is((await b.ask(a.self, 'status', utf8('')).catch((error) => error)).code, 'disconnected')
  await close(b)
})

test('network: a ban ends the connection and keeps the peer out', async () => {
  const a = await openTestNetwork(1)
  const b = await openTestNetwork(2, { bootstrap: [...a.addresses()] })
  await until('connected', () => a.peers().length === 1)
  a.ban(b.self, 'forged certificate')
  await until('gone', () => a.peers().length === 0)
  await until('refused again', () => b.log.some((line) => line.includes('refuses us: banned')))
  assert.equal(a.peers(), [])
  assert.equal(
    a.status().bans.map(({ peer, reason }) => [peer, reason]),
    [[b.self, 'forged certificate']],
  )
  await close(a, b)
})

test('network: who knows one peer comes to know the others, and finds back after a restart', async () => {
  const a = await openTestNetwork(1)
  const b = await openTestNetwork(2, { bootstrap: [...a.addresses()] })
  const c = await openTestNetwork(3, { bootstrap: [...a.addresses()] })
  await until('all three', () => [a, b, c].every((network) => network.peers().length === 2))
  const [address] = a.addresses()
  await a.close()
  await until('a gone', () => b.peers().length === 1)
  const again = await openTestNetwork(1, { listen: [address!.replace(/\/p2p\/.*/, '')] })
  await until('a back', () => again.peers().length === 2)
  await close(again, b, c)
})

test('network: a full house lets in validators and nobody else', async () => {
  const validators: string[] = []
  const a = await openTestNetwork(1, { peersMax: 1, isValidator: (peer) => validators.includes(peer) })
  const bootstrap = [...a.addresses()]
  const b = await openTestNetwork(2, { bootstrap })
  await until('b in', () => a.peers().length === 1)
  const c = await openTestNetwork(3, { bootstrap })
  await until('c refused', () => c.log.some((line) => line.includes('all places are taken')))
  assert.equal(a.peers(), [b.self])
  validators.push(c.self)
  await until('c in', () => a.peers().length === 2)
  assert.is(a.status().validatorPeers, 1)
  await close(a, b, c)
})

test('network: wrong options are named', async () => {
  const wrong = await openTestNetwork(1, { bootstrap: ['/ip4/127.0.0.1/tcp/1'] }).catch((error) => error)
  assert.is(wrong.code, 'BadAddress')
  const a = await openTestNetwork(1)
  const taken = await openTestNetwork(2, { listen: [a.addresses()[0]!.replace(/\/p2p\/.*/, '')] }).catch((e) => e)
  assert.is(taken.code, 'ListenFailed')
  await close(a)
})

test.run()
