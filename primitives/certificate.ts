/** Certificates and candidates as bytes: the protobuf wire form of consensus.md §4, decoded strictly. */
import { bytesToUint, concat, uintToBytes } from './bytes.ts'
import { type Candidate, VALIDATORS_MAX } from './validatorSet.ts'
import {
  bytesField,
  type Codec,
  messageCodec,
  nameField,
  UINT48_MAX,
  uintField,
  type WireRefused,
} from './wire/message.ts'

/** §4: a vote or certificate is at most 170 bytes. */
export const CERTIFICATE_BYTES_MAX = 170
export const CANDIDATE_BYTES = 80

/** The three votes, by their number on the wire (consensus.md §4). */
export const BALLOT_KINDS = { notarize: 1, skip: 2, finalize: 3 } as const
export type BallotKind = keyof typeof BALLOT_KINDS

export interface Certificate {
  readonly kind: BallotKind
  readonly epoch: number
  readonly view: number
  /** Candidate id, 32 bytes; empty for skip. */
  readonly id: Uint8Array
  /** Bitmap, at most 13 bytes (100 validators). */
  readonly signers: Uint8Array
  /** Aggregate, 96 bytes. */
  readonly signature: Uint8Array
}

/** Says what was expected, if the id is not that of the kind: a hash, or nothing for skip. */
export function hasIdOfKind({ kind, id }: { readonly kind: BallotKind; readonly id: Uint8Array }): string | undefined {
  return id.length === (kind === 'skip' ? 0 : 32) ? undefined : 'an id of the kind'
}

export const certificateCodec: Codec<Certificate> = messageCodec<Certificate>(
  'Certificate',
  {
    kind: [1, nameField(BALLOT_KINDS)],
    epoch: [2, uintField()],
    view: [3, uintField()],
    id: [4, bytesField(0, 32)],
    signers: [5, bytesField(1, Math.ceil(VALIDATORS_MAX / 8))],
    signature: [6, bytesField(96)],
  },
  CERTIFICATE_BYTES_MAX,
  hasIdOfKind,
)

export function encodeCertificate(certificate: Certificate): Uint8Array {
  return certificateCodec.encode(certificate)
}

/** Strict: known fields once, in order, fixed lengths; re-encoding gives the same bytes. */
export function decodeCertificate(bytes: Uint8Array): Certificate | WireRefused {
  return certificateCodec.decode(bytes)
}

/** view[8] ‖ parentView[8] ‖ parentId[32] ‖ blockHash[32] (runtime.md §3). */
export function encodeCandidate(candidate: Candidate): Uint8Array {
  const { view, parentView, parentId, blockHash } = candidate
  return concat(uintToBytes(view, 8), uintToBytes(parentView, 8), parentId, blockHash)
}

export interface CandidateRefused {
  readonly kind: 'invalid'
  readonly code: 'BadCandidate'
  readonly expected: string
  readonly got: string
}

export function decodeCandidate(bytes: Uint8Array): Candidate | CandidateRefused {
  const refuse = (expected: string, got: string): CandidateRefused => ({
    kind: 'invalid',
    code: 'BadCandidate',
    expected,
    got,
  })
  if (bytes.length !== CANDIDATE_BYTES) return refuse(`${CANDIDATE_BYTES} bytes`, `${bytes.length}`)
  const view = bytesToUint(bytes.subarray(0, 8))
  const parentView = bytesToUint(bytes.subarray(8, 16))
  if (view > UINT48_MAX || parentView >= view)
    return refuse('a 48-bit view above its parent', `${parentView} → ${view}`)
  return {
    view: Number(view),
    parentView: Number(parentView),
    parentId: bytes.slice(16, 48),
    blockHash: bytes.slice(48),
  }
}
