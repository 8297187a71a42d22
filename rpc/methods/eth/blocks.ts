/** eth_ methods that read blocks: by height, tag or hash, their transactions and receipts. */
import type { Backend } from '../../backend.ts'
import type { Block } from '../../chainTypes.ts'
import { formatBlock, formatHeader, formatPendingBlock } from '../../format/block.ts'
import { quantity } from '../../format/quantity.ts'
import { formatReceipts } from '../../format/receipt.ts'
import { formatTransaction } from '../../format/transaction.ts'
import type { Json } from '../../json.ts'
import { type BlockParam, block, blockNumber, findHeight, isPending } from '../../params/blockParam.ts'
import { param, withDefault } from '../../params/param.ts'
import { bool, count, hash } from '../../params/shapes.ts'
import { type MethodTable, method } from '../method.ts'

/** Transactions that a pending block shows at most: what one block can hold (runtime.md §15). */
const PENDING_TRANSACTIONS_MAX = 4_096

const byHash = (blockHash: Uint8Array): BlockParam => ({ kind: 'hash', hash: blockHash })

async function findBlock(backend: Backend, wanted: BlockParam): Promise<Block | undefined> {
  const height = await findHeight(backend, wanted)
  return height === undefined ? undefined : backend.chain.block(height)
}

async function getBlock(backend: Backend, wanted: BlockParam, isFull: boolean): Promise<Json> {
  if (isPending(wanted)) {
    const head = backend.chain.head()
    const transactions = backend.pool.executable(PENDING_TRANSACTIONS_MAX)
    return formatPendingBlock(head, backend.chain.nextBaseFeeWei(head), transactions, isFull)
  }
  const found = await findBlock(backend, wanted)
  return found === undefined ? null : formatBlock(found, isFull)
}

async function transactionCount(backend: Backend, wanted: BlockParam): Promise<Json> {
  if (isPending(wanted)) return quantity(backend.pool.executable(PENDING_TRANSACTIONS_MAX).length)
  const found = await findBlock(backend, wanted)
  return found === undefined ? null : quantity(found.transactions.length)
}

async function transactionAt(backend: Backend, wanted: BlockParam, index: number): Promise<Json> {
  if (isPending(wanted)) {
    const pending = backend.pool.executable(index + 1)[index]
    return pending === undefined ? null : formatTransaction(pending, null)
  }
  const found = await findBlock(backend, wanted)
  const transaction = found?.transactions[index]
  return found === undefined || transaction === undefined
    ? null
    : formatTransaction(transaction, { header: found.header, index })
}

async function uncleCount(backend: Backend, wanted: BlockParam): Promise<Json> {
  return (await findHeight(backend, wanted)) === undefined ? null : '0x0'
}

async function header(backend: Backend, wanted: BlockParam): Promise<Json> {
  const height = await findHeight(backend, wanted)
  const found = height === undefined ? undefined : await backend.chain.header(height)
  return found === undefined ? null : formatHeader(found)
}

async function blockReceipts(backend: Backend, wanted: BlockParam): Promise<Json> {
  const found = await findBlock(backend, wanted)
  if (found === undefined) return null
  const receipts = await backend.chain.receipts(found.header.number)
  return receipts === undefined ? null : formatReceipts(found, receipts)
}

const index = count(0xffff_ffff)

export const blockMethods: MethodTable = {
  eth_getBlockByNumber: method(
    [param('block', blockNumber), withDefault('hydratedTransactions', bool, false)],
    ({ backend }, wanted, isFull) => getBlock(backend, wanted, isFull),
  ),
  eth_getBlockByHash: method(
    [param('hash', hash), withDefault('hydratedTransactions', bool, false)],
    ({ backend }, blockHash, isFull) => getBlock(backend, byHash(blockHash), isFull),
  ),
  eth_getHeaderByNumber: method([param('block', blockNumber)], ({ backend }, wanted) => header(backend, wanted)),
  eth_getHeaderByHash: method([param('hash', hash)], ({ backend }, blockHash) => header(backend, byHash(blockHash))),
  eth_getBlockTransactionCountByNumber: method([param('block', blockNumber)], ({ backend }, wanted) =>
    transactionCount(backend, wanted),
  ),
  eth_getBlockTransactionCountByHash: method([param('hash', hash)], ({ backend }, blockHash) =>
    transactionCount(backend, byHash(blockHash)),
  ),
  eth_getTransactionByBlockNumberAndIndex: method(
    [param('block', blockNumber), param('transactionIndex', index)],
    ({ backend }, wanted, at) => transactionAt(backend, wanted, at),
  ),
  eth_getTransactionByBlockHashAndIndex: method(
    [param('hash', hash), param('transactionIndex', index)],
    ({ backend }, blockHash, at) => transactionAt(backend, byHash(blockHash), at),
  ),
  eth_getUncleCountByBlockNumber: method([param('block', blockNumber)], ({ backend }, wanted) =>
    uncleCount(backend, wanted),
  ),
  eth_getUncleCountByBlockHash: method([param('hash', hash)], ({ backend }, blockHash) =>
    uncleCount(backend, byHash(blockHash)),
  ),
  eth_getBlockReceipts: method([param('block', block)], ({ backend }, wanted) => blockReceipts(backend, wanted)),
}
