/** Bytes of headers, bodies, transactions and receipts: round trips, the library as oracle, and garbage. */
import { createMPT } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { createAccessList2930Tx, createEOACode7702Tx, createFeeMarket1559Tx, createLegacyTx } from '@ethereumjs/tx'
import { eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { Bloom, encodeReceipt as stockReceipt } from '@ethereumjs/vm'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, fromHex, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { decodeBlock, decodeBody, encodeBlock, encodeBody } from '../../../runtime/block/block.ts'
import { decodeHeader, encodeHeader } from '../../../runtime/block/header.ts'
import { orderedRoot } from '../../../runtime/block/orderedRoot.ts'
import {
  bloomHas,
  bloomOf,
  decodeReceipt,
  encodeReceipt,
  type Log,
  type Receipt,
} from '../../../runtime/block/receipt.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import {
  createSystemTransaction,
  decodeSystemTransaction,
  encodeSystemTransaction,
  type SystemFields,
} from '../../../runtime/transactions/systemTransaction.ts'
import { decodeUserTransaction } from '../../../runtime/transactions/userTransaction.ts'
import { createWorld, decoded, GWEI, OPEN, signed } from '../world.ts'

const world = createWorld()
const { rules, accounts } = world
const [alice, bob] = [accounts[0]!, accounts[1]!]
const common = rules.common
const chainId = rules.params.chainId
const codeOf = (bytes: Uint8Array) => {
  const result = decodeUserTransaction(rules, bytes)
  return isRefusal(result) ? result.code : 'ok'
}

test('orderedRoot: equals @ethereumjs/mpt for lists of many lengths', async () => {
  for (const length of [0, 1, 2, 16, 17, 127, 128, 129, 130, 256, 257, 300]) {
    const items = Array.from({ length }, (_, i) => keccak256(uintToBytes(i, 4)).slice(0, 1 + (i % 32)))
    const trie = await createMPT()
    for (const [i, item] of items.entries()) await trie.put(RLP.encode(i), item)
    assert.is(toHex(orderedRoot(keccak256, items)), toHex(trie.root()), `${length} items`)
  }
})

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const log = fc.record<Log>(
  {
    address: bytes(20),
    topics: fc.array(bytes(32), { maxLength: 4 }),
    data: fc.uint8Array({ maxLength: 80 }),
  },
  { noNullPrototype: true },
)

test('receipt: encodes as the library does, decodes to itself, and its bloom holds its logs', () => {
  fc.assert(
    fc.property(
      fc.array(log, { maxLength: 5 }),
      fc.constantFrom(0 as const, 1 as const, 2 as const, 4 as const),
      fc.boolean(),
      fc.bigInt(1n, 1n << 40n),
      (logs, type, isSuccess, gas) => {
        const logsBloom = bloomOf(keccak256, logs)
        const receipt: Receipt = { type, isSuccess, cumulativeGasUsed: gas, logsBloom, logs }
        const triples = logs.map(({ address, topics, data }) => [address, [...topics], data])
        const stock = { status: isSuccess ? 1 : 0, cumulativeBlockGasUsed: gas, bitvector: logsBloom, logs: triples }
        assert.is(toHex(encodeReceipt(receipt)), toHex(stockReceipt(stock as never, type as never)))
        assert.equal(decodeReceipt(encodeReceipt(receipt)), receipt)
        const theirs = new Bloom()
        for (const { address, topics } of logs) for (const item of [address, ...topics]) theirs.add(item)
        assert.is(toHex(logsBloom), toHex(theirs.bitvector))
        for (const { address } of logs) assert.ok(bloomHas(keccak256, logsBloom, address))
      },
    ),
    { numRuns: 60 },
  )
})

