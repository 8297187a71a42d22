/**
 * The stakers' part of fees, through two accumulators: one over all stake gives each validator its part, one of each
 * validator gives its delegations theirs, less the commission. Amounts are kept times 2^128 and remainders carried, so no
 * wei is lost or made.
 */
import { equal } from '../../primitives/bytes.ts'
import { requireNative } from '../callers.ts'
import type { Frame } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import { STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'
import { stakingContract } from './contract.ts'
import { closePosition, operatorsOf } from './positions.ts'

/** Fixed point: with stake below 2^90 wei, a share is exact to 2^-38 wei per addition. */
const SCALE = 1n << 128n
const BPS = 10_000n

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

/** A validator's accumulator brought up to now: what that gives to whom. A tombstoned validator earns nothing. */
function accrue(host: NativeHost, operator: Uint8Array) {
  const storage = open(host)
  const { bondedWei, commissionBps, isTombstoned, ...accumulator } = storage.validators
    .at(operator)
    .pick('bondedWei', 'commissionBps', 'isTombstoned', 'settledPerStake', 'rewardPerBond', 'carry')
  const settledPerStake = isTombstoned ? accumulator.settledPerStake : storage.rewardPerStake.get()
  if (settledPerStake === accumulator.settledPerStake) return { commission: 0n, accumulator, isNew: false }
  const gross = bondedWei * (settledPerStake - accumulator.settledPerStake)
  const commission = (gross * commissionBps) / BPS
  const shared = accumulator.carry + gross - commission
  const perBond = bondedWei === 0n ? 0n : shared / bondedWei
  const rewardPerBond = accumulator.rewardPerBond + perBond
  const carry = shared - perBond * bondedWei
  return { commission, accumulator: { settledPerStake, rewardPerBond, carry }, isNew: true }
}

/** Shares out what came since the last time; before any change of stake or commission. */
export function settleValidator(host: NativeHost, operator: Uint8Array): void {
  const { isNew, commission, accumulator } = accrue(host, operator)
  if (!isNew) return
  const storage = open(host)
  storage.validators.at(operator).store(accumulator)
  if (commission === 0n) return
  const { owed } = storage.delegations.at(operator).at(operator)
  owed.set(owed.get() + commission)
}

/** Books what a position has earned; before any change of it. Its validator must be settled. */
export function settlePosition(host: NativeHost, operator: Uint8Array, account: Uint8Array): void {
  const storage = open(host)
  const place = storage.delegations.at(operator).at(account)
  const { bondedWei, settledPerBond, owed } = place.load()
  const perBond = storage.validators.at(operator).rewardPerBond.get()
  if (perBond === settledPerBond) return
  place.store({ settledPerBond: perBond, owed: owed + bondedWei * (perBond - settledPerBond) })
}

/** Whole wei that a position could be paid now. */
export function rewardsAt(host: NativeHost, operator: Uint8Array, account: Uint8Array): bigint {
  const { accumulator, commission } = accrue(host, operator)
  const { bondedWei, settledPerBond, owed } = open(host).delegations.at(operator).at(account).load()
  const ownCommission = equal(operator, account) ? commission : 0n
  return (owed + bondedWei * (accumulator.rewardPerBond - settledPerBond) + ownCommission) / SCALE
}

export function rewardsOf({ host }: Frame, account: Uint8Array): bigint {
  return operatorsOf(host, account).reduce((sum, operator) => sum + rewardsAt(host, operator, account), 0n)
}

/** Goes round: a call begins where the last one ended, so that a small `max` reaches every position. */
export function claimRewards({ host, call }: Frame, max: bigint): bigint {
  const account = call.caller
  const storage = open(host)
  const operators = operatorsOf(host, account)
  const length = BigInt(operators.length)
  const count = max < length ? max : length
  const { nextClaim } = storage.accounts.at(account)
  const start = nextClaim.get()
  host.charge(STEP_GAS * count)
  let amountWei = 0n
  for (let i = 0n; i < count; i++) amountWei += claimPosition(host, operators[Number((start + i) % length)]!, account)
  if (amountWei === 0n && count === length) throw stakingContract.error('NothingToClaim', account)
  if (count < length) nextClaim.set((start + count) % length)
  if (amountWei === 0n) return 0n
  storage.rewardsClaimedWei.set(storage.rewardsClaimedWei.get() + amountWei)
  stakingContract.emit(host, 'RewardsClaimed', { account, amountWei })
  host.pay(account, amountWei)
  return amountWei
}

function claimPosition(host: NativeHost, operator: Uint8Array, account: Uint8Array): bigint {
  settleValidator(host, operator)
  settlePosition(host, operator, account)
  const { owed } = open(host).delegations.at(operator).at(account)
  const owedScaled = owed.get()
  const amountWei = owedScaled / SCALE
  if (amountWei > 0n) owed.set(owedScaled - amountWei * SCALE)
  closeIfEmpty(host, operator, account)
  return amountWei
}

/** A position without stake and without a whole wei of rewards ends; its fraction goes to the validator's others. */
export function closeIfEmpty(host: NativeHost, operator: Uint8Array, account: Uint8Array): void {
  const storage = open(host)
  const place = storage.delegations.at(operator).at(account)
  const { bondedWei, owed } = place.load()
  if (bondedWei > 0n || owed >= SCALE || !closePosition(host, operator, account)) return
  if (owed === 0n) return
  place.owed.set(0n)
  const { carry } = storage.validators.at(operator)
  carry.set(carry.get() + owed)
}

/** Booked as paid in less claimed, so the fractions that no staker can claim yet are owed too. */
export function liabilities({ host }: Frame): bigint {
  const { heldWei, rewardsPaidInWei, rewardsClaimedWei } = open(host)
  return heldWei.get() + rewardsPaidInWei.get() - rewardsClaimedWei.get()
}
