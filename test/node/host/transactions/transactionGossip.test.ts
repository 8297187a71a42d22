/** What becomes of a transaction that a peer sends or announces: admitted and told to others, kept to ourselves, or held against the peer. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../../node/agreement/clock.ts'
import {
  createTransactionGossip,
  type TransactionGossip,
  type TransactionPeers,
} from '../../../../node/host/transactions/transactionGossip.ts'
import { equal, toHex, utf8 } from '../../../../primitives/bytes.ts'
import { keccak256 } from '../../../../primitives/hashes.ts'
import {
  type GossipedTransaction,
  gossipedTransactionCodec,
  hashesCodec,
  transactionsCodec,
  type WireAnnounced,
} from '../../../../primitives/wire/transactions.ts'
import type { PoolHead } from '../../../../runtime/pool/admission.ts'
import { createPool, type Pool } from '../../../../runtime/pool/pool.ts'
import { isRefusal } from '../../../../runtime/refusal.ts'
import { openTestNetwork, type TestNetwork, until } from '../../../p2p/openNetworks.ts'
import { createWorld, GWEI, OPEN, signed } from '../../../runtime/world.ts'

const head: PoolHead = {
  nonce: () => 0n,
  balanceWei: () => OPEN,
  code: () => new Uint8Array(0),
  baseFeeWei: GWEI,
  gasLimit: 30_000_000n,
}
const world = createWorld()
const [account] = world.accounts

/** A transaction with so much call data; half a GWEI covers the floor of its gas. */
const withData = (nonce: bigint, bytes: number) =>
  signed(world, account!, { nonce, to: account!.address, data: new Uint8Array(bytes), gasLimit: 2_000_000n }).bytes
const whole = (raw: Uint8Array) => gossipedTransactionCodec.encode({ kind: 'whole', whole: raw })
const announcing = (holder: string, transactions: readonly WireAnnounced[]) =>
  gossipedTransactionCodec.encode({ kind: 'announcement', announcement: { holder: utf8(holder), transactions } })
const announcedOf = (raw: Uint8Array): WireAnnounced => ({ hash: keccak256(raw), bytes: raw.length })

function gossipOf(network: Partial<TransactionPeers>, pool: Pool, onAdmitted = () => {}): TransactionGossip {
  return createTransactionGossip({
    pool,
    network: {
      self: 'us',
      peers: () => ['a', 'b'],
      publish() {},
      askTransactions: async () => new Uint8Array(0),
      charge() {},
      ...network,
    },
    keccak: keccak256,
    clock: systemClock,
    onAdmitted,
  })
}

const openPool = () => createPool(world.rules, { head, nowMs: () => 0 })

test('transaction gossip: what the pool takes is passed on, broken ones are rejected, the rest is ignored', async () => {
  const published: GossipedTransaction[] = []
  let admitted = 0
  const pool = openPool()
  const publish = (_: string, bytes: Uint8Array) => {
    published.push(gossipedTransactionCodec.decode(bytes) as GossipedTransaction)
  }
  const gossip = gossipOf({ publish }, pool, () => admitted++)
  const { bytes } = signed(world, account!, { nonce: 0n, to: account!.address })
  assert.is(await gossip.receive('a', whole(bytes)), 'accept')
  assert.is(await gossip.receive('a', whole(bytes)), 'ignore')
  const tooDear = signed(world, account!, { nonce: 1n, value: 2n * OPEN }).bytes
  assert.is(await gossip.receive('a', whole(tooDear)), 'ignore')
  assert.is(await gossip.receive('a', whole(bytes.subarray(1))), 'reject')
  assert.is(await gossip.receive('a', whole(bytes.slice(0, -1))), 'reject')
  assert.is(await gossip.receive('a', bytes), 'reject')
  assert.is(await gossip.receive('a', whole(withData(1n, 5_000))), 'reject', 'a large one, whole')
  assert.equal([admitted, pool.pendingCount, published.length], [1, 1, 0])

  const own = signed(world, account!, { nonce: 1n, to: account!.address })
  assert.not(isRefusal(pool.add(own.bytes, 'local')))
  gossip.publish(own.bytes)
  assert.equal(published, [{ kind: 'whole', whole: own.bytes }])
  const large = [withData(2n, 5_000), withData(3n, 50_000)]
  for (const raw of large) gossip.publish(raw)
  await until('announced', () => published.length === 2)
  assert.equal(published[1], {
    kind: 'announcement',
    announcement: { holder: utf8('us'), transactions: large.map(announcedOf) },
  })
  gossip.close()
})

