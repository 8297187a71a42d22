/** Receipts: what a transaction did, their bytes (EIP-2718; system transactions add two fields) and log blooms. */
import { RLP } from '@ethereumjs/rlp'
import { bytesToUint, concat } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { EMPTY_BYTES } from '../state/accountRecord.ts'
import { SYSTEM_TYPE } from '../transactions/systemTransaction.ts'
import { decodeRlp, isBytes, isUintItem, uintItem } from './rlp.ts'

export interface Log {
  readonly address: Uint8Array
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

export type TransactionType = 0 | 1 | 2 | 4 | typeof SYSTEM_TYPE

export interface Receipt {
  readonly type: TransactionType
  readonly isSuccess: boolean
  /** Gas of the block up to and including this transaction. */
  readonly cumulativeGasUsed: bigint
  /** 256 bytes. */
  readonly logsBloom: Uint8Array
  readonly logs: readonly Log[]
  /** System transactions: the sender's nonce before. */
  readonly depositNonce?: bigint
}

/** `depositReceiptVersion` of the OP Stack since Canyon. */
const SYSTEM_RECEIPT_VERSION = 1
export const BLOOM_BYTES = 256

/** Sets the three bits of each item: low 11 bits of the first three 16-bit words of its hash. */
function addToBloom(keccak: Hasher, bloom: Uint8Array, item: Uint8Array): void {
  const hash = keccak(item)
  for (let i = 0; i < 6; i += 2) {
    const bit = ((hash[i]! << 8) | hash[i + 1]!) & 2047
    bloom[BLOOM_BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7)
  }
}

export function bloomOf(keccak: Hasher, logs: readonly Log[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES)
  for (const { address, topics } of logs) {
    addToBloom(keccak, bloom, address)
    for (const topic of topics) addToBloom(keccak, bloom, topic)
  }
  return bloom
}

/** May the bloom hold this address or topic? */
export function bloomHas(keccak: Hasher, bloom: Uint8Array, item: Uint8Array): boolean {
  const wanted = new Uint8Array(BLOOM_BYTES)
  addToBloom(keccak, wanted, item)
  return wanted.every((byte, i) => (bloom[i]! & byte) === byte)
}

export function joinBlooms(blooms: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(BLOOM_BYTES)
  for (const bloom of blooms) for (let i = 0; i < BLOOM_BYTES; i++) joined[i]! |= bloom[i]!
  return joined
}

export function encodeReceipt(receipt: Receipt): Uint8Array {
  const logs = receipt.logs.map((log) => [log.address, [...log.topics], log.data])
  const fields: unknown[] = [
    receipt.isSuccess ? Uint8Array.of(1) : EMPTY_BYTES,
    uintItem(receipt.cumulativeGasUsed),
    receipt.logsBloom,
    logs,
  ]
  if (receipt.type === SYSTEM_TYPE) fields.push(uintItem(receipt.depositNonce ?? 0n), uintItem(SYSTEM_RECEIPT_VERSION))
  const payload = RLP.encode(fields as Uint8Array[])
  return receipt.type === 0 ? payload : concat(Uint8Array.of(receipt.type), payload)
}

const TYPES: readonly number[] = [1, 2, 4, SYSTEM_TYPE]

/** Receipt bytes → receipt; strict. Code: `ReceiptMalformed`. */
export function decodeReceipt(bytes: Uint8Array): Receipt | Refusal<'ReceiptMalformed'> {
  const malformed = refuse('ReceiptMalformed', 'a receipt', bytes)
  const type = bytes[0] !== undefined && bytes[0] < 0x80 ? bytes[0] : 0
  if (type !== 0 && !TYPES.includes(type)) return malformed
  const items = decodeRlp(type === 0 ? bytes : bytes.subarray(1))
  if (!Array.isArray(items) || items.length !== (type === SYSTEM_TYPE ? 6 : 4)) return malformed
  const [status, gas, bloom, rawLogs, nonce, version] = items
  if (!isBit(status) || !isUintItem(gas, 8) || !isBytes(bloom, BLOOM_BYTES) || !Array.isArray(rawLogs)) return malformed
  const logs = rawLogs.map(readLog)
  if (logs.includes(undefined)) return malformed
  if (
    type === SYSTEM_TYPE &&
    !(isUintItem(nonce, 8) && isUintItem(version, 1) && version[0] === SYSTEM_RECEIPT_VERSION)
  )
    return malformed
  return {
    type: type as TransactionType,
    isSuccess: status.length === 1,
    cumulativeGasUsed: bytesToUint(gas),
    logsBloom: bloom.slice(),
    logs: logs as Log[],
    ...(type === SYSTEM_TYPE ? { depositNonce: bytesToUint(nonce as Uint8Array) } : {}),
  }
}

const isBit = (item: unknown): item is Uint8Array => isUintItem(item, 1) && (item.length === 0 || item[0] === 1)

function readLog(item: unknown): Log | undefined {
  if (!Array.isArray(item) || item.length !== 3) return undefined
  const [address, topics, data] = item
  if (!isBytes(address, 20) || !Array.isArray(topics) || !(data instanceof Uint8Array)) return undefined
  if (topics.length > 4 || !topics.every((topic) => isBytes(topic, 32))) return undefined
  return { address: address.slice(), topics: topics.map((topic) => topic.slice()), data: data.slice() }
}
