/** A network file: what all its nodes must agree on before block 1, parsed strictly into values that cannot be wrong. */
import type { ChainParams } from '../primitives/chainParams.ts'
import { type Allocation, readAllocations } from './allocations.ts'
import { type DevKeys, readDevKeys } from './devKeys.ts'
import { type Field, type FieldRefused, invalid, parseWith, readAmount, readObject, readTable } from './fields.ts'
import { readParams } from './params.ts'
import { paramsHash } from './paramsHash.ts'
import { type Predeploy, readPredeploys } from './predeploys.ts'
import { type NetworkValidator, type Proof, readProofs, readValidators } from './validators.ts'

export interface Network {
  readonly params: ChainParams
  /** keccak256 of `encodeChainParams(params)`: block 0's extraData. */
  readonly paramsHash: Uint8Array
  readonly allocations: readonly Allocation[]
  /** Ordered by operator: the set of epoch 0. */
  readonly validators: readonly NetworkValidator[]
  /** `IParams` values that differ from the code's defaults. */
  readonly parameters: Readonly<Record<string, bigint>>
  readonly predeploys: readonly Predeploy[]
  /** Not bound by genesisHash; checked against it by `checkProofs`. */
  readonly proofs: readonly Proof[]
  /** Published keys of a network that anyone may act on; `null` everywhere else. */
  readonly devKeys: DevKeys | null
}

/** `IParams` has some thirty entries; this bounds the file, the native's table bounds the names. */
const PARAMETERS_MAX = 256

/** Network file text → network, or the first fault with the path of its field. Proofs are parsed, not yet checked. */
export function parseNetwork(text: string): Network | FieldRefused {
  return parseWith(text, readNetwork)
}

function readNetwork(root: Field): Network {
  const file = readObject(root, ['params', 'allocations', 'validators', 'parameters', 'predeploys', 'unhashed'])
  const unhashed = readObject(file.unhashed, ['proofs', 'insecureDevKeys'])
  const params = readParams(file.params)
  const validators = readValidators(file.validators)
  const predeploys = readPredeploys(file.predeploys)
  const devKeys = readDevKeys(unhashed.insecureDevKeys)
  if (devKeys !== null && params.devAdmin === null)
    throw invalid(unhashed.insecureDevKeys, 'null, since params.devAdmin is null', 'published keys')
  return {
    params,
    paramsHash: paramsHash(params),
    allocations: readAllocations(file.allocations, validators, predeploys),
    validators,
    parameters: readParameters(file.parameters),
    predeploys,
    proofs: readProofs(unhashed.proofs),
    devKeys,
  }
}

function readParameters(field: Field): Record<string, bigint> {
  const entries = readTable(field)
  if (entries.length > PARAMETERS_MAX) throw invalid(field, `at most ${PARAMETERS_MAX} parameters`, `${entries.length}`)
  return Object.fromEntries(entries.map(([name, item]) => [name, readAmount(item, 0n, 2n ** 256n - 1n)]))
}
