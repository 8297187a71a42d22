/**
 * Picks the fastest cryptography that this machine loads and that answers like noble (runtime.md §11): native libraries
 * where they load, noble otherwise. All of them are held to noble in test/node/crypto.test.ts.
 */
import { createKeccak } from 'hash-wasm'
import { type Bls, nobleBls } from '../primitives/bls.ts'
import { concat } from '../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../primitives/hashes.ts'
import { nobleRecover, type RecoverKey, type RuntimeCrypto } from '../runtime/crypto.ts'

export interface ProbedCrypto extends RuntimeCrypto {
  /** What was picked, for the log line at start. */
  readonly names: { readonly keccak: string; readonly recover: string; readonly bls: string }
}

/** Loads and measures; some 10 ms. */
export async function probeCrypto(): Promise<ProbedCrypto> {
  const wasm = await wasmKeccak()
  const isWasm = millisOf(wasm) < millisOf(keccak256)
  const recover = await nativeRecover()
  const bls = await blstBls()
  return {
    keccak: isWasm ? wasm : keccak256,
    recover: recover ?? nobleRecover,
    bls: bls ?? nobleBls,
    names: {
      keccak: isWasm ? 'hash-wasm' : 'noble',
      recover: recover === undefined ? 'noble' : 'secp256k1',
      bls: bls === undefined ? 'noble' : 'blst',
    },
  }
}

/** The two sizes that chains hash most: an address or slot, and a full branch node. */
const PROBE_BYTES = [32, 532]
/** One is three times as fast as the other: more rounds tell nothing more, and every thread of a node probes. */
const PROBE_ROUNDS = 20

function millisOf(hash: Hasher): number {
  const inputs = PROBE_BYTES.map((length) => new Uint8Array(length).fill(1))
  const run = () => {
    const startMs = performance.now()
    for (let round = 0; round < PROBE_ROUNDS; round++) for (const input of inputs) hash(input)
    return performance.now() - startMs
  }
  run() // the first pass compiles
  return run()
}

export async function wasmKeccak(): Promise<Hasher> {
  const hasher = await createKeccak(256)
  return (data) => hasher.init().update(data).digest('binary')
}

interface Secp256k1 {
  ecdsaRecover(signature: Uint8Array, parity: number, hash: Uint8Array, isCompressed: false): Uint8Array
}

/** libsecp256k1 through the `secp256k1` package's prebuilt addon; `undefined` where it does not load. */
export async function nativeRecover(): Promise<RecoverKey | undefined> {
  let library: Secp256k1
  try {
    // The package's main entry would fall back to slow JavaScript without a word.
    const path = 'secp256k1/bindings.js'
    library = ((await import(path)) as { default: Secp256k1 }).default
  } catch {
    return undefined
  }
  return (hash, parity, r, s) => {
    try {
      return library.ecdsaRecover(concat(r, s), parity, hash, false).slice(1)
    } catch {
      return undefined
    }
  }
}

/** Keys that were decoded and found valid: a certificate of a hundred signers would check them all again. Some epochs' sets. */
const VALID_KEYS_MAX = 512

/** blst; `undefined` where it does not load. */
export async function blstBls(): Promise<Bls | undefined> {
  let blst: typeof import('@chainsafe/blst')
  try {
    blst = await import('@chainsafe/blst')
  } catch {
    return undefined
  }
  const { SecretKey, PublicKey, Signature, aggregateSignatures, fastAggregateVerify } = blst
  const valid = new Map<string, InstanceType<typeof PublicKey>>()
  const validKey = (key: Uint8Array) => {
    const name = Buffer.from(key).toString('latin1')
    const found = valid.get(name)
    if (found !== undefined) return found
    const point = PublicKey.fromBytes(compressed(key, 48), true)
    if (valid.size >= VALID_KEYS_MAX) valid.clear()
    valid.set(name, point)
    return point
  }
  return {
    publicKey: (secret) => SecretKey.fromBytes(secret).toPublicKey().toBytes(),
    sign: (secret, hash) => SecretKey.fromBytes(secret).sign(hash).toBytes(),
    aggregate: (signatures) =>
      aggregateSignatures(signatures.map((signature) => Signature.fromBytes(signature, true))).toBytes(),
    verify(keys, hash, signature) {
      if (keys.length === 0) return false
      try {
        const points = keys.map(validKey)
        return fastAggregateVerify(hash, points, Signature.fromBytes(compressed(signature, 96), true, true))
      } catch {
        return false
      }
    },
  }
}

/** blst also reads the uncompressed form, which the chain does not know. */
function compressed(point: Uint8Array, bytes: number): Uint8Array {
  if (point.length !== bytes) throw new RangeError(`expected ${bytes} bytes, got ${point.length}`)
  return point
}
