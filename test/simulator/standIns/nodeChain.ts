/** What a run's blocks are made of: keys, block 0, and each node's chain, of which its disk keeps what processes commit. */
import type { Hash } from '../../../consensus/step.ts'
import type { HostBounds } from '../../../node/agreement/bounds.ts'
import type { Clock, Execution, FinalizedCandidate } from '../../../node/agreement/ports.ts'
import type { ChainContext } from '../../../primitives/statements.ts'
import type { ValidatorSet } from '../../../primitives/validatorSet.ts'
import type { Random } from '../../fuzz/random.ts'
import type { Report } from '../invariants/offence.ts'
import type { Randomness } from '../world/randomness.ts'
import type { SimulatedKeys } from './taggedBls.ts'

export interface ExecutionFaults {
  /** Longest build or check. */
  delayMsMax: number
  /** Share of builds that fail. */
  failShare: number
  /** Longest commit, an fsync in it. */
  commitMsMax: number
  /** Between a block and its child (R3). */
  intervalMs: number
}

/** One process's hold on the chain. */
export interface ChainProcess {
  readonly clock: Clock
  /** A dead process does nothing any more. */
  readonly isAlive: () => boolean
}

export interface NodeChainOptions {
  readonly index: number
  readonly random: Random
  readonly faults: ExecutionFaults
  /** The block is on the disk; the hash is of everything that it left there. */
  readonly onCommit: (height: number, block: FinalizedCandidate, stateHash: string) => void
}

/** Outlives processes; a crash takes nothing of it, since a commit is one atomic batch. */
export interface NodeChain {
  height(): number
  /** The disk is gone. */
  wipe(): void
  open(process: ChainProcess): Execution
}

export interface Engine {
  readonly keys: SimulatedKeys
  found(options: FoundOptions): FoundedChain
}

export interface FoundOptions {
  readonly seed: number
  readonly epochBlocks: number
  readonly setOf: (epoch: number) => ValidatorSet
  readonly randomness: Randomness
  /** When its users stop to ask for anything. */
  readonly usedMs: number
  readonly report: Report
}

export interface FoundedChain {
  readonly context: ChainContext
  /** As many bytes as its blocks are long. */
  readonly hostBounds: HostBounds
  createNodeChain(options: NodeChainOptions): NodeChain
  /** In the longest of their chains. */
  transactions(): number
  /** Whole and of that parent, but seldom what an honest leader would build on it. */
  forgeBlock(random: Random, parentHash: Hash, epochHash: Uint8Array): ForgedBlock
}

export interface ForgedBlock {
  readonly hash: Hash
  readonly bytes: Uint8Array
}

export type Later = <T>(delayMsMax: number, leastMs: number, effect: () => T | Promise<T>) => Promise<T>

/** Effects after a drawn delay; one whose process died before it never comes, and its promise never settles. */
export function createLater({ clock, isAlive }: ChainProcess, random: Random): Later {
  return (delayMsMax, leastMs, effect) =>
    new Promise((resolve, reject) => {
      const run = () => {
        if (!isAlive()) return
        try {
          resolve(effect())
        } catch (error) {
          reject(error)
        }
      }
      const delayMs = leastMs + (delayMsMax === 0 ? 0 : random.int(0, delayMsMax))
      if (delayMs === 0) run()
      else clock.after(delayMs, run)
    })
}
