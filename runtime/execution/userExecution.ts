/** Signed transactions inside a block: the checks that need state, then `runTx`, or the short path for plain transfers. */
import assert from 'node:assert/strict'
import { runTx, type VM } from '@ethereumjs/vm'
import { equal } from '../../primitives/bytes.ts'
import { bloomOf, type Log } from '../block/receipt.ts'
import type { ChainEvm } from '../evm/chainEvm.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { type AccountRecord, EMPTY_ACCOUNT, EMPTY_CODE_HASH } from '../state/accountRecord.ts'
import type { Layer } from '../state/overlayState.ts'
import { effectiveGasPriceWei, maxCostWei, type UserTransaction } from '../transactions/userTransaction.ts'
import { logsOf } from './systemCall.ts'

export type UserFault = 'FeeTooLow' | 'NonceTooLow' | 'NonceTooHigh' | 'InsufficientFunds' | 'SenderHasCode'

export interface UserOutcome {
  readonly isSuccess: boolean
  readonly gasUsed: bigint
  readonly logs: readonly Log[]
  readonly logsBloom: Uint8Array
  readonly output: Uint8Array
  /** Did it destroy a contract that it made (EIP-6780)? Then wei may have been burnt. */
  readonly isBurnPossible: boolean
}

/** First bytes of a delegated account's code (EIP-7702). */
const DELEGATION_PREFIX = Uint8Array.of(0xef, 0x01, 0x00)

export function isDelegation(code: Uint8Array): boolean {
  return code.length === 23 && equal(code.subarray(0, 3), DELEGATION_PREFIX)
}

/** Nonce, fee, balance and sender code against the state as it is (EIP-1559, EIP-3607). */
export function checkAgainstState(
  layer: Layer,
  transaction: UserTransaction,
  baseFeeWei: bigint,
): Refusal<UserFault> | undefined {
  const account = layer.accountOf(transaction.sender) ?? EMPTY_ACCOUNT
  if (transaction.maxFeeWei < baseFeeWei) return refuse('FeeTooLow', `at least ${baseFeeWei}`, transaction.maxFeeWei)
  if (transaction.nonce < account.nonce) return refuse('NonceTooLow', account.nonce, transaction.nonce)
  if (transaction.nonce > account.nonce) return refuse('NonceTooHigh', account.nonce, transaction.nonce)
  const isContract = !equal(account.codeHash, EMPTY_CODE_HASH) && !isDelegation(layer.codeOf(transaction.sender))
  if (isContract) return refuse('SenderHasCode', 'a sender without code', transaction.sender)
  const costWei = maxCostWei(transaction)
  if (account.balanceWei < costWei) return refuse('InsufficientFunds', costWei, account.balanceWei)
  return undefined
}

/** Executes a transaction that `checkAgainstState` let pass. */
export async function executeUser(vm: VM, evm: ChainEvm, transaction: UserTransaction): Promise<UserOutcome> {
  if (isPlainTransfer(evm, transaction)) return transfer(evm, transaction)
  return executeInEvm(vm, evm, transaction)
}

/** The library's whole path; exported so that a test can hold the short one to it. */
export async function executeInEvm(vm: VM, evm: ChainEvm, transaction: UserTransaction): Promise<UserOutcome> {
  const result = await runTx(vm, {
    tx: transaction.inner,
    block: evm.blockView as NonNullable<Parameters<typeof runTx>[1]['block']>,
    blockGasUsed: 0n,
    skipHardForkValidation: true,
  })
  const { selfdestruct, createdAddresses, logs = [], exceptionError, returnValue } = result.execResult
  return {
    isSuccess: exceptionError === undefined,
    gasUsed: result.totalGasSpent,
    logs: logsOf(logs),
    logsBloom: result.bloom.bitvector,
    output: returnValue.slice(),
    isBurnPossible: [...(selfdestruct?.keys() ?? [])].some((address) => createdAddresses?.has(address)),
  }
}

/** Value to an account that runs no code, without authorizations. */
function isPlainTransfer(evm: ChainEvm, { to, type }: UserTransaction): boolean {
  if (to === undefined || type === 4) return false
  return evm.layer.codeOf(to).length === 0 && !evm.precompiles.has(Buffer.from(to).toString('hex'))
}

const NO_BLOOM = bloomOf(() => new Uint8Array(32), [])

function transfer({ layer, blockView }: ChainEvm, transaction: UserTransaction): UserOutcome {
  const { sender, to, valueWei, inner } = transaction
  assert(to !== undefined, 'a transfer has a target')
  const baseFeeWei = blockView.header.baseFeePerGas!
  const priceWei = effectiveGasPriceWei(transaction, baseFeeWei)
  const gasUsed = inner.getMinimumGasLimit()
  const account = layer.accountOf(sender) ?? EMPTY_ACCOUNT
  const balanceWei = account.balanceWei - valueWei - gasUsed * priceWei
  layer.setAccount(sender, { ...account, nonce: account.nonce + 1n, balanceWei })
  credit(layer, to, valueWei)
  credit(layer, blockView.header.coinbase.bytes, gasUsed * (priceWei - baseFeeWei))
  return { isSuccess: true, gasUsed, logs: [], logsBloom: NO_BLOOM, output: new Uint8Array(0), isBurnPossible: false }
}

/** Adds wei; an account that is touched and stays empty does not exist (EIP-161). */
export function credit(layer: Layer, address: Uint8Array, wei: bigint): void {
  const before: AccountRecord = layer.accountOf(address) ?? EMPTY_ACCOUNT
  const after = { ...before, balanceWei: before.balanceWei + wei }
  const isEmpty = after.balanceWei === 0n && after.nonce === 0n && equal(after.codeHash, EMPTY_CODE_HASH)
  layer.setAccount(address, isEmpty ? undefined : after)
}