test('receipt: a system transaction adds nonce and version; garbage is refused', () => {
  const receipt: Receipt = {
    type: 0x7e,
    isSuccess: true,
    cumulativeGasUsed: 5n,
    logsBloom: new Uint8Array(256),
    logs: [],
    depositNonce: 9n,
  }
  const encoded = encodeReceipt(receipt)
  assert.equal(decodeReceipt(encoded), receipt)
  const items = RLP.decode(encoded.slice(1)) as Uint8Array[]
  assert.is(items.length, 6)
  assert.equal([...items[5]!], [1])
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => isRefusal(decodeReceipt(garbage))))
  for (let i = 0; i < encoded.length; i++) {
    const cut = decodeReceipt(encoded.slice(0, i))
    assert.ok(isRefusal(cut), `${i} bytes`)
  }
})

const fields: SystemFields = {
  sourceHash: new Uint8Array(32).fill(1),
  from: new Uint8Array(20).fill(2),
  to: new Uint8Array(20).fill(3),
  mintWei: 4n,
  valueWei: 0n,
  gas: 1_000_000n,
  isSystemTx: true,
  data: Uint8Array.of(1, 2, 3),
}

test('system transaction: round trip; hash is of its bytes', () => {
  const made = createSystemTransaction(keccak256, fields)
  const read = decodeSystemTransaction(keccak256, encodeSystemTransaction(fields))
  assert.equal(read, made)
  assert.is(toHex(made.hash), toHex(keccak256(made.bytes)))
})

test('system transaction: each malformed field is refused', () => {
  const items = RLP.decode(encodeSystemTransaction(fields).slice(1)) as Uint8Array[]
  const broken: [number, Uint8Array | Uint8Array[]][] = [
    [0, new Uint8Array(31)],
    [1, new Uint8Array(0)],
    [2, new Uint8Array(21)],
    [3, Uint8Array.of(0, 1)],
    [4, new Uint8Array(33).fill(1)],
    [5, new Uint8Array(9).fill(1)],
    [6, Uint8Array.of(2)],
    [7, [Uint8Array.of(1)]],
  ]
  for (const [i, item] of broken) {
    const changed: (Uint8Array | Uint8Array[])[] = [...items]
    changed[i] = item
    const result = decodeSystemTransaction(keccak256, concat(Uint8Array.of(0x7e), RLP.encode(changed)))
    assert.ok(isRefusal(result), `field ${i}`)
  }
  assert.ok(isRefusal(decodeSystemTransaction(keccak256, concat(encodeSystemTransaction(fields), Uint8Array.of(0)))))
  assert.ok(isRefusal(decodeSystemTransaction(keccak256, new Uint8Array(0))))
})

const to = bob.address
const legacy = (extra: object = {}) =>
  createLegacyTx({ nonce: 0n, gasPrice: GWEI, gasLimit: 21_000n, to, value: 1n, ...extra }, { common }).sign(alice.key)

test('user transaction: each type decodes with sender, hash and fees', () => {
  const authorization = eoaCode7702SignAuthorization([uintToBytes(chainId, 4), bob.address, new Uint8Array(0)], bob.key)
  const typed = { chainId, nonce: 0n, gasLimit: 100_000n, to, value: 1n }
  const all = [
    legacy(),
    createAccessList2930Tx(
      { ...typed, gasPrice: GWEI, accessList: [{ address: toHex(to), storageKeys: [`0x${'01'.repeat(32)}`] }] },
      { common },
    ).sign(alice.key),
    createFeeMarket1559Tx({ ...typed, maxFeePerGas: 2n * GWEI, maxPriorityFeePerGas: GWEI }, { common }).sign(
      alice.key,
    ),
    createEOACode7702Tx(
      { ...typed, maxFeePerGas: 2n * GWEI, maxPriorityFeePerGas: GWEI, authorizationList: [authorization] as never },
      { common },
    ).sign(alice.key),
  ]
  for (const tx of all) {
    const read = decoded(world, tx)
    assert.is(toHex(read.sender), toHex(alice.address))
    assert.is(toHex(read.hash), toHex(tx.hash()))
    assert.is(read.type, tx.type)
    assert.is(read.isReplayProtected, true)
  }
  assert.equal(decoded(world, all[3]!).authorities.map(toHex), [toHex(bob.address)])
})

