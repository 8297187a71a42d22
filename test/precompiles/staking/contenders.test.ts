/** Contenders, terms and bounds: who may be chosen, what a commission may do, and that no list grows without end. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { PARAMS_ADDRESS } from '../../../precompiles/addresses.ts'
import { paramsAbi } from '../../../precompiles/generated/params.ts'
import { CONTENDERS_MAX, POSITIONS_MAX, UNBONDING_POOLS_MAX } from '../../../precompiles/limits.ts'
import { parameterKey } from '../../../precompiles/params/contract.ts'
import { readFeeRecipient, readValidatorSet, stakingContract } from '../../../precompiles/staking/contract.ts'
import { equal, padLeft, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { refuseMisuse } from '../economy/misuse.ts'
import { account, DEV_ADMIN, expectRefused, send, view, type World } from '../world.ts'
import {
  addRewards,
  beginEpoch,
  equivocation,
  evidenceArgs,
  genesisValidator,
  OPEN,
  openStaking,
  operatorOf,
  pay,
  positionsOf,
  REPORTER,
  reader,
  STAKING,
  submit,
  unbondingsOf,
  validatorView,
} from './stakingWorld.ts'

const PARAMS = { address: PARAMS_ADDRESS, abi: paramsAbi }
/** A stake that divides what tests pay without a remainder. */
const UNIT = 1n << 60n
const DELEGATOR = account(3_001)
/** The gas that one transaction may hold (EIP-7825). */
const TRANSACTION_GAS_MAX = 2n ** 24n
const hex = (n: number): string => toHex(operatorOf(n))
const setParam = (world: World, name: string, value: bigint) =>
  send(world, PARAMS, 'set', [toHex(parameterKey(name)), value], { from: DEV_ADMIN })

test('misuse: delegation, static writes, unwanted value and garbage are refused by every function', () => {
  const { world } = openStaking([genesisValidator(0, OPEN)])
  assert.ok(refuseMisuse(world, STAKING) > 100)
})

test('contenders: too little of its own at stake costs the place; enough of it gives the place back', () => {
  const { world } = openStaking([genesisValidator(0, 10n * OPEN), genesisValidator(1, 5n * OPEN)], {
    validatorStakeWeiMin: 4n * OPEN,
  })
  pay(world, DELEGATOR, 'delegate', [hex(0)], 100n * OPEN)
  send(world, STAKING, 'undelegate', [hex(0), 100n * OPEN], { from: DELEGATOR })
  assert.ok(validatorView(world, 0).isContender)
  pay(world, DELEGATOR, 'delegate', [hex(0)], 100n * OPEN)
  const left = send(world, STAKING, 'undelegate', [hex(0), 6n * OPEN + 1n], { from: operatorOf(0) })
  assert.equal(
    left.events.map(({ name }) => name),
    ['Undelegated', 'ContenderLeft'],
  )
  assert.is(view(world, STAKING, 'contenderCount'), 1n)
  assert.equal(
    readValidatorSet(reader(world))!.map(({ power }) => power),
    [5n],
  )
  const poor = [4n * OPEN, 4n * OPEN - 1n]
  expectRefused(world, STAKING, 'contend', [hex(0)], {}, 'StakeTooSmall', poor)
  pay(world, operatorOf(0), 'delegate', [hex(0)], 1n)
  assert.is(send(world, STAKING, 'contend', [hex(0)]).events[0]!.name, 'ContenderJoined')
  assert.equal(
    readValidatorSet(reader(world))!
      .map(({ power }) => power)
      .sort(),
    [104n, 5n],
  )
  expectRefused(world, STAKING, 'contend', [hex(0)], {}, 'AlreadyContender', [hex(0)])
  expectRefused(world, STAKING, 'contend', [toHex(account(7))], {}, 'UnknownValidator')
})

test('contenders: who has taken all stake back still names where its blocks pay until its epoch ends', () => {
  const { world } = openStaking([genesisValidator(0, 10n * OPEN)])
  send(world, STAKING, 'undelegate', [hex(0), 10n * OPEN], { from: operatorOf(0) })
  assert.is(readValidatorSet(reader(world)), undefined)
  assert.ok(equal(readFeeRecipient(reader(world), operatorOf(0))!, account(2_000)))
})

/** Validators whose keys are only labels. */
const labelled = (n: number, stakeWei: bigint) => ({
  ...{ operator: operatorOf(n), blsKey: padLeft(uintToBytes(n, 4), 48) },
  ...{ p2pKey: keccak256(uintToBytes(n, 8)), feeRecipient: account(2_000), commissionBps: 0, stakeWei },
})