test('transaction gossip: what is announced is asked of one peer, and of the next if it fails, and told to others once it is here', async () => {
  const raw = withData(0n, 100 * 1024)
  const asked: string[] = []
  const charged: string[] = []
  const published: Uint8Array[] = []
  const pool = openPool()
  let failFirst: ((error: Error) => void) | undefined
  const gossip = gossipOf(
    {
      publish: (_, bytes) => published.push(bytes),
      charge: (peer, offence) => charged.push(`${peer} ${offence}`),
      async askTransactions(peer, request) {
        asked.push(peer)
        assert.equal(hashesCodec.decode(request), { hashes: [keccak256(raw)] })
        if (peer === 'a') return new Promise((_, reject) => (failFirst = reject))
        return transactionsCodec.encode({ transactions: [raw] })
      },
    },
    pool,
  )
  assert.is(await gossip.receive('a', announcing('a', [announcedOf(raw)])), 'ignore')
  assert.is(await gossip.receive('b', announcing('b', [announcedOf(raw)])), 'ignore')
  assert.equal(asked, ['a'], 'one of them at a time')
  failFirst!(Object.assign(new Error('no answer in time'), { code: 'deadline' }))
  await until('here', () => pool.pendingCount === 1)
  assert.equal([asked, charged], [['a', 'b'], ['a undelivered']])
  await until('announced', () => published.length === 1)
  assert.ok(equal(published[0]!, announcing('us', [announcedOf(raw)])))
  await gossip.receive('a', announcing('a', [announcedOf(raw)]))
  assert.is(asked.length, 2, 'known now')
  assert.equal(transactionsCodec.decode(gossip.answer(hashesCodec.encode({ hashes: [keccak256(raw)] }))), {
    transactions: [raw],
  })
  gossip.close()
})

test('transaction gossip: what is not what was announced, or is announced for another, costs the peer', async () => {
  const raw = withData(0n, 5_000)
  const broken = withData(1n, 6_000).slice(0, -1)
  const answers: Record<string, readonly Uint8Array[]> = { other: [raw], short: [raw], broken: [broken], mute: [] }
  const charged: string[] = []
  const pool = openPool()
  const gossip = gossipOf(
    {
      peers: () => Object.keys(answers),
      charge: (peer, offence) => charged.push(`${peer} ${offence}`),
      askTransactions: async (peer) => transactionsCodec.encode({ transactions: answers[peer]! }),
    },
    pool,
  )
  await gossip.receive('other', announcing('other', [{ hash: keccak256(utf8('another')), bytes: raw.length }]))
  await gossip.receive('short', announcing('short', [{ ...announcedOf(raw), bytes: raw.length + 1 }]))
  await gossip.receive('broken', announcing('broken', [announcedOf(broken)]))
  await gossip.receive('mute', announcing('mute', [{ hash: keccak256(utf8('none')), bytes: 5_000 }]))
  assert.is(await gossip.receive('mute', announcing('other', [announcedOf(raw)])), 'reject')
  await until('all charged', () => charged.length === 4)
  assert.equal(charged.sort(), ['broken rejected gossip', 'mute undelivered', 'other malformed', 'short malformed'])
  assert.is(pool.pendingCount, 0)
  gossip.close()
})

interface Member {
  readonly network: TestNetwork
  readonly pool: Pool
  readonly gossip: TransactionGossip
}

async function openMember(seed: number, bootstrap: readonly string[]): Promise<Member> {
  const pool = openPool()
  const network: TestNetwork = await openTestNetwork(
    seed,
    { bootstrap, transactionsOf: (request) => gossip.answer(request) },
    { gossip: (_, peer, bytes) => gossip.receive(peer, bytes) },
  )
  const gossip: TransactionGossip = gossipOf(network, pool)
  return { network, pool, gossip }
}

test('transaction gossip: over libp2p 100 KiB reach every pool of four, beside a liar who announces what it has not', async () => {
  const first = await openMember(1, [])
  const bootstrap = first.network.addresses()
  const members = [
    first,
    await openMember(2, bootstrap),
    await openMember(3, bootstrap),
    await openMember(4, bootstrap),
  ]
  const liar = await openTestNetwork(5, { bootstrap })
  const networks = [...members.map(({ network }) => network), liar]
  await until('all connected', () => networks.every((network) => network.peers().length === 4))
  const raw = withData(0n, 100 * 1024)
  const lie = (i: number) => announcing(liar.self, [announcedOf(raw), { hash: keccak256(utf8(`${i}`)), bytes: 9_000 }])
  let lies = 0
  const points = () => members.map(({ network }) => network.infos().find(({ peer }) => peer === liar.self)?.points ?? 0)
  await until('each has asked the liar in vain', () => {
    liar.publish('transaction', lie(lies++))
    return points().every((sum) => sum > 0)
  })
  assert.not(isRefusal(first.pool.add(raw, 'local')))
  first.gossip.publish(raw)
  await until('in all pools', () => members.every(({ pool }) => pool.get(keccak256(raw)) !== undefined))
  await until('the liar is banned', () => {
    liar.publish('transaction', lie(lies++))
    return members.some(({ network }) => network.status().bans.some(({ peer }) => peer === liar.self))
  })
  const bans = members.flatMap(({ network }) => network.status().bans)
  assert.ok(
    bans.every(({ peer }) => peer === liar.self),
    bans.map(({ reason }) => reason).join(),
  )
  assert.ok(toHex(members[3]!.pool.get(keccak256(raw))!.bytes) === toHex(raw))
  for (const { gossip } of members) gossip.close()
  await Promise.all(networks.map((network) => network.close()))
})

test.run()
