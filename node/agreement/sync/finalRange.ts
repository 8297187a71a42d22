/** Runs of final blocks of one epoch: put together for a peer that follows, and checked by one (consensus.md §8, Sync). */
import type { BallotCrypto } from '../../../consensus/ballotCrypto.ts'
import type { EpochWithLeaders } from '../../../consensus/epoch.ts'
import { certificateFault } from '../../../consensus/intake/certificates.ts'
import { wireToCandidate } from '../../../consensus/messages.ts'
import { isFiller } from '../../../consensus/state.ts'
import type { Candidate, Hash } from '../../../consensus/step.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { quorumPower, totalPower, type Candidate as WireCandidate } from '../../../primitives/validatorSet.ts'
import type { Sealing } from '../../../primitives/wire/sealing.ts'
import { SYNC_BLOCKS_MAX, SYNC_BYTES_MAX, type WireFinalBlocks } from '../../../primitives/wire/sync.ts'
import type { Execution, FinalizedCandidate } from '../ports.ts'

export interface RangeStore {
  readonly epochBlocks: number
  readonly execution: Pick<Execution, 'head' | 'stored'>
  readonly sealing: (epoch: number) => Promise<Sealing | undefined>
}

/** The epoch in which a block stands. */
export function epochOfHeight(height: number, epochBlocks: number): number {
  return Math.floor((height - 1) / epochBlocks)
}

/** From that height on, within its epoch and the bounds of an answer; undefined: nothing is there, or nothing proves it. */
export async function collectRange(store: RangeStore, from: number): Promise<WireFinalBlocks | undefined> {
  const { epochBlocks, execution } = store
  const headHeight = execution.head().height
  if (from < 1 || from > headHeight) return undefined
  const epoch = epochOfHeight(from, epochBlocks)
  const endHeight = Math.min(headHeight, (epoch + 1) * epochBlocks)
  const blocks = readBlocks(execution, from, Math.min(endHeight, from + SYNC_BLOCKS_MAX - 1))
  const last = blocks.at(-1)
  if (last === undefined) return undefined
  const { finalization } = last
  const above: WireCandidate[] = []
  const isReached = () => (above.at(-1) ?? last.candidate).view === finalization.view
  for (let height = from + blocks.length; height <= endHeight && !isReached(); height++)
    above.push(execution.stored(height)!.candidate)
  if (!isReached()) {
    // It names a filler above the sealing block, whose candidate is the first of the record.
    const sealing = await store.sealing(epoch)
    above.push(...(sealing?.candidates.slice(1) ?? []))
  }
  if (!isReached()) return undefined
  return { epoch, bodies: blocks.map(({ candidate, bytes }) => ({ candidate, block: bytes })), above, finalization }
}

function readBlocks(execution: RangeStore['execution'], from: number, to: number): FinalizedCandidate[] {
  const blocks: FinalizedCandidate[] = []
  let bytes = 0
  for (let height = from; height <= to; height++) {
    const block = execution.stored(height)
    if (block === undefined) break
    bytes += block.bytes.length
    if (bytes > SYNC_BYTES_MAX) break
    blocks.push(block)
  }
  return blocks
}

export interface RangeCheck {
  readonly epoch: EpochWithLeaders
  readonly crypto: BallotCrypto
  /** The last committed candidate, or the epoch's root. */
  readonly parent: { readonly view: number; readonly id: Hash }
  readonly hashOf: Execution['hashOf']
}

export interface CheckedRange {
  /** One a block. */
  readonly candidates: readonly Candidate[]
}

/** Why a range proves nothing; else its candidates. After it every block is known to be final. */
export function checkRange(
  { epoch, crypto, parent, hashOf }: RangeCheck,
  range: WireFinalBlocks,
): CheckedRange | string {
  const { bodies, above, finalization } = range
  if (range.epoch !== epoch.number || finalization.epoch !== epoch.number) return 'blocks of another epoch'
  if (finalization.kind !== 'finalize') return 'no finalization'
  const candidates = bodies.map(({ candidate }) => wireToCandidate(crypto, candidate))
  const path = above.map((candidate) => wireToCandidate(crypto, candidate))
  let below = parent
  for (const candidate of [...candidates, ...path]) {
    if (candidate.parentId !== below.id || candidate.parentView !== below.view) return 'candidates that do not follow'
    below = candidate
  }
  if (toHex(finalization.id) !== below.id || finalization.view !== below.view) return 'another candidate’s finalization'
  const powers = epoch.validators.map(({ power }) => power)
  const quorum = quorumPower(totalPower(epoch.validators))
  const fault = certificateFault({ powers, quorum, crypto }, finalization)
  if (fault !== undefined) return `a finalization with ${fault}`
  for (const [i, candidate] of candidates.entries())
    if (isFiller(candidate) || hashOf(bodies[i]!.block) !== candidate.blockHash) return 'another candidate’s block'
  return { candidates }
}
