/** Executed blocks into the store's shape, and stored ones back into that of agreement. */
import assert from 'node:assert/strict'
import { concat } from '../../primitives/bytes.ts'
import { decodeCandidate, decodeCertificate, encodeCandidate, encodeCertificate } from '../../primitives/certificate.ts'
import { encodeBody } from '../../runtime/block/block.ts'
import { encodeHeader } from '../../runtime/block/header.ts'
import type { ExecutedBlock } from '../../runtime/execution/openBlock.ts'
import type { FinalizedCandidate } from '../agreement/ports.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import type { FinalizedBlock } from '../storage/chainStore.ts'
import { encodeReceipts } from '../storage/receiptList.ts'
import { contentNamedBy } from './namedContent.ts'

export function finalizedBlock(
  { header, hash, transactions, receipts, changes }: ExecutedBlock,
  { candidate, finalization }: FinalizedCandidate,
): FinalizedBlock {
  const logs = receipts.flatMap((receipt) => receipt.logs)
  return {
    height: header.number,
    hash,
    header: encodeHeader(header),
    body: encodeBody(transactions),
    receipts: encodeReceipts(receipts),
    transactionHashes: transactions.map((transaction) => transaction.hash),
    logs,
    certificate: { candidate: encodeCandidate(candidate), finalization: encodeCertificate(finalization) },
    changes,
    content: contentNamedBy(logs),
  }
}

/** After a rewind the store holds blocks above its head too. */
export function readFinalized(store: ChainReader, height: number): FinalizedCandidate | undefined {
  const header = store.header(height)
  const body = store.body(height)
  const record = store.certificate(height)
  if (header === undefined || body === undefined || record === undefined) return undefined
  const candidate = decodeCandidate(record.candidate)
  const finalization = decodeCertificate(record.finalization)
  assert(!('code' in candidate) && !('code' in finalization), `the certificate of block ${height} decodes`)
  return { candidate, finalization, bytes: concat(header, body) }
}
