/**
 * A block being executed: the steps that builder and validators share, in the order of runtime.md §5, so that what one
 * builds the others reproduce.
 */
import assert from 'node:assert/strict'
import { EVMError } from '@ethereumjs/evm'
import { VM } from '@ethereumjs/vm'
import { FEE_SPLIT_ADDRESS, STAKING_ADDRESS, SYSTEM_ADDRESS } from '../../precompiles/addresses.ts'
import { feeSplitContract } from '../../precompiles/feeSplit/contract.ts'
import { inferenceContract } from '../../precompiles/inference/contract.ts'
import { stakingContract } from '../../precompiles/staking/contract.ts'
import { toHex } from '../../primitives/bytes.ts'
import type { ChainContext } from '../../primitives/statements.ts'
import type { Epoch } from '../../primitives/validatorSet.ts'
import { type Block, type Transaction, transactionsRoot } from '../block/block.ts'
import { type Header, hashHeader } from '../block/header.ts'
import { isFirstOfEpoch } from '../block/headerRules.ts'
import { orderedRoot } from '../block/orderedRoot.ts'
import { bloomOf, encodeReceipt, joinBlooms, type Log, type Receipt } from '../block/receipt.ts'
import type { ChainRules } from '../chainRules.ts'
import { type BlockFacts, ChainEvm } from '../evm/chainEvm.ts'
import type { LaterCall } from '../evm/nativeHost.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { EMPTY_ACCOUNT } from '../state/accountRecord.ts'
import { createLayer, type Layer } from '../state/overlayState.ts'
import type { StateRoot } from '../state/stateRoot.ts'
import type { StateChanges } from '../stateStore.ts'
import type { SystemTransaction } from '../transactions/systemTransaction.ts'
import type { UserTransaction } from '../transactions/userTransaction.ts'
import { auditSupply } from './audit.ts'
import type { BlockParams } from './blockParams.ts'
import { checkSettlement, readSettlement, SETTLEMENT_GAS_MAX } from './settlement.ts'
import {
  BLOCK_CALL_GAS,
  beginSystemTransaction,
  type CallOutcome,
  callAsSystem,
  callBack,
  endSystemTransaction,
} from './systemCall.ts'
import { writeSystemContracts } from './systemContracts.ts'
import { checkAgainstState, credit, executeUser } from './userExecution.ts'

/** An executed block to build on: its layer, or the finalized state. */
export interface ParentBlock {
  readonly hash: Uint8Array
  readonly header: Header
  readonly state: Layer | StateRoot
}

/** What the host knows beside the block itself. */
export interface ExecutionContext {
  readonly rules: ChainRules
  readonly genesisHash: Uint8Array
  /** The epoch of the block. */
  readonly epoch: Epoch
  readonly parent: ParentBlock
  /** Compare balances before and after; costs a trie read per changed account. */
  readonly isAudited?: boolean
  /** Called between transactions and at call frames; throws to abandon the work. */
  readonly tick?: () => void
  /** Awaited between transactions: lets the host do other work. */
  readonly pause?: () => Promise<void>
}

export interface ExecutedBlock extends Block {
  readonly receipts: readonly Receipt[]
  /** To be written when the block is finalized. */
  readonly changes: StateChanges
  /** To build children on. */
  readonly layer: Layer
}

/** Reported to the native after each callback; its event and a few slots cost a tenth of this. */
const CALLBACK_REPORT_GAS = 100_000n
/** As for user transactions (Yellow Paper, appendix G; EIP-2028). */
const TRANSACTION_GAS = 21_000n
const ZERO_BYTE_GAS = 4n
const BYTE_GAS = 16n
const BPS = 10_000n

export type ExecutionFault = 'BlockGas' | 'SettlementGas' | 'SettlementFailed'

interface Machine {
  readonly evm: ChainEvm
  readonly vm: VM
}

export class OpenBlock {
  readonly layer: Layer
  readonly facts: BlockFacts
  gasUsed = 0n
  readonly #context: ExecutionContext
  readonly #chain: ChainContext
  readonly #params: BlockParams
  readonly #transactions: Transaction[] = []
  readonly #receipts: Receipt[] = []
  #settlementGas = 0n
  #baseFeesWei = 0n
  #isBurnPossible = false
  #opened: Machine | undefined
  readonly #tick: (() => void) | undefined

  constructor(context: ExecutionContext, facts: BlockFacts, params: BlockParams, tick?: () => void) {
    this.#context = context
    this.#chain = { chainId: context.rules.params.chainId, genesisHash: context.genesisHash }
    this.#params = params
    this.#tick = tick
    this.facts = facts
    this.layer = createLayer(context.parent.state)
  }

