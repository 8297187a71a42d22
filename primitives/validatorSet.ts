/** Validator sets, epochs, candidates: their hashes (consensus.md §2) and the quorum arithmetic (§3). */
import { bytesToUint, compare, concat, uintToBytes } from './bytes.ts'
import { keccak256 } from './hashes.ts'
import { type ChainContext, contextBytes } from './statements.ts'

/** Consensus.md §9: certificate bitmaps, gossip fan-out and set-up costs are sized for this. */
export const VALIDATORS_MAX = 100

export interface Validator {
  /** 20 bytes; sets are ordered by it. */
  readonly operator: Uint8Array
  /** BLS12-381 G1 public key, 48 bytes. */
  readonly blsKey: Uint8Array
  /** Ed25519 key of the peer id, 32 bytes. */
  readonly p2pKey: Uint8Array
  /** Whole staked tokens, at least 1; the sum of a set is below 2^64. */
  readonly power: bigint
}
export type ValidatorSet = readonly Validator[]

/** All that a block needs to know of the epoch it stands in. */
export interface Epoch {
  readonly number: number
  /** Hash of the previous epoch's last block; genesis for epoch 0. */
  readonly rootBlockHash: Uint8Array
  readonly validators: ValidatorSet
  readonly setHash: Uint8Array
  readonly epochHash: Uint8Array
}

export function totalPower(set: ValidatorSet): bigint {
  return set.reduce((sum, validator) => sum + validator.power, 0n)
}

/** q = ⌊2W/3⌋ + 1. */
export function quorumPower(total: bigint): bigint {
  return (2n * total) / 3n + 1n
}

const MEMBER_BYTES = 20 + 48 + 32 + 8
/** The opening of a setHash. */
export const SET_BYTES_MAX = 2 + VALIDATORS_MAX * MEMBER_BYTES

/** n[2] ‖ n × (operator[20] ‖ blsKey[48] ‖ p2pKey[32] ‖ power[8]): what opens a setHash. */
export function encodeSet(set: ValidatorSet): Uint8Array {
  const members = set.map((v) => concat(v.operator, v.blsKey, v.p2pKey, uintToBytes(v.power, 8)))
  return concat(uintToBytes(set.length, 2), ...members)
}

/** `undefined` unless the bytes are those of a set: 1 … 100 members in strict order of operators, each of some power. */
export function decodeSet(bytes: Uint8Array): ValidatorSet | undefined {
  const count = Number(bytesToUint(bytes.subarray(0, 2)))
  if (count === 0 || count > VALIDATORS_MAX || bytes.length !== 2 + count * MEMBER_BYTES) return undefined
  const set = Array.from({ length: count }, (_, i) => readMember(bytes.subarray(2 + i * MEMBER_BYTES)))
  const isOrdered = set.every((v, i) => i === 0 || compare(set[i - 1]!.operator, v.operator) < 0)
  return isOrdered && set.every(({ power }) => power > 0n) ? set : undefined
}

const readMember = (bytes: Uint8Array): Validator => ({
  operator: bytes.slice(0, 20),
  blsKey: bytes.slice(20, 68),
  p2pKey: bytes.slice(68, 100),
  power: bytesToUint(bytes.subarray(100, MEMBER_BYTES)),
})

/** What a setHash is the keccak256 of; `opening` are the bytes of `encodeSet`. */
export function setPreimage(chain: ChainContext, opening: Uint8Array): Uint8Array {
  return concat(contextBytes('VSET', chain), opening)
}

export function setHash(chain: ChainContext, set: ValidatorSet): Uint8Array {
  return keccak256(setPreimage(chain, encodeSet(set)))
}

/** Seed of an epoch's leader table. */
export function leaderSeed(chain: ChainContext, epoch: number, set: Uint8Array): Uint8Array {
  return keccak256(concat(contextBytes('LEAD', chain), uintToBytes(epoch, 8), set))
}

export function epochHash(
  chain: ChainContext,
  epoch: number,
  rootBlockHash: Uint8Array,
  set: Uint8Array,
  leaderTable: Uint8Array,
): Uint8Array {
  return keccak256(
    concat(contextBytes('EPOC', chain), uintToBytes(epoch, 8), rootBlockHash, set, keccak256(leaderTable)),
  )
}

export interface Candidate {
  readonly view: number
  readonly parentView: number
  readonly parentId: Uint8Array
  readonly blockHash: Uint8Array
}

export function candidateId(chain: ChainContext, epoch: Uint8Array, candidate: Candidate): Uint8Array {
  const { view, parentView, parentId, blockHash } = candidate
  return keccak256(
    concat(contextBytes('CAND', chain), epoch, uintToBytes(view, 8), uintToBytes(parentView, 8), parentId, blockHash),
  )
}
