/** Row proofs on chain: the opening of one row's score against the job's stored root and its version's index root. */
import { LAYER_BYTES } from '../../influence/indexFile.ts'
import { isRefused } from '../../influence/refusal.ts'
import { decodeRowProof } from '../../influence/rowProof.ts'
import { verifyRow as checkRow } from '../../influence/verifyRow.ts'
import { equal } from '../../primitives/bytes.ts'
import type { Frame } from '../dispatch.ts'
import { inferenceContract } from '../inference/contract.ts'
import { PROOF_BYTES_PER_GAS, PROOF_LAYER_GAS } from '../limits.ts'
import { termsOf } from '../model/contract.ts'
import type { NativeHost } from '../native.ts'
import { attributionContract, refusalError } from './contract.ts'
import { readResult } from './result.ts'
import { findAttribution } from './settle.ts'

export function verifyRow({ host }: Frame, jobId: bigint, resultBytes: Uint8Array, proofBytes: Uint8Array): bigint {
  const stored = findAttribution(host, jobId)
  const result = readResult(host, resultBytes)
  if (!equal(result.root, stored.root)) throw attributionContract.error('RootMismatch', stored.root, result.root)
  const { versionId } = inferenceContract.call(host, 0n, 'getJob', jobId)
  const { indexRoot } = termsOf(host, versionId)
  return checkProof(host, proofBytes, indexRoot, resultBytes)
}

function checkProof(host: NativeHost, bytes: Uint8Array, indexRoot: Uint8Array, resultBytes: Uint8Array): bigint {
  host.charge(BigInt(bytes.length) / PROOF_BYTES_PER_GAS)
  const proof = decodeRowProof(bytes)
  if (isRefused(proof)) throw refusalError('BadProof', proof)
  host.charge(PROOF_LAYER_GAS * BigInt(proof.layerTable.length / LAYER_BYTES))
  const verified = checkRow(proof, indexRoot, resultBytes, (data) => host.keccak(data))
  if (isRefused(verified)) throw refusalError('BadProof', verified)
  return verified.score
}

export function entriesOf({ host }: Frame, resultBytes: Uint8Array) {
  return readResult(host, resultBytes).entries.map((entry) => ({ ...entry, row: BigInt(entry.row) }))
}
