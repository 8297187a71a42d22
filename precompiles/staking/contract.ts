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
 * The set that follows from this state: the 100 highest powers among the contenders, ties to the lower address, ordered by
 * address (consensus.md §7). `undefined` when it is empty or its powers overflow: then the old set stays.
 */
export function readValidatorSet(reader: StorageReader): ValidatorSet | undefined {
  const storage = readStorage(stakingStorage, reader)
  const all: { readonly operator: Uint8Array; readonly power: bigint }[] = []
  const count = storage.contenders.length()
  for (let i = 0n; i < count; i++) {
    const operator = storage.contenders.at(i).get()
    const power = storage.validators.at(operator).leftWei.get() / WEI_PER_POWER
    if (power > 0n) all.push({ operator, power })
  }
  const byPower = all.sort((a, b) =>
    a.power === b.power ? compare(a.operator, b.operator) : a.power > b.power ? -1 : 1,
  )
  const highest = byPower.slice(0, VALIDATORS_MAX).sort((a, b) => compare(a.operator, b.operator))
  const set: Validator[] = highest.map(({ operator, power }) => {
    const { blsKey, p2pKey } = storage.validators.at(operator).pick('blsKey', 'p2pKey')
    return { operator, blsKey, p2pKey, power }
  })
  return set.length === 0 || totalPower(set) >= TOTAL_POWER_LIMIT ? undefined : set
}

/** Where a validator's block rewards go: the coinbase that its blocks must name; `undefined` for a stranger. */
export function readFeeRecipient(reader: StorageReader, operator: Uint8Array): Uint8Array | undefined {
  const feeRecipient = readStorage(stakingStorage, reader).validators.at(operator).feeRecipient.get()
  return feeRecipient.every((byte) => byte === 0) ? undefined : feeRecipient
}
