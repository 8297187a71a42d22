/** Blocks, transactions, receipts and logs as the RPC server reads them from its backend: bytes and integers, no hex. */

export interface BlockHeader {
  readonly hash: Uint8Array
  readonly number: number
  readonly parentHash: Uint8Array
  readonly ommersHash: Uint8Array
  readonly coinbase: Uint8Array
  readonly stateRoot: Uint8Array
  readonly transactionsRoot: Uint8Array
  readonly receiptsRoot: Uint8Array
  /** 256 bytes. */
  readonly bloom: Uint8Array
  readonly difficulty: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  readonly timestampS: number
  readonly extraData: Uint8Array
  readonly mixHash: Uint8Array
  readonly nonce: Uint8Array
  readonly baseFeeWei: bigint
  readonly withdrawalsRoot: Uint8Array
  readonly blobGasUsed: bigint
  readonly excessBlobGas: bigint
  readonly parentBeaconBlockRoot: Uint8Array
}

export interface AccessListItem {
  readonly address: Uint8Array
  readonly storageKeys: readonly Uint8Array[]
}

export interface Authorization {
  readonly chainId: bigint
  readonly address: Uint8Array
  readonly nonce: bigint
  readonly yParity: number
  readonly r: bigint
  readonly s: bigint
}

interface TransactionBase {
  readonly hash: Uint8Array
  readonly from: Uint8Array
  /** `null` creates a contract. */
  readonly to: Uint8Array | null
  readonly nonce: bigint
  readonly gasLimit: bigint
  readonly valueWei: bigint
  readonly data: Uint8Array
  /** Canonical encoding, the bytes that `hash` hashes. */
  readonly raw: Uint8Array
}

interface Signed {
  /** Type 0: the `v` of EIP-155 or 27/28; later types: 0 or 1. */
  readonly v: bigint
  readonly r: bigint
  readonly s: bigint
}

export interface LegacyTransaction extends TransactionBase, Signed {
  readonly type: 0
  readonly gasPriceWei: bigint
  /** Absent when the signature is not EIP-155. */
  readonly chainId?: bigint
}

export interface AccessListTransaction extends TransactionBase, Signed {
  readonly type: 1
  readonly chainId: bigint
  readonly gasPriceWei: bigint
  readonly accessList: readonly AccessListItem[]
}

interface FeeMarket {
  readonly chainId: bigint
  readonly maxFeeWei: bigint
  readonly maxTipWei: bigint
  readonly accessList: readonly AccessListItem[]
}

export interface FeeMarketTransaction extends TransactionBase, Signed, FeeMarket {
  readonly type: 2
}

export interface SetCodeTransaction extends TransactionBase, Signed, FeeMarket {
  readonly type: 4
  readonly authorizations: readonly Authorization[]
}

/** Type 0x7e: put in by the block's leader, free of fees (runtime.md §5). */
export interface SystemTransaction extends TransactionBase {
  readonly type: 0x7e
  readonly sourceHash: Uint8Array
  readonly mintWei: bigint
  readonly isSystemTx: boolean
}

export type SignedTransaction = LegacyTransaction | AccessListTransaction | FeeMarketTransaction | SetCodeTransaction
export type Transaction = SignedTransaction | SystemTransaction

export interface Block {
  readonly header: BlockHeader
  readonly transactions: readonly Transaction[]
  /** Size of the header and body encodings together, bytes. */
  readonly bytes: number
}

export interface Log {
  readonly address: Uint8Array
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

export interface Receipt {
  readonly type: number
  readonly isSuccess: boolean
  readonly gasUsed: bigint
  readonly cumulativeGasUsed: bigint
  readonly bloom: Uint8Array
  readonly logs: readonly Log[]
  /** Address of the contract that the transaction created, if it did. */
  readonly contractAddress: Uint8Array | null
  /** System transactions: nonce of the sender before it ran. */
  readonly depositNonce?: bigint
}

/** A log with its place in the chain. */
export interface PlacedLog extends Log {
  readonly blockNumber: number
  readonly blockHash: Uint8Array
  readonly blockTimestampS: number
  readonly transactionHash: Uint8Array
  readonly transactionIndex: number
  /** Counted over the whole block. */
  readonly logIndex: number
}
