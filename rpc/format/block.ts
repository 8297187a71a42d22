/** Headers and blocks → JSON, as the Ethereum execution APIs shape them. */
import { toHex } from '../../primitives/bytes.ts'
import type { Block, BlockHeader, Transaction } from '../chainTypes.ts'
import type { Json } from '../json.ts'
import { hex, quantity } from './quantity.ts'
import { formatTransaction } from './transaction.ts'

export function formatHeader(header: BlockHeader): { readonly [name: string]: Json } {
  return {
    number: quantity(header.number),
    hash: hex(header.hash),
    parentHash: hex(header.parentHash),
    nonce: toHex(header.nonce),
    mixHash: hex(header.mixHash),
    sha3Uncles: hex(header.ommersHash),
    logsBloom: hex(header.bloom),
    transactionsRoot: hex(header.transactionsRoot),
    stateRoot: hex(header.stateRoot),
    receiptsRoot: hex(header.receiptsRoot),
    miner: hex(header.coinbase),
    difficulty: quantity(header.difficulty),
    extraData: hex(header.extraData),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestampS),
    baseFeePerGas: quantity(header.baseFeeWei),
    withdrawalsRoot: hex(header.withdrawalsRoot),
    blobGasUsed: quantity(header.blobGasUsed),
    excessBlobGas: quantity(header.excessBlobGas),
    parentBeaconBlockRoot: hex(header.parentBeaconBlockRoot),
  }
}

export function formatBlock(block: Block, isFull: boolean): { readonly [name: string]: Json } {
  const { header, transactions } = block
  return {
    ...formatHeader(header),
    size: quantity(block.bytes),
    uncles: [],
    transactions: transactions.map((transaction, index) =>
      isFull ? formatTransaction(transaction, { header, index }) : hex(transaction.hash),
    ),
    withdrawals: [],
  }
}

/** The block to come: what is known of it, `null` where only building it would tell. */
export function formatPendingBlock(
  parent: BlockHeader,
  baseFeeWei: bigint,
  transactions: readonly Transaction[],
  isFull: boolean,
): Json {
  return {
    ...formatHeader({ ...parent, number: parent.number + 1, parentHash: parent.hash, baseFeeWei }),
    hash: null,
    nonce: null,
    mixHash: null,
    miner: null,
    logsBloom: null,
    transactionsRoot: null,
    stateRoot: null,
    receiptsRoot: null,
    gasUsed: '0x0',
    size: '0x0',
    uncles: [],
    transactions: transactions.map((one) => (isFull ? formatTransaction(one, null) : hex(one.hash))),
    withdrawals: [],
  }
}
