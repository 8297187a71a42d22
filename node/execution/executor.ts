/** Executes blocks on any held parent by the validators' path, and ancestors again whose layers are gone (runtime.md §5). */
import { equal, fromHex, toHex } from '../../primitives/bytes.ts'
import { type Block, decodeBlock, decodeBlockHeader, type KnownTransactions } from '../../runtime/block/block.ts'
import { epochOfBlock } from '../../runtime/block/headerRules.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import { executeBlock } from '../../runtime/execution/executeBlock.ts'
import type { ExecutedBlock, ParentBlock } from '../../runtime/execution/openBlock.ts'
import { isRefusal, type Refusal, refuse } from '../../runtime/refusal.ts'
import type { BuildRequest, CheckRequest, HeldBlock, ParentRequest } from '../agreement/ports.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import type { BlockTree } from './blockTree.ts'
import { feeRecipientOf } from './epochs.ts'
import type { Works } from './works.ts'

export interface ExecutorOptions {
  readonly rules: ChainRules
  readonly genesisHash: Uint8Array
  readonly tree: BlockTree
  readonly works: Works
  readonly store: Pick<ChainReader, 'heightOf'>
  /** Transactions that the pool has decoded. */
  readonly known: KnownTransactions
  readonly pause: () => Promise<void>
}

/** A request of another thread, whose blocks must be fetched from it. */
export interface ParentAsk extends Omit<ParentRequest, 'heldBlock'> {
  readonly heldBlock: (blockHash: string) => HeldBlock | undefined | Promise<HeldBlock | undefined>
}
export type BuildAsk = ParentAsk & Pick<BuildRequest, 'isEmpty'>
export type CheckAsk = ParentAsk & Pick<CheckRequest, 'bytes'>

/** `missing`: the body of an ancestor is not here. `abandoned`: nobody asks, or the final chain has another block. */
export type Unexecuted = Refusal | 'missing' | 'abandoned'

export interface Executor {
  /** The block that a request names as parent, executed. */
  parentOf(request: ParentAsk): Promise<ParentBlock | Unexecuted>
  /** A block on that parent; it is held when its execution succeeds. */
  execute(request: ParentAsk, bytes: Uint8Array): Promise<ExecutedBlock | Unexecuted>
}

interface Running {
  readonly askers: (() => boolean)[]
  readonly outcome: Promise<ExecutedBlock | Unexecuted>
}

export function isExecuted<T extends object>(outcome: T | Unexecuted): outcome is T {
  return typeof outcome === 'object' && !isRefusal(outcome)
}

export function createExecutor(options: ExecutorOptions): Executor {
  const { rules, tree } = options
  const running = new Map<string, Running>()

  const start = (request: ParentAsk, parent: ParentBlock, block: Block): Running => {
    const key = toHex(block.hash)
    const askers = [request.isAbandoned]
    const outcome = options.works
      .run(request.parentHash, askers, async (work) => {
        const { coinbase } = block.header
        const executed = await executeBlock({ ...options, ...request, parent, coinbase, tick: work.tick }, block)
        if (!isRefusal(executed) && !work.isDoomed()) tree.add(executed)
        return executed
      })
      .finally(() => running.delete(key))
    const entry = { askers, outcome }
    running.set(key, entry)
    return entry
  }

  const execute = async (request: ParentAsk, bytes: Uint8Array): Promise<ExecutedBlock | Unexecuted> => {
    const block = decodeBlock(rules, bytes, options.known)
    if (isRefusal(block)) return block
    const key = toHex(block.hash)
    for (;;) {
      const parent = tree.parent(request.parentHash)
      if (parent === undefined || request.isAbandoned()) return 'abandoned'
      const held = checkRequest(rules, request, parent, block) ?? tree.block(key)
      if (held !== undefined) return held
      const known = running.get(key)
      known?.askers.push(request.isAbandoned)
      const { outcome } = known ?? start(request, parent, block)
      // Who asked first may have given it up just as we joined.
      const executed = await outcome
      if (executed !== 'abandoned') return executed
    }
  }

  return {
    execute,
    async parentOf(request) {
      const line = await unexecutedLine(options, request)
      if (!Array.isArray(line)) return line
      for (const { bytes, view, parentHash } of line) {
        const outcome = await execute({ ...request, view, parentHash }, bytes)
        if (!isExecuted(outcome)) return outcome
      }
      return tree.parent(request.parentHash) ?? 'abandoned'
    },
  }
}

/** What a block must satisfy in this view, whoever executed it before. */
function checkRequest(
  rules: ChainRules,
  { epoch, view }: ParentAsk,
  parent: ParentBlock,
  { header }: Block,
): Refusal | undefined {
  const number = epochOfBlock(rules.params, header.number)
  if (number !== epoch.number) return refuse('EpochHash', `a block of epoch ${epoch.number}`, `one of epoch ${number}`)
  if (!equal(header.parentHash, parent.hash)) return refuse('ParentHash', parent.hash, header.parentHash)
  const coinbase = feeRecipientOf(rules, epoch, view, parent.state)
  return equal(header.coinbase, coinbase) ? undefined : refuse('Coinbase', coinbase, header.coinbase)
}

/** Ancestors whose layers are gone, up to the parent that a request names, oldest first. */
async function unexecutedLine(
  { rules, tree, store }: ExecutorOptions,
  { parentHash, heldBlock }: ParentAsk,
): Promise<(HeldBlock & { readonly parentHash: string })[] | Unexecuted> {
  const line: (HeldBlock & { readonly parentHash: string })[] = []
  for (let hash = parentHash; tree.parent(hash) === undefined; hash = line[0]!.parentHash) {
    if (store.heightOf(fromHex(hash)) !== undefined) return 'abandoned'
    const held = await heldBlock(hash)
    if (held === undefined) return 'missing'
    const header = decodeBlockHeader(rules, held.bytes)
    if (isRefusal(header)) return header
    if (header.number <= tree.root().header.number) return 'abandoned'
    line.unshift({ ...held, parentHash: toHex(header.parentHash) })
  }
  return line
}
