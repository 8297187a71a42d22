/** A validator's signature over one attribution root, as it travels between validators (consensus.md §2, `ATTR`). */
import { VALIDATORS_MAX } from '../validatorSet.ts'
import { bytesField, type Codec, messageCodec, uintField } from './message.ts'

/** Two hashes, a signature, two integers and their tags; the frame that carries it leaves room (frame.ts). */
const ATTESTATION_BYTES_MAX = 192

export interface WireAttestation {
  readonly epoch: number
  /** Index in the epoch's set. */
  readonly signer: number
  /** 32 bytes: a job, a voucher batch, or a model version's id. */
  readonly jobId: Uint8Array
  /** 32 bytes. */
  readonly root: Uint8Array
  /** 96 bytes, over `ATTR`. */
  readonly signature: Uint8Array
}

export const attestationCodec: Codec<WireAttestation> = messageCodec<WireAttestation>(
  'Attestation',
  {
    epoch: [1, uintField()],
    signer: [2, uintField(VALIDATORS_MAX - 1)],
    jobId: [3, bytesField(32)],
    root: [4, bytesField(32)],
    signature: [5, bytesField(96)],
  },
  ATTESTATION_BYTES_MAX,
)