test('user transaction: each broken rule is named', () => {
  const wire = legacy().serialize()
  assert.is(codeOf(wire), 'ok')
  const items = RLP.decode(wire) as Uint8Array[]
  const changed = (i: number, item: Uint8Array) => RLP.encode(items.map((old, j) => (j === i ? item : old)))
  const flippedS = uintToBytes(
    0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - BigInt(toHex(items[8]!)),
    32,
  )
  const fee1559 = { chainId, nonce: 0n, gasLimit: 21_000n, to, maxFeePerGas: GWEI, maxPriorityFeePerGas: GWEI }
  const swapped = RLP.decode(
    createFeeMarket1559Tx(fee1559, { common }).sign(alice.key).serialize().slice(1),
  ) as Uint8Array[]
  swapped[2] = uintToBytes(2n * GWEI, 4)
  const cases: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(0), 'TransactionMalformed'],
    ['a blob transaction', Uint8Array.of(3, 0xc0), 'TransactionType'],
    ['a system transaction', encodeSystemTransaction(fields), 'TransactionType'],
    ['an unknown type', Uint8Array.of(5, 0xc0), 'TransactionType'],
    ['a legacy type byte', concat(Uint8Array.of(0), wire), 'TransactionType'],
    ['trailing bytes', concat(wire, Uint8Array.of(0)), 'TransactionMalformed'],
    ['too few fields', RLP.encode(items.slice(0, 8)), 'TransactionMalformed'],
    ['a leading zero', changed(0, Uint8Array.of(0)), 'TransactionMalformed'],
    ['a short address', changed(3, new Uint8Array(19)), 'TransactionMalformed'],
    ['a huge gas limit', changed(2, uintToBytes((1n << 24n) + 1n, 4)), 'TransactionGasMax'],
    ['too little gas', legacy({ gasLimit: 20_999n }).serialize(), 'TransactionIntrinsicGas'],
    [
      'calldata below the floor',
      legacy({ gasLimit: 21_000n + 16n * 100n, data: new Uint8Array(100).fill(1) }).serialize(),
      'TransactionIntrinsicGas',
    ],
    [
      'init code over the bound',
      RLP.encode(items.map((old, j) => (j === 3 ? new Uint8Array(0) : j === 5 ? new Uint8Array(49_153) : old))),
      'TransactionInitCode',
    ],
    [
      'another chain',
      createLegacyTx(
        { gasPrice: GWEI, gasLimit: 21_000n, to },
        { common: createWorld({ params: { chainId: 5n } }).rules.common },
      )
        .sign(alice.key)
        .serialize(),
      'TransactionChainId',
    ],
    ['a high s', changed(8, flippedS), 'TransactionSignature'],
    ['a zero r', changed(7, new Uint8Array(0)), 'TransactionSignature'],
    ['a priority fee over the fee', concat(Uint8Array.of(2), RLP.encode(swapped)), 'TransactionFeeOrder'],
  ]
  for (const [what, broken, code] of cases) assert.is(codeOf(broken), code, what)
})

test('user transaction: a signature without a chain id is valid and marked', () => {
  const unsigned = [
    new Uint8Array(0),
    uintToBytes(GWEI, 4),
    uintToBytes(21_000n, 2),
    to,
    new Uint8Array(0),
    new Uint8Array(0),
  ]
  const signature = secp256k1.sign(keccak256(RLP.encode(unsigned)), alice.key, { prehash: false, format: 'recovered' })
  const v = Uint8Array.of(27 + signature[0]!)
  const trim = (bytes: Uint8Array) => (bytes[0] === 0 ? bytes.slice(1) : bytes)
  const wire = RLP.encode([...unsigned, v, trim(signature.slice(1, 33)), trim(signature.slice(33))])
  const read = decodeUserTransaction(rules, wire)
  assert.ok(!isRefusal(read) && !read.isReplayProtected)
  if (!isRefusal(read)) assert.is(toHex(read.sender), toHex(alice.address))
})

