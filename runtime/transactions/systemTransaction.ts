/**
 * System transactions: `0x7e ‖ rlp([sourceHash, from, to, mint, value, gas, isSystemTx, data])`, the OP Stack's deposit
 * form (runtime.md §5). Unsigned: every node checks for itself why they stand in the block.
 */
import { RLP } from '@ethereumjs/rlp'
import { bytesToUint, concat } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { decodeRlp, uintItem } from '../block/rlp.ts'
import { type Refusal, refuse } from '../refusal.ts'

export const SYSTEM_TYPE = 0x7e

export interface SystemFields {
  /** 32 bytes; makes the transaction's hash unique. */
  readonly sourceHash: Uint8Array
  readonly from: Uint8Array
  readonly to: Uint8Array
  readonly mintWei: bigint
  readonly valueWei: bigint
  readonly gas: bigint
  /** True where no L1 user is the sender. */
  readonly isSystemTx: boolean
  readonly data: Uint8Array
}

export interface SystemTransaction extends SystemFields {
  readonly kind: 'system'
  readonly type: typeof SYSTEM_TYPE
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
}

export function encodeSystemTransaction(fields: SystemFields): Uint8Array {
  const items = [
    fields.sourceHash,
    fields.from,
    fields.to,
    uintItem(fields.mintWei),
    uintItem(fields.valueWei),
    uintItem(fields.gas),
    uintItem(fields.isSystemTx ? 1n : 0n),
    fields.data,
  ]
  return concat(Uint8Array.of(SYSTEM_TYPE), RLP.encode(items))
}

export function createSystemTransaction(keccak: Hasher, fields: SystemFields): SystemTransaction {
  const bytes = encodeSystemTransaction(fields)
  return { ...fields, kind: 'system', type: SYSTEM_TYPE, bytes, hash: keccak(bytes) }
}

/** Bytes of each item; integers are bounds, fixed lengths are exact. */
const LENGTHS = [
  { name: 'sourceHash', exact: 32 },
  { name: 'from', exact: 20 },
  { name: 'to', exact: 20 },
  { name: 'mint', max: 32 },
  { name: 'value', max: 32 },
  { name: 'gas', max: 8 },
  { name: 'isSystemTx', max: 1 },
  { name: 'data' },
] as const

type EightBytes = [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]

/** Strict. Code: `SystemTransactionMalformed`. */
export function decodeSystemTransaction(
  keccak: Hasher,
  bytes: Uint8Array,
): SystemTransaction | Refusal<'SystemTransactionMalformed'> {
  const malformed = (expected: string, got: unknown) => refuse('SystemTransactionMalformed', expected, got)
  if (bytes[0] !== SYSTEM_TYPE) return malformed('type 0x7e', bytes.subarray(0, 1))
  const items = decodeRlp(bytes.subarray(1))
  if (!Array.isArray(items) || items.length !== LENGTHS.length) return malformed('a list of 8 items', bytes)
  for (const [i, rule] of LENGTHS.entries()) {
    const item: unknown = items[i]
    if (!(item instanceof Uint8Array)) return malformed(`${rule.name}: bytes`, 'a list')
    if ('exact' in rule && item.length !== rule.exact) return malformed(`${rule.name}: ${rule.exact} bytes`, item)
    if ('max' in rule && (item.length > rule.max || item[0] === 0))
      return malformed(`${rule.name}: an integer of at most ${rule.max} bytes`, item)
  }
  const [sourceHash, from, to, mint, value, gas, isSystemTx, data] = items as EightBytes
  const flag = bytesToUint(isSystemTx)
  if (flag > 1n) return malformed('isSystemTx: 0 or 1', flag)
  return {
    kind: 'system',
    type: SYSTEM_TYPE,
    bytes,
    hash: keccak(bytes),
    sourceHash: sourceHash.slice(),
    from: from.slice(),
    to: to.slice(),
    mintWei: bytesToUint(mint),
    valueWei: bytesToUint(value),
    gas: bytesToUint(gas),
    isSystemTx: flag === 1n,
    data: data.slice(),
  }
}
