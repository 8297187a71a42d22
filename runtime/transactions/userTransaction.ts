/**
 * Signed transactions of types 0, 1, 2 and 4: decoding and every check that needs no state (runtime.md §5.6). What comes
 * out is canonical, signed for this chain, within the gas bounds, and knows its sender.
 */

import { RLP } from '@ethereumjs/rlp'
import {
  create1559FeeMarketTxFromBytesArray,
  createAccessList2930TxFromBytesArray,
  createEOACode7702TxFromBytesArray,
  createLegacyTxFromBytesArray,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { Address } from '@ethereumjs/util'
import { bytesToUint, concat, uintToBytes } from '../../primitives/bytes.ts'
import { decodeRlp, type RlpTree } from '../block/rlp.ts'
import type { ChainRules } from '../chainRules.ts'
import { type Refusal, refuse } from '../refusal.ts'

export type UserType = 0 | 1 | 2 | 4

export interface UserTransaction {
  readonly kind: 'user'
  readonly type: UserType
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
  readonly sender: Uint8Array
  readonly nonce: bigint
  readonly gasLimit: bigint
  /** For types 0 and 1 both fees are the gas price. */
  readonly maxFeeWei: bigint
  readonly maxPriorityFeeWei: bigint
  readonly valueWei: bigint
  /** `undefined` creates a contract. */
  readonly to: Uint8Array | undefined
  readonly data: Uint8Array
  /** False for legacy transactions signed without a chain id (before EIP-155). */
  readonly isReplayProtected: boolean
  /** Authorities named by a type 4 transaction; signatures that give none are left out. */
  readonly authorities: readonly Uint8Array[]
  /** The library's object, which `runTx` executes. */
  readonly inner: TypedTransaction
}

export type TransactionFault =
  | 'TransactionMalformed'
  | 'TransactionType'
  | 'TransactionChainId'
  | 'TransactionGasMax'
  | 'TransactionInitCode'
  | 'TransactionFeeOrder'
  | 'TransactionIntrinsicGas'
  | 'TransactionSignature'

/** EIP-7825. */
export const TRANSACTION_GAS_MAX = 1n << 24n
/** EIP-3860. */
export const INIT_CODE_BYTES_MAX = 49_152
/** EIP-2: half the order of secp256k1. */
const S_MAX = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** Positions of fields in each type's list. */
interface Shape {
  readonly count: number
  readonly chainId: number
  readonly tip: number
  readonly fee: number
  readonly gas: number
  readonly to: number
  readonly data: number
  build(values: never, options: object): TypedTransaction
}
const SHAPES: Readonly<Record<UserType, Shape>> = {
  0: { count: 9, chainId: -1, tip: 1, fee: 1, gas: 2, to: 3, data: 5, build: createLegacyTxFromBytesArray },
  1: { count: 11, chainId: 0, tip: 2, fee: 2, gas: 3, to: 4, data: 6, build: createAccessList2930TxFromBytesArray },
  2: { count: 12, chainId: 0, tip: 2, fee: 3, gas: 4, to: 5, data: 7, build: create1559FeeMarketTxFromBytesArray },
  4: { count: 13, chainId: 0, tip: 2, fee: 3, gas: 4, to: 5, data: 7, build: createEOACode7702TxFromBytesArray },
}

type Decoded = UserTransaction | Refusal<TransactionFault>

/**
 * Network bytes → transaction, or the first rule that it breaks. Keeps `bytes`: hand over a copy if they may change.
 * `sender`: who was recovered from these bytes before, which costs most of it.
 */
export function decodeUserTransaction(rules: ChainRules, bytes: Uint8Array, sender?: Uint8Array): Decoded {
  const first = bytes[0] ?? 0xff
  const type = first >= 0xc0 ? 0 : first
  if (type !== 0 && type !== 1 && type !== 2 && type !== 4)
    return refuse('TransactionType', 'type 0, 1, 2 or 4', bytes.subarray(0, 1))
  if (first === 0) return refuse('TransactionType', 'a legacy transaction without a type byte', first)
  const items = decodeRlp(type === 0 ? bytes : bytes.subarray(1))
  if (!Array.isArray(items)) return refuse('TransactionMalformed', 'a canonical RLP list', bytes)
  const shape = SHAPES[type]
  if (items.length !== shape.count) return refuse('TransactionMalformed', `${shape.count} fields`, items.length)
  return fieldFault(rules, type, items) ?? buildTransaction(rules, type, items, bytes, sender)
}

/** Rules that have a wording of their own for wallets; the library checks the rest. */
function fieldFault(
  rules: ChainRules,
  type: UserType,
  items: readonly RlpTree[],
): Refusal<TransactionFault> | undefined {
  const { chainId, tip, fee, gas, to, data } = SHAPES[type]
  const bytes = (i: number): Uint8Array | undefined => (items[i] instanceof Uint8Array ? items[i] : undefined)
  const uint = (i: number): bigint | undefined => {
    const item = bytes(i)
    return item === undefined || item.length > 32 ? undefined : bytesToUint(item)
  }
  const [tipWei, feeWei, gasLimit, target, input] = [uint(tip), uint(fee), uint(gas), bytes(to), bytes(data)]
  if (tipWei === undefined || feeWei === undefined || gasLimit === undefined || !target || !input)
    return refuse('TransactionMalformed', 'fees, gas, to and data as bytes', 'a list or an over-long integer')
  if (chainId >= 0 && uint(chainId) !== rules.params.chainId)
    return refuse('TransactionChainId', rules.params.chainId, uint(chainId) ?? 'a list')
  const signedFor = type === 0 ? legacyChainId(uint(V_OF_LEGACY)) : undefined
  if (signedFor !== undefined && signedFor !== rules.params.chainId)
    return refuse('TransactionChainId', rules.params.chainId, signedFor)
  if (type === 4 && target.length === 0) return refuse('TransactionMalformed', 'to: 20 bytes', target)
  if (gasLimit > TRANSACTION_GAS_MAX) return refuse('TransactionGasMax', `at most ${TRANSACTION_GAS_MAX} gas`, gasLimit)
  if (target.length === 0 && input.length > INIT_CODE_BYTES_MAX)
    return refuse('TransactionInitCode', `at most ${INIT_CODE_BYTES_MAX} bytes`, input.length)
  if (tipWei > feeWei) return refuse('TransactionFeeOrder', `priority fee at most ${feeWei}`, tipWei)
  return undefined
}

const V_OF_LEGACY = 6

/** EIP-155: v = 35 + 2 · chainId + parity; `undefined` for a signature without chain id, or a malformed one. */
function legacyChainId(v: bigint | undefined): bigint | undefined {
  return v === undefined || v < 35n ? undefined : (v - 35n) / 2n
}

function buildTransaction(
  rules: ChainRules,
  type: UserType,
  items: readonly RlpTree[],
  bytes: Uint8Array,
  knownSender: Uint8Array | undefined,
): Decoded {
  let inner: TypedTransaction
  try {
    inner = SHAPES[type].build(items as never, { common: rules.common, freeze: false })
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : String(fault)
    return refuse('TransactionMalformed', 'a transaction that the chain rules accept', message)
  }
  const needed = inner.getMinimumGasLimit()
  if (inner.gasLimit < needed) return refuse('TransactionIntrinsicGas', `at least ${needed} gas`, inner.gasLimit)
  const sender = knownSender ?? recoverSender(rules, inner)
  if (sender === undefined) return refuse('TransactionSignature', 'a signature with low s that gives a key', 'none')
  const hash = rules.keccak(bytes)
  bindSender(inner, sender, hash)
  return describe(rules, type, inner, bytes, hash, sender)
}

function recoverSender(rules: ChainRules, inner: TypedTransaction): Uint8Array | undefined {
  const { v, r, s } = inner
  if (v === undefined || r === undefined || s === undefined || s > S_MAX) return undefined
  const parity = inner.type !== 0 ? v : v <= 28n ? v - 27n : (v - 35n) & 1n
  return addressOf(rules, inner.getMessageToVerifySignature(), parity, r, s)
}

function addressOf(rules: ChainRules, hash: Uint8Array, parity: bigint, r: bigint, s: bigint): Uint8Array | undefined {
  if (parity !== 0n && parity !== 1n) return undefined
  const key = rules.crypto.recover(hash, Number(parity) as 0 | 1, uintToBytes(r, 32), uintToBytes(s, 32))
  return key === undefined ? undefined : rules.keccak(key).slice(12)
}

/** The library recovers and hashes a sender at each question; here it is told once, then frozen as it expects. */
function bindSender(inner: TypedTransaction, sender: Uint8Array, hash: Uint8Array): void {
  const address = new Address(sender)
  Object.assign(inner, { getSenderAddress: () => address })
  inner.cache.hash = hash
  Object.freeze(inner)
}

function describe(
  rules: ChainRules,
  type: UserType,
  inner: TypedTransaction,
  bytes: Uint8Array,
  hash: Uint8Array,
  sender: Uint8Array,
): UserTransaction {
  const isPriced = 'gasPrice' in inner
  return {
    kind: 'user',
    type,
    bytes,
    hash,
    sender,
    nonce: inner.nonce,
    gasLimit: inner.gasLimit,
    maxFeeWei: isPriced ? inner.gasPrice : inner.maxFeePerGas,
    maxPriorityFeeWei: isPriced ? inner.gasPrice : inner.maxPriorityFeePerGas,
    valueWei: inner.value,
    to: inner.to?.bytes,
    data: inner.data,
    isReplayProtected: type !== 0 || inner.v! > 28n,
    authorities: 'authorizationList' in inner ? authoritiesOf(rules, inner.authorizationList) : [],
    inner,
  }
}

/** EIP-7702: the authority signs keccak256(0x05 ‖ rlp([chainId, address, nonce])). */
const AUTHORITY_MAGIC = Uint8Array.of(0x05)

function authoritiesOf(rules: ChainRules, list: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  return list.flatMap(([chainId, address, nonce, parity, r, s]) => {
    const message = concat(AUTHORITY_MAGIC, RLP.encode([chainId!, address!, nonce!]))
    const order = bytesToUint(s!)
    if (order > S_MAX) return []
    return addressOf(rules, rules.keccak(message), bytesToUint(parity!), bytesToUint(r!), order) ?? []
  })
}

/** What a unit of gas pays beyond the base fee, wei; `undefined` when it cannot pay the base fee. */
export function effectiveTipWei(transaction: UserTransaction, baseFeeWei: bigint): bigint | undefined {
  const roomWei = transaction.maxFeeWei - baseFeeWei
  if (roomWei < 0n) return undefined
  if (roomWei < transaction.maxPriorityFeeWei) return roomWei
  return transaction.maxPriorityFeeWei
}

/** What a unit of gas costs in a block of this base fee, wei. */
export function effectiveGasPriceWei(transaction: UserTransaction, baseFeeWei: bigint): bigint {
  return baseFeeWei + (effectiveTipWei(transaction, baseFeeWei) ?? 0n)
}

/** The most that inclusion can cost the sender, wei. */
export function maxCostWei(transaction: UserTransaction): bigint {
  return transaction.gasLimit * transaction.maxFeeWei + transaction.valueWei
}
