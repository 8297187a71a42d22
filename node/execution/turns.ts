/** A leader's turn to build: awaited by its pace, begun with what waits then and no ancestor has. */
import type { Epoch } from '../../primitives/validatorSet.ts'
import type { Settlement } from '../../runtime/execution/settlement.ts'
import { settlementId } from '../../runtime/execution/settlement.ts'
import type { Refusal } from '../../runtime/refusal.ts'
import { keyOf } from '../../runtime/state/stateRoot.ts'
import type { UserTransaction } from '../../runtime/transactions/userTransaction.ts'
import type { BuildRequest } from '../agreement/ports.ts'
import type { Pace } from './pace.ts'

/** What a block is filled from. */
export interface BlockContents {
  /** Best first, each sender's nonces ascending. */
  readonly transactions: Iterable<UserTransaction>
  readonly settlements: Iterable<Settlement>
}

export interface BuildTurn {
  readonly request: Pick<BuildRequest, 'epoch' | 'isEmpty' | 'isAbandoned'>
  readonly height: number
  readonly parentTimestampS: number
  /** Hashes of transactions and ids of settlements that the parent and its ancestors have and the pool has not heard of. */
  readonly taken: readonly Uint8Array[]
}

/** Null: the turn has passed. */
export type AwaitTurn = (turn: BuildTurn) => Promise<BlockContents | null>

/** What a build learned of that which waits. */
export interface BuildReport {
  /** Cannot stand in this block, with the reason. */
  readonly skipped: readonly { readonly hash: Uint8Array; readonly refusal: Refusal }[]
  /** Ran past the time budget and were rolled back. */
  readonly aborted: readonly Uint8Array[]
  /** No block can take them. */
  readonly failedSettlements: readonly { readonly settlement: Settlement; readonly refusal: Refusal }[]
  /** Its parent is committed; otherwise a refusal may be due to a block that never becomes final. */
  readonly isOnHead: boolean
  /** Something may be left, which needs no new transaction to get its turn. */
  readonly mayLeaveSome: boolean
}

export interface TurnsOptions {
  readonly pace: Pick<Pace, 'turn'>
  /** Best first, each sender's nonces ascending; what ancestors have may be among them. */
  readonly transactions: () => Iterable<UserTransaction>
  readonly settlements: (epoch: Epoch) => Iterable<Settlement>
}

export function createTurns({ pace, transactions, settlements }: TurnsOptions): AwaitTurn {
  return async ({ request, height, parentTimestampS, taken }) => {
    const keys = new Set(taken.map(keyOf))
    const contents = (): BlockContents => ({
      transactions: fresh(transactions(), ({ hash }) => keys.has(keyOf(hash))),
      settlements: fresh(settlements(request.epoch), (settlement) => keys.has(keyOf(settlementId(settlement)))),
    })
    const isWaiting = () => {
      const waiting = contents()
      for (const _ of waiting.transactions) return true
      for (const _ of waiting.settlements) return true
      return false
    }
    const { isAbandoned, isEmpty } = request
    if (!(await pace.turn({ height, parentTimestampS, isAbandoned, isWaiting }))) return null
    return isEmpty ? { transactions: [], settlements: [] } : contents()
  }
}

function* fresh<T>(items: Iterable<T>, isTaken: (item: T) => boolean): Generator<T> {
  for (const item of items) if (!isTaken(item)) yield item
}
