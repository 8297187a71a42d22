/** Proofs on chain, against the job's stored root and its version's source root: one for each method. */
import { LAYER_BYTES } from '../../influence/indexFile.ts'
import { decodeCitationProof } from '../../influence/rag/citationProof.ts'
import { verifyCitation as checkCitation } from '../../influence/rag/verifyCitation.ts'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import { decodeRowProof } from '../../influence/rowProof.ts'
import { decodeOrderProof } from '../../influence/span/proof/orderProof.ts'
import { decodeSpanProof } from '../../influence/span/proof/spanProof.ts'
import { verifyOrder } from '../../influence/span/proof/verifyOrder.ts'
import { verifySpan as checkSpan } from '../../influence/span/proof/verifySpan.ts'
import { verifyRow as checkRow } from '../../influence/verifyRow.ts'
import { equal } from '../../primitives/bytes.ts'
import type { Frame } from '../dispatch.ts'
import { inferenceContract } from '../inference/contract.ts'
import { PROOF_BYTES_PER_GAS, PROOF_LAYER_GAS, SPAN_PROOF_BYTE_GAS } from '../limits.ts'
import { termsOf } from '../model/contract.ts'
import type { NativeHost } from '../native.ts'
import { attributionContract, refusalError } from './contract.ts'
import { readResult } from './result.ts'
import { findAttribution } from './settle.ts'

/** One row's benefit (datainf). */
export function verifyRow({ host }: Frame, jobId: bigint, resultBytes: Uint8Array, proofBytes: Uint8Array): bigint {
  const sourceRoot = settledSource(host, jobId, resultBytes)
  host.charge(BigInt(proofBytes.length) / PROOF_BYTES_PER_GAS)
  const proof = right(decodeRowProof(proofBytes))
  host.charge(PROOF_LAYER_GAS * BigInt(proof.layerTable.length / LAYER_BYTES))
  return right(checkRow(proof, sourceRoot, resultBytes, (data) => host.keccak(data))).score
}

/** One piece of an answer that the corpus holds (span). */
export function verifySpan({ host }: Frame, jobId: bigint, resultBytes: Uint8Array, proofBytes: Uint8Array) {
  const sourceRoot = settledSource(host, jobId, resultBytes)
  host.charge(SPAN_PROOF_BYTE_GAS * BigInt(proofBytes.length))
  const proof = right(decodeSpanProof(proofBytes))
  const { span } = right(checkSpan(proof, sourceRoot, resultBytes, (data) => host.keccak(data)))
  const [start, length, info] = [BigInt(span.start), BigInt(span.length), BigInt(span.info)]
  return { start, length, info, owner: BigInt(span.owner), position: BigInt(span.position) }
}

/** One chunk's likeness to the question (rag). */
export function verifyCitation({ host }: Frame, jobId: bigint, resultBytes: Uint8Array, proofBytes: Uint8Array) {
  const sourceRoot = settledSource(host, jobId, resultBytes)
  host.charge(BigInt(proofBytes.length) / PROOF_BYTES_PER_GAS + PROOF_LAYER_GAS)
  const proof = right(decodeCitationProof(proofBytes))
  const { row, score, isCited } = right(checkCitation(proof, sourceRoot, resultBytes, (data) => host.keccak(data)))
  return { row: BigInt(row), score, isCited }
}

/** `BadProof` unless the version's corpus is wrong; a version of another method has no corpus of that root. */
export function verifyDisorder({ host }: Frame, versionId: Uint8Array, proofBytes: Uint8Array): bigint {
  const { sourceRoot } = termsOf(host, versionId)
  host.charge(SPAN_PROOF_BYTE_GAS * BigInt(proofBytes.length))
  const proof = right(decodeOrderProof(proofBytes))
  return BigInt(right(verifyOrder(proof, sourceRoot, (data) => host.keccak(data))).place)
}

/** The source root of the job's version, once the result bytes are known to be the job's. */
function settledSource(host: NativeHost, jobId: bigint, resultBytes: Uint8Array): Uint8Array {
  const stored = findAttribution(host, jobId)
  const result = readResult(host, resultBytes)
  if (!equal(result.root, stored.root)) throw attributionContract.error('RootMismatch', stored.root, result.root)
  const { versionId } = inferenceContract.call(host, 0n, 'getJob', jobId)
  return termsOf(host, versionId).sourceRoot
}

function right<T>(value: T | Refused): T {
  if (isRefused(value)) throw refusalError('BadProof', value)
  return value
}

export function entriesOf({ host }: Frame, resultBytes: Uint8Array) {
  return readResult(host, resultBytes).entries.map((entry) => ({ ...entry, row: BigInt(entry.row) }))
}
