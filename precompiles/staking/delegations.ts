/** Stake that comes and goes: delegated at once, taken back through pools in which a slash still finds it. */

import { equal } from '../../primitives/bytes.ts'
import type { Frame } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import { STEP_GAS, UNBONDING_POOLS_MAX, UNBONDINGS_PAGE_MAX } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { pageOf } from '../paging.ts'
import { openStorage } from '../storage.ts'
import { leaveIfPoor, stakeAt } from './contenders.ts'
import { stakingContract } from './contract.ts'
import { currentEpoch, isReleased, nextReleaseTime } from './epochs.ts'
import { bondedFor, worthOf } from './pool.ts'
import { openPosition, operatorsOf } from './positions.ts'
import { closeIfEmpty, rewardsAt, settlePosition, settleValidator } from './rewards.ts'
import { requireValidator } from './validators.ts'

const open = (host: NativeHost) => openStorage(stakingStorage, host)

export function delegate({ host, call }: Frame, operator: Uint8Array): void {
  const { caller: account, valueWei: amountWei } = call
  if (amountWei === 0n) throw stakingContract.error('ZeroAmount')
  if (requireValidator(host, operator).isTombstoned) throw stakingContract.error('Tombstoned', operator)
  const storage = open(host)
  settleValidator(host, operator)
  openPosition(host, operator, account)
  settlePosition(host, operator, account)
  const validator = storage.validators.at(operator)
  const { bondedWei, leftWei } = validator.pick('bondedWei', 'leftWei')
  validator.store({ bondedWei: bondedWei + amountWei, leftWei: leftWei + amountWei })
  const own = storage.delegations.at(operator).at(account).bondedWei
  own.set(own.get() + amountWei)
  storage.totalStakeWei.set(storage.totalStakeWei.get() + amountWei)
  storage.heldWei.set(storage.heldWei.get() + amountWei)
  stakingContract.emit(host, 'Delegated', { account, operator, amountWei })
}

export function undelegate({ host, call }: Frame, operator: Uint8Array, amountWei: bigint): bigint {
  const account = call.caller
  if (amountWei === 0n) throw stakingContract.error('ZeroAmount')
  const { isTombstoned } = requireValidator(host, operator)
  const storage = open(host)
  settleValidator(host, operator)
  settlePosition(host, operator, account)
  const validator = storage.validators.at(operator)
  const pool = validator.pick('bondedWei', 'leftWei')
  const own = storage.delegations.at(operator).at(account).bondedWei
  const ownWei = own.get()
  const hasWei = worthOf(pool, ownWei)
  if (amountWei > hasWei) throw stakingContract.error('StakeShort', hasWei, amountWei)
  const bondedWei = bondedFor(pool, ownWei, amountWei)
  own.set(ownWei - bondedWei)
  validator.store({ bondedWei: pool.bondedWei - bondedWei, leftWei: pool.leftWei - amountWei })
  if (!isTombstoned) storage.totalStakeWei.set(storage.totalStakeWei.get() - amountWei)
  const epoch = currentEpoch(host)
  startUnbonding(host, { operator, account, epoch, amountWei, now: call.block.timestamp })
  stakingContract.emit(host, 'Undelegated', { account, operator, amountWei, epoch })
  if (equal(operator, account)) leaveIfPoor(host, operator)
  else closeIfEmpty(host, operator, account)
  return nextReleaseTime(host, epoch, call.block.timestamp)
}

interface Leaving {
  readonly operator: Uint8Array
  readonly account: Uint8Array
  readonly epoch: bigint
  readonly amountWei: bigint
  readonly now: bigint
}

