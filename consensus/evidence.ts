/** A conflict that the core reports, as evidence for `IStaking.submitEvidence` (consensus.md §5). */
import { fromHex } from '../primitives/bytes.ts'
import type { Certificate } from '../primitives/certificate.ts'
import type { CertifiedBallot, Evidence, SignedBallot } from '../primitives/evidence.ts'
import type { Conflict, Proposal, Vote } from './step.ts'

/** `epoch` is the number of the epoch in which the conflict was signed. */
export function evidenceOf(epoch: number, conflict: Conflict): Evidence {
  switch (conflict.kind) {
    case 'votes': {
      const { signer, first, second } = conflict
      const pair = [signedVote(first), signedVote(second)] as const
      return { kind: 'statements', epoch, signer, view: first.ballot.view, pair }
    }
    case 'proposals': {
      const { signer, first, second } = conflict
      const pair = [signedProposal(first), signedProposal(second)] as const
      return { kind: 'statements', epoch, signer, view: first.candidate.view, pair }
    }
    case 'certificates': {
      const { first, second } = conflict
      return { kind: 'certificates', epoch, view: first.view, pair: [certified(first), certified(second)] }
    }
    default:
      return conflict satisfies never
  }
}

const signedVote = ({ ballot, signature }: Vote): SignedBallot =>
  ballot.kind === 'skip' ? { kind: 'skip', signature } : { kind: ballot.kind, id: fromHex(ballot.id), signature }

const signedProposal = ({ candidate, signature }: Proposal): SignedBallot => ({
  kind: 'proposal',
  id: fromHex(candidate.id),
  signature,
})

const certified = ({ kind, id, signers, signature }: Certificate): CertifiedBallot =>
  kind === 'skip' ? { kind, signers, signature } : { kind, id, signers, signature }
