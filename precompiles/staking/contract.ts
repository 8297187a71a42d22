/** IStaking from outside: the contract for other natives, and the next validator set for executor and node. */
import { compare } from '../../primitives/bytes.ts'
import { totalPower, VALIDATORS_MAX, type Validator, type ValidatorSet } from '../../primitives/validatorSet.ts'
import { STAKING_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { stakingAbi, stakingStorage } from '../generated/staking.ts'
import { readStorage, type StorageReader } from '../storage.ts'

export const stakingContract = defineContract(STAKING_ADDRESS, stakingAbi)

/** Power is counted in whole coins (consensus.md §3). */
const WEI_PER_POWER = 10n ** 18n
/** The sum of powers is below 2^64 (consensus.md §3). */
const TOTAL_POWER_LIMIT = 1n << 64n

/**
 * The set that follows from this state: the 100 highest powers, ties to the lower address, ordered by address
 * (consensus.md §7). `undefined` when it is empty or its powers overflow: then the old set stays.
 */
export function readValidatorSet(reader: StorageReader): ValidatorSet | undefined {
  const storage = readStorage(stakingStorage, reader)
  const all: Validator[] = []
  const count = storage.operators.length()
  for (let i = 0n; i < count; i++) {
    const operator = storage.operators.at(i).get()
    const { blsKey, p2pKey, stakeWei } = storage.validators.at(operator).load()
    const power = stakeWei / WEI_PER_POWER
    if (power > 0n) all.push({ operator, blsKey, p2pKey, power })
  }
  const byPower = all.sort((a, b) =>
    a.power === b.power ? compare(a.operator, b.operator) : a.power > b.power ? -1 : 1,
  )
  const set = byPower.slice(0, VALIDATORS_MAX).sort((a, b) => compare(a.operator, b.operator))
  return set.length === 0 || totalPower(set) >= TOTAL_POWER_LIMIT ? undefined : set
}

/** Where a validator's block rewards go: the coinbase that its blocks must name; `undefined` for a stranger. */
export function readFeeRecipient(reader: StorageReader, operator: Uint8Array): Uint8Array | undefined {
  const { stakeWei, feeRecipient } = readStorage(stakingStorage, reader).validators.at(operator).load()
  return stakeWei === 0n ? undefined : feeRecipient
}
