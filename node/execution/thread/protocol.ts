/** What the main thread and the execution thread ask and tell each other (portCalls.ts). */
import { bytesToUint, concat, uintToBytes } from '../../../primitives/bytes.ts'
import type { ChainParams } from '../../../primitives/chainParams.ts'
import type { Settlement } from '../../../runtime/execution/settlement.ts'
import type { MinedTransaction } from '../../../runtime/pool/pool.ts'
import type { HeldBlock, Verdict } from '../../agreement/ports.ts'
import type { FinalizedBlock } from '../../storage/chainStore.ts'
import type { BuildReport } from '../turns.ts'
import { joinItems, splitItems } from './portCalls.ts'

/** Answered by the execution thread. */
export interface ThreadAnswers {
  /** First of all. The store is held by the main thread, and holds block 0. */
  open(chain: ThreadChain): void
  pool(changes: PoolChanges): void
  build(request: ThreadRequest & { readonly isEmpty: boolean }): Promise<ThreadBlock | null>
  check(request: ThreadRequest & { readonly bytes: Uint8Array }): Promise<Verdict>
  commit(block: ThreadFinal): Promise<void>
  replay(nothing: null): Promise<number>
  /** The thread ends after it. */
  close(nothing: null): Promise<void>
}

/** Answered by the main thread. */
export interface MainAnswers {
  turn(turn: ThreadTurn): Promise<ThreadContents | null>
  heldBlock(asked: { readonly request: number; readonly hash: string }): HeldBlock | undefined
  /** Commits a block that names content. */
  write(block: FinalizedBlock): Promise<void>
  built(report: BuildReport): void
  final(final: ThreadFinalBlock): void
}

export interface ThreadChain {
  readonly folder: string
  readonly params: ChainParams
  readonly genesisHash: Uint8Array
}

/** What the pool holds, and no longer holds, since it was told last. */
export interface PoolChanges {
  readonly held: readonly PooledTransaction[]
  /** Hashes, joined. */
  readonly forgotten: Uint8Array
}
export interface PooledTransaction {
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
  readonly sender: Uint8Array
}

export interface ThreadRequest {
  /** By which the thread asks back. */
  readonly request: number
  readonly epoch: number
  readonly view: number
  readonly parentHash: string
  /** Shared; 1 once nobody needs the outcome: a busy thread hears no message. */
  readonly abandoned: Int32Array
}

export interface ThreadBlock {
  readonly blockHash: string
  readonly bytes: Uint8Array
}

/** Encoded, so that nothing of the frame that they came in crosses with them. */
export interface ThreadFinal {
  readonly candidate: Uint8Array
  readonly finalization: Uint8Array
  readonly bytes: Uint8Array
}

export interface ThreadTurn {
  readonly request: number
  readonly height: number
  readonly parentTimestampS: number
  /** Hashes and ids, joined. */
  readonly taken: Uint8Array
}

export interface ThreadContents {
  /** Hashes of transactions in the builder's order, joined. */
  readonly order: Uint8Array
  readonly settlements: readonly Settlement[]
}

export interface ThreadFinalBlock {
  readonly height: number
  /** Joined. */
  readonly mined: Uint8Array
  readonly settled: Uint8Array
}

export const HASH_BYTES = 32
/** hash[32] ‖ sender[20] ‖ nonce[8] (EIP-2681). */
const MINED_BYTES = 60

export function joinMined(mined: readonly MinedTransaction[]): Uint8Array {
  return joinItems(
    mined.map(({ hash, sender, nonce }) => concat(hash, sender, uintToBytes(nonce, 8))),
    MINED_BYTES,
  )
}

export function splitMined(joined: Uint8Array): MinedTransaction[] {
  return splitItems(joined, MINED_BYTES).map((item) => ({
    hash: item.slice(0, 32),
    sender: item.slice(32, 52),
    nonce: bytesToUint(item.subarray(52)),
  }))
}
