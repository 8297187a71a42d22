/** Blocks that a finalization has proven, executed and committed without the core (consensus.md §8, Sync). */
import { wireToCandidate } from '../../../consensus/messages.ts'
import { toHex } from '../../../primitives/bytes.ts'
import type { WireFinalBlocks } from '../../../primitives/wire/sync.ts'
import type { Bodies } from '../bodies.ts'
import type { Wal } from '../durability/wal.ts'
import type { Epochs } from '../epochs.ts'
import type { Execution } from '../ports.ts'
import type { FinalNotice } from '../surface.ts'
import { checkRange } from './finalRange.ts'
import type { ProvenRange } from './follower.ts'
import type { Sealings } from './sealings.ts'

export interface RangeContext {
  readonly params: { readonly epochBlocks: number }
  readonly execution: Pick<Execution, 'head' | 'stored' | 'hashOf' | 'commit'>
  readonly epochs: Epochs
  readonly bodies: Bodies
  readonly sealings: Sealings
  readonly onFinal: (final: FinalNotice) => void
}

/** Why it proves nothing that follows the head. */
export function proveRange(context: RangeContext, range: WireFinalBlocks): ProvenRange | string {
  const { execution, epochs, params } = context
  const { height } = execution.head()
  const { epoch, crypto } = epochs.at(epochs.current())
  const stored = height === epoch.number * params.epochBlocks ? undefined : execution.stored(height)
  const parent =
    stored === undefined ? { view: 0, id: toHex(epoch.epochHash) } : wireToCandidate(crypto, stored.candidate)
  if (height + range.bodies.length > (epoch.number + 1) * params.epochBlocks) return 'blocks beyond the epoch’s last'
  const checked = checkRange({ epoch, crypto, parent, hashOf: execution.hashOf }, range)
  return typeof checked === 'string' ? checked : { ...checked, fromHeight: height + 1, range }
}

/** The core may have committed the first of them meanwhile. */
export async function commitRange(
  { execution, params, bodies, sealings, wal, onFinal }: RangeContext & { readonly wal: Pick<Wal, 'prune'> },
  { range, candidates, fromHeight }: ProvenRange,
): Promise<void> {
  const { epoch, finalization, bodies: blocks, above } = range
  for (const [i, { candidate, block }] of blocks.entries()) {
    const height = fromHeight + i
    if (height <= execution.head().height) continue
    if (height === (epoch + 1) * params.epochBlocks)
      await sealings.save({ epoch, finalization, candidates: [candidate, ...above] })
    await execution.commit({ candidate, finalization, bytes: block })
    const { view, blockHash } = candidates[i]!
    bodies.commit({ candidate: candidates[i]!, height })
    onFinal({ height, hash: blockHash, view, latencyMs: null })
  }
  wal.prune(epoch, candidates.at(-1)!.view)
}
