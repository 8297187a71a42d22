/** Contenders: the bounded list from which sets are chosen, so that choosing one costs the node the same for ever. */
import type { Frame } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import { CONTENDERS_MAX, STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { readParam } from '../params/contract.ts'
import { openStorage } from '../storage.ts'
import { stakingContract } from './contract.ts'
import { worthOf } from './pool.ts'
import { requireValidator } from './validators.ts'

const open = (host: NativeHost) => openStorage(stakingStorage, host)

/** What an account's stake with a validator is worth. */
export function stakeAt(host: NativeHost, operator: Uint8Array, account: Uint8Array): bigint {
  const storage = open(host)
  const pool = storage.validators.at(operator).pick('bondedWei', 'leftWei')
  return worthOf(pool, storage.delegations.at(operator).at(account).bondedWei.get())
}

/** Takes a free place, if there is one. Writes no log: block 0 has none. */
export function takePlace(host: NativeHost, operator: Uint8Array): boolean {
  const storage = open(host)
  const length = storage.contenders.length()
  if (length >= CONTENDERS_MAX) return false
  storage.contenders.push().set(operator)
  storage.validators.at(operator).contenderPlace.set(length + 1n)
  return true
}

/** Takes a free place, or that of the contender with the least stake, if that is less than the newcomer's. */
export function joinContenders(host: NativeHost, operator: Uint8Array): boolean {
  if (!takePlace(host, operator)) {
    const lowest = lowestContender(host)
    if (lowest.leftWei >= open(host).validators.at(operator).leftWei.get()) return false
    leaveContenders(host, lowest.operator)
    takePlace(host, operator)
  }
  stakingContract.emit(host, 'ContenderJoined', { operator })
  return true
}

/** Reads them all, about 4.3 Mgas: only when all places are taken. */
function lowestContender(host: NativeHost) {
  const { contenders, validators } = open(host)
  const length = contenders.length()
  host.charge(STEP_GAS * length)
  const all = Array.from({ length: Number(length) }, (_, i) => contenders.at(BigInt(i)).get())
  return all
    .map((operator) => ({ operator, leftWei: validators.at(operator).leftWei.get() }))
    .reduce((lowest, next) => (next.leftWei < lowest.leftWei ? next : lowest))
}

/** Nothing, for one that is none. */
export function leaveContenders(host: NativeHost, operator: Uint8Array): void {
  const storage = open(host)
  const { contenderPlace } = storage.validators.at(operator)
  const place = contenderPlace.get()
  if (place === 0n) return
  const length = storage.contenders.length()
  if (place !== length) {
    const last = storage.contenders.at(length - 1n).get()
    storage.contenders.at(place - 1n).set(last)
    storage.validators.at(last).contenderPlace.set(place)
  }
  storage.contenders.pop()
  contenderPlace.set(0n)
  stakingContract.emit(host, 'ContenderLeft', { operator })
}

/** Too little of its own at stake: no contender any more. */
export function leaveIfPoor(host: NativeHost, operator: Uint8Array): void {
  if (stakeAt(host, operator, operator) < readParam(host, 'validatorStakeWeiMin')) leaveContenders(host, operator)
}

export function contend({ host }: Frame, operator: Uint8Array): void {
  const { isTombstoned, contenderPlace } = requireValidator(host, operator)
  if (isTombstoned) throw stakingContract.error('Tombstoned', operator)
  if (contenderPlace !== 0n) throw stakingContract.error('AlreadyContender', operator)
  const [minWei, ownWei] = [readParam(host, 'validatorStakeWeiMin'), stakeAt(host, operator, operator)]
  if (ownWei < minWei) throw stakingContract.error('StakeTooSmall', minWei, ownWei)
  if (!joinContenders(host, operator)) throw stakingContract.error('ContendersFull', CONTENDERS_MAX)
}
