/** The core's messages and their wire form (consensus.md §4): ids become hex, and a candidate gets its id. */
import { fromHex, toHex } from '../primitives/bytes.ts'
import type { Candidate as WireCandidate } from '../primitives/validatorSet.ts'
import { type Frame, frameCodec } from '../primitives/wire/frame.ts'
import type { WireProposal } from '../primitives/wire/proposal.ts'
import type { WireVote } from '../primitives/wire/vote.ts'
import type { BallotCrypto } from './ballotCrypto.ts'
import type { Ballot, Candidate, Message, Proposal, Vote } from './step.ts'

const NO_ID = new Uint8Array(0)

export function voteToWire(epoch: number, { signer, ballot, signature }: Vote): WireVote {
  const id = ballot.kind === 'skip' ? NO_ID : fromHex(ballot.id)
  return { kind: ballot.kind, epoch, view: ballot.view, id, signer, signature }
}

export function wireToVote({ kind, view, id, signer, signature }: WireVote): Vote {
  const ballot: Ballot = kind === 'skip' ? { kind, view } : { kind, view, id: toHex(id) }
  return { signer, ballot, signature }
}

export function candidateToWire({ view, parentView, parentId, blockHash }: Candidate): WireCandidate {
  return { view, parentView, parentId: fromHex(parentId), blockHash: fromHex(blockHash) }
}

export function wireToCandidate(crypto: Pick<BallotCrypto, 'candidateId'>, wire: WireCandidate): Candidate {
  const { view, parentView } = wire
  const named = { view, parentView, parentId: toHex(wire.parentId), blockHash: toHex(wire.blockHash) }
  return { ...named, id: crypto.candidateId(named) }
}

export function proposalToWire(epoch: number, { candidate, signature, certificates }: Proposal): WireProposal {
  return { epoch, candidate: candidateToWire(candidate), signature, certificates }
}

export function wireToProposal(crypto: Pick<BallotCrypto, 'candidateId'>, wire: WireProposal): Proposal {
  const { candidate, signature, certificates } = wire
  return { candidate: wireToCandidate(crypto, candidate), signature, certificates }
}

/** A message as a frame of the direct stream. */
export function encodeMessage(epoch: number, message: Message): Uint8Array {
  return frameCodec.encode(messageToFrame(epoch, message))
}

function messageToFrame(epoch: number, message: Message): Frame {
  switch (message.kind) {
    case 'vote':
      return { kind: 'vote', vote: voteToWire(epoch, message.vote) }
    case 'certificate':
      return { kind: 'certificate', certificate: message.certificate }
    case 'proposal':
      return { kind: 'proposal', proposal: proposalToWire(epoch, message.proposal) }
    default:
      return message satisfies never
  }
}
