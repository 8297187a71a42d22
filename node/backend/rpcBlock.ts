/** The runtime's headers, transactions and receipts → what the RPC server shows. */
import { RLP } from '@ethereumjs/rlp'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToUint } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import type * as rpc from '../../rpc/chainTypes.ts'
import type { Transaction } from '../../runtime/block/block.ts'
import { EMPTY_OMMERS_HASH, type Header } from '../../runtime/block/header.ts'
import type { Receipt } from '../../runtime/block/receipt.ts'
import { uintItem } from '../../runtime/block/rlp.ts'
import { EMPTY_ROOT } from '../../runtime/state/accountRecord.ts'
import type { UserTransaction } from '../../runtime/transactions/userTransaction.ts'

const ZERO_NONCE = new Uint8Array(8)

export function rpcHeader(hash: Uint8Array, header: Header): rpc.BlockHeader {
  return {
    hash,
    number: header.number,
    parentHash: header.parentHash,
    ommersHash: EMPTY_OMMERS_HASH,
    coinbase: header.coinbase,
    stateRoot: header.stateRoot,
    transactionsRoot: header.transactionsRoot,
    receiptsRoot: header.receiptsRoot,
    bloom: header.logsBloom,
    difficulty: 0n,
    gasLimit: header.gasLimit,
    gasUsed: header.gasUsed,
    timestampS: header.timestamp,
    extraData: header.extraData,
    mixHash: header.mixHash,
    nonce: ZERO_NONCE,
    baseFeeWei: header.baseFeeWei,
    withdrawalsRoot: EMPTY_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
  }
}

function accessListOf(inner: TypedTransaction): rpc.AccessListItem[] {
  if (!('accessList' in inner)) return []
  return inner.accessList.map(([address, storageKeys]) => ({ address, storageKeys }))
}

function authorizationsOf(inner: TypedTransaction): rpc.Authorization[] {
  if (!('authorizationList' in inner)) return []
  return inner.authorizationList.map(([chainId, address, nonce, yParity, r, s]) => ({
    chainId: bytesToUint(chainId!),
    address: address!,
    nonce: bytesToUint(nonce!),
    yParity: Number(bytesToUint(yParity!)),
    r: bytesToUint(r!),
    s: bytesToUint(s!),
  }))
}

/** EIP-155: v = 35 + 2·chainId + parity; 27 and 28 name no chain. */
const chainIdOf = (v: bigint): { readonly chainId?: bigint } => (v > 28n ? { chainId: (v - 35n) >> 1n } : {})

function signedTransaction(transaction: UserTransaction, chainId: bigint): rpc.SignedTransaction {
  const { inner, maxFeeWei } = transaction
  const base = {
    hash: transaction.hash,
    from: transaction.sender,
    to: transaction.to ?? null,
    nonce: transaction.nonce,
    gasLimit: transaction.gasLimit,
    valueWei: transaction.valueWei,
    data: transaction.data,
    raw: transaction.bytes,
    v: inner.v!,
    r: inner.r!,
    s: inner.s!,
  }
  const fees = { chainId, maxFeeWei, maxTipWei: transaction.maxPriorityFeeWei, accessList: accessListOf(inner) }
  switch (transaction.type) {
    case 0:
      return { ...base, type: 0, gasPriceWei: maxFeeWei, ...chainIdOf(base.v) }
    case 1:
      return { ...base, type: 1, chainId, gasPriceWei: maxFeeWei, accessList: fees.accessList }
    case 2:
      return { ...base, type: 2, ...fees }
    case 4:
      return { ...base, type: 4, ...fees, authorizations: authorizationsOf(inner) }
  }
}

/** `systemNonce` is of the sender before a system transaction, as its receipt tells. */
export function rpcTransaction(transaction: Transaction, chainId: bigint, systemNonce = 0n): rpc.Transaction {
  if (transaction.kind === 'user') return signedTransaction(transaction, chainId)
  return {
    type: transaction.type,
    hash: transaction.hash,
    from: transaction.from,
    to: transaction.to,
    nonce: systemNonce,
    gasLimit: transaction.gas,
    valueWei: transaction.valueWei,
    data: transaction.data,
    raw: transaction.bytes,
    sourceHash: transaction.sourceHash,
    mintWei: transaction.mintWei,
    isSystemTx: transaction.isSystemTx,
  }
}

/** Address of a contract that a transaction creates: keccak256(rlp([sender, nonce])). */
function createdAddress(keccak: Hasher, { from, nonce }: rpc.Transaction): Uint8Array {
  return keccak(RLP.encode([from, uintItem(nonce)])).slice(12)
}

export function rpcReceipts(
  keccak: Hasher,
  transactions: readonly rpc.Transaction[],
  receipts: readonly Receipt[],
): rpc.Receipt[] {
  let before = 0n
  return receipts.map((receipt, i) => {
    const transaction = transactions[i]!
    const gasUsed = receipt.cumulativeGasUsed - before
    before = receipt.cumulativeGasUsed
    return {
      type: receipt.type,
      isSuccess: receipt.isSuccess,
      gasUsed,
      cumulativeGasUsed: receipt.cumulativeGasUsed,
      bloom: receipt.logsBloom,
      logs: receipt.logs,
      contractAddress: transaction.to === null ? createdAddress(keccak, transaction) : null,
      ...(receipt.depositNonce !== undefined && { depositNonce: receipt.depositNonce }),
    }
  })
}
