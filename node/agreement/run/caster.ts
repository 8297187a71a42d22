/** Statements on their way to a signature: WAL on the disk, then signer log on the disk, then signed (consensus.md §8). */
import { statementOf } from '../../../consensus/ballotCrypto.ts'
import type { Ballot, Candidate, Proposal, Vote } from '../../../consensus/step.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { Epoch } from '../../../primitives/validatorSet.ts'
import type { SignedStatement } from '../durability/castLog.ts'
import type { Signer } from '../durability/signer.ts'
import type { Wal } from '../durability/wal.ts'

export interface Caster {
  cast(ballot: Ballot): void
  propose(candidate: Candidate, certificates: readonly Certificate[]): void
  /** All that was cast up to now comes before. */
  raise(view: number): void
  /** Ends after the statement at work; nothing more is signed. */
  close(): Promise<void>
}

export interface CasterOptions {
  readonly epoch: Epoch
  readonly self: number
  readonly wal: Pick<Wal, 'synced'>
  readonly signer: Pick<Signer, 'sign' | 'raise'>
  readonly onVote: (vote: Vote) => void
  readonly onProposal: (proposal: Proposal) => void
  /** The core asked for what the signer may not sign. */
  readonly onRefused: (reason: string) => void
  readonly onFault: (error: unknown) => void
}

/** One statement after another, in the order in which the core cast them. */
export function createCaster(options: CasterOptions): Caster {
  const { epoch, self, wal, signer } = options
  let tail: Promise<void> = Promise.resolve()
  let isClosed = false
  const next = (work: () => Promise<void>) => {
    tail = tail.then(() => (isClosed ? undefined : work())).catch(options.onFault)
  }
  const sign = async (
    signed: Ballot | { kind: 'proposal'; view: number; id: string },
    done: (by: Uint8Array) => void,
  ) => {
    await wal.synced()
    const signature = await signer.sign(statementOf(epoch, signed) as SignedStatement)
    if (isClosed) return
    if ('kind' in signature) options.onRefused(`${signed.kind} in view ${signed.view}: ${signature.reason}`)
    else done(signature)
  }
  return {
    cast: (ballot) => next(() => sign(ballot, (signature) => options.onVote({ signer: self, ballot, signature }))),
    propose(candidate, certificates) {
      const { view, id } = candidate
      next(() =>
        sign({ kind: 'proposal', view, id }, (signature) => options.onProposal({ candidate, signature, certificates })),
      )
    },
    raise: (view) => next(() => signer.raise(view)),
    close() {
      isClosed = true
      return tail
    },
  }
}
