/** One frame of a direct stream, `/openledger/<network>/simplex/1` (consensus.md §4). */
import { type Certificate, certificateCodec } from '../certificate.ts'
import { bytesField, type Codec, messageField, type OneOf, oneOfCodec } from './message.ts'
import { PROPOSAL_BYTES_MAX, proposalCodec, type WireProposal } from './proposal.ts'
import { voteCodec, type WireVote } from './vote.ts'

/** Consensus.md §9. */
export const FRAME_BYTES_MAX = PROPOSAL_BYTES_MAX
/** An attestation is a statement of three hashes, a signer and a signature: 220 bytes and some room. */
const ATTESTATION_BYTES_MAX = 1024

interface FrameKinds {
  readonly vote: WireVote
  readonly certificate: Certificate
  readonly proposal: WireProposal
  readonly attestation: Uint8Array
}

/** `{ kind: 'vote', vote }`, and so on. */
export type Frame = OneOf<FrameKinds>

export const frameCodec: Codec<Frame> = oneOfCodec<FrameKinds>(
  'Frame',
  {
    vote: [1, messageField(voteCodec)],
    certificate: [2, messageField(certificateCodec)],
    proposal: [3, messageField(proposalCodec)],
    attestation: [4, bytesField(1, ATTESTATION_BYTES_MAX)],
  },
  FRAME_BYTES_MAX,
)
