/** Punishment (economy.md "Staking"): tombstone, and a part of all stake that may have counted in the epoch or later. */
import type { Frame } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import { STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { readParams } from '../params/contract.ts'
import { openStorage } from '../storage.ts'
import { leaveContenders } from './contenders.ts'
import { stakingContract } from './contract.ts'
import { settleValidator } from './rewards.ts'
import { NOBODY, requireValidator } from './validators.ts'

const BPS = 10_000n

const open = (host: NativeHost) => openStorage(stakingStorage, host)

interface SlashTerms {
  readonly slashBps: bigint
  /** For each operator. */
  readonly reporterRewardWeiMax: bigint
}

interface Slash {
  readonly slashedWei: bigint
  readonly rewardWei: bigint
}

export function isPunished({ host }: Frame, operator: Uint8Array, epoch: bigint): boolean {
  return open(host).punished.at(operator).at(epoch).get()
}

/** Each operator for its offence in the epoch, then the reporter's pay and the burn in one. */
export function punishAll(frame: Frame, operators: readonly Uint8Array[], epoch: bigint): void {
  const terms = readParams(frame.host, ['slashBps', 'reporterRewardWeiMax'])
  const slashes = operators.map((operator) => punish(frame, operator, epoch, terms))
  settleSlashes(frame, slashes)
}

function punish({ host, call }: Frame, operator: Uint8Array, epoch: bigint, terms: SlashTerms): Slash {
  const { slashBps, reporterRewardWeiMax } = terms
  const storage = open(host)
  storage.punished.at(operator).at(epoch).set(true)
  if (!requireValidator(host, operator).isTombstoned) bury(host, operator)
  const validator = storage.validators.at(operator)
  const leftWei = validator.leftWei.get()
  const cutWei = (leftWei * slashBps) / BPS
  validator.leftWei.set(leftWei - cutWei)
  const slashedWei = cutWei + cutUnbonding(host, operator, epoch, slashBps)
  const halfWei = slashedWei / 2n
  const rewardWei = halfWei < reporterRewardWeiMax ? halfWei : reporterRewardWeiMax
  stakingContract.emit(host, 'Punished', { operator, epoch, reporter: call.caller, slashedWei, rewardWei })
  return { slashedWei, rewardWei }
}

/** Its stake earned until now, and earns no more. */
function bury(host: NativeHost, operator: Uint8Array): void {
  const storage = open(host)
  settleValidator(host, operator)
  const { leftWei, isTombstoned } = storage.validators.at(operator)
  isTombstoned.set(true)
  storage.totalStakeWei.set(storage.totalStakeWei.get() - leftWei.get())
  leaveContenders(host, operator)
}

/** Cuts what began to unbond in this epoch or later; pools are in order of their epochs. */
function cutUnbonding(host: NativeHost, operator: Uint8Array, epoch: bigint, slashBps: bigint): bigint {
  const pools = open(host).validators.at(operator).unbondingPools
  let slashedWei = 0n
  for (let i = pools.length() - 1n; i >= 0n; i--) {
    host.charge(STEP_GAS)
    const pool = pools.at(i).load()
    if (pool.epoch < epoch) break
    const cutWei = (pool.leftWei * slashBps) / BPS
    pools.at(i).store({ ...pool, leftWei: pool.leftWei - cutWei })
    slashedWei += cutWei
  }
  return slashedWei
}

/** Pays the reporter; the rest is burned: sent to the zero address, which nobody can spend from. */
function settleSlashes({ host, call }: Frame, slashes: readonly Slash[]): void {
  const slashedWei = slashes.reduce((sum, slash) => sum + slash.slashedWei, 0n)
  const rewardWei = slashes.reduce((sum, slash) => sum + slash.rewardWei, 0n)
  const { heldWei } = open(host)
  heldWei.set(heldWei.get() - slashedWei)
  host.pay(call.caller, rewardWei)
  host.pay(NOBODY, slashedWei - rewardWei)
}
