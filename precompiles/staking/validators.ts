/** The records of validators: what is written at their registration, and how they are found and shown. */
import { equal } from '../../primitives/bytes.ts'
import { stakingStorage } from '../generated/staking.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'
import { stakingContract } from './contract.ts'
import { worthOf } from './pool.ts'
import { openPosition } from './positions.ts'

export const NOBODY = new Uint8Array(20)
const BLS_KEY_BYTES = 48
const COMMISSION_BPS_MAX = 10_000n

const open = (host: NativeHost) => openStorage(stakingStorage, host)

export interface NewValidator {
  readonly operator: Uint8Array
  readonly blsKey: Uint8Array
  readonly p2pKey: Uint8Array
  readonly feeRecipient: Uint8Array
  readonly commissionBps: bigint
  readonly stakeWei: bigint
}

export function requireLength(bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) throw stakingContract.error('BadLength', BigInt(expected), BigInt(bytes.length))
}

export function requireTerms(feeRecipient: Uint8Array, commissionBps: bigint): void {
  if (equal(feeRecipient, NOBODY)) throw stakingContract.error('ZeroFeeRecipient')
  if (commissionBps > COMMISSION_BPS_MAX)
    throw stakingContract.error('CommissionTooHigh', COMMISSION_BPS_MAX, commissionBps)
}

/** The first slot of a validator; nobody has a zero fee recipient, so a zero one is no validator. */
export function requireValidator(host: NativeHost, operator: Uint8Array) {
  const record = open(host)
    .validators.at(operator)
    .pick('feeRecipient', 'commissionBps', 'commissionRaisedAt', 'contenderPlace', 'isTombstoned')
  if (equal(record.feeRecipient, NOBODY)) throw stakingContract.error('UnknownValidator', operator)
  return record
}

/** Rogue keys forge aggregates, so a key stands for one validator only, and for ever (consensus.md §2). */
function holdKey(host: NativeHost, key: Uint8Array, operator: Uint8Array): void {
  const holder = open(host).keyHolders.at(key)
  if (!equal(holder.get(), NOBODY)) throw stakingContract.error('KeyInUse', key)
  holder.set(operator)
}

/** Its record and its own stake; a place among the contenders is another matter. */
export function register(host: NativeHost, validator: NewValidator): void {
  const { operator, blsKey, p2pKey, feeRecipient, commissionBps, stakeWei } = validator
  const storage = open(host)
  const place = storage.validators.at(operator)
  if (!equal(place.feeRecipient.get(), NOBODY)) throw stakingContract.error('ValidatorExists', operator)
  requireLength(blsKey, BLS_KEY_BYTES)
  requireTerms(feeRecipient, commissionBps)
  holdKey(host, host.keccak(blsKey), operator)
  holdKey(host, p2pKey, operator)
  const stake = { bondedWei: stakeWei, leftWei: stakeWei, settledPerStake: storage.rewardPerStake.get() }
  place.store({ feeRecipient, commissionBps, p2pKey, blsKey, ...stake })
  openPosition(host, operator, operator)
  storage.delegations.at(operator).at(operator).bondedWei.set(stakeWei)
  storage.operators.push().set(operator)
  storage.totalStakeWei.set(storage.totalStakeWei.get() + stakeWei)
  storage.heldWei.set(storage.heldWei.get() + stakeWei)
}

export function describeValidator(host: NativeHost, operator: Uint8Array) {
  const { contenderPlace } = requireValidator(host, operator)
  const storage = open(host)
  const { blsKey, p2pKey, feeRecipient, commissionBps, isTombstoned, ...pool } = storage.validators.at(operator).load()
  const ownWei = storage.delegations.at(operator).at(operator).bondedWei.get()
  return {
    ...{ operator, blsKey, p2pKey, feeRecipient, commissionBps, isTombstoned },
    stakeWei: pool.leftWei,
    selfStakeWei: worthOf(pool, ownWei),
    isContender: contenderPlace !== 0n,
  }
}
