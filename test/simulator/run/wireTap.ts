/** Reads every frame that leaves a node, and tells the invariants what was signed and what is held. */
import { blsBallots } from '../../../consensus/ballotCrypto.ts'
import type { EpochWithLeaders } from '../../../consensus/epoch.ts'
import { wireToVote } from '../../../consensus/messages.ts'
import { toHex } from '../../../primitives/bytes.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import { candidateId } from '../../../primitives/validatorSet.ts'
import { frameCodec } from '../../../primitives/wire/frame.ts'
import type { WireProposal } from '../../../primitives/wire/proposal.ts'
import type { WireVote } from '../../../primitives/wire/vote.ts'
import type { Report } from '../invariants/offence.ts'
import type { VoteLedger } from '../invariants/voteLedger.ts'
import type { SimulatedChain } from './simulatedChain.ts'

export interface WireTapOptions {
  readonly chain: SimulatedChain
  readonly votes: VoteLedger
  readonly report: Report
  readonly keyOf: (node: number) => number
  readonly isHonest: (node: number) => boolean
  /** Undefined: nobody has committed its root yet, so nobody honest speaks of it. */
  readonly epochOf: (epoch: number) => EpochWithLeaders | undefined
}

export function createWireTap(options: WireTapOptions): (from: number, frame: Uint8Array) => void {
  const { chain, votes, report, keyOf, isHonest, epochOf } = options

  const onVote = (from: number, vote: WireVote) => {
    const { kind, epoch, view, id, signer } = vote
    const epochHere = epochOf(epoch)
    if (epochHere === undefined) return
    if (isHonest(from)) {
      if (chain.keyAt(epoch, signer) !== keyOf(from)) report('I9', `node ${from} sent a vote of signer ${signer}`)
    } else {
      // What a Byzantine node sends counts if its signature does.
      const { ballot, signature } = wireToVote(vote)
      if (epochHere.validators[signer] === undefined) return
      if (!blsBallots(chain.keys.bls, chain.context, epochHere).verify([signer], ballot, signature)) return
    }
    votes.onVote({ epoch, view, kind, id: kind === 'skip' ? '' : toHex(id), signer })
  }
  const onCertificate = (from: number, { kind, epoch, view, id, signers }: Certificate) => {
    if (!isHonest(from) || epochOf(epoch) === undefined) return
    const self = chain.indexOf(epoch, keyOf(from))
    const seen = { kind, epoch, view, id: kind === 'skip' ? '' : toHex(id), signers }
    votes.onCertificate(from, seen, self < 0 ? undefined : self)
  }
  const onProposal = (from: number, { epoch, candidate, certificates }: WireProposal) => {
    const epochHere = epochOf(epoch)
    if (!isHonest(from) || epochHere === undefined) return
    for (const certificate of certificates) onCertificate(from, certificate)
    const id = toHex(candidateId(chain.context, epochHere.epochHash, candidate))
    const signer = chain.indexOf(epoch, keyOf(from))
    votes.onVote({ epoch, view: candidate.view, kind: 'proposal', id, signer })
  }

  return (from, bytes) => {
    const frame = frameCodec.decode(bytes)
    switch (frame.kind) {
      case 'vote':
        return onVote(from, frame.vote)
      case 'certificate':
        return onCertificate(from, frame.certificate)
      case 'proposal':
        return onProposal(from, frame.proposal)
      case 'attestation':
        return
      default:
        // A refusal: only junk is none of these.
        if (isHonest(from)) report('I9', `node ${from} sent bytes that are no frame`)
    }
  }
}
