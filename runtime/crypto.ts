/** The cryptography that the runtime is handed: hashing, sender recovery and BLS; noble is the default (runtime.md §11). */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type Bls, nobleBls } from '../primitives/bls.ts'
import { concat } from '../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../primitives/hashes.ts'

/**
 * Public key of an ECDSA signature on secp256k1: 32-byte hash, y parity, 32-byte r and s → 64 bytes (x ‖ y).
 * `undefined` when there is none. High s is not refused here: EIP-2 is a transaction rule.
 */
export type RecoverKey = (hash: Uint8Array, parity: 0 | 1, r: Uint8Array, s: Uint8Array) => Uint8Array | undefined

export interface RuntimeCrypto {
  readonly keccak: Hasher
  readonly recover: RecoverKey
  readonly bls: Bls
}

export const nobleRecover: RecoverKey = (hash, parity, r, s) => {
  try {
    const signature = secp256k1.Signature.fromBytes(concat(Uint8Array.of(parity), r, s), 'recovered')
    return signature.recoverPublicKey(hash).toBytes(false).slice(1)
  } catch {
    return undefined
  }
}

export const nobleCrypto: RuntimeCrypto = { keccak: keccak256, recover: nobleRecover, bls: nobleBls }
