/** Why the pool refuses: the first rule broken, with the message that wallets match (rpc.md). */
import { checksumAddress } from '../../primitives/address.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { TransactionFault, UserTransaction } from '../transactions/userTransaction.ts'

export type PoolFault =
  | TransactionFault
  | 'PoolTooLong'
  | 'PoolUnprotected'
  | 'PoolKnown'
  | 'PoolNonceTooLow'
  | 'PoolNonceTooHigh'
  | 'PoolFunds'
  | 'PoolFeeTooLow'
  | 'PoolSenderHasCode'
  | 'PoolBlockGas'
  | 'PoolReplacement'
  | 'PoolFull'
  | 'PoolAccountFull'
  | 'PoolDelegated'
  | 'PoolAuthority'
  | 'PoolAborted'

export interface PoolRefusal extends Refusal<PoolFault> {
  /** In the words of rpc.md. */
  readonly message: string
}

export function refusePool(code: PoolFault, message: string, expected: unknown, got: unknown): PoolRefusal {
  return { ...refuse(code, expected, got), message }
}

const DECODE_MESSAGES: Readonly<Record<TransactionFault, string>> = {
  TransactionMalformed: 'rlp: cannot decode transaction',
  TransactionType: 'transaction type not supported',
  TransactionChainId: 'invalid chain id for signer',
  TransactionGasMax: 'exceeds maximum per-transaction gas limit',
  TransactionInitCode: 'max initcode size exceeded',
  TransactionFeeOrder: 'max priority fee per gas higher than max fee per gas',
  TransactionIntrinsicGas: 'intrinsic gas too low',
  TransactionSignature: 'invalid sender',
}

/** A refusal of decoding, with its wording. */
export function worded(refusal: Refusal<TransactionFault>): PoolRefusal {
  return { ...refusal, message: `${DECODE_MESSAGES[refusal.code]}: expected ${refusal.expected}, got ${refusal.got}` }
}

export function shortOfFunds(transaction: UserTransaction, haveWei: bigint, wantWei: bigint): PoolRefusal {
  const address = checksumAddress(transaction.sender)
  const message = `insufficient funds for gas * price + value: address ${address} have ${haveWei} want ${wantWei}`
  return refusePool('PoolFunds', message, wantWei, haveWei)
}
