/** Delegation, rewards and slashing under random moves: every wei is booked to the last bit, and a naive model agrees. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { STAKING_ADDRESS } from '../../../precompiles/addresses.ts'
import { stakingStorage } from '../../../precompiles/generated/staking.ts'
import { readStorage } from '../../../precompiles/storage.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { account, Refused, send, view, type World } from '../world.ts'
import {
  createNaive,
  delegationOf,
  isFree,
  type NaiveStaking,
  naiveEndEpoch,
  naiveRewards,
  naiveSlash,
  naiveUndelegate,
  naiveWithdraw,
  OPERATOR,
  wholeWei,
} from './naiveStaking.ts'
import {
  addRewards,
  beginEpoch,
  equivocation,
  genesisValidator,
  indexIn,
  OPEN,
  openStaking,
  operatorOf,
  pay,
  positionsOf,
  reader,
  STAKING,
  type StakingWorld,
  submit,
  unbondingsOf,
  validatorView,
} from './stakingWorld.ts'

const VALIDATORS = 3
const ACCOUNTS = 4
const UNBONDING_S = 100n
const SLASH_BPS = 500n
/** The books are checked after every move; the model, which takes dozens of calls, at times. */
const MODEL_EVERY = 5
const SCALE = 1n << 128n
/** The chain floors a share once a slash, a withdrawal or a payment; a run has at most so many of them. */
const ROUNDING_WEI = 100n

const walletOf = (n: number): Uint8Array => (n === OPERATOR ? account(0) : account(3_000 + n))
const whoOf = (validator: number, n: number): Uint8Array => (n === OPERATOR ? operatorOf(validator) : walletOf(n))
const sum = (parts: Iterable<bigint>): bigint => [...parts].reduce((total, part) => total + part, 0n)
const isNear = (a: bigint, b: bigint): boolean => a - b <= ROUNDING_WEI && b - a <= ROUNDING_WEI
const near = (got: bigint, expected: bigint, what: string) =>
  assert.ok(isNear(got, expected), `${what}: the chain says ${got}, the model ${expected}`)

interface Run extends StakingWorld {
  readonly naive: NaiveStaking
  readonly done: Map<string, number>
}

/** All accounts that may have a position: the wallets and the operators. */
const everyone = (): Uint8Array[] => [
  ...Array.from({ length: ACCOUNTS }, (_, n) => walletOf(n)),
  ...Array.from({ length: VALIDATORS }, (_, n) => operatorOf(n)),
]

/** What the slots say, to the last bit: each sum that the contract keeps is the sum of its parts. */
function checkBooks({ world }: Run): void {
  const storage = readStorage(stakingStorage, reader(world))
  const perStake = storage.rewardPerStake.get()
  let [heldWei, earningWei, owed] = [0n, 0n, storage.rewardCarry.get()]
  for (let n = 0; n < VALIDATORS; n++) {
    const validator = storage.validators.at(operatorOf(n))
    const { bondedWei, leftWei, isTombstoned, settledPerStake, rewardPerBond, carry } = validator.load()
    const positions = everyone().map((who) => storage.delegations.at(operatorOf(n)).at(who).load())
    assert.is(sum(positions.map((position) => position.bondedWei)), bondedWei, 'positions are the bonded sum')
    assert.ok(isTombstoned || bondedWei === leftWei)
    if (!isTombstoned) owed += bondedWei * (perStake - settledPerStake)
    owed += carry
    owed += sum(positions.map((p) => p.owed + p.bondedWei * (rewardPerBond - p.settledPerBond)))
    const pools = Array.from({ length: Number(validator.unbondingPools.length()) }, (_, i) =>
      validator.unbondingPools.at(BigInt(i)).load(),
    )
    heldWei += leftWei + sum(pools.map((pool) => pool.leftWei))
    earningWei += isTombstoned ? 0n : leftWei
  }
  assert.is(storage.heldWei.get(), heldWei, 'stake held')
  assert.is(storage.totalStakeWei.get(), earningWei, 'stake that earns')
  const unpaidWei = storage.rewardsPaidInWei.get() - storage.rewardsClaimedWei.get()
  assert.is(owed, unpaidWei * SCALE, 'rewards owed, fractions included')
  assert.is(view(world, STAKING, 'liabilities'), heldWei + unpaidWei)
  assert.is(world.balanceOf(STAKING_ADDRESS), heldWei + unpaidWei, 'the balance is what is owed')
}

