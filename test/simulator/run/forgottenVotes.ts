/**
 * Votes that a flipped bit has taken from a signer log without a trace.
 *
 * A flip in any record but the last shows: whole records follow it, the log counts as lost, and its node signs nothing
 * until two epochs later (consensus.md §8). A flip in the last record looks like a torn write, which was never signed and
 * is cut. The two cannot be told apart, and to sign nothing in such a view would be worse: after a power failure of many
 * hosts, torn last records would keep a quorum from ever voting in the view that all of them stand in. So that one vote
 * may be contradicted, in its own view; this and nothing else is excused, for keys below a third of the power.
 */
import { decodeStatement, type SignedStatement } from '../../../node/agreement/durability/castLog.ts'
import { hasRecordAfter, readRecords } from '../../../node/agreement/durability/record.ts'
import { equal } from '../../../primitives/bytes.ts'
import type { ChainContext } from '../../../primitives/statements.ts'
import type { FlippedBit } from '../world/virtualDisk.ts'

export interface ForgottenVotes {
  onBitFlip(key: number, flipped: FlippedBit): void
  /** Of any view. */
  has(key: number): boolean
  isForgotten(key: number, epochHash: Uint8Array, view: number): boolean
}

export function createForgottenVotes(chain: ChainContext): ForgottenVotes {
  const byKey = new Map<number, SignedStatement[]>()
  return {
    onBitFlip(key, { name, before, after }) {
      if (name !== 'signer') return
      const left = readRecords(after)
      if (hasRecordAfter(after, left.goodBytes, left.records.at(-1)?.seq ?? 0)) return
      const cut = readRecords(before).records.slice(left.records.length)
      const statements = cut.flatMap(({ payload }) => decodeStatement(chain, payload) ?? [])
      if (statements.length > 0) byKey.set(key, [...(byKey.get(key) ?? []), ...statements])
    },
    has: (key) => byKey.has(key),
    isForgotten: (key, epochHash, view) =>
      (byKey.get(key) ?? []).some(
        (statement) =>
          statement.kind !== 'attribution' && statement.view === view && equal(statement.epochHash, epochHash),
      ),
  }
}
