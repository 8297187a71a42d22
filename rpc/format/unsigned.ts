/** A filled, unsigned transaction → its encoding with an empty signature, and its JSON (eth_fillTransaction). */
import { type Input, RLP } from '@ethereumjs/rlp'
import { concat } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { UnsignedTransaction } from '../backend.ts'
import type { SignedTransaction } from '../chainTypes.ts'
import type { Json } from '../json.ts'
import { hex } from './quantity.ts'
import { formatTransaction } from './transaction.ts'

const EMPTY = new Uint8Array()

const accessListFields = (transaction: UnsignedTransaction): Input =>
  transaction.accessList.map((item) => [item.address, [...item.storageKeys]])

const authorizationFields = (transaction: UnsignedTransaction): Input =>
  transaction.authorizations.map((one) => [one.chainId, one.address, one.nonce, one.yParity, one.r, one.s])

function feeFields(transaction: UnsignedTransaction): Input[] {
  return transaction.type <= 1
    ? [transaction.gasPriceWei ?? 0n]
    : [transaction.maxTipWei ?? 0n, transaction.maxFeeWei ?? 0n]
}

/** As geth gives it: the signature's three fields are zero. */
export function encodeUnsigned(transaction: UnsignedTransaction): Uint8Array {
  const fields: Input[] = [
    ...(transaction.type === 0 ? [] : [transaction.chainId]),
    transaction.nonce,
    ...feeFields(transaction),
    transaction.gasLimit,
    transaction.to ?? EMPTY,
    transaction.valueWei,
    transaction.data,
    ...(transaction.type === 0 ? [] : [accessListFields(transaction)]),
    ...(transaction.type === 4 ? [authorizationFields(transaction)] : []),
    EMPTY,
    EMPTY,
    EMPTY,
  ]
  const encoded = RLP.encode(fields)
  return transaction.type === 0 ? encoded : concat(Uint8Array.of(transaction.type), encoded)
}

/** `{raw, tx}`; `from` is shown as the client gave it. */
export function formatFilled(transaction: UnsignedTransaction, from: Uint8Array): Json {
  const raw = encodeUnsigned(transaction)
  const { gasPriceWei, maxFeeWei, maxTipWei } = transaction
  const signed = {
    ...transaction,
    gasPriceWei: gasPriceWei ?? 0n,
    maxFeeWei: maxFeeWei ?? 0n,
    maxTipWei: maxTipWei ?? 0n,
    hash: keccak256(raw),
    from,
    raw,
    v: 0n,
    r: 0n,
    s: 0n,
  } as SignedTransaction
  return { raw: hex(raw), tx: formatTransaction(signed, null) }
}
