/** What a transaction must satisfy beside the static rules before the pool's own bounds are looked at (runtime.md §6). */
import type { ChainRules } from '../chainRules.ts'
import { isDelegation } from '../execution/userExecution.ts'
import { maxCostWei, type UserTransaction } from '../transactions/userTransaction.ts'
import type { AccountQueue, PoolEntry } from './accountQueue.ts'
import type { PoolLimits } from './poolLimits.ts'
import { type PoolRefusal, refusePool, shortOfFunds } from './poolRefusal.ts'

/** The state on which the next block is built, as much of it as the pool asks for. */
export interface PoolHead {
  nonce(address: Uint8Array): bigint
  balanceWei(address: Uint8Array): bigint
  code(address: Uint8Array): Uint8Array
  /** Of the next block. */
  readonly baseFeeWei: bigint
  readonly gasLimit: bigint
}

/** Rules against the head's state, before the queues are looked at. */
export function checkState(
  rules: ChainRules,
  head: PoolHead,
  limits: PoolLimits,
  transaction: UserTransaction,
): PoolRefusal | undefined {
  const { sender, nonce, maxFeeWei, gasLimit } = transaction
  if (!transaction.isReplayProtected)
    return refusePool(
      'PoolUnprotected',
      'only replay-protected (EIP-155) transactions allowed over RPC',
      'a chain id in the signature',
      'none',
    )
  if (gasLimit > head.gasLimit)
    return refusePool('PoolBlockGas', 'exceeds block gas limit', `at most ${head.gasLimit}`, gasLimit)
  const { baseFeeFloorWei } = rules.params
  if (maxFeeWei < baseFeeFloorWei) {
    const words = `max fee per gas less than block base fee: maxFeePerGas: ${maxFeeWei}, baseFee: ${head.baseFeeWei}`
    return refusePool('PoolFeeTooLow', words, `at least ${baseFeeFloorWei} wei`, maxFeeWei)
  }
  const next = head.nonce(sender)
  if (nonce < next)
    return refusePool('PoolNonceTooLow', `nonce too low: next nonce ${next}, tx nonce ${nonce}`, next, nonce)
  const nonceMax = next + BigInt(limits.executableMax + limits.queuedMax)
  if (nonce > nonceMax)
    return refusePool(
      'PoolNonceTooHigh',
      `nonce too high: next nonce ${next}, tx nonce ${nonce}`,
      `at most ${nonceMax}`,
      nonce,
    )
  const code = head.code(sender)
  if (code.length > 0 && !isDelegation(code))
    return refusePool('PoolSenderHasCode', 'sender not an eoa', 'a sender without code', sender)
  return undefined
}

/** Both fees must rise, so that replacing cannot be used to flood. */
export function checkReplacement(
  limits: PoolLimits,
  transaction: UserTransaction,
  old: PoolEntry | undefined,
): PoolRefusal | undefined {
  if (old === undefined) return undefined
  const least = (wei: bigint) => (wei * (100n + limits.replacementPercent) + 99n) / 100n
  const [feeWei, tipWei] = [least(old.transaction.maxFeeWei), least(old.transaction.maxPriorityFeeWei)]
  if (transaction.maxFeeWei >= feeWei && transaction.maxPriorityFeeWei >= tipWei) return undefined
  return refusePool(
    'PoolReplacement',
    'replacement transaction underpriced',
    `max fee ${feeWei}, priority fee ${tipWei}`,
    `max fee ${transaction.maxFeeWei}, priority fee ${transaction.maxPriorityFeeWei}`,
  )
}

/** The balance must cover the sender's whole queue. */
export function checkFunds(
  head: PoolHead,
  transaction: UserTransaction,
  queue: AccountQueue,
  old: PoolEntry | undefined,
): PoolRefusal | undefined {
  const haveWei = head.balanceWei(transaction.sender)
  const others = queue.costWei - (old === undefined ? 0n : maxCostWei(old.transaction))
  const wantWei = others + maxCostWei(transaction)
  return haveWei < wantWei ? shortOfFunds(transaction, haveWei, wantWei) : undefined
}
