/**
 * Blocks as agreement asks for them (ports.ts): built and checked on any held parent, committed one by one into the chain
 * store, over the runtime and a tree of layers (runtime.md §4, §5, §7).
 */
import { equal, toHex } from '../../primitives/bytes.ts'
import type { ChainContext } from '../../primitives/statements.ts'
import { type Block, decodeBlockHeader, hashOfWhole } from '../../runtime/block/block.ts'
import { decodeHeader } from '../../runtime/block/header.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import type { ExecutedBlock, ParentBlock } from '../../runtime/execution/openBlock.ts'
import { settledId } from '../../runtime/execution/settlement.ts'
import type { MinedTransaction } from '../../runtime/pool/pool.ts'
import { isRefusal, type Refusal } from '../../runtime/refusal.ts'
import { createKeyHasher, createStateRoot } from '../../runtime/state/stateRoot.ts'
import type { Clock, Execution, FinalizedCandidate, Verdict } from '../agreement/ports.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import type { ChainStore } from '../storage/chainStore.ts'
import { type BlockTree, createBlockTree } from './blockTree.ts'
import { createBuildBudget } from './buildBudget.ts'
import { createEpochs, type Epochs } from './epochs.ts'
import {
  type BuildAsk,
  type CheckAsk,
  createExecutor,
  type Executor,
  type ExecutorOptions,
  isExecuted,
  type Unexecuted,
} from './executor.ts'
import { createLeader, type LeaderOptions } from './leader.ts'
import { createPause, type PauseOptions } from './pause.ts'
import { finalizedBlock, readFinalized } from './storedBlock.ts'
import { createWorks } from './works.ts'

/** Consensus.md §6: a leader may not run further ahead of our clock; a voting rule, never a validity rule. */
const AHEAD_MS_MAX = 2_000
/** How soon a check whose ancestor is being fetched is worth another try. */
const MISSING_RETRY_MS = 200

/** What the rest of the node is told of a block that was just committed. */
export interface FinalBlock {
  readonly height: number
  readonly mined: readonly MinedTransaction[]
  /** Ids of its settlements. */
  readonly settled: readonly Uint8Array[]
}

export interface ExecutionOptions
  extends Pick<LeaderOptions, 'turn' | 'onBuilt'>,
    Pick<ExecutorOptions, 'known'>,
    Pick<PauseOptions, 'turnLoop'> {
  readonly rules: ChainRules
  readonly chain: ChainContext
  /** Holds block 0. */
  readonly store: ChainReader & Pick<ChainStore, 'commitBlock'>
  readonly clock: Pick<Clock, 'nowMs' | 'wallMs'>
  readonly onFinal: (final: FinalBlock) => void
}

export interface BlockExecution extends Execution, Epochs {
  /** The newest committed block, to read its state. */
  tip(): ParentBlock
  /** After a rewind the store holds later final blocks: executes them again; returns how many. */
  replay(): Promise<number>
}

/** In this thread: its requests may come from another. */
export interface ExecutionHere extends BlockExecution {
  build(request: BuildAsk): ReturnType<Execution['build']>
  check(request: CheckAsk): ReturnType<Execution['check']>
}

/** A final block breaks the rules, or agreement and storage differ: this node must not go on (consensus.md R9). */
export class FinalBlockError extends Error {
  readonly code = 'FinalBlockInvalid'
  constructor(message: string) {
    super(message)
    this.name = 'FinalBlockError'
  }
}

export function createExecution(options: ExecutionOptions): ExecutionHere {
  const { rules, chain, store, clock } = options
  const { genesisHash } = chain
  const shared = {
    ...options,
    genesisHash,
    tree: createBlockTree(committedHead(rules, store)),
    works: createWorks(),
    pause: createPause({ nowMs: clock.nowMs, turnLoop: options.turnLoop }),
    epochs: createEpochs(options),
    budget: createBuildBudget(),
  }
  const executor = createExecutor(shared)
  const leader = createLeader({ ...shared, executor })
  const committer = createCommitter({ ...shared, executor })
  const head = () => store.head()!
  return {
    ...leader,
    ...shared.epochs,
    hashOf: (bytes) => hashOf(rules, bytes),
    head: () => ({ height: head().height, hash: toHex(head().hash) }),
    tip: shared.tree.root,
    check: async (request) => earlyVerdict(rules, clock, request) ?? verdictOf(await checkOnParent(executor, request)),
    commit: committer,
    stored: (height) => (height > head().height ? undefined : readFinalized(store, height)),
    async replay() {
      for (let count = 0; ; count++) {
        const block = readFinalized(store, head().height + 1)
        if (block === undefined) return count
        await committer(block)
      }
    },
  }
}