test('user transaction: random bytes and random damage never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => typeof codeOf(garbage) === 'string'),
    { numRuns: 300 },
  )
  const wire = signed(world, alice, { nonce: 0n, to, value: 1n, data: fromHex('0x01020304') }).bytes
  fc.assert(
    fc.property(fc.nat(wire.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = wire.slice()
      damaged[at]! ^= flip
      const result = decodeUserTransaction(rules, damaged)
      // Damage either breaks a rule or signs for somebody else.
      assert.ok(isRefusal(result) || toHex(result.sender) !== toHex(alice.address))
    }),
    { numRuns: 150 },
  )
})

test('block: round trip; known transactions are taken over; every cut and trailing byte is refused', async () => {
  const chain = createWorld()
  const [a, b] = chain.accounts
  const first = signed(chain, a!, { nonce: 0n, to: b!.address, value: OPEN })
  const second = decoded(
    chain,
    createLegacyTx(
      { nonce: 1n, gasPrice: 2n * GWEI, gasLimit: 21_000n, to: b!.address },
      { common: chain.rules.common },
    ).sign(a!.key),
  )
  const block = await chain.mine([first, second])
  const wire = encodeBlock(block)
  const read = decodeBlock(chain.rules, wire)
  assert.not(isRefusal(read))
  if (isRefusal(read)) return
  assert.is(toHex(read.hash), toHex(block.hash))
  assert.equal(
    read.transactions.map(({ hash }) => toHex(hash)),
    block.transactions.map(({ hash }) => toHex(hash)),
  )
  const known = decodeBlock(chain.rules, wire, (hash) => (toHex(hash) === toHex(first.hash) ? first : undefined))
  assert.ok(!isRefusal(known) && known.transactions[0] === first)
  for (const length of [0, 1, 100, 600, wire.length - 1])
    assert.ok(isRefusal(decodeBlock(chain.rules, wire.slice(0, length))), `${length} bytes`)
  assert.ok(isRefusal(decodeBlock(chain.rules, concat(wire, Uint8Array.of(0x80)))))
  const tooLong = decodeBlock(chain.rules, new Uint8Array(700_000))
  assert.ok(isRefusal(tooLong) && tooLong.code === 'BlockTooLong')
})

test('body: an empty one is the empty list; long ones keep their length header', () => {
  assert.is(toHex(encodeBody([])), '0xc0')
  const many = Array.from({ length: 40 }, (_, i) => createSystemTransaction(keccak256, { ...fields, gas: BigInt(i) }))
  const encoded = encodeBody(many)
  assert.is(toHex(encoded), toHex(RLP.encode(many.map((transaction) => transaction.bytes))))
  const read = decodeBody(rules, encoded)
  assert.ok(!isRefusal(read) && read.length === 40)
  const asString = decodeBody(rules, RLP.encode([legacy().serialize()]))
  assert.ok(isRefusal(asString) && asString.code === 'BodyMalformed', 'a legacy transaction as a string')
})

test('header: lengths, leading zeros and constants are strict', () => {
  const good = encodeHeader(world.head.header)
  assert.not(isRefusal(decodeHeader(good)))
  const items = RLP.decode(good) as Uint8Array[]
  const code = (i: number, item: Uint8Array) => {
    const read = decodeHeader(RLP.encode(items.map((old, j) => (j === i ? item : old))))
    return isRefusal(read) ? read.code : 'ok'
  }
  for (const i of [0, 2, 3, 4, 5, 6, 12, 13, 19])
    assert.is(code(i, items[i]!.slice(1)), 'HeaderMalformed', `field ${i}`)
  for (const i of [8, 9, 10, 11, 15])
    assert.is(code(i, concat(Uint8Array.of(0), items[i]!)), 'HeaderMalformed', `field ${i}`)
  for (const i of [1, 14, 16])
    assert.is(code(i, new Uint8Array(items[i]!.length).fill(7)), 'HeaderConstant', `field ${i}`)
  for (const i of [7, 17, 18]) assert.is(code(i, Uint8Array.of(1)), 'HeaderConstant', `field ${i}`)
  assert.ok(isRefusal(decodeHeader(RLP.encode(items.slice(0, 19)))))
  assert.ok(isRefusal(decodeHeader(RLP.encode([...items, new Uint8Array(32)]))))
})

test.run()
