/** A sealing record as bytes: proves an epoch's last block to whoever has its keys (consensus.md §4, §7). */
import { type Certificate, certificateCodec } from '../certificate.ts'
import type { Candidate } from '../validatorSet.ts'
import { type Codec, messageCodec, messageField, repeatedField, uintField } from './message.ts'
import { candidateCodec } from './proposal.ts'

/** The sealing candidate and the fillers above it: as many views as may lack a finalization (consensus.md §9). */
const SEALING_CANDIDATES_MAX = 16_384
const SEALING_BYTES_MAX = 2 * 1024 * 1024

export interface Sealing {
  readonly epoch: number
  /** Of the last candidate. */
  readonly finalization: Certificate
  /** From the sealing candidate up to the finalized one, each the parent of the next. */
  readonly candidates: readonly Candidate[]
}

export const sealingCodec: Codec<Sealing> = messageCodec<Sealing>(
  'Sealing',
  {
    epoch: [1, uintField()],
    finalization: [2, messageField(certificateCodec)],
    candidates: [3, repeatedField(candidateCodec, 1, SEALING_CANDIDATES_MAX)],
  },
  SEALING_BYTES_MAX,
)
