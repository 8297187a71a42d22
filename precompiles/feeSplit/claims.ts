/** How booked money leaves: claims by wallets and claimers, royalty pools, the treasury. */
import { equal } from '../../primitives/bytes.ts'
import { isNativeAddress } from '../addresses.ts'
import { requireAtMost, requireNative, requireSystem } from '../callers.ts'
import { contributorContract } from '../contributor/contract.ts'
import type { Frame } from '../dispatch.ts'
import { CLAIMS_MAX, STEP_GAS } from '../limits.ts'
import { termsOf } from '../model/contract.ts'
import type { NativeHost } from '../native.ts'
import { requireGovernor } from '../params/contract.ts'
import { feeSplitContract } from './contract.ts'
import { addTo, bookLiabilities, creditTreasury, drain, openLedger } from './ledger.ts'
import { shareOf } from './split.ts'

const NOBODY = new Uint8Array(20)

export function claim({ host, call }: Frame, to: Uint8Array): bigint {
  const id = ownId(host, call.caller)
  return claimAll(host, [id], to)
}

/** Ids may repeat: the second time finds nothing, which refuses the whole. */
export function claimMany({ host, call }: Frame, ids: readonly bigint[], to: Uint8Array): bigint {
  requireAtMost(ids, CLAIMS_MAX)
  host.charge(STEP_GAS * BigInt(ids.length))
  for (const id of ids) {
    const isOwn = equal(contributorContract.call(host, 0n, 'walletOf', id), call.caller)
    if (!isOwn && !equal(openLedger(host).claimers.at(id).get(), call.caller))
      throw feeSplitContract.error('NotClaimer', id, call.caller)
  }
  return claimAll(host, ids, to)
}

function ownId(host: NativeHost, caller: Uint8Array): bigint {
  const id = contributorContract.call(host, 0n, 'idOf', caller)
  if (id === 0n) throw feeSplitContract.error('NotClaimer', 0n, caller)
  return id
}

function claimAll(host: NativeHost, ids: readonly bigint[], to: Uint8Array): bigint {
  checkRecipient(to)
  let claimWei = 0n
  for (const id of ids) {
    requireNotFrozen(host, id)
    const wei = drain(openLedger(host).balances.at(id))
    if (wei === 0n) throw feeSplitContract.error('NothingToClaim', id)
    feeSplitContract.emit(host, 'Claimed', { id, to, claimWei: wei })
    claimWei += wei
  }
  bookLiabilities(host, -claimWei)
  host.pay(to, claimWei)
  return claimWei
}

/** A native has no way to give such money to anyone, and nobody holds the key of address 0. */
function checkRecipient(to: Uint8Array): void {
  if (equal(to, NOBODY) || isNativeAddress(to)) throw feeSplitContract.error('BadRecipient', to)
}

function requireNotFrozen(host: NativeHost, id: bigint): void {
  if (contributorContract.call(host, 0n, 'isFrozen', id)) throw contributorContract.error('RotationPending', id)
}

export function setClaimer({ host, call }: Frame, claimer: Uint8Array): void {
  const id = ownId(host, call.caller)
  requireNotFrozen(host, id)
  openLedger(host).claimers.at(id).set(claimer)
  feeSplitContract.emit(host, 'ClaimerSet', { id, claimer })
}

/** One generation up: parents' pools get their royalties of this pool, the version's owner the rest. */
export function pullRoyalties({ host }: Frame, versionId: Uint8Array): bigint {
  const { ownerId, parents } = termsOf(host, versionId)
  host.charge(STEP_GAS * BigInt(parents.length))
  const { pools, balances } = openLedger(host)
  const poolWei = drain(pools.at(versionId))
  if (poolWei === 0n) throw feeSplitContract.error('EmptyPool', versionId)
  let ownerWei = poolWei
  for (const parent of parents) {
    const creditWei = shareOf(poolWei, parent.royaltyBps)
    if (creditWei === 0n) continue
    addTo(pools.at(parent.versionId), creditWei)
    feeSplitContract.emit(host, 'RoyaltyCredited', { parentId: parent.versionId, versionId, creditWei })
    ownerWei -= creditWei
  }
  addTo(balances.at(ownerId), ownerWei)
  feeSplitContract.emit(host, 'RoyaltiesPulled', { versionId, ownerId, poolWei, ownerWei })
  return poolWei
}

export function bookBaseFees(frame: Frame): void {
  requireSystem(frame)
  fundTreasury(frame)
}

export function depositTreasury(frame: Frame): void {
  requireNative(frame)
  fundTreasury(frame)
}

function fundTreasury({ host, call }: Frame): void {
  creditTreasury(host, call.valueWei)
  bookLiabilities(host, call.valueWei)
  if (call.valueWei > 0n) feeSplitContract.emit(host, 'TreasuryFunded', { from: call.caller, fundWei: call.valueWei })
}

export function treasuryPay(frame: Frame, to: Uint8Array, payWei: bigint): void {
  requireGovernor(frame)
  const { host } = frame
  checkRecipient(to)
  const treasuryWei = openLedger(host).treasuryWei.get()
  if (payWei > treasuryWei) throw feeSplitContract.error('TreasuryShort', treasuryWei, payWei)
  creditTreasury(host, -payWei)
  bookLiabilities(host, -payWei)
  feeSplitContract.emit(host, 'TreasuryPaid', { to, payWei })
  host.pay(to, payWei)
}
