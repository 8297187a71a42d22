/** IStaking: the table of its methods, and the registration of validators by their operators. */
import { statementBytes } from '../../primitives/statements.ts'
import { defineNative, type Frame, type Native } from '../dispatch.ts'
import { stakingStorage } from '../generated/staking.ts'
import type { NativeGenesis } from '../genesis.ts'
import { COMMISSION_RISE_BPS_MAX, DAY_S, VALIDATORS_PAGE_MAX } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { pageOf } from '../paging.ts'
import { readParam } from '../params/contract.ts'
import { openStorage } from '../storage.ts'
import { contend, joinContenders, takePlace } from './contenders.ts'
import { stakingContract } from './contract.ts'
import {
  delegate,
  describePosition,
  positions,
  unbondingCount,
  unbondings,
  undelegate,
  withdrawUnbonded,
} from './delegations.ts'
import { beginEpoch, epochRecord } from './epochs.ts'
import { submitEvidence } from './evidence.ts'
import { addRewards, claimRewards, liabilities, rewardsOf, settleValidator } from './rewards.ts'
import { isPunished } from './slashing.ts'
import { describeValidator, register, requireLength, requireTerms, requireValidator } from './validators.ts'

const BLS_SIGNATURE_BYTES = 96

const open = (host: NativeHost) => openStorage(stakingStorage, host)

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
  joinContenders(host, operator)
}

function editValidator({ call, host }: Frame, feeRecipient: Uint8Array, commissionBps: bigint): void {
  const operator = call.caller
  const old = requireValidator(host, operator)
  requireTerms(feeRecipient, commissionBps)
  // What came in until now is shared by the old commission.
  settleValidator(host, operator)
  const place = open(host).validators.at(operator)
  if (commissionBps > old.commissionBps) {
    const notBefore = old.commissionRaisedAt === 0n ? 0n : old.commissionRaisedAt + DAY_S
    if (commissionBps - old.commissionBps > COMMISSION_RISE_BPS_MAX || call.block.timestamp < notBefore)
      throw stakingContract.error('CommissionRise', COMMISSION_RISE_BPS_MAX, notBefore)
    place.store({ feeRecipient, commissionBps, commissionRaisedAt: call.block.timestamp })
  } else place.store({ feeRecipient, commissionBps })
  stakingContract.emit(host, 'ValidatorEdited', { operator, feeRecipient, commissionBps })
}

function page({ host }: Frame, start: bigint, count: bigint) {
  const { operators } = open(host)
  const indexes = pageOf(host, start, count, operators.length(), VALIDATORS_PAGE_MAX)
  return indexes.map((i) => describeValidator(host, operators.at(i).get()))
}

function position({ host }: Frame, operator: Uint8Array, account: Uint8Array) {
  requireValidator(host, operator)
  return describePosition(host, operator, account)
}

/** Genesis validators: their proofs of possession sign over `genesisHash`, so the network file's loader checks them. */
function initialise(host: NativeHost, config: NativeGenesis): void {
  for (const validator of config.validators) {
    register(host, { ...validator, commissionBps: BigInt(validator.commissionBps) })
    takePlace(host, validator.operator)
  }
}

export const staking: Native = defineNative(
  'IStaking',
  stakingContract,
  {
    createValidator,
    editValidator,
    contend,
    delegate,
    undelegate,
    withdrawUnbonded,
    claimRewards,
    submitEvidence,
    validator: ({ host }, operator) => describeValidator(host, operator),
    validators: page,
    validatorCount: ({ host }) => open(host).operators.length(),
    contenderCount: ({ host }) => open(host).contenders.length(),
    totalStake: ({ host }) => open(host).totalStakeWei.get(),
    position,
    positions,
    unbondings,
    unbondingCount,
    rewardsOf,
    isPunished,
    beginEpoch,
    epochCount: ({ host }) => open(host).epochCount.get(),
    epochHashOf: (frame, number) => epochRecord(frame, number).epochHash.get(),
    setHashOf: (frame, number) => epochRecord(frame, number).setHash.get(),
    releaseTimeOf: (frame, number) => epochRecord(frame, number).releaseTime.get(),
    addRewards,
    liabilities,
  },
  initialise,
)
