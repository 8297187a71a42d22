/**
 * A `Bls` without curves: a signature is a tag of key and message, aggregates are sums of tags. Enough for agreement,
 * since no simulated node computes another's tag unless it was made to hold its key.
 */
import assert from 'node:assert/strict'
import type { Bls } from '../../../primitives/bls.ts'

const LANES = 8

/** A key's number stands in the first four bytes of both of its halves. */
function keyNumber(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(0)
}

function addTag(sum: Uint32Array, key: number, hash: Uint8Array): void {
  const words = new DataView(hash.buffer, hash.byteOffset, hash.byteLength)
  for (let lane = 0; lane < LANES; lane++) {
    let x = words.getUint32(4 * lane) ^ Math.imul(key + 1 + lane, 0x9e3779b1)
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    sum[lane]! += x ^ (x >>> 15)
  }
}

function toSignature(sum: Uint32Array): Uint8Array {
  const signature = new Uint8Array(96)
  const view = new DataView(signature.buffer)
  for (let lane = 0; lane < LANES; lane++) view.setUint32(4 * lane, sum[lane]!)
  // The rest says that it is one: random bytes are none.
  signature.fill(0xb1, 4 * LANES)
  return signature
}

/** How the keys of a run sign. */
export interface SimulatedKeys {
  readonly bls: Bls
  readonly secretOf: (number: number) => Uint8Array
}

export function secretOf(number: number): Uint8Array {
  const secret = new Uint8Array(32)
  new DataView(secret.buffer).setUint32(0, number)
  return secret
}

export const taggedBls: Bls = {
  publicKey(secret) {
    const key = new Uint8Array(48)
    key.set(secret.subarray(0, 4))
    return key
  },
  sign(secret, hash) {
    const sum = new Uint32Array(LANES)
    addTag(sum, keyNumber(secret), hash)
    return toSignature(sum)
  },
  aggregate(signatures) {
    assert(signatures.length > 0, 'an aggregate of none')
    const sum = new Uint32Array(LANES)
    for (const signature of signatures) {
      const view = new DataView(signature.buffer, signature.byteOffset, signature.byteLength)
      for (let lane = 0; lane < LANES; lane++) sum[lane]! += view.getUint32(4 * lane)
    }
    return toSignature(sum)
  },
  verify(keys, hash, signature) {
    if (keys.length === 0 || signature.length !== 96) return false
    const sum = new Uint32Array(LANES)
    for (const key of keys) addTag(sum, keyNumber(key), hash)
    const expected = toSignature(sum)
    for (let i = 0; i < 96; i++) if (expected[i] !== signature[i]) return false
    return true
  },
}

export const taggedKeys: SimulatedKeys = { bls: taggedBls, secretOf }