export function hashOf(rules: ChainRules, bytes: Uint8Array): string | undefined {
  const hash = hashOfWhole(rules, bytes)
  return hash && toHex(hash)
}

/** The newest committed block, to read its state. */
export function committedHead(rules: ChainRules, store: ChainReader): ParentBlock {
  const { height, hash, stateRoot } = store.head()!
  const header = decodeHeader(store.header(height)!)
  if (isRefusal(header)) throw new FinalBlockError(`header ${height} in the store: ${wordsOf(header)}`)
  return { hash, header, state: createStateRoot(stateRoot, store.state, createKeyHasher(rules.keccak)) }
}

interface CommitterOptions extends ExecutionOptions {
  readonly tree: BlockTree
  readonly works: ReturnType<typeof createWorks>
  readonly epochs: Epochs
  readonly budget: ReturnType<typeof createBuildBudget>
  readonly executor: Executor
}

/** One commit after another. */
function createCommitter(options: CommitterOptions): Execution['commit'] {
  let tail: Promise<void> = Promise.resolve()
  return (block) => {
    const done = tail.then(() => commitNext(options, block))
    tail = done.catch(() => {})
    return done
  }
}

async function commitNext(options: CommitterOptions, final: FinalizedCandidate): Promise<void> {
  const { store, tree, works, budget } = options
  const executed = await executeFinal(options, final)
  const { hash, header } = executed
  // From here on nothing new begins on what is not of the final chain: the store is about to move under it.
  tree.finalize(toHex(hash))
  works.doom((parentHash) => tree.parent(parentHash) === undefined)
  await store.commitBlock(finalizedBlock(executed, final))
  tree.settle(createStateRoot(header.stateRoot, store.state, executed.layer.hasher))
  budget.committed(hash, header.number)
  options.onFinal(finalOf(executed))
}

function finalOf({ header, transactions }: Block): FinalBlock {
  const mined = transactions.flatMap((one) => (one.kind === 'user' ? one : []))
  const settled = transactions.flatMap((one) => (one.kind === 'system' ? settledId(one) : []))
  return { height: header.number, mined, settled }
}

async function executeFinal(
  { tree, epochs, executor }: CommitterOptions,
  { candidate, bytes }: FinalizedCandidate,
): Promise<ExecutedBlock> {
  const known = tree.block(toHex(candidate.blockHash))
  if (known !== undefined) return known
  const { hash, header } = tree.root()
  const executed = await executor.execute(
    {
      epoch: epochs.ofBlock(header.number + 1),
      view: candidate.view,
      parentHash: toHex(hash),
      heldBlock: () => undefined,
      isAbandoned: () => false,
    },
    bytes,
  )
  if (!isExecuted(executed)) throw new FinalBlockError(`final block ${header.number + 1}: ${wordsOf(executed)}`)
  if (!equal(executed.hash, candidate.blockHash))
    throw new FinalBlockError(`final block ${header.number + 1}: ${toHex(executed.hash)} under another candidate`)
  return executed
}

function earlyVerdict(rules: ChainRules, clock: Pick<Clock, 'wallMs'>, { bytes }: CheckAsk): Verdict | undefined {
  const header = decodeBlockHeader(rules, bytes)
  if (isRefusal(header)) return verdictOf(header)
  const retryAfterMs = header.timestamp * 1000 - clock.wallMs() - AHEAD_MS_MAX
  return retryAfterMs > 0 ? { kind: 'early', retryAfterMs } : undefined
}

async function checkOnParent(executor: Executor, request: CheckAsk): Promise<ExecutedBlock | Unexecuted> {
  const parent = await executor.parentOf(request)
  return isExecuted(parent) ? executor.execute(request, request.bytes) : parent
}

function verdictOf(outcome: ExecutedBlock | Unexecuted): Verdict {
  if (outcome === 'abandoned') return { kind: 'abandoned' }
  if (outcome === 'missing') return { kind: 'early', retryAfterMs: MISSING_RETRY_MS }
  return isRefusal(outcome) ? { kind: 'invalid', reason: wordsOf(outcome) } : { kind: 'valid' }
}

function wordsOf(refused: Refusal | string): string {
  return typeof refused === 'string' ? refused : `${refused.code}: expected ${refused.expected}, got ${refused.got}`
}
