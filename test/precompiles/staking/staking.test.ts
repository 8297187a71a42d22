/** IStaking: registration with proof of possession, sets, epochs, and rewards shared to the last wei. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FEE_SPLIT_ADDRESS, STAKING_ADDRESS } from '../../../precompiles/addresses.ts'
import { stakingAbi } from '../../../precompiles/generated/staking.ts'
import { readFeeRecipient, readValidatorSet } from '../../../precompiles/staking/contract.ts'
import { nobleBls } from '../../../primitives/bls.ts'
import { compare, equal, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { statementHash } from '../../../primitives/statements.ts'
import { VALIDATORS_MAX } from '../../../primitives/validatorSet.ts'
import {
  account,
  expectRefused,
  freshWorld,
  send,
  TEST_CHAIN_ID,
  TEST_GENESIS_HASH,
  view,
  type World,
} from '../world.ts'

const staking = { address: STAKING_ADDRESS, abi: stakingAbi }
const OPEN = 10n ** 18n
const system = { isSystem: true }

const secret = uintToBytes(99, 32)
const blsKey = nobleBls.publicKey(secret)
const p2pKey = keccak256(uintToBytes(99, 4))
const operator = account(1)
const possession = statementHash(
  { chainId: TEST_CHAIN_ID, genesisHash: TEST_GENESIS_HASH },
  { kind: 'possession', blsKey, p2pKey, operator },
)
const proof = nobleBls.sign(secret, possession)
const GOOD = [toHex(blsKey), toHex(proof), toHex(p2pKey), toHex(account(2)), 500]
const good = { from: operator, wei: 3n * OPEN }

/** A validator whose key is only a label: genesis proofs are checked by the network file's loader. */
const label = (n: number, stakeWei: bigint, at = account(1_000 + n)) => ({
  operator: at,
  blsKey: new Uint8Array(48).fill(n % 256).map((byte, i) => (i === 0 ? n >> 8 : byte)),
  p2pKey: keccak256(uintToBytes(n, 8)),
  feeRecipient: account(2_000 + n),
  commissionBps: 0,
  stakeWei,
})

function reader(world: World) {
  const sload = (slot: bigint) => world.slots.get(`${toHex(STAKING_ADDRESS)}:${slot.toString(16)}`) ?? 0n
  return { sload, keccak: keccak256 }
}

test('genesis: validators stand in state, and the set is read from it', () => {
  const world = freshWorld({ validators: [label(1, 5n * OPEN + 1n), label(2, 3n * OPEN)] })
  assert.is(view(world, staking, 'validatorCount'), 2n)
  assert.is(view(world, staking, 'totalStake'), 8n * OPEN + 1n)
  const set = readValidatorSet(reader(world))!
  assert.equal(set.map(({ power }) => power).sort(), [3n, 5n])
  assert.ok(compare(set[0]!.operator, set[1]!.operator) < 0)
  assert.ok(equal(readFeeRecipient(reader(world), account(1_001))!, account(2_001)))
  assert.is(readFeeRecipient(reader(world), account(5)), undefined)
  const first = view(world, staking, 'validator', [toHex(account(1_001))]) as Record<string, unknown>
  assert.is(first['stakeWei'], 5n * OPEN + 1n)
  assert.equal(view(world, staking, 'validators', [0n, 9n]), [
    first,
    view(world, staking, 'validator', [toHex(account(1_002))]),
  ])
  assert.equal(view(world, staking, 'validators', [2n, 9n]), [])
})

test('set: the highest powers, ties to the lower address; empty and overflowing sets are none', () => {
  const many = Array.from({ length: VALIDATORS_MAX + 3 }, (_, i) => label(i, 2n * OPEN))
  const world = freshWorld({ validators: [...many, label(500, 9n * OPEN)] })
  const set = readValidatorSet(reader(world))!
  assert.is(set.length, VALIDATORS_MAX)
  assert.ok(set.some(({ power }) => power === 9n))
  const lowest = many
    .map((entry) => entry.operator)
    .sort(compare)
    .slice(0, VALIDATORS_MAX - 1)
  assert.ok(lowest.every((address) => set.some((entry) => equal(entry.operator, address))))
  assert.is(readValidatorSet(reader(freshWorld({ validators: [] }))), undefined)
  assert.is(readValidatorSet(reader(freshWorld({ validators: [label(1, OPEN - 1n)] }))), undefined)
  assert.is(readValidatorSet(reader(freshWorld({ validators: [label(1, OPEN << 64n)] }))), undefined)
})

