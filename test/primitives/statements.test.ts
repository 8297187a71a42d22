/** Statements and hashes of consensus.md §2: the documented bytes, separated by domain. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, fromHex, toHex, uintToBytes, utf8 } from '../../primitives/bytes.ts'
import { keccak256, sha256 } from '../../primitives/hashes.ts'
import { contextBytes, type Statement, statementBytes, statementHash } from '../../primitives/statements.ts'
import { candidateId, epochHash, leaderSeed, setHash, type Validator } from '../../primitives/validatorSet.ts'

const chain = { chainId: 77116120n, genesisHash: new Uint8Array(32).fill(0x11) }
const epoch = new Uint8Array(32).fill(0x22)
const id = new Uint8Array(32).fill(0x33)
const CONTEXT = `000000000498b2d8${'11'.repeat(32)}`

const statements: readonly [Statement, string][] = [
  [
    { kind: 'proposal', epochHash: epoch, view: 1, id },
    `50524f50${CONTEXT}${'22'.repeat(32)}0000000000000001${'33'.repeat(32)}`,
  ],
  [
    { kind: 'notarize', epochHash: epoch, view: 258, id },
    `4e4f5452${CONTEXT}${'22'.repeat(32)}0000000000000102${'33'.repeat(32)}`,
  ],
  [
    { kind: 'finalize', epochHash: epoch, view: 2 ** 47, id },
    `46494e4c${CONTEXT}${'22'.repeat(32)}0000800000000000${'33'.repeat(32)}`,
  ],
  [{ kind: 'skip', epochHash: epoch, view: 3 }, `534b4950${CONTEXT}${'22'.repeat(32)}0000000000000003`],
  [
    {
      kind: 'possession',
      blsKey: new Uint8Array(48).fill(4),
      p2pKey: new Uint8Array(32).fill(5),
      operator: new Uint8Array(20).fill(6),
    },
    `504f504b${CONTEXT}${'04'.repeat(48)}${'05'.repeat(32)}${'06'.repeat(20)}`,
  ],
  [
    { kind: 'attribution', epochHash: epoch, jobId: new Uint8Array(32).fill(7), root: new Uint8Array(32).fill(8) },
    `41545452${CONTEXT}${'22'.repeat(32)}${'07'.repeat(32)}${'08'.repeat(32)}`,
  ],
]

for (const [statement, bytes] of statements)
  test(`statement: ${statement.kind} is its documented bytes, hashed`, () => {
    assert.is(toHex(statementBytes(chain, statement)), `0x${bytes}`)
    assert.is(toHex(statementHash(chain, statement)), toHex(keccak256(fromHex(`0x${bytes}`))))
  })

test('statement: no two kinds, chains, epochs, views or ids sign the same hash', () => {
  const other = { chainId: 77116121n, genesisHash: chain.genesisHash }
  const forked = { chainId: chain.chainId, genesisHash: id }
  const hashes = [
    ...statements.map(([statement]) => statementHash(chain, statement)),
    ...statements.map(([statement]) => statementHash(other, statement)),
    ...statements.map(([statement]) => statementHash(forked, statement)),
    statementHash(chain, { kind: 'notarize', epochHash: epoch, view: 1, id }),
    statementHash(chain, { kind: 'finalize', epochHash: epoch, view: 1, id }),
    statementHash(chain, { kind: 'notarize', epochHash: id, view: 1, id: epoch }),
  ]
  assert.is(new Set(hashes.map(toHex)).size, hashes.length)
})

test('statement: a view that does not fit is a bug, not a signature', () => {
  assert.throws(() => statementBytes(chain, { kind: 'skip', epochHash: epoch, view: -1 }), /non-negative/)
  assert.throws(() => statementBytes(chain, { kind: 'skip', epochHash: epoch, view: 1.5 }))
  assert.throws(() => contextBytes('SKIP', { chainId: 2n ** 64n, genesisHash: id }), /does not fit/)
})

test('hashes: keccak-256 and sha-256 of known texts', () => {
  assert.is(toHex(keccak256(new Uint8Array(0))), '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
  assert.is(toHex(sha256(utf8('abc'))), '0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

const validator = (n: number, power: bigint): Validator => ({
  operator: new Uint8Array(20).fill(n),
  blsKey: new Uint8Array(48).fill(n),
  p2pKey: new Uint8Array(32).fill(n),
  power,
})

test('epoch: set, seed, epoch hash and candidate id are the documented joins', () => {
  const set = [validator(1, 50n), validator(2, 30n)]
  const members = set.map((v) => concat(v.operator, v.blsKey, v.p2pKey, uintToBytes(v.power, 8)))
  const hashed = setHash(chain, set)
  const context = (tag: string) => concat(utf8(tag), fromHex(`0x${CONTEXT}`))
  assert.is(toHex(hashed), toHex(keccak256(concat(context('VSET'), uintToBytes(2, 2), ...members))))
  assert.is(toHex(leaderSeed(chain, 9, hashed)), toHex(keccak256(concat(context('LEAD'), uintToBytes(9, 8), hashed))))
  const table = Uint8Array.of(0, 1, 0)
  const joined = concat(context('EPOC'), uintToBytes(9, 8), id, hashed, keccak256(table))
  assert.is(toHex(epochHash(chain, 9, id, hashed, table)), toHex(keccak256(joined)))
  const candidate = { view: 5, parentView: 3, parentId: id, blockHash: hashed }
  const parts = concat(context('CAND'), epoch, uintToBytes(5, 8), uintToBytes(3, 8), id, hashed)
  assert.is(toHex(candidateId(chain, epoch, candidate)), toHex(keccak256(parts)))
})

test('epoch: any change of a set changes its hash', () => {
  const set = [validator(1, 50n), validator(2, 30n)]
  fc.assert(
    fc.property(
      fc.nat(1),
      fc.constantFrom('operator' as const, 'blsKey' as const, 'p2pKey' as const),
      fc.nat(19),
      (member, field, at) => {
        const changed = set.map((v, i) =>
          i === member ? { ...v, [field]: v[field].map((b, k) => (k === at ? b ^ 1 : b)) } : v,
        )
        return toHex(setHash(chain, changed)) !== toHex(setHash(chain, set))
      },
    ),
  )
  assert.is.not(toHex(setHash(chain, [...set].reverse())), toHex(setHash(chain, set)))
  assert.is.not(toHex(setHash(chain, [validator(1, 51n), validator(2, 30n)])), toHex(setHash(chain, set)))
})

test.run()