/** What each may have, by the chain and by the model. */
function checkModel({ world, naive }: Run): void {
  for (let n = 0; n < VALIDATORS; n++)
    for (const [who, { stake, rewards }] of naive.validators[n]!.delegations) {
      const args = [toHex(operatorOf(n)), toHex(whoOf(n, who))]
      const { stakeWei, rewardsWei } = view(world, STAKING, 'position', args) as {
        stakeWei: bigint
        rewardsWei: bigint
      }
      near(stakeWei, wholeWei(stake), `stake of ${who} with ${n}`)
      near(rewardsWei, wholeWei(rewards), `rewards of ${who} with ${n}`)
    }
  for (let n = 0; n < ACCOUNTS; n++) {
    const mine = naive.leaving.filter((portion) => portion.account === n)
    const got = unbondingsOf(world, walletOf(n))
    assert.equal(
      got.map(({ epoch }) => Number(epoch)),
      mine.map(({ epoch }) => epoch),
    )
    for (const [i, { amountWei }] of got.entries()) near(amountWei, wholeWei(mine[i]!.amount), `portion ${i} of ${n}`)
  }
}

type Picks = readonly [number, number, number]
type Move = (run: Run, picks: Picks) => void

const MOVES: Readonly<Record<string, Move>> = {
  addRewards({ world, naive }, [a]) {
    addRewards(world, BigInt(a) * 1_000_003n)
    naiveRewards(naive, BigInt(a) * 1_000_003n)
  },
  delegate({ world, naive }, [a, b, c]) {
    const [who, validator, wei] = [a % ACCOUNTS, b % VALIDATORS, BigInt(c) * (OPEN / 777n) + 1n]
    pay(world, walletOf(who), 'delegate', [toHex(operatorOf(validator))], wei)
    delegationOf(naive, validator, who).stake += wei << 100n
  },
  undelegate({ world, naive }, [a, b, c]) {
    const [who, validator] = [a % ACCOUNTS, b % VALIDATORS]
    const args = [toHex(operatorOf(validator)), toHex(walletOf(who))]
    const { stakeWei } = view(world, STAKING, 'position', args) as { stakeWei: bigint }
    // A part, all, or too much.
    const wei = c % 3 === 0 ? stakeWei : (stakeWei * BigInt(c % 11)) / 7n
    send(world, STAKING, 'undelegate', [args[0], wei], { from: walletOf(who) })
    naiveUndelegate(naive, validator, who, wei)
  },
  claim({ world, naive }, [a, b]) {
    const who = a % ACCOUNTS
    const before = positionsOf(world, walletOf(who))
    const { result } = send(world, STAKING, 'claimRewards', [BigInt(b % 5)], { from: walletOf(who) })
    const after = new Map(positionsOf(world, walletOf(who)).map(({ operator, rewardsWei }) => [operator, rewardsWei]))
    const paid = before.map(({ operator, rewardsWei }) => ({ operator, wei: rewardsWei - (after.get(operator) ?? 0n) }))
    assert.is(sum(paid.map(({ wei }) => wei)), result)
    for (const { operator, wei } of paid) delegationOf(naive, numberOf(operator), who).rewards -= wei << 100n
  },
  claimCommission({ world, naive }, [a]) {
    const validator = a % VALIDATORS
    const { result } = send(world, STAKING, 'claimRewards', [9n], { from: operatorOf(validator) })
    delegationOf(naive, validator, OPERATOR).rewards -= (result as bigint) << 100n
  },
  withdraw({ world, naive }, [a, b]) {
    const { result } = send(world, STAKING, 'withdrawUnbonded', [BigInt(b % 4)], { from: walletOf(a % ACCOUNTS) })
    near(result as bigint, wholeWei(naiveWithdraw(naive, a % ACCOUNTS, b % 4, world.block.timestamp)), 'withdrawn')
  },
  edit({ world, naive }, [a, b]) {
    const validator = a % VALIDATORS
    const { commissionBps } = validatorView(world, validator)
    const bps = b % 2 === 0 ? b % 1_000 : commissionBps + (b % 130)
    send(world, STAKING, 'editValidator', [toHex(account(9)), bps], { from: operatorOf(validator) })
    naive.validators[validator]!.commissionBps = BigInt(bps)
  },
  endEpoch(run, [a]) {
    run.world.mine(BigInt(a % 90))
    naiveEndEpoch(run.naive, run.world.block.timestamp, UNBONDING_S)
    beginEpoch(run)
  },
  slash(run, [a, b, c]) {
    // Rare: a chain whose validators are all convicted has little left to test.
    if (c % 6 !== 0) return
    const [validator, epoch] = [a % VALIDATORS, b % run.epochs.length]
    if (indexIn(run, epoch, validator) < 0) return
    const { events } = submit(run, equivocation(run, epoch, validator))
    assert.not.ok(isFree(run.naive, epoch, run.world.block.timestamp))
    run.done.set('punished', 1)
    const { slashedWei } = events.find(({ name }) => name === 'Punished')!.args
    near(slashedWei as bigint, wholeWei(naiveSlash(run.naive, validator, epoch, SLASH_BPS)), 'slashed')
  },
}

