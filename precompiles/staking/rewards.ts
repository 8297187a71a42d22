/** The stakers' part of fees: one accumulator over all stake; remainders are carried, so no wei is lost or made. */
import { requireNative } from '../callers.ts'
import type { Frame } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'
import { stakingContract } from './contract.ts'

/** Fixed point of the accumulator: with stake below 2^90 wei, a share is exact to 2^-38 wei per addition. */
const SCALE = 1n << 128n

const open = (host: NativeHost) => openStorage(stakingStorage, host)

/** Never refuses a payment: without stake it is carried until there is some. */
export function addRewards(frame: Frame): void {
  requireNative(frame)
  const { host, call } = frame
  if (call.valueWei === 0n) return
  const storage = open(host)
  storage.rewardsPaidInWei.set(storage.rewardsPaidInWei.get() + call.valueWei)
  const carry = storage.rewardCarry.get() + call.valueWei * SCALE
  const stakeWei = storage.totalStakeWei.get()
  const perStake = stakeWei === 0n ? 0n : carry / stakeWei
  if (perStake > 0n) storage.rewardPerStake.set(storage.rewardPerStake.get() + perStake)
  storage.rewardCarry.set(carry - perStake * stakeWei)
  stakingContract.emit(host, 'RewardsAdded', { amountWei: call.valueWei })
}

/** Rewards of an operator up to now. */
export function rewardsOf({ host }: Frame, operator: Uint8Array): bigint {
  const storage = open(host)
  const { stakeWei, settledPerStake, claimedWei } = storage.validators.at(operator).load()
  return (stakeWei * (storage.rewardPerStake.get() - settledPerStake)) / SCALE - claimedWei
}

export function claimRewards(frame: Frame): bigint {
  const { host, call } = frame
  const storage = open(host)
  const amountWei = rewardsOf(frame, call.caller)
  if (amountWei === 0n) throw stakingContract.error('NothingToClaim', call.caller)
  const { claimedWei } = storage.validators.at(call.caller)
  claimedWei.set(claimedWei.get() + amountWei)
  storage.rewardsClaimedWei.set(storage.rewardsClaimedWei.get() + amountWei)
  stakingContract.emit(host, 'RewardsClaimed', { operator: call.caller, amountWei })
  host.pay(call.caller, amountWei)
  return amountWei
}

/** Booked as paid in less claimed, so the fractions that no staker can claim yet are owed too. */
export function liabilities({ host }: Frame): bigint {
  const { totalStakeWei, rewardsPaidInWei, rewardsClaimedWei } = open(host)
  return totalStakeWei.get() + rewardsPaidInWei.get() - rewardsClaimedWei.get()
}
