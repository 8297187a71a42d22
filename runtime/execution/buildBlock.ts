/** Builds the next block: settlements, then transactions in the pool's order, within gas, bytes and time (runtime.md §7). */

import { BODY_HEADER_BYTES_MAX, bodyItemBytes, TRANSACTIONS_MAX, type Transaction } from '../block/block.ts'
import { mixHashOf, nextBaseFee } from '../block/headerRules.ts'
import type { Refusal } from '../refusal.ts'
import { keyOf } from '../state/stateRoot.ts'
import type { UserTransaction } from '../transactions/userTransaction.ts'
import { readBlockParams } from './blockParams.ts'
import { type ExecutedBlock, type ExecutionContext, OpenBlock } from './openBlock.ts'
import { type Settlement, settlementTransaction } from './settlement.ts'

export interface BuildContext extends ExecutionContext {
  /** Our fee recipient. */
  readonly coinbase: Uint8Array
  /** Unix seconds, not below the parent's. */
  readonly timestamp: number
  /** Best first; each sender's nonces ascending. */
  readonly transactions: Iterable<UserTransaction>
  readonly settlements?: Iterable<Settlement>
  /** Time budget on the leader's clock; none: no limit. */
  readonly budget?: TimeBudget
}

export interface TimeBudget {
  nowMs(): number
  readonly endMs: number
}

export interface BuiltBlock extends ExecutedBlock {
  /** Some of what waits was not tried, or did not fit: for want of time, gas or room. */
  readonly isCut: boolean
  /** Transactions that cannot stand in this block, with the reason. */
  readonly skipped: readonly { readonly transaction: UserTransaction; readonly refusal: Refusal }[]
  /** Transactions that ran past the time budget and were rolled back. */
  readonly aborted: readonly UserTransaction[]
  /** Settlements that no block can take, with the reason. */
  readonly failedSettlements: readonly { readonly settlement: Settlement; readonly refusal: Refusal }[]
}

/** Thrown out of the EVM when the budget is spent; never leaves this file. */
class BudgetSpent extends Error {
  constructor() {
    super('the time budget is spent')
    this.name = 'BudgetSpent'
  }
}

/** Least gas of any transaction: below it, looking further is pointless. */
const TRANSACTION_GAS_MIN = 21_000n
/** Refusals in a row for want of block gas before the rest of the pool is left for the next block. */
const MISFITS_MAX = 32

export async function buildBlock(context: BuildContext): Promise<BuiltBlock> {
  const builder = new Builder(context)
  return builder.build()
}

class Builder {
  readonly #context: BuildContext
  readonly #open: OpenBlock
  readonly #skipped: { transaction: UserTransaction; refusal: Refusal }[] = []
  readonly #aborted: UserTransaction[] = []
  readonly #failed: { settlement: Settlement; refusal: Refusal }[] = []
  /** Senders whose later nonces cannot follow. */
  readonly #stopped = new Set<string>()
  #isCut = false
  #bytesLeft: number
  #count = 0

  constructor(context: BuildContext) {
    const { rules, parent, coinbase, timestamp, epoch, budget } = context
    this.#context = context
    const params = readBlockParams(rules, parent.state)
    const facts = {
      parentHash: parent.hash,
      coinbase,
      number: parent.header.number + 1,
      gasLimit: params.gasLimit,
      timestamp,
      extraData: epoch.epochHash,
      mixHash: mixHashOf(rules.keccak, parent.hash),
      baseFeeWei: nextBaseFee(rules.params, parent.header),
      parentBeaconBlockRoot: new Uint8Array(32),
    }
    const tick = () => {
      context.tick?.()
      if (this.#isSpent()) throw new BudgetSpent()
    }
    const isTimed = budget !== undefined || context.tick !== undefined
    this.#open = new OpenBlock(context, facts, params, isTimed ? tick : undefined)
    this.#bytesLeft = rules.params.bodyBytesMax - BODY_HEADER_BYTES_MAX
  }

  async build(): Promise<BuiltBlock> {
    this.#isGuarded = false
    await this.#open.start()
    await this.#settle()
    await this.#fill()
    this.#isGuarded = false
    const block = await this.#open.close()
    const [skipped, aborted, failedSettlements] = [this.#skipped, this.#aborted, this.#failed]
    return { ...block, isCut: this.#isCut, skipped, aborted, failedSettlements }
  }

  /** System writes are not optional, so the budget binds transactions only. */
  #isGuarded = false

  #isSpent(): boolean {
    const { budget } = this.#context
    return this.#isGuarded && budget !== undefined && budget.nowMs() >= budget.endMs
  }

  async #settle(): Promise<void> {
    for (const settlement of this.#context.settlements ?? []) {
      await this.#context.pause?.()
      const gas = this.#open.settlementGasLeft
      const transaction = settlementTransaction(this.#context.rules.keccak, settlement, gas)
      if (!this.#fits(transaction)) return
      const refusal = await this.#open.attempt(() => this.#open.settle(transaction))
      // With less than a whole block's allowance it may only have come too late: the next block has all of it.
      if (refusal?.code === 'SettlementGas' && this.#open.gasUsed > 0n) return
      if (refusal === undefined) this.#take(transaction)
      else this.#failed.push({ settlement, refusal })
    }
  }

  async #fill(): Promise<void> {
    this.#isGuarded = true
    let misfits = 0
    for (const transaction of this.#context.transactions) {
      await this.#context.pause?.()
      const gasLeft = this.#open.facts.gasLimit - this.#open.gasUsed
      if (gasLeft < TRANSACTION_GAS_MIN || misfits >= MISFITS_MAX || this.#isSpent()) {
        this.#isCut = true
        return
      }
      const sender = keyOf(transaction.sender)
      if (this.#stopped.has(sender)) continue
      if (!this.#fits(transaction) || transaction.gasLimit > gasLeft) {
        misfits++
        this.#isCut = true
        this.#stopped.add(sender)
        continue
      }
      if (!(await this.#try(transaction))) this.#stopped.add(sender)
    }
  }

  async #try(transaction: UserTransaction): Promise<boolean> {
    try {
      const refusal = await this.#open.attempt(() => this.#open.execute(transaction))
      if (refusal === undefined) this.#take(transaction)
      else this.#skipped.push({ transaction, refusal })
      // An ancestor that is not final yet has another transaction of this nonce: the next nonce may follow.
      return refusal === undefined || refusal.code === 'NonceTooLow'
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error
      this.#aborted.push(transaction)
      return false
    }
  }

  #fits(transaction: Transaction): boolean {
    return this.#count < TRANSACTIONS_MAX && bodyItemBytes(transaction) <= this.#bytesLeft
  }

  #take(transaction: Transaction): void {
    this.#count++
    this.#bytesLeft -= bodyItemBytes(transaction)
  }
}
