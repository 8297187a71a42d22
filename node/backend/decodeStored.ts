/** Headers and bodies that this node stored, decoded: what does not decode is a damaged store. */
import { type Block, decodeBody } from '../../runtime/block/block.ts'
import { decodeHeader, type Header } from '../../runtime/block/header.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import { isRefusal, type Refusal } from '../../runtime/refusal.ts'
import { StoreError } from '../storage/storeError.ts'

function bad(what: string, refusal: Refusal): StoreError {
  return new StoreError('bad-value', `${what}: expected ${refusal.expected}, got ${refusal.got}`)
}

/** Throws `StoreError` (`bad-value`). */
export function decodeStoredHeader(bytes: Uint8Array): Header {
  const header = decodeHeader(bytes)
  if (isRefusal(header)) throw bad('stored header', header)
  return header
}

/** Transactions of a stored body; throws `StoreError` (`bad-value`). */
export function decodeStoredBody(rules: ChainRules, bytes: Uint8Array): Block['transactions'] {
  const transactions = decodeBody(rules, bytes)
  if (isRefusal(transactions)) throw bad('stored body', transactions)
  return transactions
}
