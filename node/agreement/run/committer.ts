/** Final blocks on their way into the chain store, oldest first, and what is forgotten once they are there (consensus.md R9). */
import { candidateToWire } from '../../../consensus/messages.ts'
import type { Candidate } from '../../../consensus/step.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { Sealing } from '../../../primitives/wire/sealing.ts'
import type { Bodies } from '../bodies.ts'
import type { Wal } from '../durability/wal.ts'
import type { Execution } from '../ports.ts'
import type { Sealings } from '../sync/sealings.ts'

/** One `commit` of the core. */
export interface FinalChain {
  readonly chain: readonly Candidate[]
  readonly finalization: Certificate
  /** Of the epoch that ends with the chain's last block: on the disk before that block is. */
  readonly sealing: Sealing | undefined
  /** Between that block and the finalized candidate: whoever is behind asks for them too (R2). */
  readonly fillers: readonly Candidate[]
}

export interface Committer {
  commit(final: FinalChain): void
  /** All that was given is committed. */
  done(): Promise<void>
}

export interface CommitterOptions {
  readonly execution: Pick<Execution, 'commit' | 'head'>
  readonly bodies: Bodies
  readonly wal: Pick<Wal, 'prune'>
  readonly sealings: Sealings
  readonly onCommitted: (candidate: Candidate) => void
  readonly onFault: (error: unknown) => void
}

export function createCommitter(options: CommitterOptions): Committer {
  let tail: Promise<void> = Promise.resolve()
  return {
    commit(final) {
      tail = tail.then(() => commitChain(options, final))
      tail.catch(options.onFault)
    },
    done: () => tail,
  }
}

async function commitChain(
  options: CommitterOptions,
  { chain, finalization, sealing, fillers }: FinalChain,
): Promise<void> {
  const { execution, bodies, wal, sealings } = options
  // No head stands at an epoch's last block without the proof that others may ask for.
  if (sealing !== undefined) await sealings.save(sealing)
  for (const candidate of chain) {
    const held = bodies.block(candidate.blockHash)
    if (held === undefined) throw new Error(`the block of final candidate ${candidate.id} is not here`)
    await execution.commit({ candidate: candidateToWire(candidate), finalization, bytes: held.bytes })
    bodies.commit({ candidate, height: execution.head().height })
    options.onCommitted(candidate)
  }
  for (const candidate of fillers) bodies.commit({ candidate, height: undefined })
  bodies.decide(finalization.view)
  wal.prune(finalization.epoch, finalization.view)
}
