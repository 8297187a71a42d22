/** What peers ask each other beside the direct stream, and gossiped blocks: bodies, and runs of final blocks (consensus.md §8). */
import { type Certificate, certificateCodec } from '../certificate.ts'
import type { Candidate } from '../validatorSet.ts'
import { bytesField, type Codec, messageCodec, messageField, repeatedField, UINT48_MAX, uintField } from './message.ts'
import { candidateCodec, proposalCodec, type WireProposal } from './proposal.ts'

/** A body of 600,000 bytes and its header (runtime.md §15). */
export const BLOCK_BYTES_MAX = 601_000
/** Consensus.md §9: blocks of one answer; the bytes stand for their bodies together. */
export const SYNC_BLOCKS_MAX = 128
export const SYNC_BYTES_MAX = 2 * 1024 * 1024
/** Candidates above the last block up to the finalized one: as many views as may lack a finalization (consensus.md §9). */
const ABOVE_MAX = 16_384
/** Tag and length of a nested message. */
const NESTED_BYTES = 1 + 5
const CANDIDATE_BYTES_MAX = 90

/** What a peer says of itself: hints, since only finalizations prove anything. */
export interface WireStatus {
  readonly epoch: number
  /** Of its newest committed block. */
  readonly height: number
  readonly view: number
}

export const statusCodec: Codec<WireStatus> = messageCodec<WireStatus>(
  'Status',
  { epoch: [1, uintField()], height: [2, uintField()], view: [3, uintField()] },
  3 * (1 + 7),
)

/** A candidate with its block, which is empty for a filler. */
export interface WireBody {
  readonly candidate: Candidate
  readonly block: Uint8Array
}

const BODY_BYTES_MAX = CANDIDATE_BYTES_MAX + BLOCK_BYTES_MAX + 2 * NESTED_BYTES

export const bodyCodec: Codec<WireBody> = messageCodec<WireBody>(
  'Body',
  { candidate: [1, messageField(candidateCodec)], block: [2, bytesField(0, BLOCK_BYTES_MAX)] },
  BODY_BYTES_MAX,
)

/** A leader's block as it is gossiped; the certificates go to validators only. */
export interface WireGossipedBlock {
  readonly proposal: WireProposal
  readonly block: Uint8Array
}

export const gossipedBlockCodec: Codec<WireGossipedBlock> = messageCodec<WireGossipedBlock>(
  'GossipedBlock',
  { proposal: [1, messageField(proposalCodec)], block: [2, bytesField(1, BLOCK_BYTES_MAX)] },
  BODY_BYTES_MAX + 200,
  ({ proposal }) => (proposal.certificates.length === 0 ? undefined : 'a proposal without certificates'),
)

/** Asked for by number: a height, or an epoch. */
export const numberCodec: Codec<{ readonly number: number }> = messageCodec<{ readonly number: number }>(
  'Number',
  { number: [1, uintField(UINT48_MAX)] },
  1 + 7,
)

/** Final blocks of one epoch, oldest first, each the parent of the next. */
export interface WireFinalBlocks {
  readonly epoch: number
  readonly bodies: readonly WireBody[]
  /** From the last block's candidate, which is left out, up to the finalized one. */
  readonly above: readonly Candidate[]
  readonly finalization: Certificate
}

/** The block that brings the bodies to the bound may be as large as any. */
const FINAL_BLOCKS_BYTES_MAX =
  SYNC_BYTES_MAX + SYNC_BLOCKS_MAX * (CANDIDATE_BYTES_MAX + 3 * NESTED_BYTES) + ABOVE_MAX * CANDIDATE_BYTES_MAX + 1024

export const finalBlocksCodec: Codec<WireFinalBlocks> = messageCodec<WireFinalBlocks>(
  'FinalBlocks',
  {
    epoch: [1, uintField()],
    bodies: [2, repeatedField(bodyCodec, 1, SYNC_BLOCKS_MAX)],
    above: [3, repeatedField(candidateCodec, 0, ABOVE_MAX)],
    finalization: [4, messageField(certificateCodec)],
  },
  FINAL_BLOCKS_BYTES_MAX,
)
