/** A leader's block: filled from the pool within its time, then checked as every validator checks it (consensus.md R3). */
import assert from 'node:assert/strict'
import { toHex } from '../../primitives/bytes.ts'
import type { Epoch } from '../../primitives/validatorSet.ts'
import { encodeBlock } from '../../runtime/block/block.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import { type BuiltBlock, buildBlock } from '../../runtime/execution/buildBlock.ts'
import type { ExecutedBlock, ParentBlock } from '../../runtime/execution/openBlock.ts'
import { type Settlement, settledId, settlementId } from '../../runtime/execution/settlement.ts'
import { isRefusal, type Refusal } from '../../runtime/refusal.ts'
import { keyOf } from '../../runtime/state/stateRoot.ts'
import type { UserTransaction } from '../../runtime/transactions/userTransaction.ts'
import type { BuildRequest, Clock, Execution } from '../agreement/ports.ts'
import type { BlockTree } from './blockTree.ts'
import type { BuildBudget } from './buildBudget.ts'
import { feeRecipientOf } from './epochs.ts'
import { type Executor, isExecuted } from './executor.ts'
import type { Pace } from './pace.ts'
import type { Works } from './works.ts'

/** Alone, nobody's timers wait for us: time bounds only what a devnet's owner waits for, on however busy a machine. */
const ALONE_BUDGET_MS = 2_000

/** What waits for a block. */
export interface BlockContents {
  /** Best first, each sender's nonces ascending; what ancestors have may be among them. */
  readonly transactions: () => Iterable<UserTransaction>
  readonly settlements: (epoch: Epoch) => Iterable<Settlement>
  /**
   * What the builder could not take. `isOnHead`: its parent is committed; otherwise a refusal may be due to a block that
   * never becomes final.
   */
  readonly onBuilt: (built: BuiltBlock, isOnHead: boolean) => void
}

export interface LeaderOptions extends BlockContents {
  readonly rules: ChainRules
  readonly genesisHash: Uint8Array
  readonly clock: Pick<Clock, 'nowMs' | 'wallMs'>
  readonly pause: () => Promise<void>
  readonly pace: Pick<Pace, 'turn' | 'poke'>
  readonly budget: BuildBudget
  readonly tree: BlockTree
  readonly works: Works
  readonly executor: Executor
}

export function createLeader(options: LeaderOptions): Pick<Execution, 'build'> {
  const { tree, executor, pace, budget } = options
  return {
    async build(request) {
      const parent = await executor.parentOf(request)
      if (!isExecuted(parent) || !(await awaitTurn(options, request, parent))) return null
      // Others may have become final while we waited.
      const now = tree.parent(request.parentHash)
      if (now === undefined) return null
      const built = await fill(options, request, now)
      if (built === 'abandoned') return null
      const bytes = encodeBlock(built)
      const checked = await executor.execute(request, bytes)
      if (checked === 'abandoned') return null
      assertOwn(checked)
      budget.built(built.hash, built.header.number)
      // What did not fit into this block needs no new transaction to get its turn.
      if (built.isCut || built.transactions.length > 0 || built.aborted.length > 0) pace.poke()
      return { blockHash: toHex(built.hash), bytes }
    },
  }
}

function assertOwn(checked: ExecutedBlock | Refusal | 'missing'): void {
  assert(checked !== 'missing', 'the parent of our own block is held')
  if (isRefusal(checked))
    assert.fail(`our own block breaks ${checked.code}: expected ${checked.expected}, got ${checked.got}`)
}

function awaitTurn(options: LeaderOptions, request: BuildRequest, { header }: ParentBlock): Promise<boolean> {
  return options.pace.turn({
    height: header.number + 1,
    parentTimestampS: header.timestamp,
    isAbandoned: request.isAbandoned,
    isWaiting() {
      const { transactions, settlements } = contents(options, request)
      for (const _ of transactions) return true
      for (const _ of settlements) return true
      return false
    },
  })
}

/** What waits and no uncommitted ancestor has. */
function contents({ tree, transactions, settlements }: LeaderOptions, { epoch, parentHash }: BuildRequest) {
  const taken = new Set<string>()
  for (const block of tree.unsettled(parentHash))
    for (const transaction of block.transactions)
      taken.add(keyOf(transaction.kind === 'user' ? transaction.hash : settledId(transaction)))
  return {
    transactions: fresh(transactions(), ({ hash }) => taken.has(keyOf(hash))),
    settlements: fresh(settlements(epoch), (settlement) => taken.has(keyOf(settlementId(settlement)))),
  }
}

function* fresh<T>(items: Iterable<T>, isTaken: (item: T) => boolean): Generator<T> {
  for (const item of items) if (!isTaken(item)) yield item
}

async function fill(
  options: LeaderOptions,
  request: BuildRequest,
  parent: ParentBlock,
): Promise<BuiltBlock | 'abandoned'> {
  const { rules, genesisHash, clock, pause, budget, works } = options
  const { epoch, view, parentHash, isEmpty, isAbandoned } = request
  const { transactions, settlements } = contents(options, request)
  const budgetMs = epoch.validators.length === 1 ? ALONE_BUDGET_MS : budget.ms
  const built = await works.run(parentHash, [isAbandoned], ({ tick }) =>
    buildBlock({
      rules,
      genesisHash,
      epoch,
      parent,
      coinbase: feeRecipientOf(rules, epoch, view, parent.state),
      timestamp: Math.max(parent.header.timestamp, Math.floor(clock.wallMs() / 1000)),
      transactions: isEmpty ? [] : transactions,
      settlements: isEmpty ? [] : settlements,
      budget: { nowMs: clock.nowMs, endMs: clock.nowMs() + budgetMs },
      tick,
      pause,
    }),
  )
  if (built !== 'abandoned') options.onBuilt(built, parent.state.kind === 'root')
  return built
}
