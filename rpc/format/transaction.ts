/** Transactions → JSON, type by type; system transactions carry the OP fields (rpc.md, "Behaviour"). */
import type {
  AccessListItem,
  Authorization,
  BlockHeader,
  SignedTransaction,
  SystemTransaction,
  Transaction,
} from '../chainTypes.ts'
import type { Json } from '../json.ts'
import { hex, quantity } from './quantity.ts'

/** Where it stands; `null` while it is pending. */
export interface Place {
  readonly header: BlockHeader
  readonly index: number
}

/** `Math.min` for bigints. */
export function lesser(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}

/** Wei per gas that it pays in a block of this base fee (EIP-1559). */
export function effectiveGasPrice(transaction: Transaction, baseFeeWei: bigint): bigint {
  switch (transaction.type) {
    case 0x7e:
      return 0n
    case 0:
    case 1:
      return transaction.gasPriceWei
    case 2:
    case 4: {
      return lesser(baseFeeWei + transaction.maxTipWei, transaction.maxFeeWei)
    }
  }
}

export const formatAccessList = (items: readonly AccessListItem[]): Json =>
  items.map((item) => ({ address: hex(item.address), storageKeys: item.storageKeys.map(hex) }))

const formatAuthorization = (one: Authorization): Json => ({
  chainId: quantity(one.chainId),
  address: hex(one.address),
  nonce: quantity(one.nonce),
  yParity: quantity(one.yParity),
  r: quantity(one.r),
  s: quantity(one.s),
})

const placeFields = (place: Place | null) => ({
  blockHash: place === null ? null : hex(place.header.hash),
  blockNumber: place === null ? null : quantity(place.header.number),
  transactionIndex: place === null ? null : quantity(place.index),
  blockTimestamp: place === null ? null : quantity(place.header.timestampS),
})

const commonFields = (transaction: Transaction) => ({
  type: quantity(transaction.type),
  hash: hex(transaction.hash),
  from: hex(transaction.from),
  to: transaction.to === null ? null : hex(transaction.to),
  nonce: quantity(transaction.nonce),
  gas: quantity(transaction.gasLimit),
  value: quantity(transaction.valueWei),
  input: hex(transaction.data),
})

function feeFields(transaction: SignedTransaction, place: Place | null): { readonly [name: string]: Json } {
  switch (transaction.type) {
    case 0:
      return {
        gasPrice: quantity(transaction.gasPriceWei),
        ...(transaction.chainId !== undefined && { chainId: quantity(transaction.chainId) }),
      }
    case 1:
      return {
        chainId: quantity(transaction.chainId),
        gasPrice: quantity(transaction.gasPriceWei),
        accessList: formatAccessList(transaction.accessList),
        yParity: quantity(transaction.v),
      }
    case 2:
    case 4:
      return {
        chainId: quantity(transaction.chainId),
        gasPrice: quantity(
          place === null ? transaction.maxFeeWei : effectiveGasPrice(transaction, place.header.baseFeeWei),
        ),
        maxFeePerGas: quantity(transaction.maxFeeWei),
        maxPriorityFeePerGas: quantity(transaction.maxTipWei),
        accessList: formatAccessList(transaction.accessList),
        ...(transaction.type === 4 && { authorizationList: transaction.authorizations.map(formatAuthorization) }),
        yParity: quantity(transaction.v),
      }
  }
}

const systemFields = (transaction: SystemTransaction): { readonly [name: string]: Json } => ({
  sourceHash: hex(transaction.sourceHash),
  mint: quantity(transaction.mintWei),
  isSystemTx: transaction.isSystemTx,
  gasPrice: '0x0',
  v: '0x0',
  r: '0x0',
  s: '0x0',
})

export function formatTransaction(transaction: Transaction, place: Place | null): Json {
  const shared = { ...placeFields(place), ...commonFields(transaction) }
  if (transaction.type === 0x7e) return { ...shared, ...systemFields(transaction) }
  return {
    ...shared,
    ...feeFields(transaction, place),
    v: quantity(transaction.v),
    r: quantity(transaction.r),
    s: quantity(transaction.s),
  }
}
