/** A block's receipts as the store keeps them: an RLP list of their consensus encodings. */
import { RLP } from '@ethereumjs/rlp'
import { decodeReceipt, encodeReceipt, type Receipt } from '../../runtime/block/receipt.ts'
import { isRefusal } from '../../runtime/refusal.ts'
import { StoreError } from './storeError.ts'

export function encodeReceipts(receipts: readonly Receipt[]): Uint8Array {
  return RLP.encode(receipts.map(encodeReceipt))
}

/** Throws `StoreError` on bytes that this node did not write. */
export function decodeReceipts(bytes: Uint8Array): Receipt[] {
  const items = RLP.decode(bytes)
  if (!Array.isArray(items)) throw new StoreError('bad-value', 'receipts that are no list')
  return items.map((item) => {
    const receipt = item instanceof Uint8Array ? decodeReceipt(item) : undefined
    if (receipt === undefined || isRefusal(receipt)) throw new StoreError('bad-value', 'a receipt that does not decode')
    return receipt
  })
}
