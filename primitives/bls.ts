/**
 * BLS12-381 min-pk signatures over 32-byte hashes, always with the DST of consensus.md §2. This is the noble
 * implementation: fallback and oracle; `node/` passes in a native twin of the same shape where one loads.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { utf8 } from './bytes.ts'
import { BLS_DST } from './statements.ts'

export interface Bls {
  /** 32-byte secret → 48-byte public key. */
  publicKey(secret: Uint8Array): Uint8Array
  /** → 96-byte signature. */
  sign(secret: Uint8Array, hash: Uint8Array): Uint8Array
  aggregate(signatures: readonly Uint8Array[]): Uint8Array
  /** One message, many keys. Keys and signature are validated (on curve, in subgroup, not infinity); false on any fault. */
  verify(keys: readonly Uint8Array[], hash: Uint8Array, signature: Uint8Array): boolean
}

const scheme = bls12_381.longSignatures
const message = (hash: Uint8Array) => scheme.hash(hash, utf8(BLS_DST))

export const nobleBls: Bls = {
  publicKey: (secret) => scheme.getPublicKey(secret).toBytes(),
  sign: (secret, hash) => scheme.sign(message(hash), secret).toBytes(),
  aggregate: (signatures) => scheme.aggregateSignatures([...signatures]).toBytes(),
  verify(keys, hash, signature) {
    try {
      // noble reads the uncompressed form too, which the chain does not know.
      if (keys.length === 0 || keys.some((key) => key.length !== 48) || signature.length !== 96) return false
      const points = keys.map((key) => bls12_381.G1.Point.fromBytes(key))
      for (const point of points) {
        point.assertValidity()
        if (point.is0()) return false
      }
      const point = bls12_381.G2.Point.fromBytes(signature)
      point.assertValidity()
      if (point.is0()) return false
      return scheme.verify(point, message(hash), scheme.aggregatePublicKeys(points))
    } catch {
      return false
    }
  },
}
