/** Epochs as the executor wrote them: their hashes, and when stake that last counted in one is free. */
import { requireSystem } from '../callers.ts'
import type { Frame } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import type { NativeHost } from '../native.ts'
import { readParam } from '../params/contract.ts'
import { openStorage } from '../storage.ts'
import { stakingContract } from './contract.ts'

const open = (host: NativeHost) => openStorage(stakingStorage, host)

export function beginEpoch(frame: Frame, number: bigint, epochHash: Uint8Array, setHash: Uint8Array): void {
  requireSystem(frame)
  const { host, call } = frame
  const storage = open(host)
  const expected = storage.epochCount.get()
  if (number !== expected) throw stakingContract.error('WrongEpoch', expected, number)
  if (number > 0n)
    storage.epochs.at(number - 1n).releaseTime.set(nextReleaseTime(host, number - 1n, call.block.timestamp))
  storage.epochs.at(number).store({ epochHash, setHash, releaseTime: 0n })
  storage.epochCount.set(number + 1n)
}

/**
 * When stake would be free if `epoch` ended now. It never falls from one epoch to the next, even when the governor shortens
 * the unbonding time: so while an epoch's offences are punishable, no stake that counted then or later has gone.
 */
export function nextReleaseTime(host: NativeHost, epoch: bigint, now: bigint): bigint {
  const free = now + readParam(host, 'unbondingS')
  const before =
    epoch === 0n
      ? 0n
      : open(host)
          .epochs.at(epoch - 1n)
          .releaseTime.get()
  return free > before ? free : before
}

/** The epoch that runs; 0 where none has begun. */
export function currentEpoch(host: NativeHost): bigint {
  const count = open(host).epochCount.get()
  return count === 0n ? 0n : count - 1n
}

/** Has the unbonding time of an epoch passed? */
export function isReleased(host: NativeHost, epoch: bigint, now: bigint): boolean {
  const releaseTime = open(host).epochs.at(epoch).releaseTime.get()
  return releaseTime !== 0n && releaseTime <= now
}

/** An epoch that was begun. */
export function epochRecord({ host }: Frame, number: bigint) {
  const storage = open(host)
  if (number >= storage.epochCount.get()) throw stakingContract.error('UnknownEpoch', number)
  return storage.epochs.at(number)
}
