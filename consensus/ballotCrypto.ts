/** Signatures and ids as the core sees them, and their real form: BLS over the statements of consensus.md §2. */
import type { Bls } from '../primitives/bls.ts'
import { fromHex, toHex } from '../primitives/bytes.ts'
import { type ChainContext, type Statement, statementHash } from '../primitives/statements.ts'
import { candidateId, type Epoch } from '../primitives/validatorSet.ts'
import type { Ballot, Candidate, Hash } from './step.ts'

/** What a validator signs for agreement: a ballot, or a candidate that it leads. */
export type Signed = Ballot | { readonly kind: 'proposal'; readonly view: number; readonly id: Hash }

export interface BallotCrypto {
  candidateId(candidate: Omit<Candidate, 'id'>): Hash
  /** One signature, or the aggregate, of these signers' over one statement; false on any fault of its encoding too. */
  verify(signers: readonly number[], signed: Signed, signature: Uint8Array): boolean
  /** Undefined: one of them is no signature. */
  aggregate(signatures: readonly Uint8Array[]): Uint8Array | undefined
}

/** The statement that the epoch's validators sign. */
export function statementOf(epoch: Epoch, signed: Signed): Statement {
  const { epochHash } = epoch
  const { kind, view } = signed
  return kind === 'skip' ? { kind, epochHash, view } : { kind, epochHash, view, id: fromHex(signed.id) }
}

export function blsBallots(bls: Bls, chain: ChainContext, epoch: Epoch): BallotCrypto {
  const keys = epoch.validators.map(({ blsKey }) => blsKey)
  return {
    candidateId(candidate) {
      const parentId = fromHex(candidate.parentId)
      const blockHash = fromHex(candidate.blockHash)
      return toHex(candidateId(chain, epoch.epochHash, { ...candidate, parentId, blockHash }))
    },
    verify: (signers, signed, signature) =>
      bls.verify(
        signers.map((signer) => keys[signer]!),
        statementHash(chain, statementOf(epoch, signed)),
        signature,
      ),
    aggregate(signatures) {
      try {
        return bls.aggregate(signatures)
      } catch {
        return undefined
      }
    },
  }
}
