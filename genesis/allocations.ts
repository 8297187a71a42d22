/** Who holds the coin at block 0: every group of the paper's table 2 must add up to its share exactly. */
import { toHex } from '../primitives/bytes.ts'
import {
  type Field,
  FieldError,
  invalid,
  readAddress,
  readAmount,
  readList,
  readObject,
  readText,
  refuseRepeated,
} from './fields.ts'
import type { Predeploy } from './predeploys.ts'
import { groupSupplyOpen, SUPPLY_GROUPS, SUPPLY_OPEN, type SupplyGroup, WEI_PER_OPEN } from './supply.ts'
import type { NetworkValidator } from './validators.ts'

export interface Allocation {
  readonly group: SupplyGroup
  /** What the account is for, in the file's words. */
  readonly label: string
  readonly address: Uint8Array
  readonly balanceWei: bigint
}

/** Accounts of one group: a file that lists more belongs into a claim contract. */
const ACCOUNTS_MAX = 4096
/** Addresses below are the EVM's and the chain's own precompiles (0x01 … 0x0100, 0x0A01 …): coin there would be lost. */
const RESERVED_BELOW = 0x1000n
const LABEL = /^[\x20-\x7e]{1,64}$/

export function readAllocations(
  field: Field,
  validators: readonly Pick<NetworkValidator, 'fundedBy' | 'stakeWei'>[],
  predeploys: readonly Predeploy[],
): Allocation[] {
  const groups = readObject(field, SUPPLY_GROUPS)
  const taken = predeploys.map(({ name, address }) => ({ path: `predeploys ${name}`, key: toHex(address) }))
  const allocations: Allocation[] = []
  for (const group of SUPPLY_GROUPS) {
    const items = readList(groups[group], 0, ACCOUNTS_MAX)
    let sumOpen = 0n
    for (const item of items) {
      const at = readObject(item, ['label', 'address', 'open'])
      const address = readAddress(at.address)
      if (BigInt(toHex(address)) < RESERVED_BELOW) throw invalid(at.address, 'an address that is not reserved')
      const open = readAmount(at.open, 1n, SUPPLY_OPEN)
      sumOpen += open
      taken.push({ path: at.address.path, key: toHex(address) })
      const label = readText(at.label, LABEL, '1 … 64 printable ASCII characters')
      allocations.push({ group, label, address, balanceWei: open * WEI_PER_OPEN })
    }
    const stakes = validators.filter(({ fundedBy }) => fundedBy === group)
    const totalOpen = stakes.reduce((sum, { stakeWei }) => sum + stakeWei / WEI_PER_OPEN, sumOpen)
    if (totalOpen !== groupSupplyOpen(group))
      throw new FieldError(
        'SumWrong',
        groups[group].path,
        `accounts and stakes of ${groupSupplyOpen(group)} OPEN`,
        `${totalOpen}`,
      )
  }
  refuseRepeated(taken)
  return allocations
}
