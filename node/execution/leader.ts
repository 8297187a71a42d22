/** A leader's block: filled from the pool within its time, then checked as every validator checks it (consensus.md R3). */
import assert from 'node:assert/strict'
import { toHex } from '../../primitives/bytes.ts'
import { encodeBlock } from '../../runtime/block/block.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import { type BuiltBlock, buildBlock } from '../../runtime/execution/buildBlock.ts'
import type { ExecutedBlock, ParentBlock } from '../../runtime/execution/openBlock.ts'
import { settledId } from '../../runtime/execution/settlement.ts'
import { isRefusal, type Refusal } from '../../runtime/refusal.ts'
import type { Clock } from '../agreement/ports.ts'
import type { BlockTree } from './blockTree.ts'
import type { BuildBudget } from './buildBudget.ts'
import { feeRecipientOf } from './epochs.ts'
import { type BuildAsk, type Executor, isExecuted } from './executor.ts'
import type { AwaitTurn, BlockContents, BuildReport } from './turns.ts'
import type { Works } from './works.ts'

/** Alone, nobody's timers wait for us: time bounds only what a devnet's owner waits for, on however busy a machine. */
const ALONE_BUDGET_MS = 2_000

export interface LeaderOptions {
  readonly rules: ChainRules
  readonly genesisHash: Uint8Array
  readonly clock: Pick<Clock, 'nowMs' | 'wallMs'>
  readonly pause: () => Promise<void>
  readonly turn: AwaitTurn
  readonly onBuilt: (report: BuildReport) => void
  readonly budget: BuildBudget
  readonly tree: BlockTree
  readonly works: Works
  readonly executor: Executor
}

export interface Leader {
  build(request: BuildAsk): Promise<{ readonly blockHash: string; readonly bytes: Uint8Array } | null>
}

export function createLeader(options: LeaderOptions): Leader {
  const { tree, executor, budget } = options
  return {
    async build(request) {
      const parent = await executor.parentOf(request)
      if (!isExecuted(parent)) return null
      const contents = await awaitTurn(options, request, parent)
      // Others may have become final while we waited.
      const now = tree.parent(request.parentHash)
      if (contents === null || now === undefined) return null
      const built = await fill(options, request, now, contents)
      if (built === 'abandoned') return null
      const bytes = encodeBlock(built)
      const checked = await executor.execute(request, bytes)
      if (checked === 'abandoned') return null
      assertOwn(checked)
      budget.built(built.hash, built.header.number)
      return { blockHash: toHex(built.hash), bytes }
    },
  }
}

function assertOwn(checked: ExecutedBlock | Refusal | 'missing'): void {
  assert(checked !== 'missing', 'the parent of our own block is held')
  if (isRefusal(checked))
    assert.fail(`our own block breaks ${checked.code}: expected ${checked.expected}, got ${checked.got}`)
}

function awaitTurn({ tree, turn }: LeaderOptions, request: BuildAsk, { header }: ParentBlock) {
  const unsettled = tree.unsettled(request.parentHash).flatMap((block) => block.transactions)
  return turn({
    request,
    height: header.number + 1,
    parentTimestampS: header.timestamp,
    taken: unsettled.map((one) => (one.kind === 'user' ? one.hash : settledId(one))),
  })
}

async function fill(
  options: LeaderOptions,
  request: BuildAsk,
  parent: ParentBlock,
  contents: BlockContents,
): Promise<BuiltBlock | 'abandoned'> {
  const { rules, genesisHash, clock, pause, budget, works } = options
  const { epoch, view, parentHash, isAbandoned } = request
  const budgetMs = epoch.validators.length === 1 ? ALONE_BUDGET_MS : budget.ms
  const built = await works.run(parentHash, [isAbandoned], ({ tick }) =>
    buildBlock({
      rules,
      genesisHash,
      epoch,
      parent,
      coinbase: feeRecipientOf(rules, epoch, view, parent.state),
      timestamp: Math.max(parent.header.timestamp, Math.floor(clock.wallMs() / 1000)),
      ...contents,
      budget: { nowMs: clock.nowMs, endMs: clock.nowMs() + budgetMs },
      tick,
      pause,
    }),
  )
  if (built !== 'abandoned') options.onBuilt(reportOf(built, parent.state.kind === 'root'))
  return built
}

function reportOf(built: BuiltBlock, isOnHead: boolean): BuildReport {
  const { skipped, aborted, failedSettlements, isCut, transactions } = built
  return {
    skipped: skipped.map(({ transaction, refusal }) => ({ hash: transaction.hash, refusal })),
    aborted: aborted.map(({ hash }) => hash),
    failedSettlements,
    isOnHead,
    mayLeaveSome: isCut || transactions.length > 0 || aborted.length > 0,
  }
}
