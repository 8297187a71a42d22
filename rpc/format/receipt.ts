/** Receipts and logs → JSON. */
import type { Block, BlockHeader, PlacedLog, Receipt, Transaction } from '../chainTypes.ts'
import type { Json } from '../json.ts'
import { hex, quantity } from './quantity.ts'
import { effectiveGasPrice } from './transaction.ts'

export function formatLog(log: PlacedLog): Json {
  return {
    address: hex(log.address),
    topics: log.topics.map(hex),
    data: hex(log.data),
    blockNumber: quantity(log.blockNumber),
    blockHash: hex(log.blockHash),
    blockTimestamp: quantity(log.blockTimestampS),
    transactionHash: hex(log.transactionHash),
    transactionIndex: quantity(log.transactionIndex),
    logIndex: quantity(log.logIndex),
    removed: false,
  }
}

/** The logs of one receipt with their places; `firstLogIndex` counts the block's logs before it. */
export function placeLogs(
  header: BlockHeader,
  transactionHash: Uint8Array,
  transactionIndex: number,
  receipt: Receipt,
  firstLogIndex: number,
): PlacedLog[] {
  return receipt.logs.map((log, i) => ({
    ...log,
    blockNumber: header.number,
    blockHash: header.hash,
    blockTimestampS: header.timestampS,
    transactionHash,
    transactionIndex,
    logIndex: firstLogIndex + i,
  }))
}

function formatReceipt(
  header: BlockHeader,
  transaction: Transaction,
  index: number,
  receipt: Receipt,
  firstLogIndex: number,
): Json {
  return {
    type: quantity(receipt.type),
    status: receipt.isSuccess ? '0x1' : '0x0',
    transactionHash: hex(transaction.hash),
    transactionIndex: quantity(index),
    blockHash: hex(header.hash),
    blockNumber: quantity(header.number),
    from: hex(transaction.from),
    to: transaction.to === null ? null : hex(transaction.to),
    contractAddress: receipt.contractAddress === null ? null : hex(receipt.contractAddress),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    gasUsed: quantity(receipt.gasUsed),
    effectiveGasPrice: quantity(effectiveGasPrice(transaction, header.baseFeeWei)),
    logsBloom: hex(receipt.bloom),
    logs: placeLogs(header, transaction.hash, index, receipt, firstLogIndex).map(formatLog),
    ...(receipt.depositNonce !== undefined && {
      depositNonce: quantity(receipt.depositNonce),
      depositReceiptVersion: '0x1',
    }),
  }
}

/** All receipts of a block, in order. */
export function formatReceipts(block: Block, receipts: readonly Receipt[]): readonly Json[] {
  let logs = 0
  return block.transactions.map((transaction, index) => {
    const receipt = receipts[index]!
    const formatted = formatReceipt(block.header, transaction, index, receipt, logs)
    logs += receipt.logs.length
    return formatted
  })
}
