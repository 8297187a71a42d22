/** IContributor: numbers for wallets, and the rotation of a number to a new wallet. */
import { equal } from '../../primitives/bytes.ts'
import { requireNative } from '../callers.ts'
import { defineNative, type Frame, type Native } from '../dispatch.ts'
import { contributorStorage } from '../generated/contributor.ts'
import type { NativeHost } from '../native.ts'
import { readParam } from '../params/contract.ts'
import { openStorage } from '../storage.ts'
import { contributorContract } from './contract.ts'

const NOBODY = new Uint8Array(20)
const isNobody = (address: Uint8Array): boolean => equal(address, NOBODY)
const open = (host: NativeHost) => openStorage(contributorStorage, host)

function idFor(host: NativeHost, wallet: Uint8Array): bigint {
  const storage = open(host)
  const known = storage.ids.at(wallet).get()
  if (known !== 0n) return known
  if (isNobody(wallet)) throw contributorContract.error('ZeroWallet')
  const contributorId = storage.count.get() + 1n
  storage.count.set(contributorId)
  storage.ids.at(wallet).set(contributorId)
  storage.contributors.at(contributorId).wallet.set(wallet)
  contributorContract.emit(host, 'ContributorCreated', { contributorId, wallet })
  return contributorId
}

/** Place and values of an existing contributor. */
function find({ host, call }: Frame, contributorId: bigint) {
  const place = open(host).contributors.at(contributorId)
  const values = place.load()
  if (isNobody(values.wallet)) throw contributorContract.error('UnknownContributor', contributorId)
  const isChanged = values.recoveryActiveAt !== 0n && values.recoveryActiveAt <= call.block.timestamp
  return { place, ...values, activeRecovery: isChanged ? values.nextRecovery : values.recovery }
}

function setRecovery(frame: Frame, recovery: Uint8Array): void {
  const { host, call } = frame
  const contributorId = open(host).ids.at(call.caller).get()
  if (contributorId === 0n) throw contributorContract.error('NoContributor', call.caller)
  const { place, newWallet, activeRecovery } = find(frame, contributorId)
  if (!isNobody(newWallet)) throw contributorContract.error('RotationPending', contributorId)
  const activeAt = call.block.timestamp + readParam(host, 'rotationDelayS')
  place.store({ recovery: activeRecovery, nextRecovery: recovery, recoveryActiveAt: activeAt })
  contributorContract.emit(host, 'RecoverySet', { contributorId, recovery, activeAt })
}

/** Wallet or active recovery address? Refuses everyone else. */
function requireOwner(frame: Frame, contributorId: bigint, found: ReturnType<typeof find>): { isByRecovery: boolean } {
  const { caller } = frame.call
  if (equal(caller, found.wallet)) return { isByRecovery: false }
  if (!isNobody(caller) && equal(caller, found.activeRecovery)) return { isByRecovery: true }
  throw contributorContract.error('NotWallet', contributorId, caller)
}

/** A recovery address may replace the wallet's request, which a thief may have made; never the other way round. */
function requestRotation(frame: Frame, contributorId: bigint, newWallet: Uint8Array): void {
  const { host, call } = frame
  const found = find(frame, contributorId)
  const { isByRecovery } = requireOwner(frame, contributorId, found)
  if (isNobody(newWallet)) throw contributorContract.error('ZeroWallet')
  if (!isNobody(found.newWallet) && found.isByRecovery && !isByRecovery)
    throw contributorContract.error('RequestedByRecovery', contributorId)
  requireFree(host, newWallet)
  const readyAt = call.block.timestamp + readParam(host, 'rotationDelayS')
  found.place.store({ newWallet, rotationReadyAt: readyAt, isByRecovery, isAccepted: false })
  contributorContract.emit(host, 'RotationRequested', { contributorId, newWallet, isByRecovery, readyAt })
}

function requireFree(host: NativeHost, wallet: Uint8Array): void {
  const taken = open(host).ids.at(wallet).get()
  if (taken !== 0n) throw contributorContract.error('WalletTaken', wallet, taken)
}

function findRotation(frame: Frame, contributorId: bigint) {
  const found = find(frame, contributorId)
  if (isNobody(found.newWallet)) throw contributorContract.error('NoRotation', contributorId)
  return found
}

function acceptRotation(frame: Frame, contributorId: bigint): void {
  const { host, call } = frame
  const { place, newWallet } = findRotation(frame, contributorId)
  if (!equal(call.caller, newWallet)) throw contributorContract.error('NotNewWallet', newWallet, call.caller)
  requireFree(host, newWallet)
  place.isAccepted.set(true)
  contributorContract.emit(host, 'RotationAccepted', { contributorId, newWallet })
}

const NO_ROTATION = { newWallet: NOBODY, rotationReadyAt: 0n, isByRecovery: false, isAccepted: false } as const

function cancelRotation(frame: Frame, contributorId: bigint): void {
  const found = findRotation(frame, contributorId)
  const { isByRecovery } = requireOwner(frame, contributorId, found)
  if (found.isByRecovery && !isByRecovery) throw contributorContract.error('RequestedByRecovery', contributorId)
  found.place.store(NO_ROTATION)
  contributorContract.emit(frame.host, 'RotationCancelled', { contributorId })
}

function finishRotation(frame: Frame, contributorId: bigint): void {
  const { host, call } = frame
  const { place, wallet, newWallet, isAccepted, rotationReadyAt } = findRotation(frame, contributorId)
  if (!isAccepted) throw contributorContract.error('NotAccepted', newWallet)
  if (call.block.timestamp < rotationReadyAt) throw contributorContract.error('TooEarly', rotationReadyAt)
  requireFree(host, newWallet)
  const storage = open(host)
  storage.ids.at(wallet).set(0n)
  storage.ids.at(newWallet).set(contributorId)
  place.store({ wallet: newWallet, ...NO_ROTATION })
  contributorContract.emit(host, 'RotationFinished', { contributorId, oldWallet: wallet, newWallet })
}

function rotationOf(frame: Frame, contributorId: bigint) {
  const { newWallet, isByRecovery, isAccepted, rotationReadyAt } = find(frame, contributorId)
  return { newWallet, isByRecovery, isAccepted, readyAt: rotationReadyAt }
}

export const contributor: Native = defineNative('IContributor', contributorContract, {
  register: ({ call, host }) => idFor(host, call.caller),
  ensureId(frame, wallet) {
    requireNative(frame)
    return idFor(frame.host, wallet)
  },
  idOf: ({ host }, wallet) => open(host).ids.at(wallet).get(),
  walletOf: (frame, contributorId) => find(frame, contributorId).wallet,
  contributorCount: ({ host }) => open(host).count.get(),
  isFrozen: (frame, contributorId) => !isNobody(find(frame, contributorId).newWallet),
  recoveryOf: (frame, contributorId) => find(frame, contributorId).activeRecovery,
  rotationOf,
  setRecovery,
  requestRotation,
  acceptRotation,
  cancelRotation,
  finishRotation,
})