test('createValidator: with a proof of possession, its value becomes stake', () => {
  const world = freshWorld()
  world.setBalance(operator, 10n * OPEN)
  const { events } = send(world, staking, 'createValidator', GOOD, good)
  assert.is(events[0]!.args['stakeWei'], 3n * OPEN)
  assert.is(readValidatorSet(reader(world))!.find((entry) => equal(entry.operator, operator))!.power, 3n)
  expectRefused(world, staking, 'createValidator', GOOD, good, 'ValidatorExists', [toHex(operator)])
})

test('createValidator: keys in use, bad proofs and bad values are refused', () => {
  const taken = { ...label(3, OPEN), p2pKey }
  const world = freshWorld({ validators: [taken] })
  world.setBalance(operator, 10n * OPEN)
  world.setBalance(account(9), 10n * OPEN)
  const refuse = (change: Record<number, unknown>, error: string, args?: readonly unknown[], options = good) =>
    expectRefused(
      world,
      staking,
      'createValidator',
      GOOD.map((arg, i) => change[i] ?? arg),
      options,
      error,
      args,
    )
  refuse({}, 'KeyInUse', [toHex(p2pKey)])
  const other = toHex(keccak256(uintToBytes(98, 4)))
  refuse({ 0: toHex(taken.blsKey), 2: other }, 'KeyInUse', [toHex(keccak256(taken.blsKey))])
  refuse({ 2: other }, 'BadProof')
  refuse({ 0: '0x00' }, 'BadLength', [48, 1])
  refuse({ 1: '0x00', 2: other }, 'BadLength', [96, 1])
  refuse({ 3: toHex(new Uint8Array(20)) }, 'ZeroFeeRecipient')
  refuse({ 4: 10_001 }, 'CommissionTooHigh', [10_000, 10_001])
  refuse({}, 'StakeTooSmall', [OPEN, OPEN - 1n], { ...good, wei: OPEN - 1n })
  const apart = freshWorld()
  apart.setBalance(account(9), 10n * OPEN)
  expectRefused(apart, staking, 'createValidator', GOOD, { ...good, from: account(9) }, 'BadProof', [])
})

test('epochs: written by the system alone, in order, and kept', () => {
  const world = freshWorld()
  const [a, b] = [toHex(keccak256(uintToBytes(1, 4))), toHex(keccak256(uintToBytes(2, 4)))]
  expectRefused(world, staking, 'beginEpoch', [0n, a, b], {}, 'NotSystem', [toHex(account(1))])
  expectRefused(world, staking, 'beginEpoch', [1n, a, b], system, 'WrongEpoch', [0, 1])
  expectRefused(world, staking, 'epochHashOf', [0n], {}, 'UnknownEpoch', [0])
  send(world, staking, 'beginEpoch', [0n, a, b], system)
  send(world, staking, 'beginEpoch', [1n, b, a], system)
  expectRefused(world, staking, 'beginEpoch', [1n, b, a], system, 'WrongEpoch', [2, 1])
  assert.equal(
    [
      view(world, staking, 'epochHashOf', [0n]),
      view(world, staking, 'setHashOf', [0n]),
      view(world, staking, 'epochHashOf', [1n]),
    ],
    [a, b, b],
  )
  assert.is(view(world, staking, 'epochCount'), 2n)
})

