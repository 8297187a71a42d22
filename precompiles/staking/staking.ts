/** IStaking: the validators that stake registered, the hashes of each epoch, and the entry to rewards. */
import { equal } from '../../primitives/bytes.ts'
import { statementBytes } from '../../primitives/statements.ts'
import { requireSystem } from '../callers.ts'
import { defineNative, type Frame, type Native } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import type { NativeGenesis } from '../genesis.ts'
import { VALIDATORS_PAGE_MAX } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { pageOf } from '../paging.ts'
import { readParam } from '../params/contract.ts'
import { openStorage } from '../storage.ts'
import { stakingContract } from './contract.ts'
import { addRewards, claimRewards, liabilities, rewardsOf } from './rewards.ts'

const NOBODY = new Uint8Array(20)
const BLS_KEY_BYTES = 48
const BLS_SIGNATURE_BYTES = 96
const COMMISSION_BPS_MAX = 10_000n

const open = (host: NativeHost) => openStorage(stakingStorage, host)

interface NewValidator {
  readonly operator: Uint8Array
  readonly blsKey: Uint8Array
  readonly p2pKey: Uint8Array
  readonly feeRecipient: Uint8Array
  readonly commissionBps: bigint
  readonly stakeWei: bigint
}

function requireLength(bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) throw stakingContract.error('BadLength', BigInt(expected), BigInt(bytes.length))
}

/** Rogue keys forge aggregates, so a key stands for one validator only (consensus.md §2). */
function holdKey(host: NativeHost, key: Uint8Array, operator: Uint8Array): void {
  const holder = open(host).keyHolders.at(key)
  if (!equal(holder.get(), NOBODY)) throw stakingContract.error('KeyInUse', key)
  holder.set(operator)
}

function register(host: NativeHost, validator: NewValidator): void {
  const { operator, blsKey, p2pKey, feeRecipient, commissionBps, stakeWei } = validator
  const storage = open(host)
  const place = storage.validators.at(operator)
  if (place.stakeWei.get() !== 0n) throw stakingContract.error('ValidatorExists', operator)
  requireLength(blsKey, BLS_KEY_BYTES)
  if (equal(feeRecipient, NOBODY)) throw stakingContract.error('ZeroFeeRecipient')
  if (commissionBps > COMMISSION_BPS_MAX)
    throw stakingContract.error('CommissionTooHigh', COMMISSION_BPS_MAX, commissionBps)
  holdKey(host, host.keccak(blsKey), operator)
  holdKey(host, p2pKey, operator)
  const settledPerStake = storage.rewardPerStake.get()
  place.store({ feeRecipient, commissionBps, p2pKey, stakeWei, settledPerStake, blsKey })
  storage.operators.push().set(operator)
  storage.totalStakeWei.set(storage.totalStakeWei.get() + stakeWei)
}

function createValidator(
  { call, host }: Frame,
  blsKey: Uint8Array,
  proof: Uint8Array,
  p2pKey: Uint8Array,
  feeRecipient: Uint8Array,
  commissionBps: bigint,
): void {
  const operator = call.caller
  const stakeWei = call.valueWei
  const minWei = readParam(host, 'validatorStakeWeiMin')
  if (stakeWei < minWei) throw stakingContract.error('StakeTooSmall', minWei, stakeWei)
  register(host, { operator, blsKey, p2pKey, feeRecipient, commissionBps, stakeWei })
  requireLength(proof, BLS_SIGNATURE_BYTES)
  const statement = statementBytes(host, { kind: 'possession', blsKey, p2pKey, operator })
  if (!host.verifyStatement(statement, [blsKey], proof)) throw stakingContract.error('BadProof')
  stakingContract.emit(host, 'ValidatorCreated', { operator, blsKey, p2pKey, feeRecipient, commissionBps, stakeWei })
}

function describe(host: NativeHost, operator: Uint8Array) {
  const { blsKey, p2pKey, feeRecipient, commissionBps, stakeWei } = open(host).validators.at(operator).load()
  if (stakeWei === 0n) throw stakingContract.error('UnknownValidator', operator)
  return { operator, blsKey, p2pKey, feeRecipient, commissionBps, stakeWei }
}

function page({ host }: Frame, start: bigint, count: bigint) {
  const { operators } = open(host)
  const indexes = pageOf(host, start, count, operators.length(), VALIDATORS_PAGE_MAX)
  return indexes.map((i) => describe(host, operators.at(i).get()))
}

function beginEpoch(frame: Frame, number: bigint, epochHash: Uint8Array, setHash: Uint8Array): void {
  requireSystem(frame)
  const storage = open(frame.host)
  const expected = storage.epochCount.get()
  if (number !== expected) throw stakingContract.error('WrongEpoch', expected, number)
  storage.epochs.at(number).store({ epochHash, setHash })
  storage.epochCount.set(number + 1n)
}

function epoch({ host }: Frame, number: bigint) {
  const storage = open(host)
  if (number >= storage.epochCount.get()) throw stakingContract.error('UnknownEpoch', number)
  return storage.epochs.at(number)
}

/** Genesis validators: their proofs of possession sign over `genesisHash`, so the network file's loader checks them. */
function initialise(host: NativeHost, config: NativeGenesis): void {
  for (const validator of config.validators)
    register(host, { ...validator, commissionBps: BigInt(validator.commissionBps) })
}

export const staking: Native = defineNative(
  'IStaking',
  stakingContract,
  {
    createValidator,
    validator: ({ host }, operator) => describe(host, operator),
    validators: page,
    validatorCount: ({ host }) => open(host).operators.length(),
    totalStake: ({ host }) => open(host).totalStakeWei.get(),
    beginEpoch,
    epochCount: ({ host }) => open(host).epochCount.get(),
    epochHashOf: (frame, number) => epoch(frame, number).epochHash.get(),
    setHashOf: (frame, number) => epoch(frame, number).setHash.get(),
    addRewards,
    rewardsOf,
    claimRewards,
    liabilities,
  },
  initialise,
)
