/** BLS signatures: noble and blst agree, and no malformed key or signature verifies. */
import { verify as blstVerify, PublicKey, SecretKey, Signature } from '@chainsafe/blst'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nobleBls } from '../../primitives/bls.ts'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'

const secrets = [1, 2, 3].map((n) => new Uint8Array(32).fill(n))
const keys = secrets.map(nobleBls.publicKey)
const hash = keccak256(utf8('message'))
const signatures = secrets.map((secret) => nobleBls.sign(secret, hash))
const [key, signature] = [keys[0]!, signatures[0]!]

test('bls: keys and signatures are those of blst with the chain’s tag', () => {
  const secret = SecretKey.fromBytes(secrets[0]!)
  assert.is(toHex(secret.toPublicKey().toBytes()), toHex(key))
  assert.is(toHex(secret.sign(hash).toBytes()), toHex(signature))
  assert.ok(blstVerify(hash, PublicKey.fromBytes(key), Signature.fromBytes(signature, true)))
})

test('bls: a signature holds for its key and message only', () => {
  assert.is(nobleBls.verify([key], hash, signature), true)
  assert.is(nobleBls.verify([keys[1]!], hash, signature), false)
  assert.is(nobleBls.verify([key], keccak256(hash), signature), false)
})

test('bls: an aggregate holds for exactly its signers', () => {
  const aggregate = nobleBls.aggregate(signatures)
  assert.is(aggregate.length, 96)
  assert.is(nobleBls.verify(keys, hash, aggregate), true)
  assert.is(nobleBls.verify([...keys].reverse(), hash, aggregate), true)
  assert.is(nobleBls.verify(keys.slice(1), hash, aggregate), false)
  assert.is(nobleBls.verify([...keys, key], hash, aggregate), false)
})

test('bls: no keys, infinity, garbage and wrong lengths never verify', () => {
  const infinityKey = new Uint8Array(48)
  infinityKey[0] = 0xc0
  const infinity = new Uint8Array(96)
  infinity[0] = 0xc0
  const flipped = signature.slice()
  flipped[95]! ^= 1
  const offCurve = key.slice()
  offCurve[47]! ^= 1
  const attempts: [Uint8Array[], Uint8Array][] = [
    [[], signature],
    [[], infinity],
    [[infinityKey], infinity],
    [[key, infinityKey], signature],
    [[key], infinity],
    [[key], flipped],
    [[offCurve], signature],
    [[new Uint8Array(48)], signature],
    [[new Uint8Array(48).fill(255)], signature],
    [[new Uint8Array(0)], signature],
    [[key.slice(1)], signature],
    [[key], signature.slice(1)],
    [[key], new Uint8Array(96)],
    [[key], new Uint8Array(0)],
  ]
  for (const [at, [list, candidate]] of attempts.entries())
    assert.is(nobleBls.verify(list, hash, candidate), false, `attempt ${at}`)
})

// Small x that lie on y² = x³ + 4 are, but for chance, outside the subgroup; blst says which.
test('bls: a point outside the subgroup is no key', () => {
  const outside: Uint8Array[] = []
  for (let x = 1; x < 20; x++) {
    const point = new Uint8Array(48)
    point[0] = 0x80
    point[47] = x
    try {
      PublicKey.fromBytes(point)
    } catch {
      continue
    }
    try {
      PublicKey.fromBytes(point, true)
    } catch {
      outside.push(point)
    }
  }
  assert.ok(outside.length > 3, `${outside.length} points`)
  for (const point of outside) assert.is(nobleBls.verify([point], hash, signature), false)
})

test.run()
