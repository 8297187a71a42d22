/** Certificates and candidates as bytes: the protobuf wire form of consensus.md §4, decoded strictly. */
import protobuf from 'protobufjs/minimal.js'
import { bytesToUint, concat, equal, uintToBytes } from './bytes.ts'
import type { Candidate } from './validatorSet.ts'

/** Epochs, views and indexes fit 48 bits (consensus.md §4). */
const UINT48_MAX = 2 ** 48 - 1
/** §4: a vote or certificate is at most 170 bytes. */
export const CERTIFICATE_BYTES_MAX = 170
export const CANDIDATE_BYTES = 80

const KIND = { notarize: 1, skip: 2, finalize: 3 } as const

export interface Certificate {
  readonly kind: keyof typeof KIND
  readonly epoch: number
  readonly view: number
  /** Candidate id, 32 bytes; empty for skip. */
  readonly id: Uint8Array
  /** Bitmap, at most 13 bytes (100 validators). */
  readonly signers: Uint8Array
  /** Aggregate, 96 bytes. */
  readonly signature: Uint8Array
}

export type CertificateRefused = {
  readonly kind: 'invalid'
  readonly code: 'BadCertificate' | 'BadCandidate'
  readonly expected: string
  readonly got: string
}

export function encodeCertificate(certificate: Certificate): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(8).uint32(KIND[certificate.kind])
  if (certificate.epoch !== 0) writer.uint32(16).uint64(certificate.epoch)
  if (certificate.view !== 0) writer.uint32(24).uint64(certificate.view)
  if (certificate.id.length > 0) writer.uint32(34).bytes(certificate.id)
  writer.uint32(42).bytes(certificate.signers)
  writer.uint32(50).bytes(certificate.signature)
  return new Uint8Array(writer.finish())
}

/** Strict: known fields once, in order, fixed lengths; re-encoding gives the same bytes. */
export function decodeCertificate(bytes: Uint8Array): Certificate | CertificateRefused {
  const refuse = (expected: string, got: string): CertificateRefused => ({
    kind: 'invalid',
    code: 'BadCertificate',
    expected,
    got,
  })
  if (bytes.length > CERTIFICATE_BYTES_MAX) return refuse(`at most ${CERTIFICATE_BYTES_MAX} bytes`, `${bytes.length}`)
  const fields = readFields(bytes)
  if (fields === undefined) return refuse('a protobuf message', `${bytes.length} other bytes`)
  const kind = (Object.keys(KIND) as (keyof typeof KIND)[]).find((name) => KIND[name] === fields.kind)
  if (kind === undefined) return refuse('kind 1, 2 or 3', `${fields.kind}`)
  if (fields.id.length !== (kind === 'skip' ? 0 : 32)) return refuse('an id of the kind', `${fields.id.length} bytes`)
  if (fields.signers.length < 1 || fields.signers.length > 13)
    return refuse('a bitmap of 1 … 13 bytes', `${fields.signers.length}`)
  if (fields.signature.length !== 96) return refuse('a signature of 96 bytes', `${fields.signature.length}`)
  if (fields.epoch > UINT48_MAX || fields.view > UINT48_MAX) return refuse('48-bit epoch and view', 'more')
  const certificate = { ...fields, kind }
  return equal(encodeCertificate(certificate), bytes) ? certificate : refuse('the canonical encoding', 'another')
}

function readFields(bytes: Uint8Array) {
  const out = {
    kind: 0,
    epoch: 0,
    view: 0,
    id: new Uint8Array(0),
    signers: new Uint8Array(0),
    signature: new Uint8Array(0),
  }
  try {
    const reader = protobuf.Reader.create(bytes)
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (tag === 8) out.kind = reader.uint32()
      else if (tag === 16) out.epoch = Number(reader.uint64())
      else if (tag === 24) out.view = Number(reader.uint64())
      else if (tag === 34) out.id = new Uint8Array(reader.bytes())
      else if (tag === 42) out.signers = new Uint8Array(reader.bytes())
      else if (tag === 50) out.signature = new Uint8Array(reader.bytes())
      else return undefined
    }
    return out
  } catch {
    return undefined
  }
}

/** view[8] ‖ parentView[8] ‖ parentId[32] ‖ blockHash[32] (runtime.md §3). */
export function encodeCandidate(candidate: Candidate): Uint8Array {
  const { view, parentView, parentId, blockHash } = candidate
  return concat(uintToBytes(view, 8), uintToBytes(parentView, 8), parentId, blockHash)
}

export function decodeCandidate(bytes: Uint8Array): Candidate | CertificateRefused {
  const refuse = (expected: string, got: string): CertificateRefused => ({
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
