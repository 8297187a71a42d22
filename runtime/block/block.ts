/** A block's bytes: header ‖ body, the body an RLP list of transactions as Ethereum writes it (EIP-2718). */
import { RLP } from '@ethereumjs/rlp'
import { concat, equal } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import type { ChainRules } from '../chainRules.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { headerBytes, writeHeader } from '../state/rlpItem.ts'
import { decodeSystemTransaction, SYSTEM_TYPE, type SystemTransaction } from '../transactions/systemTransaction.ts'
import { decodeUserTransaction, type UserTransaction } from '../transactions/userTransaction.ts'
import { decodeHeader, encodeHeader, type Header, hashHeader } from './header.ts'
import { orderedRoot } from './orderedRoot.ts'
import { decodeRlp, type RlpTree, splitRlp } from './rlp.ts'

export type Transaction = UserTransaction | SystemTransaction

export interface Block {
  readonly hash: Uint8Array
  readonly header: Header
  readonly transactions: readonly Transaction[]
}

/** Bounds what a block costs before its first gas is spent (runtime.md §15). */
export const TRANSACTIONS_MAX = 4096
/** A header of twenty fields is at most 603 bytes; this leaves room for its list header. */
export const HEADER_BYTES_MAX = 640

/** Transactions that were decoded before, as in the pool: spares decoding and sender recovery. */
export type KnownTransactions = (hash: Uint8Array) => UserTransaction | undefined

/** Legacy transactions are lists inside the body, all others byte strings. */
function bodyItem(transaction: Transaction): Uint8Array {
  return transaction.type === 0 ? transaction.bytes : RLP.encode(transaction.bytes)
}

/** Bytes that a transaction adds to a body. */
export function bodyItemBytes(transaction: Transaction): number {
  return bodyItem(transaction).length
}

/** The list's own header in a body of at most 16 MiB. */
export const BODY_HEADER_BYTES_MAX = 4

export function encodeBody(transactions: readonly Transaction[]): Uint8Array {
  const payload = concat(...transactions.map(bodyItem))
  const out = new Uint8Array(headerBytes(payload.length) + payload.length)
  out.set(payload, writeHeader(out, 0, 0xc0, payload.length))
  return out
}

export function encodeBlock(block: Pick<Block, 'header' | 'transactions'>): Uint8Array {
  return concat(encodeHeader(block.header), encodeBody(block.transactions))
}

export function transactionsRoot(keccak: Hasher, transactions: readonly Transaction[]): Uint8Array {
  return orderedRoot(
    keccak,
    transactions.map((transaction) => transaction.bytes),
  )
}

/** Block bytes → block, or the first rule that they break (runtime.md §5, 1, 2 and 6). */
export function decodeBlock(rules: ChainRules, bytes: Uint8Array, known?: KnownTransactions): Block | Refusal {
  const header = decodeBlockHeader(rules, bytes)
  if (isRefusal(header)) return header
  const transactions = decodeBody(rules, splitRlp(bytes)!.rest, known)
  if (isRefusal(transactions)) return transactions
  return { hash: hashHeader(rules.keccak, header), header, transactions }
}

/**
 * Hash of a block's header, if its body is the one that the header names and in the only form that it can have;
 * transactions are not decoded. Undefined: whoever forwards these bytes has changed them, or should have refused them.
 */
export function hashOfWhole(rules: ChainRules, bytes: Uint8Array): Uint8Array | undefined {
  const header = decodeBlockHeader(rules, bytes)
  if (isRefusal(header)) return undefined
  const items = bodyItems(rules, splitRlp(bytes)!.rest)
  if (isRefusal(items)) return undefined
  const leaves = items.map(bytesOfItem)
  if (!leaves.every((leaf) => leaf instanceof Uint8Array)) return undefined
  return equal(orderedRoot(rules.keccak, leaves), header.transactionsRoot)
    ? hashHeader(rules.keccak, header)
    : undefined
}

/** Block bytes → header; the body is not looked at. */
export function decodeBlockHeader(rules: ChainRules, bytes: Uint8Array): Header | Refusal {
  const bytesMax = HEADER_BYTES_MAX + rules.params.bodyBytesMax
  if (bytes.length > bytesMax) return refuse('BlockTooLong', `at most ${bytesMax} bytes`, bytes.length)
  const parts = splitRlp(bytes)
  return parts === undefined ? refuse('BlockMalformed', 'header and body in RLP', bytes) : decodeHeader(parts.first)
}

/** Body bytes → transactions; strict. */
export function decodeBody(rules: ChainRules, bytes: Uint8Array, known?: KnownTransactions): Transaction[] | Refusal {
  const items = bodyItems(rules, bytes)
  if (isRefusal(items)) return items
  const transactions: Transaction[] = []
  for (const [i, item] of items.entries()) {
    const transaction = decodeItem(rules, item, known)
    if (isRefusal(transaction)) return { ...transaction, expected: `transaction ${i}: ${transaction.expected}` }
    transactions.push(transaction)
  }
  return transactions
}

function bodyItems(rules: ChainRules, bytes: Uint8Array): RlpTree[] | Refusal {
  const { bodyBytesMax } = rules.params
  if (bytes.length > bodyBytesMax) return refuse('BodyTooLong', `at most ${bodyBytesMax} bytes`, bytes.length)
  const items = decodeRlp(bytes)
  if (!Array.isArray(items)) return refuse('BodyMalformed', 'a canonical RLP list', bytes)
  if (items.length > TRANSACTIONS_MAX) return refuse('BodyTooMany', `at most ${TRANSACTIONS_MAX}`, items.length)
  return items
}

/** A transaction's bytes: each kind of item stands for kinds of its own. */
function bytesOfItem(item: RlpTree): Uint8Array | Refusal {
  if (Array.isArray(item)) return RLP.encode(item)
  if ((item[0] ?? 0xff) >= 0xc0) return refuse('BodyMalformed', 'a legacy transaction as a list', item)
  return item.slice()
}

function decodeItem(rules: ChainRules, item: RlpTree, known: KnownTransactions | undefined): Transaction | Refusal {
  const bytes = bytesOfItem(item)
  if (isRefusal(bytes)) return bytes
  if (bytes[0] === SYSTEM_TYPE) return decodeSystemTransaction(rules.keccak, bytes)
  return known?.(rules.keccak(bytes)) ?? decodeUserTransaction(rules, bytes)
}
