/** Proofs of possession of the genesis validators: signed over genesisHash, so they are checked when a file is loaded. */

import type { Bls } from '../primitives/bls.ts'
import { equal, toHex } from '../primitives/bytes.ts'
import { type ChainContext, statementHash } from '../primitives/statements.ts'
import { FieldError, type FieldRefused, refuseRepeated } from './fields.ts'
import type { Network } from './network.ts'
import type { NetworkValidator, Proof } from './validators.ts'

/** What a validator signs with its BLS key to prove that it holds it (consensus.md §2, POPK). */
export function possessionHash(
  chain: ChainContext,
  validator: Pick<NetworkValidator, 'blsKey' | 'p2pKey' | 'operator'>,
): Uint8Array {
  const { blsKey, p2pKey, operator } = validator
  return statementHash(chain, { kind: 'possession', blsKey, p2pKey, operator })
}

/** Exactly one good proof for each validator, or the first fault. Costs two pairings per validator. */
export function checkProofs(
  network: Pick<Network, 'params' | 'validators' | 'proofs'>,
  genesisHash: Uint8Array,
  bls: Bls,
): FieldRefused | undefined {
  try {
    const chain = { chainId: network.params.chainId, genesisHash }
    refuseRepeated(
      network.proofs.map(({ operator }, i) => ({ path: `unhashed.proofs[${i}].operator`, key: toHex(operator) })),
    )
    for (const [i, proof] of network.proofs.entries()) checkProof(chain, network.validators, proof, i, bls)
    for (const { operator } of network.validators)
      if (!network.proofs.some((proof) => equal(proof.operator, operator)))
        throw new FieldError('ProofWrong', 'unhashed.proofs', `a proof of validator ${toHex(operator)}`, 'none')
    return undefined
  } catch (error) {
    if (error instanceof FieldError) return error.refused
    throw error
  }
}

function checkProof(
  chain: ChainContext,
  validators: readonly NetworkValidator[],
  proof: Proof,
  i: number,
  bls: Bls,
): void {
  const path = `unhashed.proofs[${i}]`
  const validator = validators.find(({ operator }) => equal(operator, proof.operator))
  if (validator === undefined)
    throw new FieldError('ProofWrong', `${path}.operator`, 'the operator of a validator', toHex(proof.operator))
  if (!bls.verify([validator.blsKey], possessionHash(chain, validator), proof.signature))
    throw new FieldError(
      'ProofWrong',
      `${path}.signature`,
      `a proof of possession over genesis ${toHex(chain.genesisHash)}`,
      'a signature that does not verify',
    )
}