function startUnbonding(host: NativeHost, { operator, account, epoch, amountWei, now }: Leaving): void {
  const storage = open(host)
  const pools = storage.validators.at(operator).unbondingPools
  let pool = pools.length() - 1n
  const last = pool < 0n ? undefined : pools.at(pool).load()
  // A pool that was slashed takes no more: its bonded wei are worth less than one.
  if (last === undefined || last.epoch !== epoch || last.bondedWei !== last.leftWei) {
    requirePoolsLeft(host, operator, pool + 1n, now)
    pools.push().store({ epoch, bondedWei: amountWei, leftWei: amountWei })
    pool += 1n
  } else pools.at(pool).store({ bondedWei: last.bondedWei + amountWei, leftWei: last.leftWei + amountWei })
  storage.accounts.at(account).unbondings.push().store({ operator, pool, bondedWei: amountWei })
}

/** Pools are free in their order, so the one so many places back tells whether as many are not. */
function requirePoolsLeft(host: NativeHost, operator: Uint8Array, length: bigint, now: bigint): void {
  if (length < UNBONDING_POOLS_MAX) return
  const oldest = open(host)
    .validators.at(operator)
    .unbondingPools.at(length - UNBONDING_POOLS_MAX)
  if (!isReleased(host, oldest.epoch.get(), now)) throw stakingContract.error('UnbondingsFull', UNBONDING_POOLS_MAX)
}

export function withdrawUnbonded({ host, call }: Frame, max: bigint): bigint {
  const account = call.caller
  const storage = open(host)
  const { unbondings, firstUnbonding } = storage.accounts.at(account)
  const [first, length] = [firstUnbonding.get(), unbondings.length()]
  let next = first
  let amountWei = 0n
  for (; next < length && next - first < max; next++) {
    host.charge(STEP_GAS)
    const wei = takeReleased(host, account, next, call.block.timestamp)
    if (wei === undefined) break
    amountWei += wei
  }
  if (next === first) throw stakingContract.error('NothingToWithdraw', account)
  firstUnbonding.set(next)
  storage.heldWei.set(storage.heldWei.get() - amountWei)
  stakingContract.emit(host, 'Withdrawn', { account, amountWei })
  host.pay(account, amountWei)
  return amountWei
}

/** Takes one portion out of its pool and clears it; `undefined` when it is not free yet. */
function takeReleased(host: NativeHost, account: Uint8Array, at: bigint, now: bigint): bigint | undefined {
  const storage = open(host)
  const portion = storage.accounts.at(account).unbondings.at(at)
  const { operator, pool: poolAt, bondedWei } = portion.load()
  const place = storage.validators.at(operator).unbondingPools.at(poolAt)
  const pool = place.load()
  if (!isReleased(host, pool.epoch, now)) return undefined
  const amountWei = worthOf(pool, bondedWei)
  place.store({ bondedWei: pool.bondedWei - bondedWei, leftWei: pool.leftWei - amountWei })
  portion.store({ operator: new Uint8Array(20), pool: 0n, bondedWei: 0n })
  return amountWei
}

export function describePosition(host: NativeHost, operator: Uint8Array, account: Uint8Array) {
  return {
    operator,
    stakeWei: stakeAt(host, operator, account),
    rewardsWei: rewardsAt(host, operator, account),
  }
}

export function positions({ host }: Frame, account: Uint8Array) {
  return operatorsOf(host, account).map((operator) => describePosition(host, operator, account))
}

export function unbondingCount({ host }: Frame, account: Uint8Array): bigint {
  const { unbondings, firstUnbonding } = open(host).accounts.at(account)
  return unbondings.length() - firstUnbonding.get()
}

export function unbondings({ host }: Frame, account: Uint8Array, start: bigint, count: bigint) {
  const storage = open(host)
  const list = storage.accounts.at(account).unbondings
  const first = storage.accounts.at(account).firstUnbonding.get()
  const indexes = pageOf(host, start, count, list.length() - first, UNBONDINGS_PAGE_MAX)
  return indexes.map((i) => {
    const { operator, pool: at, bondedWei } = list.at(first + i).load()
    const { epoch, ...pool } = storage.validators.at(operator).unbondingPools.at(at).load()
    const completionTime = storage.epochs.at(epoch).releaseTime.get()
    return { operator, amountWei: worthOf(pool, bondedWei), epoch, completionTime }
  })
}
