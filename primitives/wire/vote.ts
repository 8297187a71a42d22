/** A vote as bytes (consensus.md §4). */

import { BALLOT_KINDS, type BallotKind, hasIdOfKind } from '../certificate.ts'
import { VALIDATORS_MAX } from '../validatorSet.ts'
import { bytesField, type Codec, messageCodec, nameField, uintField } from './message.ts'

/** Consensus.md §4. */
const VOTE_BYTES_MAX = 170

export interface WireVote {
  readonly kind: BallotKind
  readonly epoch: number
  readonly view: number
  /** Candidate id, 32 bytes; empty for skip. */
  readonly id: Uint8Array
  /** Index in the epoch's set. */
  readonly signer: number
  /** 96 bytes. */
  readonly signature: Uint8Array
}

export const voteCodec: Codec<WireVote> = messageCodec<WireVote>(
  'Vote',
  {
    kind: [1, nameField(BALLOT_KINDS)],
    epoch: [2, uintField()],
    view: [3, uintField()],
    id: [4, bytesField(0, 32)],
    signer: [5, uintField(VALIDATORS_MAX - 1)],
    signature: [6, bytesField(96)],
  },
  VOTE_BYTES_MAX,
  hasIdOfKind,
)
