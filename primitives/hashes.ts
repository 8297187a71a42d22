/** The two hash functions of the chain. Faster twins are passed in by `node/` where speed matters (runtime.md §11). */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'

/** A 32-byte hash function. */
export type Hasher = (data: Uint8Array) => Uint8Array

export const keccak256: Hasher = (data) => keccak_256(data)
export const sha256: Hasher = (data) => nobleSha256(data)