const numberOf = (operator: string): number =>
  Array.from({ length: VALIDATORS }, (_, n) => n).find((n) => toHex(operatorOf(n)) === toHex(fromHex(operator)))!

const totalWei = (world: World): bigint => sum(world.balances.values())

function play(moves: readonly (readonly [number, ...Picks])[], done: Map<string, number>): void {
  const stakes = [700n * OPEN + 1n, 200n * OPEN + 77n, 90n * OPEN]
  const commissions = [1_000, 0, 333]
  const staking = openStaking(
    stakes.map((stakeWei, n) => genesisValidator(n, stakeWei, commissions[n]!)),
    { unbondingS: UNBONDING_S, slashBps: SLASH_BPS },
  )
  const run = { ...staking, naive: createNaive(stakes, commissions), done }
  const names = [...Object.keys(MOVES), 'delegate', 'undelegate']
  for (const [i, [n, ...picks]] of moves.entries()) {
    const name = names[n % names.length]!
    const [before, money] = [run.world.fingerprint(), totalWei(run.world)]
    try {
      MOVES[name]!(run, picks)
      done.set(name, (done.get(name) ?? 0) + 1)
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused
      done.set(refused.error, (done.get(refused.error) ?? 0) + 1)
      if (name !== 'delegate') assert.is(run.world.fingerprint(), before, `${name}: a refusal changed state`)
    }
    checkBooks(run)
    if (!['addRewards', 'delegate'].includes(name)) assert.is(totalWei(run.world), money, `${name} made or lost coins`)
    if (i % MODEL_EVERY === 0) checkModel(run)
  }
}

test('staking: whatever is delegated, taken back, earned, claimed and slashed, books are exact and a naive model agrees', () => {
  const natural = fc.noBias(fc.nat({ max: 9_999 }))
  const moves = fc.array(fc.tuple(natural, natural, natural, natural), { minLength: 200, maxLength: 200 })
  const done = new Map<string, number>()
  fc.assert(
    fc.property(moves, (list) => play(list, done)),
    { numRuns: 4, endOnFailure: true },
  )
  for (const name of [...Object.keys(MOVES), 'punished', 'StakeShort'])
    assert.ok((done.get(name) ?? 0) > 0, `${name} never happened`)
})

test.run()
