/** A network file: what all its nodes must agree on before block 1, parsed strictly into values that cannot be wrong. */
import { PARAMETERS } from '../precompiles/params/parameters.ts'
import type { ChainParams } from '../primitives/chainParams.ts'
import { type Allocation, readAllocations } from './allocations.ts'
import { type DevKeys, readDevKeys } from './devKeys.ts'
import {
  type Field,
  FieldError,
  type FieldRefused,
  invalid,
  parseWith,
  readAmount,
  readObject,
  readTable,
} from './fields.ts'
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

/** Network file text → network, or the first fault with the path of its field. Proofs are parsed, not yet checked. */
export function parseNetwork(text: string): Network | FieldRefused {
  return parseWith(text, readNetwork)
}

function readNetwork(root: Field): Network {
  const file = readObject(root, ['params', 'allocations', 'validators', 'parameters', 'predeploys', 'unhashed'])
  const unhashed = readObject(file.unhashed, ['proofs', 'insecureDevKeys'])
  const params = readParams(file.params)
  const validators = readValidators(file.validators)
  checkInterval(file.params, params.blockIntervalMs, validators.length)
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

/** Headers count whole seconds: leaders who take turns cannot keep a part of one; 0 is as fast as agreement goes (consensus.md §6). */
export const canKeepInterval = (blockIntervalMs: number, validators: number): boolean =>
  validators === 1 || blockIntervalMs === 0 || blockIntervalMs >= 1_000

function checkInterval(params: Field, blockIntervalMs: number, validators: number): void {
  if (canKeepInterval(blockIntervalMs, validators)) return
  const field = { path: `${params.path}.blockIntervalMs`, value: blockIntervalMs }
  throw invalid(field, `0, or at least 1000 with ${validators} validators`)
}

/** Names and bounds are those of `IParams`: what a vote could not set, a file cannot either. */
function readParameters(field: Field): Record<string, bigint> {
  const entries = readTable(field).map(([name, item]) => {
    const parameter = PARAMETERS.find((known) => known.name === name)
    if (parameter === undefined)
      throw new FieldError('FieldUnknown', item.path, 'a parameter of IParams', 'an unknown name')
    return [name, readAmount(item, parameter.min, parameter.max)] as const
  })
  return Object.fromEntries(entries)
}