test('contenders: when all places are taken, more stake displaces the least, and equal stake does not', () => {
  const max = Number(CONTENDERS_MAX)
  const many = Array.from({ length: max + 1 }, (_, n) => labelled(n, OPEN * BigInt(n === 500 ? 2 : 3)))
  const { world } = openStaking(many)
  assert.is(view(world, STAKING, 'contenderCount'), CONTENDERS_MAX)
  assert.is(validatorView(world, max).isContender, false)
  const { events, gasUsed } = send(world, STAKING, 'contend', [hex(max)])
  assert.equal(
    events.map(({ name, args }) => [name, String(args['operator']).toLowerCase()]),
    [
      ['ContenderLeft', hex(500)],
      ['ContenderJoined', hex(max)],
    ],
  )
  assert.ok(gasUsed < 5_000_000n, `${gasUsed} gas`)
  expectRefused(world, STAKING, 'contend', [hex(500)], {}, 'ContendersFull', [CONTENDERS_MAX])
  pay(world, operatorOf(500), 'delegate', [hex(500)], OPEN)
  expectRefused(world, STAKING, 'contend', [hex(500)], {}, 'ContendersFull', [CONTENDERS_MAX])
  assert.is(readValidatorSet(reader(world))!.length, 100)
})

test('terms: a commission falls at once and rises by 100 basis points a day; what came before is shared as it was', () => {
  const { world } = openStaking([genesisValidator(0, 10n * UNIT, 1_000)])
  const edit = (bps: number) => ['editValidator', [toHex(account(9)), bps], { from: operatorOf(0) }] as const
  pay(world, DELEGATOR, 'delegate', [hex(0)], 10n * UNIT)
  addRewards(world, 1_000n)
  send(world, STAKING, ...edit(1_100))
  addRewards(world, 1_000n)
  // 10 % of 1,000 and 11 % of 1,000 to the operator, the rest by halves.
  assert.is(view(world, STAKING, 'rewardsOf', [toHex(DELEGATOR)]), 895n)
  assert.is(view(world, STAKING, 'rewardsOf', [hex(0)]), 1_105n)
  const next = world.block.timestamp + 86_400n
  expectRefused(world, STAKING, ...edit(1_101), 'CommissionRise', [100, next])
  send(world, STAKING, ...edit(1_000))
  world.block = { ...world.block, timestamp: next }
  expectRefused(world, STAKING, ...edit(1_101), 'CommissionRise', [100, next])
  send(world, STAKING, ...edit(1_100))
  send(world, STAKING, ...edit(0))
  expectRefused(world, STAKING, ...edit(10_001), 'CommissionTooHigh', [10_000, 10_001])
  const nobody = toHex(new Uint8Array(20))
  expectRefused(world, STAKING, 'editValidator', [nobody, 0], { from: operatorOf(0) }, 'ZeroFeeRecipient')
  expectRefused(world, STAKING, 'editValidator', [hex(0), 0], { from: DELEGATOR }, 'UnknownValidator')
})

test('claims: a small page goes round all positions; a position without stake and rewards ends', () => {
  const { world } = openStaking([0, 1, 2].map((n) => genesisValidator(n, 10n * UNIT)))
  for (const n of [0, 1, 2]) pay(world, DELEGATOR, 'delegate', [hex(n)], 10n * UNIT)
  addRewards(world, 6_000n)
  const claim = (max: bigint) => send(world, STAKING, 'claimRewards', [max], { from: DELEGATOR }).result
  assert.equal([claim(2n), claim(2n), claim(0n), claim(1n)], [2_000n, 1_000n, 0n, 0n])
  addRewards(world, 6_000n)
  send(world, STAKING, 'undelegate', [hex(0), 10n * UNIT], { from: DELEGATOR })
  assert.equal(
    positionsOf(world, DELEGATOR).map(({ rewardsWei }) => rewardsWei),
    [1_000n, 1_000n, 1_000n],
  )
  assert.is(claim(64n), 3_000n)
  assert.equal(
    positionsOf(world, DELEGATOR).map(({ operator }) => operator.toLowerCase()),
    [hex(2), hex(1)],
  )
  expectRefused(world, STAKING, 'claimRewards', [64n], { from: DELEGATOR }, 'NothingToClaim')
})

test('bounds: an account stakes with so many validators at most, and claims them all within a transaction', () => {
  const max = Number(POSITIONS_MAX)
  const { world } = openStaking(Array.from({ length: max + 1 }, (_, n) => labelled(n, OPEN)))
  for (let n = 0; n < max; n++) pay(world, DELEGATOR, 'delegate', [hex(n)], OPEN)
  world.setBalance(DELEGATOR, OPEN)
  const more = { from: DELEGATOR, wei: OPEN }
  expectRefused(world, STAKING, 'delegate', [hex(max)], more, 'TooMany')
  pay(world, DELEGATOR, 'delegate', [hex(3)], OPEN)
  addRewards(world, 10_000n * OPEN)
  const { gasUsed } = send(world, STAKING, 'claimRewards', [POSITIONS_MAX], { from: DELEGATOR })
  assert.ok(gasUsed < TRANSACTION_GAS_MAX / 2n, `${gasUsed} gas`)
})