test('rewards: by stake, claimed once, paid from what came in', () => {
  const world = freshWorld({ validators: [label(1, 3n << 60n), label(2, 1n << 60n)] })
  world.setBalance(FEE_SPLIT_ADDRESS, 1_000n)
  expectRefused(world, staking, 'addRewards', [], {}, 'NotNative', [toHex(account(1))])
  send(world, staking, 'addRewards', [], { from: FEE_SPLIT_ADDRESS, wei: 400n })
  assert.is(view(world, staking, 'rewardsOf', [toHex(account(1_001))]), 300n)
  assert.is(send(world, staking, 'claimRewards', [64n], { from: account(1_001) }).result, 300n)
  assert.is(world.balanceOf(account(1_001)), 300n)
  expectRefused(world, staking, 'claimRewards', [64n], { from: account(1_001) }, 'NothingToClaim', [
    toHex(account(1_001)),
  ])
  expectRefused(world, staking, 'claimRewards', [64n], { from: account(5) }, 'NothingToClaim', [toHex(account(5))])
  assert.is(view(world, staking, 'rewardsOf', [toHex(account(1_002))]), 100n)
})

test('rewards: whatever the stakes and payments, nothing is paid twice and less than a wei per staker stays', () => {
  const wei = fc.bigInt({ min: 1n, max: 10n ** 24n })
  const steps = fc.array(fc.oneof(wei, fc.constantFrom(0, 1, 2)), { minLength: 1, maxLength: 25 })
  fc.assert(
    fc.property(fc.tuple(wei, wei, wei), steps, (stakes, moves) => {
      const world = freshWorld({ validators: stakes.map((stake, n) => label(n, stake)) })
      let paidIn = 0n
      let claimed = 0n
      for (const move of moves)
        if (typeof move === 'bigint') {
          world.setBalance(FEE_SPLIT_ADDRESS, move)
          send(world, staking, 'addRewards', [], { from: FEE_SPLIT_ADDRESS, wei: move })
          paidIn += move
        } else if (view(world, staking, 'rewardsOf', [toHex(account(1_000 + move))]) !== 0n)
          claimed += send(world, staking, 'claimRewards', [64n], { from: account(1_000 + move) }).result as bigint
      const open = [0, 1, 2].reduce(
        (sum, n) => sum + (view(world, staking, 'rewardsOf', [toHex(account(1_000 + n))]) as bigint),
        0n,
      )
      assert.is(world.balanceOf(STAKING_ADDRESS), paidIn - claimed)
      const stake = stakes.reduce((sum, each) => sum + each, 0n)
      assert.is(view(world, staking, 'liabilities'), stake + paidIn - claimed)
      assert.ok(open <= paidIn - claimed && paidIn - claimed - open < 4n, `${paidIn - claimed - open} wei apart`)
    }),
    { numRuns: 40 },
  )
})

test('rewards: what comes while nobody stakes is shared by those who stake later', () => {
  const world = freshWorld({ validators: [] })
  world.setBalance(FEE_SPLIT_ADDRESS, 50n)
  world.setBalance(operator, 10n * OPEN)
  send(world, staking, 'addRewards', [], { from: FEE_SPLIT_ADDRESS, wei: 50n })
  send(world, staking, 'createValidator', GOOD, good)
  assert.is(view(world, staking, 'rewardsOf', [toHex(operator)]), 0n)
  world.setBalance(FEE_SPLIT_ADDRESS, 7n)
  send(world, staking, 'addRewards', [], { from: FEE_SPLIT_ADDRESS, wei: 7n })
  assert.is(view(world, staking, 'rewardsOf', [toHex(operator)]), 56n)
})

test('writes: refused by delegation, under static, and at any gas below the need', () => {
  const world = freshWorld()
  world.setBalance(operator, 10n * OPEN)
  const calls: [string, readonly unknown[]][] = [
    ['createValidator', GOOD],
    ['beginEpoch', [0n, toHex(p2pKey), toHex(p2pKey)]],
    ['addRewards', []],
    ['claimRewards', [64n]],
  ]
  for (const [name, args] of calls) {
    expectRefused(world, staking, name, args, { ...good, isStatic: true }, 'StaticWrite')
    expectRefused(world, staking, name, args, { ...good, isDirect: false }, 'NotDirect')
  }
  const once = freshWorld()
  once.setBalance(operator, 10n * OPEN)
  const { gasUsed } = send(once, staking, 'createValidator', GOOD, good)
  for (let gas = 0n; gas < gasUsed - 5_000n; gas += gasUsed / 20n)
    expectRefused(world, staking, 'createValidator', GOOD, { ...good, gas }, 'outOfGas')
})

test.run()
