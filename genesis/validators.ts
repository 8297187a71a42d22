/** The genesis validators and their proofs of possession, as a network file lists them. */
import type { GenesisValidator } from '../precompiles/genesis.ts'
import { compare, toHex } from '../primitives/bytes.ts'
import { VALIDATORS_MAX } from '../primitives/validatorSet.ts'
import {
  type Field,
  readAddress,
  readAmount,
  readBytes,
  readInteger,
  readList,
  readObject,
  readText,
  refuseRepeated,
} from './fields.ts'
import { SUPPLY_GROUPS, SUPPLY_OPEN, type SupplyGroup, WEI_PER_OPEN } from './supply.ts'

/** A validator as the natives want it, and the supply group that its stake comes out of. */
export interface NetworkValidator extends GenesisValidator {
  readonly fundedBy: SupplyGroup
}

export interface Proof {
  readonly operator: Uint8Array
  /** BLS over the POPK statement, 96 bytes. */
  readonly signature: Uint8Array
}

function readValidator(item: Field): NetworkValidator {
  const at = readObject(item, [
    'operator',
    'blsKey',
    'p2pKey',
    'feeRecipient',
    'commissionBps',
    'stakeOpen',
    'fundedBy',
  ])
  const groups = new RegExp(`^(${SUPPLY_GROUPS.join('|')})$`)
  return {
    operator: readAddress(at.operator),
    blsKey: readBytes(at.blsKey, 48),
    p2pKey: readBytes(at.p2pKey, 32),
    feeRecipient: readAddress(at.feeRecipient),
    commissionBps: readInteger(at.commissionBps, 0, 10_000),
    stakeWei: readAmount(at.stakeOpen, 1n, SUPPLY_OPEN) * WEI_PER_OPEN,
    fundedBy: readText(at.fundedBy, groups, `one of ${SUPPLY_GROUPS.join(', ')}`) as SupplyGroup,
  }
}

/** Ordered by operator, whatever the order in the file. */
export function readValidators(field: Field): NetworkValidator[] {
  const items = readList(field, 1, VALIDATORS_MAX)
  const validators = items.map(readValidator)
  for (const name of ['operator', 'blsKey', 'p2pKey'] as const)
    refuseRepeated(validators.map((v, i) => ({ path: `${items[i]!.path}.${name}`, key: toHex(v[name]) })))
  return validators.sort((a, b) => compare(a.operator, b.operator))
}

export function readProofs(field: Field): Proof[] {
  return readList(field, 0, VALIDATORS_MAX).map((item) => {
    const at = readObject(item, ['operator', 'signature'])
    return { operator: readAddress(at.operator), signature: readBytes(at.signature, 96) }
  })
}