  /** Opened by the first who needs it: an empty block needs none, and the library builds its tables for each. */
  get #machine(): Machine {
    if (this.#opened !== undefined) return this.#opened
    const { rules, genesisHash } = this.#context
    const options = this.#tick === undefined ? { genesisHash } : { genesisHash, tick: this.#tick }
    const evm = new ChainEvm(rules, this.layer, this.facts, options)
    const vm = new VM({ common: rules.common, stateManager: this.layer, blockchain: evm.blockchain, evm })
    this.#opened = { evm, vm }
    return this.#opened
  }

  /** System writes: EIP-2935, EIP-4788, and the epoch's hashes in its first block. */
  async start(): Promise<void> {
    writeSystemContracts(this.layer, this.facts)
    const { epoch, rules } = this.#context
    if (!isFirstOfEpoch(rules.params, this.facts.number)) return
    const data = stakingContract.encodeCall('beginEpoch', [BigInt(epoch.number), epoch.epochHash, epoch.setHash])
    await this.#blockCall(STAKING_ADDRESS, data, 0n)
  }

  async #blockCall(to: Uint8Array, data: Uint8Array, valueWei: bigint): Promise<void> {
    const { evm } = this.#machine
    await beginSystemTransaction(evm, to)
    const outcome = await callAsSystem(evm, { to, data, valueWei, gas: BLOCK_CALL_GAS })
    const why = `${outcome.error} ${toHex(outcome.output)}`
    assert(outcome.isSuccess && outcome.later.length === 0, `block-level call to ${toHex(to)} failed: ${why}`)
    await endSystemTransaction(evm)
  }

  /** Gas that the next settlement may claim. */
  get settlementGasLeft(): bigint {
    const blockGas = this.facts.gasLimit - this.gasUsed
    const left = SETTLEMENT_GAS_MAX - this.#settlementGas
    if (left < blockGas) return left
    return blockGas
  }

  /** A settlement: all of it holds, or the block is invalid. */
  async settle(transaction: SystemTransaction): Promise<Refusal | undefined> {
    const { rules, epoch } = this.#context
    const settlement = readSettlement(rules.keccak, transaction)
    if (isRefusal(settlement)) return settlement
    if (transaction.gas > this.settlementGasLeft)
      return refuse('SettlementGas', `at most ${this.settlementGasLeft} gas`, transaction.gas)
    const fault = checkSettlement(rules, this.#chain, epoch, settlement)
    if (fault !== undefined) return fault
    const caller = this.layer.accountOf(SYSTEM_ADDRESS) ?? EMPTY_ACCOUNT
    this.layer.setAccount(SYSTEM_ADDRESS, { ...caller, nonce: caller.nonce + 1n })
    const outcome = await this.#runSettlement(transaction)
    if (isRefusal(outcome)) return outcome
    this.#settlementGas += outcome.gasUsed
    this.#append(transaction, { ...outcome, isSuccess: true }, caller.nonce)
    return undefined
  }

  /** Native part, then its callbacks, each reported to the native that asked for it. */
  async #runSettlement(transaction: SystemTransaction): Promise<Effects | Refusal<ExecutionFault>> {
    const spent: Spent = { gas: intrinsicGas(transaction.data), logs: [] }
    const gasLeft = () => transaction.gas - spent.gas
    if (gasLeft() < 0n) return refuse('SettlementGas', `at least ${spent.gas} gas`, transaction.gas)
    await beginSystemTransaction(this.#machine.evm, transaction.to)
    const settled = await callAsSystem(this.#machine.evm, {
      to: transaction.to,
      data: transaction.data,
      gas: gasLeft(),
    })
    if (!settled.isSuccess) return settlementFailed(settled)
    add(spent, settled)
    for (const later of settled.later) {
      const fault = await this.#callBackAndReport(later, spent, gasLeft)
      if (fault !== undefined) return fault
    }
    await endSystemTransaction(this.#machine.evm)
    return { gasUsed: spent.gas, logs: spent.logs, logsBloom: bloomOf(this.#context.rules.keccak, spent.logs) }
  }

  async #callBackAndReport(
    later: LaterCall,
    spent: Spent,
    gasLeft: () => bigint,
  ): Promise<Refusal<ExecutionFault> | undefined> {
    const needed = later.gas + CALLBACK_REPORT_GAS
    if (gasLeft() < needed) return refuse('SettlementGas', `${needed} gas for a callback`, gasLeft())
    const made = await callBack(this.#machine.evm, later)
    this.#isBurnPossible ||= made.isBurnPossible
    add(spent, made)
    const data = inferenceContract.encodeCall('reportCallback', [later.tag, made.isSuccess])
    const reported = await callAsSystem(this.#machine.evm, { to: later.native, data, gas: CALLBACK_REPORT_GAS })
    if (!reported.isSuccess) return settlementFailed(reported)
    add(spent, reported)
    return undefined
  }

  /** A user transaction; a refusal leaves the state as it was. */
  async execute(transaction: UserTransaction): Promise<Refusal | undefined> {
    const gasLeft = this.facts.gasLimit - this.gasUsed
    if (transaction.gasLimit > gasLeft) return refuse('BlockGas', `at most ${gasLeft} gas`, transaction.gasLimit)
    const fault = checkAgainstState(this.layer, transaction, this.facts.baseFeeWei)
    if (fault !== undefined) return fault
    const outcome = await executeUser(this.#machine.vm, this.#machine.evm, transaction)
    this.#baseFeesWei += outcome.gasUsed * this.facts.baseFeeWei
    this.#isBurnPossible ||= outcome.isBurnPossible
    this.#append(transaction, outcome)
    return undefined
  }

  /**
   * Does `work` or nothing: a refusal or an exception takes its state changes back. After an exception, which goes on up,
   * a fresh EVM serves what follows.
   */
  async attempt(work: () => Promise<Refusal | undefined>): Promise<Refusal | undefined> {
    const depth = this.layer.begin()
    try {
      const fault = await work()
      if (fault === undefined) this.layer.keep()
      else this.layer.undoTo(depth)
      return fault
    } catch (error) {
      this.layer.undoTo(depth)
      this.layer.startTransaction()
      this.#opened = undefined
      throw error
    }
  }

  #append(transaction: Transaction, effects: Effects & { readonly isSuccess: boolean }, depositNonce?: bigint): void {
    this.gasUsed += effects.gasUsed
    this.#transactions.push(transaction)
    this.#receipts.push({
      type: transaction.type,
      isSuccess: effects.isSuccess,
      cumulativeGasUsed: this.gasUsed,
      logsBloom: effects.logsBloom,
      logs: effects.logs,
      ...(depositNonce === undefined ? {} : { depositNonce }),
    })
  }

  /** Books base fees, computes the roots and closes the block. */
  async close(): Promise<ExecutedBlock> {
    const burntWei = (this.#baseFeesWei * this.#params.burnBps) / BPS
    const bookedWei = this.#baseFeesWei - burntWei
    if (bookedWei > 0n) {
      credit(this.layer, SYSTEM_ADDRESS, bookedWei)
      await this.#blockCall(FEE_SPLIT_ADDRESS, feeSplitContract.encodeCall('bookBaseFees', []), bookedWei)
    }
    const changes = this.layer.seal()
    if (this.#context.isAudited === true)
      auditSupply(changes, this.#context.parent.state, {
        mintedWei: 0n,
        burntWei,
        isBurnPossible: this.#isBurnPossible,
      })
    const { keccak } = this.#context.rules
    const header: Header = {
      ...this.facts,
      stateRoot: changes.stateRoot,
      transactionsRoot: transactionsRoot(keccak, this.#transactions),
      receiptsRoot: orderedRoot(keccak, this.#receipts.map(encodeReceipt)),
      logsBloom: joinBlooms(this.#receipts.map((receipt) => receipt.logsBloom)),
      gasUsed: this.gasUsed,
    }
    const hash = hashHeader(keccak, header)
    return { hash, header, transactions: this.#transactions, receipts: this.#receipts, changes, layer: this.layer }
  }
}

interface Effects {
  readonly gasUsed: bigint
  readonly logs: readonly Log[]
  readonly logsBloom: Uint8Array
}
interface Spent {
  gas: bigint
  readonly logs: Log[]
}

function add(spent: Spent, outcome: CallOutcome): void {
  spent.gas += outcome.gasUsed
  spent.logs.push(...outcome.logs)
}

function settlementFailed(outcome: CallOutcome): Refusal<ExecutionFault> {
  if (outcome.error === EVMError.errorMessages.OUT_OF_GAS)
    return refuse('SettlementGas', 'enough gas for the native part', `out of gas after ${outcome.gasUsed}`)
  return refuse('SettlementFailed', 'a native part that succeeds', `${outcome.error} ${toHex(outcome.output)}`)
}

function intrinsicGas(data: Uint8Array): bigint {
  let zeros = 0
  for (const byte of data) if (byte === 0) zeros++
  return TRANSACTION_GAS + ZERO_BYTE_GAS * BigInt(zeros) + BYTE_GAS * BigInt(data.length - zeros)
}
