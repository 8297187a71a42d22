/** With whom an account stakes: a list of at most 64 validators, each found again by its place. */
import { equal } from '../../primitives/bytes.ts'
import { nativeErrors } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import { POSITIONS_MAX, STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'

const open = (host: NativeHost) => openStorage(stakingStorage, host)

export function operatorsOf(host: NativeHost, account: Uint8Array): Uint8Array[] {
  const { operators } = open(host).accounts.at(account)
  const length = operators.length()
  host.charge(STEP_GAS * length)
  return Array.from({ length: Number(length) }, (_, i) => operators.at(BigInt(i)).get())
}

/** Puts the validator on the account's list, unless it is there. */
export function openPosition(host: NativeHost, operator: Uint8Array, account: Uint8Array): void {
  const storage = open(host)
  const { place, settledPerBond } = storage.delegations.at(operator).at(account)
  if (place.get() !== 0n) return
  const { operators } = storage.accounts.at(account)
  const length = operators.length()
  if (length >= POSITIONS_MAX) throw nativeErrors.error('TooMany', POSITIONS_MAX, length + 1n)
  operators.push().set(operator)
  place.set(length + 1n)
  settledPerBond.set(storage.validators.at(operator).rewardPerBond.get())
}

/** Takes it off the list; the last one moves to its place. An operator's own position stays: commission comes to it. */
export function closePosition(host: NativeHost, operator: Uint8Array, account: Uint8Array): boolean {
  if (equal(operator, account)) return false
  const storage = open(host)
  const { place } = storage.delegations.at(operator).at(account)
  const at = place.get()
  if (at === 0n) return false
  const { operators } = storage.accounts.at(account)
  const length = operators.length()
  if (at !== length) {
    const last = operators.at(length - 1n).get()
    operators.at(at - 1n).set(last)
    storage.delegations.at(last).at(account).place.set(at)
  }
  operators.pop()
  place.set(0n)
  return true
}
