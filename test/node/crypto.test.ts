/** Native and WebAssembly cryptography against noble, on honest and hostile inputs. */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { blstBls, nativeRecover, probeCrypto, wasmKeccak } from '../../node/crypto.ts'
import { nobleBls } from '../../primitives/bls.ts'
import { concat, toHex, uintToBytes, utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { nobleRecover } from '../../runtime/crypto.ts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const shown = (value: Uint8Array | undefined) => (value === undefined ? 'none' : toHex(value))

test('probeCrypto: the native libraries load here and are what it picks', async () => {
  const { names } = await probeCrypto()
  assert.is(names.recover, 'secp256k1')
  assert.is(names.bls, 'blst')
  assert.ok(['hash-wasm', 'noble'].includes(names.keccak))
})

test('keccak: hash-wasm gives noble hashes at every length around the block size', async () => {
  const wasm = await wasmKeccak()
  for (let length = 0; length <= 300; length++) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255)
    assert.is(toHex(wasm(data)), toHex(keccak256(data)))
  }
  const first = wasm(Uint8Array.of(1))
  const kept = toHex(first)
  wasm(Uint8Array.of(2))
  assert.is(toHex(first), kept, 'a result must not be overwritten by the next call')
})

test('recover: libsecp256k1 agrees with noble on signatures, high s, zeros, overflows and wrong parity', async () => {
  const native = (await nativeRecover())!
  const scalar = fc.oneof(
    bytes(32),
    fc.constantFrom(0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, (1n << 256n) - 1n).map((value) => uintToBytes(value, 32)),
  )
  const parity = fc.constantFrom(0 as const, 1 as const)
  fc.assert(
    fc.property(bytes(32), parity, scalar, scalar, (hash, y, r, s) => {
      assert.is(shown(native(hash, y, r, s)), shown(nobleRecover(hash, y, r, s)))
    }),
    { numRuns: 250 },
  )
  fc.assert(
    fc.property(bytes(32), bytes(32), fc.boolean(), fc.boolean(), (hash, secret, isHigh, isFlipped) => {
      fc.pre(secp256k1.utils.isValidSecretKey(secret))
      const signed = secp256k1.Signature.fromBytes(
        secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' }),
        'recovered',
      )
      const s = isHigh ? ORDER - signed.s : signed.s
      const y = ((signed.recovery! ^ (isHigh ? 1 : 0) ^ (isFlipped ? 1 : 0)) & 1) as 0 | 1
      const key = native(hash, y, uintToBytes(signed.r, 32), uintToBytes(s, 32))
      assert.is(shown(key), shown(nobleRecover(hash, y, uintToBytes(signed.r, 32), uintToBytes(s, 32))))
      if (!isFlipped) assert.is(shown(key), toHex(secp256k1.getPublicKey(secret, false).slice(1)))
    }),
    { numRuns: 60 },
  )
})

const secretOf = (n: number) => concat(new Uint8Array(28), uintToBytes(n, 4))
const hash = keccak256(Uint8Array.of(1))

test('bls: blst and noble make the same keys, signatures and aggregates, and accept them', async () => {
  const blst = (await blstBls())!
  const secrets = [1, 2, 3].map(secretOf)
  const keys = secrets.map((secret) => nobleBls.publicKey(secret))
  const signatures = secrets.map((secret) => nobleBls.sign(secret, hash))
  secrets.forEach((secret, i) => {
    assert.is(toHex(blst.publicKey(secret)), toHex(keys[i]!))
    assert.is(toHex(blst.sign(secret, hash)), toHex(signatures[i]!))
  })
  const aggregate = nobleBls.aggregate(signatures)
  assert.is(toHex(blst.aggregate(signatures)), toHex(aggregate))
  for (const bls of [blst, nobleBls]) assert.ok(bls.verify(keys, hash, aggregate))
})

/** A point of y² = x³ + 4 outside the subgroup, compressed: nearly every x that has a y gives one. */
function outsideSubgroup(): Uint8Array {
  const { Fp } = bls12_381.fields
  for (let x = 1n; x < 100n; x++) {
    const square = Fp.add(Fp.pow(x, 3n), 4n)
    if (Fp.pow(square, (Fp.ORDER - 1n) / 2n) !== 1n) continue
    const y = Fp.sqrt(square)
    if (bls12_381.G1.Point.fromAffine({ x, y }).isTorsionFree()) continue
    return concat(Uint8Array.of(0x80 | (y > Fp.ORDER / 2n ? 0x20 : 0)), uintToBytes(x, 47))
  }
  throw new Error('no such x')
}

test('bls: blst and noble refuse the same hostile keys and signatures', async () => {
  const blst = (await blstBls())!
  const [key, other] = [nobleBls.publicKey(secretOf(5)), nobleBls.publicKey(secretOf(6))]
  const signature = nobleBls.sign(secretOf(5), hash)
  const infinityKey = concat(Uint8Array.of(0xc0), new Uint8Array(47))
  const infinitySignature = concat(Uint8Array.of(0xc0), new Uint8Array(95))
  const flipped = signature.slice()
  flipped[95]! ^= 1
  const signFlipped = signature.slice()
  signFlipped[0]! ^= 0x20
  const uncompressed = bls12_381.G1.Point.fromHex(toHex(key).slice(2)).toBytes(false)
  const cases: readonly [string, readonly Uint8Array[], Uint8Array, Uint8Array][] = [
    ['no key', [], hash, signature],
    ['another key', [other], hash, signature],
    ['a key too many', [key, other], hash, signature],
    ['another message', [key], keccak256(hash), signature],
    ['a flipped bit', [key], hash, flipped],
    ['the negated signature', [key], hash, signFlipped],
    ['an infinite key', [infinityKey], hash, signature],
    ['an infinite key beside a good one', [key, infinityKey], hash, signature],
    ['an infinite signature', [key], hash, infinitySignature],
    ['both infinite', [infinityKey], hash, infinitySignature],
    ['a key outside the subgroup', [outsideSubgroup()], hash, signature],
    ['an uncompressed key', [uncompressed], hash, signature],
    ['a short key', [key.slice(0, 47)], hash, signature],
    ['a short signature', [key], hash, signature.slice(0, 95)],
    ['an empty signature', [key], hash, new Uint8Array(0)],
    ['random bytes', [new Uint8Array(48).fill(0xab)], hash, new Uint8Array(96).fill(0xcd)],
  ]
  for (const [what, keys, message, bytes] of cases) {
    assert.is(blst.verify(keys, message, bytes), false, `blst: ${what}`)
    assert.is(nobleBls.verify(keys, message, bytes), false, `noble: ${what}`)
  }
})

test('bls: blst answers alike for a key that is new, kept, and pushed out by six hundred others', async () => {
  const bls = (await blstBls())!
  const secretOf = (number: number) =>
    Uint8Array.from({ length: 32 }, (_, at) => (at < 30 ? 1 : at === 30 ? number >> 8 : number))
  const hash = keccak256(utf8('kept'))
  const key = bls.publicKey(secretOf(1))
  const signature = bls.sign(secretOf(1), hash)
  const answers = () => [bls.verify([key], hash, signature), bls.verify([key], keccak256(hash), signature)]
  assert.equal(
    [answers(), answers()],
    [
      [true, false],
      [true, false],
    ],
  )
  const others = Array.from({ length: 600 }, (_, i) => bls.publicKey(secretOf(i + 2)))
  assert.is(bls.verify(others, hash, signature), false)
  assert.equal(answers(), [true, false])
})

test.run()
