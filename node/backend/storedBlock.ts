/** A finalized block as the chain store keeps it: header, body and receipts as bytes, and back. */
import { RLP } from '@ethereumjs/rlp'
import { type Block, decodeBody, encodeBody } from '../../runtime/block/block.ts'
import { decodeHeader, encodeHeader, type Header } from '../../runtime/block/header.ts'
import { decodeReceipt, encodeReceipt, type Receipt } from '../../runtime/block/receipt.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import type { ExecutedBlock } from '../../runtime/execution/openBlock.ts'
import { isRefusal, type Refusal } from '../../runtime/refusal.ts'
import type { FinalizedBlock } from '../storage/chainStore.ts'
import { StoreError } from '../storage/storeError.ts'

/** Receipts as one RLP list of their encodings. */
export function encodeReceipts(receipts: readonly Receipt[]): Uint8Array {
  return RLP.encode(receipts.map(encodeReceipt))
}

function bad(what: string, refusal: Refusal): StoreError {
  return new StoreError('bad-value', `${what}: expected ${refusal.expected}, got ${refusal.got}`)
}

/** Throws `StoreError` (`bad-value`). */
export function decodeReceipts(bytes: Uint8Array): Receipt[] {
  return (RLP.decode(bytes) as Uint8Array[]).map((item) => {
    const receipt = decodeReceipt(item)
    if (isRefusal(receipt)) throw bad('stored receipt', receipt)
    return receipt
  })
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

/** What `commitBlock` takes of an executed block; the host adds the certificate and the content that it names. */
export function storedBlock(block: Omit<ExecutedBlock, 'layer'>): Omit<FinalizedBlock, 'certificate' | 'content'> {
  return {
    height: block.header.number,
    hash: block.hash,
    header: encodeHeader(block.header),
    body: encodeBody(block.transactions),
    receipts: encodeReceipts(block.receipts),
    transactionHashes: block.transactions.map(({ hash }) => hash),
    logs: block.receipts.flatMap(({ logs }) => logs),
    changes: block.changes,
  }
}
