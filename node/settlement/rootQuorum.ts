/**
 * Attestations of one epoch on their way to a quorum: the first of each signer for a job counts, signatures are checked
 * when equal roots reach q, once and together; culprits are found by checking one by one and heard no more.
 */
import type { Bls } from '../../primitives/bls.ts'
import { equal, toHex } from '../../primitives/bytes.ts'
import type { Evidence } from '../../primitives/evidence.ts'
import { encodeSigners, hasQuorum } from '../../primitives/signers.ts'
import { type ChainContext, statementHash } from '../../primitives/statements.ts'
import type { Epoch } from '../../primitives/validatorSet.ts'
import type { WireAttestation } from '../../primitives/wire/attestation.ts'

/** Jobs of which one signer is heard: as many settlements as may wait for a block. */
export const JOBS_PER_SIGNER_MAX = 4_096

export interface QuorumSignature {
  /** Bitmap of consensus.md §4. */
  readonly signers: Uint8Array
  /** Aggregate, 96 bytes. */
  readonly signature: Uint8Array
}

export interface RootQuorum {
  /** True when it was news. Of another epoch, beyond the set, from a culprit or over the bound: ignored. */
  add(attestation: WireAttestation): boolean
  /** The quorum over this root, once there is one. */
  certificateOf(jobId: Uint8Array, root: Uint8Array): QuorumSignature | undefined
  /** The job is settled, or can never be. */
  forget(jobId: Uint8Array): void
}

export interface RootQuorumOptions {
  readonly chain: ChainContext
  readonly epoch: Epoch
  readonly bls: Bls
  /** Two roots of one signer for one job, both signed. */
  readonly onConflict: (evidence: Evidence) => void
  /** A signature that does not verify. */
  readonly onCulprit: (signer: number) => void
}

interface Job {
  /** By signer. */
  readonly first: Map<number, WireAttestation>
  /** By root. */
  readonly certificates: Map<string, QuorumSignature>
}

export function createRootQuorum(options: RootQuorumOptions): RootQuorum {
  const { epoch } = options
  const jobs = new Map<string, Job>()
  const heard = new Map<number, number>()
  const culprits = new Set<number>()
  const count = (signer: number, by: 1 | -1) => heard.set(signer, (heard.get(signer) ?? 0) + by)
  const isSigned = (attestation: WireAttestation) => verifyAll(options, [attestation])
  const dismiss = (signer: number) => {
    culprits.add(signer)
    for (const { first } of jobs.values()) first.delete(signer)
    options.onCulprit(signer)
  }
  const certify = ({ first }: Job, root: Uint8Array): QuorumSignature | undefined => {
    const equalOnes = [...first.values()].filter((each) => equal(each.root, root)).sort((a, b) => a.signer - b.signer)
    const indexes = equalOnes.map(({ signer }) => signer)
    if (!hasQuorum(epoch.validators, indexes)) return undefined
    const signature = aggregateOf(options, equalOnes)
    if (signature !== undefined) return { signers: encodeSigners(indexes, epoch.validators.length), signature }
    for (const each of equalOnes) if (!isSigned(each)) dismiss(each.signer)
    return undefined
  }
  return {
    add(attestation) {
      const { signer, jobId } = attestation
      if (attestation.epoch !== epoch.number || signer >= epoch.validators.length || culprits.has(signer)) return false
      const key = toHex(jobId)
      const known = jobs.get(key)?.first.get(signer)
      if (known !== undefined) {
        if (!equal(known.root, attestation.root) && isSigned(known) && isSigned(attestation))
          options.onConflict(conflictOf(known, attestation))
        return false
      }
      if ((heard.get(signer) ?? 0) >= JOBS_PER_SIGNER_MAX) return false
      const job = jobs.get(key) ?? { first: new Map(), certificates: new Map() }
      jobs.set(key, job)
      job.first.set(signer, attestation)
      count(signer, 1)
      return true
    },
    certificateOf(jobId, root) {
      const job = jobs.get(toHex(jobId))
      const known = job?.certificates.get(toHex(root))
      if (job === undefined || known !== undefined) return known
      // A culprit's dismissal leaves the others' signatures, which may be a quorum still.
      const certificate = certify(job, root) ?? certify(job, root)
      if (certificate !== undefined) job.certificates.set(toHex(root), certificate)
      return certificate
    },
    forget(jobId) {
      for (const signer of jobs.get(toHex(jobId))?.first.keys() ?? []) count(signer, -1)
      jobs.delete(toHex(jobId))
    },
  }
}

/** One pairing check for all; `undefined` if one of them is no signature of its signer. */
function aggregateOf(options: RootQuorumOptions, equalOnes: readonly WireAttestation[]): Uint8Array | undefined {
  try {
    const signature = options.bls.aggregate(equalOnes.map((each) => each.signature))
    return verifyAll(options, equalOnes, signature) ? signature : undefined
  } catch {
    // Bytes that are no point of the curve.
    return undefined
  }
}

function verifyAll(
  { chain, epoch, bls }: RootQuorumOptions,
  attestations: readonly WireAttestation[],
  signature: Uint8Array = attestations[0]!.signature,
): boolean {
  const { jobId, root } = attestations[0]!
  const hash = statementHash(chain, { kind: 'attribution', epochHash: epoch.epochHash, jobId, root })
  return bls.verify(
    attestations.map(({ signer }) => epoch.validators[signer]!.blsKey),
    hash,
    signature,
  )
}

function conflictOf(first: WireAttestation, second: WireAttestation): Evidence {
  const { epoch, signer, jobId } = first
  const side = ({ root, signature }: WireAttestation) => ({ root, signature })
  return { kind: 'attestations', epoch, signer, jobId, pair: [side(first), side(second)] }
}
