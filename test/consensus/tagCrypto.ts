/** Signatures for tests: a hash of signer and statement. They add up by XOR, so aggregates verify as BLS ones do. */
import type { BallotCrypto, Signed } from '../../consensus/ballotCrypto.ts'
import type { Ballot, Candidate, Hash, Proposal, Vote } from '../../consensus/step.ts'
import { concat, equal, fromHex, toHex, utf8 } from '../../primitives/bytes.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { encodeSigners } from '../../primitives/signers.ts'

export const EPOCH = 3
const SIGNATURE_BYTES = 96

export const hashOf = (text: string): Hash => toHex(keccak256(utf8(text)))

const known = new Map<string, Uint8Array>()

export function signatureBy(signer: number, signed: Signed): Uint8Array {
  const text = `${signer} ${signed.kind} ${signed.view} ${signed.kind === 'skip' ? '' : signed.id}`
  const found = known.get(text)
  if (found !== undefined) return found
  const hash = keccak256(utf8(text))
  const made = concat(hash, hash, hash)
  known.set(text, made)
  return made
}

function sumOf(signatures: readonly Uint8Array[]): Uint8Array {
  const sum = new Uint8Array(SIGNATURE_BYTES)
  for (const signature of signatures) for (let i = 0; i < sum.length; i++) sum[i]! ^= signature[i]!
  return sum
}

/** Counts the checks, which cost a pairing each in the real one. */
export interface TagCrypto extends BallotCrypto {
  checks: number
}

export function createTagCrypto(): TagCrypto {
  const crypto: TagCrypto = {
    checks: 0,
    candidateId: ({ view, parentView, parentId, blockHash }) =>
      hashOf(`candidate ${view} ${parentView} ${parentId} ${blockHash}`),
    verify(signers, signed, signature) {
      crypto.checks += 1
      return equal(sumOf(signers.map((signer) => signatureBy(signer, signed))), signature)
    },
    aggregate: (signatures) =>
      signatures.every(({ length }) => length === SIGNATURE_BYTES) ? sumOf(signatures) : undefined,
  }
  return crypto
}

export function voteBy(signer: number, ballot: Ballot): Vote {
  return { signer, ballot, signature: signatureBy(signer, ballot) }
}

export function certificateBy(signers: readonly number[], count: number, ballot: Ballot): Certificate {
  const { kind, view } = ballot
  const id = kind === 'skip' ? new Uint8Array(0) : fromHex(ballot.id)
  const signature = sumOf(signers.map((signer) => signatureBy(signer, ballot)))
  return { kind, epoch: EPOCH, view, id, signers: encodeSigners(signers, count), signature }
}

export function candidateOn(parent: Candidate, view: number, block = `block ${view}`): Candidate {
  const named = { view, parentView: parent.view, parentId: parent.id, blockHash: hashOf(block) }
  return { ...named, id: createTagCrypto().candidateId(named) }
}

export function proposalBy(leader: number, candidate: Candidate, certificates: readonly Certificate[] = []): Proposal {
  const { view, id } = candidate
  return { candidate, signature: signatureBy(leader, { kind: 'proposal', view, id }), certificates }
}
