/** Candidates and proposals as bytes (consensus.md §4). */
import { type Certificate, certificateCodec } from '../certificate.ts'
import type { Candidate } from '../validatorSet.ts'
import { bytesField, type Codec, messageCodec, messageField, repeatedField, uintField } from './message.ts'

/** Consensus.md §9: a parent's certificate and the skips of 511 views between. */
export const PROPOSAL_CERTIFICATES_MAX = 512
/** Consensus.md §9: what a proposal of 512 certificates of 170 bytes leaves room in. */
export const PROPOSAL_BYTES_MAX = 128 * 1024
/** Two 48-bit integers, two hashes, and their tags. */
const CANDIDATE_BYTES_MAX = 2 * (1 + 7) + 2 * (2 + 32)

export interface WireProposal {
  readonly epoch: number
  readonly candidate: Candidate
  /** The leader's, 96 bytes. */
  readonly signature: Uint8Array
  readonly certificates: readonly Certificate[]
}

export const candidateCodec: Codec<Candidate> = messageCodec<Candidate>(
  'Candidate',
  {
    view: [1, uintField()],
    parentView: [2, uintField()],
    parentId: [3, bytesField(32)],
    blockHash: [4, bytesField(32)],
  },
  CANDIDATE_BYTES_MAX,
  ({ view, parentView }) => (parentView < view ? undefined : 'a view above its parent’s'),
)

export const proposalCodec: Codec<WireProposal> = messageCodec<WireProposal>(
  'Proposal',
  {
    epoch: [1, uintField()],
    candidate: [2, messageField(candidateCodec)],
    signature: [3, bytesField(96)],
    certificates: [4, repeatedField(certificateCodec, 0, PROPOSAL_CERTIFICATES_MAX)],
  },
  PROPOSAL_BYTES_MAX,
)
