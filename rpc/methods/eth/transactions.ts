/** eth_ methods that read transactions and receipts by hash. */
import type { Backend } from '../../backend.ts'
import { hex } from '../../format/quantity.ts'
import { formatReceipts } from '../../format/receipt.ts'
import { formatTransaction } from '../../format/transaction.ts'
import type { Json } from '../../json.ts'
import { param } from '../../params/param.ts'
import { hash } from '../../params/shapes.ts'
import { type MethodTable, method } from '../method.ts'

async function transactionByHash(backend: Backend, wanted: Uint8Array): Promise<Json> {
  const place = await backend.chain.placeOf(wanted)
  if (place === undefined) {
    const pending = backend.pool.get(wanted)
    return pending === undefined ? null : formatTransaction(pending, null)
  }
  const block = (await backend.chain.block(place.height))!
  return formatTransaction(block.transactions[place.index]!, { header: block.header, index: place.index })
}

export async function receiptByHash(backend: Backend, wanted: Uint8Array): Promise<Json> {
  const place = await backend.chain.placeOf(wanted)
  if (place === undefined) return null
  const block = (await backend.chain.block(place.height))!
  const receipts = (await backend.chain.receipts(place.height))!
  return formatReceipts(block, receipts)[place.index]!
}

async function rawTransaction(backend: Backend, wanted: Uint8Array): Promise<Json> {
  const place = await backend.chain.placeOf(wanted)
  if (place === undefined) {
    const pending = backend.pool.get(wanted)
    return pending === undefined ? null : hex(pending.raw)
  }
  const block = (await backend.chain.block(place.height))!
  return hex(block.transactions[place.index]!.raw)
}

export const transactionMethods: MethodTable = {
  eth_getTransactionByHash: method([param('hash', hash)], ({ backend }, wanted) => transactionByHash(backend, wanted)),
  eth_getTransactionReceipt: method([param('hash', hash)], ({ backend }, wanted) => receiptByHash(backend, wanted)),
  eth_getRawTransactionByHash: method([param('hash', hash)], ({ backend }, wanted) => rawTransaction(backend, wanted)),
}
