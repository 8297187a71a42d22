/** Evidence as bytes: one encoding for each forbidden pair, none for a legal one, and no byte string breaks the decoder. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, toHex, uintToBytes } from '../../primitives/bytes.ts'
import {
  accusedSigners,
  accusedStatements,
  decodeEvidence,
  EVIDENCE_BYTES_MAX,
  type Evidence,
  encodeEvidence,
  type SignedBallot,
} from '../../primitives/evidence.ts'
import { encodeSigners } from '../../primitives/signers.ts'
import { decodeSet, encodeSet, SET_BYTES_MAX, VALIDATORS_MAX, type Validator } from '../../primitives/validatorSet.ts'

const [idA, idB] = [new Uint8Array(32).fill(0xa), new Uint8Array(32).fill(0xb)]
const [sigA, sigB] = [new Uint8Array(96).fill(1), new Uint8Array(96).fill(2)]
const proposal = (id: Uint8Array, signature = sigA): SignedBallot => ({ kind: 'proposal', id, signature })
const notarize = (id: Uint8Array, signature = sigA): SignedBallot => ({ kind: 'notarize', id, signature })
const finalize = (id: Uint8Array, signature = sigA): SignedBallot => ({ kind: 'finalize', id, signature })
const skip: SignedBallot = { kind: 'skip', signature: sigB }
const signers = encodeSigners([1, 4, 99], VALIDATORS_MAX)

const votes = (...pair: [SignedBallot, SignedBallot]): Evidence => ({
  ...{ kind: 'statements', epoch: 7, signer: 3 },
  ...{ view: 258, pair },
})
const certificates: Evidence = {
  ...{ kind: 'certificates', epoch: 7, view: 258 },
  pair: [
    { kind: 'finalize', id: idA, signers, signature: sigA },
    { kind: 'finalize', id: idB, signers: encodeSigners([4, 99, 98], VALIDATORS_MAX), signature: sigB },
  ],
}
const attestations: Evidence = {
  ...{ kind: 'attestations', epoch: 7, signer: 3, jobId: new Uint8Array(32).fill(5) },
  pair: [
    { root: idA, signature: sigA },
    { root: idB, signature: sigB },
  ],
}
const FORBIDDEN = [
  votes(proposal(idA), proposal(idB)),
  votes(notarize(idA), notarize(idB)),
  votes(finalize(idA), finalize(idB)),
  votes(skip, finalize(idA)),
]
const ALL = [...FORBIDDEN, certificates, attestations]

test('evidence: every forbidden pair has one encoding, whichever side is named first', () => {
  for (const evidence of ALL) {
    const bytes = encodeEvidence(evidence)
    assert.equal(decodeEvidence(bytes), evidence)
    const turned = { ...evidence, pair: [...evidence.pair].reverse() } as unknown as Evidence
    assert.equal(encodeEvidence(turned), bytes)
    assert.ok(bytes.length <= EVIDENCE_BYTES_MAX)
  }
  assert.is(encodeEvidence(certificates).length, EVIDENCE_BYTES_MAX)
})

test('evidence: the bytes are as documented', () => {
  const number = (n: number, bytes: number) => toHex(uintToBytes(n, bytes)).slice(2)
  const [a, b] = ['0a'.repeat(32), '0b'.repeat(32)]
  const [one, two] = ['01'.repeat(96), '02'.repeat(96)]
  const head = `${number(7, 8)}${number(3, 2)}${number(258, 8)}`
  assert.is(toHex(encodeEvidence(FORBIDDEN[3]!)), `0x01${head}02${two}03${a}${one}`)
  assert.is(toHex(encodeEvidence(FORBIDDEN[0]!)), `0x01${head}04${a}${one}04${b}${one}`)
  const job = `${number(7, 8)}${number(3, 2)}${'05'.repeat(32)}`
  assert.is(toHex(encodeEvidence(attestations)), `0x03${job}${a}${one}${b}${two}`)
})

test('evidence: legal pairs and equal sides are none, in any order', () => {
  const legal = [
    votes(notarize(idA), skip),
    votes(skip, notarize(idA)),
    votes(notarize(idA), finalize(idA)),
    votes(notarize(idA), finalize(idB)),
    votes(proposal(idA), notarize(idB)),
    votes(proposal(idA), finalize(idB)),
    votes(proposal(idA), skip),
    votes(skip, skip),
    votes(notarize(idA), notarize(idA, sigB)),
    { ...attestations, pair: [attestations.pair[0], attestations.pair[0]] } as Evidence,
  ]
  for (const evidence of legal) assert.throws(() => encodeEvidence(evidence), /expected (a forbidden pair|two roots)/)
})

test('evidence: turned sides, other lengths, unknown forms and numbers out of range are refused', () => {
  const refused = (bytes: Uint8Array, words: RegExp) => {
    const read = decodeEvidence(bytes)
    assert.is(read.kind, 'invalid')
    assert.match((read as { expected: string }).expected, words)
  }
  const bytes = encodeEvidence(FORBIDDEN[1]!)
  const [head, first, second] = [bytes.slice(0, 19), bytes.slice(19, 148), bytes.slice(148)]
  refused(concat(head, second, first), /forbidden pair in order/)
  refused(bytes.slice(0, -1), /277 bytes/)
  refused(concat(bytes, Uint8Array.of(0)), /277 bytes/)
  refused(new Uint8Array(0), /form 1, 2 or 3/)
  refused(new Uint8Array(EVIDENCE_BYTES_MAX + 1), /at most 303 bytes/)
  const changed = (at: number, ...values: number[]) =>
    concat(bytes.slice(0, at), Uint8Array.from(values), bytes.slice(at + values.length))
  refused(changed(0, 4), /form 1, 2 or 3/)
  refused(changed(1, 0, 1), /48-bit epoch/)
  refused(changed(9, 0, 100), /a signer below 100/)
  refused(changed(11, 1), /48-bit view/)
  refused(changed(19, 0), /a kind from 1 to 4/)
  const [a, b] = certificates.pair as unknown as [object, object]
  const bitmaps = (signers: Uint8Array) => ({ ...certificates, pair: [{ ...a, signers }, b] }) as unknown as Evidence
  assert.throws(() => encodeEvidence(bitmaps(new Uint8Array(0))), /bitmaps of 1/)
  assert.throws(() => encodeEvidence(bitmaps(new Uint8Array(14))), /at most 303 bytes/)
})

test('evidence: whatever the bytes, the decoder refuses or gives what encodes to them', () => {
  const mutated = fc
    .tuple(fc.constantFrom(...ALL.map(encodeEvidence)), fc.array(fc.tuple(fc.nat(EVIDENCE_BYTES_MAX), fc.nat(255))))
    .map(([bytes, changes]) => {
      const copy = bytes.slice()
      for (const [at, value] of changes) copy[at % copy.length] = value
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: EVIDENCE_BYTES_MAX + 9 })), (bytes) => {
      const read = decodeEvidence(bytes)
      if (read.kind !== 'invalid') assert.equal(encodeEvidence(read), bytes)
    }),
    { numRuns: 2_000 },
  )
})

test('evidence: says which statements are accused, and whom of a set', () => {
  const epochHash = new Uint8Array(32).fill(9)
  assert.equal(accusedStatements(FORBIDDEN[3]!, epochHash), [
    { kind: 'skip', epochHash, view: 258 },
    { kind: 'finalize', epochHash, view: 258, id: idA },
  ])
  assert.equal(accusedStatements(attestations, epochHash)[1], {
    ...{ kind: 'attribution', epochHash },
    ...{ jobId: new Uint8Array(32).fill(5), root: idB },
  })
  assert.equal(accusedSigners(FORBIDDEN[0]!, 4), [[3], [3]])
  assert.is(accusedSigners(FORBIDDEN[0]!, 3), undefined)
  assert.equal(accusedSigners(certificates, VALIDATORS_MAX), [
    [1, 4, 99],
    [4, 98, 99],
  ])
  assert.is(accusedSigners(certificates, VALIDATORS_MAX - 1), undefined)
})

const member = (n: number, power = 1n): Validator => ({
  ...{ operator: uintToBytes(n, 20), blsKey: new Uint8Array(48).fill(n) },
  ...{ p2pKey: new Uint8Array(32).fill(n), power },
})

test('set opening: decodes to the set; other orders, sizes and powers are none', () => {
  const set = Array.from({ length: VALIDATORS_MAX }, (_, n) => member(n + 1, (1n << 64n) - 1n))
  assert.equal(decodeSet(encodeSet(set)), set)
  assert.is(encodeSet(set).length, SET_BYTES_MAX)
  for (const other of [[], [member(2), member(1)], [member(1), member(1)], [member(1, 0n)], [...set, member(200)]])
    assert.is(decodeSet(encodeSet(other)), undefined)
  const bytes = encodeSet([member(1), member(2)])
  for (const other of [bytes.slice(1), bytes.slice(0, -1), concat(bytes, bytes), new Uint8Array(1)])
    assert.is(decodeSet(other), undefined)
})

test.run()