test('bounds: as many pools unbond as a slash can walk within a transaction, and no more until one is free', () => {
  const staking = openStaking([genesisValidator(0, 10_000n * OPEN), genesisValidator(1, OPEN)], { unbondingS: 5_000n })
  const { world } = staking
  const undelegate = stakingContract.encodeCall('undelegate', [operatorOf(0), OPEN])
  for (let n = 0n; n < UNBONDING_POOLS_MAX; n++) {
    world.raw(STAKING.address, undelegate, { from: operatorOf(0) })
    world.mine()
    const hash = keccak256(uintToBytes(n, 8))
    const begin = stakingContract.encodeCall('beginEpoch', [n + 1n, hash, hash])
    world.raw(STAKING.address, begin, { isSystem: true })
  }
  assert.is(view(world, STAKING, 'unbondingCount', [hex(0)]), UNBONDING_POOLS_MAX)
  const from = { from: operatorOf(0) }
  expectRefused(world, STAKING, 'undelegate', [hex(0), OPEN], from, 'UnbondingsFull', [UNBONDING_POOLS_MAX])
  const args = evidenceArgs(staking, equivocation(staking, 0, 0))
  const { gasUsed, events } = send(world, STAKING, 'submitEvidence', args, { from: REPORTER })
  assert.is(events.at(-1)!.args['slashedWei'], 500n * OPEN)
  assert.ok(gasUsed < TRANSACTION_GAS_MAX - 3_000_000n, `${gasUsed} gas`)
  world.block = { ...world.block, timestamp: view(world, STAKING, 'releaseTimeOf', [0n]) as bigint }
  send(world, STAKING, 'undelegate', [hex(0), OPEN], from)
})

test('unbonding: a shorter unbonding time frees nothing before what left earlier', () => {
  const staking = openStaking([genesisValidator(0, 100n * OPEN)], { unbondingS: 1_000n })
  const { world } = staking
  const undelegate = () => send(world, STAKING, 'undelegate', [hex(0), OPEN], { from: operatorOf(0) }).result
  const now = world.block.timestamp
  assert.is(undelegate(), now + 1_000n)
  world.mine(10n)
  beginEpoch(staking)
  setParam(world, 'unbondingS', 60n)
  assert.is(undelegate(), now + 1_010n)
  world.mine(10n)
  beginEpoch(staking)
  assert.equal(
    unbondingsOf(world, operatorOf(0)).map(({ completionTime }) => completionTime),
    [now + 1_010n, now + 1_010n],
  )
  const withdraw = ['withdrawUnbonded', [9n], { from: operatorOf(0) }] as const
  world.block = { ...world.block, timestamp: now + 1_009n }
  expectRefused(world, STAKING, ...withdraw, 'NothingToWithdraw')
  world.mine()
  assert.is(send(world, STAKING, ...withdraw).result, 2n * OPEN)
  assert.is(view(world, STAKING, 'unbondingCount', [hex(0)]), 0n)
})

test('undelegate: nothing, too much, or from a stranger is refused; so is a delegation of nothing', () => {
  const { world } = openStaking([genesisValidator(0, 10n * OPEN)])
  expectRefused(world, STAKING, 'undelegate', [hex(0), 0n], { from: operatorOf(0) }, 'ZeroAmount')
  expectRefused(world, STAKING, 'undelegate', [hex(0), OPEN], { from: DELEGATOR }, 'StakeShort', [0, OPEN])
  const all = 2n ** 256n - 1n
  expectRefused(world, STAKING, 'undelegate', [hex(0), all], { from: operatorOf(0) }, 'StakeShort', [10n * OPEN, all])
  expectRefused(world, STAKING, 'undelegate', [hex(1), OPEN], { from: DELEGATOR }, 'UnknownValidator')
  expectRefused(world, STAKING, 'delegate', [hex(0)], { from: DELEGATOR }, 'ZeroAmount')
  expectRefused(world, STAKING, 'delegate', [hex(1)], { from: DELEGATOR }, 'ZeroAmount')
})

test('rewards: a convicted validator’s stake earned until then, and earns no more', () => {
  const staking = openStaking([genesisValidator(0, 10n * UNIT, 1_000), genesisValidator(1, 10n * UNIT)])
  const { world } = staking
  addRewards(world, 1_000n)
  submit(staking, equivocation(staking, 0, 0))
  addRewards(world, 1_000n)
  assert.is(view(world, STAKING, 'rewardsOf', [hex(0)]), 500n)
  assert.is(view(world, STAKING, 'rewardsOf', [hex(1)]), 1_500n)
  assert.is(view(world, STAKING, 'totalStake'), 10n * UNIT)
})

test.run()
