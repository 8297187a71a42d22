/** Conservation: random moves over all eight natives, and after every block each wei is somebody's, in every book. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SYSTEM_ADDRESS } from '../../../precompiles/addresses.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { propertyRuns } from '../../propertyRuns.ts'
import { type Bound, view, type World } from '../world.ts'
import { type Economy, makeMove, type Picks, startEconomy } from './randomMoves.ts'
import {
  balanceOf,
  CONTRIBUTOR,
  checkSolvent,
  contributorWallet,
  DATANET,
  FEE_SPLIT,
  INFERENCE,
  MODEL,
  OPEN,
  OWNER,
  PROVIDER,
  REQUESTER,
  STAKING,
  servedWorld,
  treasuryOf,
} from './scenario.ts'

const RUNS = propertyRuns(5)
const MOVES_PER_RUN = 500
const MOVES_PER_BLOCK = 10

const sum = (parts: readonly bigint[]): bigint => parts.reduce((total, part) => total + part, 0n)
const upTo = (count: bigint): bigint[] => Array.from({ length: Number(count) }, (_, i) => BigInt(i + 1))
const totalWei = (world: World): bigint => sum([...world.balances.values()])

/** Liabilities as the native says, its balance, and the sum of what each creditor is owed: all three are one number. */
function checkBook(world: World, name: string, native: Bound, parts: readonly bigint[]): void {
  const owedWei = view(world, native, 'liabilities')
  assert.is(owedWei, sum(parts), `${name}: liabilities are the sum of the parts`)
  assert.is(world.balanceOf(native.address), owedWei, `${name}: the balance is what is owed`)
}

function checkBooks(economy: Economy): void {
  const { world, versions } = economy
  checkSolvent(world)
  const ids = upTo(view(world, CONTRIBUTOR, 'contributorCount') as bigint)
  const pools = versions.map(({ versionId }) => view(world, FEE_SPLIT, 'poolOf', [toHex(versionId)]) as bigint)
  checkBook(world, 'IFeeSplit', FEE_SPLIT, [...ids.map((id) => balanceOf(world, id)), ...pools, treasuryOf(world)])
  const models = upTo(economy.modelCount).map(
    (id) => view(world, MODEL, 'getModel', [id]) as { stakeWei: bigint; depositWei: bigint },
  )
  checkBook(
    world,
    'IModel',
    MODEL,
    models.map(({ stakeWei, depositWei }) => stakeWei + depositWei),
  )
  const jobs = upTo(economy.jobCount).map(
    (id) => view(world, INFERENCE, 'getJob', [id]) as { state: number; escrowWei: bigint; provider: bigint },
  )
  const providers = ids.map(
    (id) => view(world, INFERENCE, 'getProvider', [id]) as { bondWei: bigint; openJobs: number },
  )
  const escrows = jobs.filter(({ state }) => state <= 3).map(({ escrowWei }) => escrowWei)
  checkBook(world, 'IInference', INFERENCE, [...escrows, ...providers.map(({ bondWei }) => bondWei)])
  for (const id of ids) {
    const open = jobs.filter(({ state, provider }) => provider === id && (state === 2 || state === 3))
    assert.is(providers[Number(id) - 1]!.openJobs, open.length)
  }
  assert.is(world.balanceOf(DATANET.address), view(world, DATANET, 'liabilities'))
  assert.is(world.balanceOf(STAKING.address), view(world, STAKING, 'liabilities'))
}

/** Unbiased: small numbers would choose the first moves and the first subjects again and again. */
const natural = fc.noBias(fc.nat({ max: 9_999 }))
const moves = fc.array(fc.tuple(natural, natural, natural, natural), {
  minLength: MOVES_PER_RUN,
  maxLength: MOVES_PER_RUN,
})

const done = new Map<string, number>()
const refused = new Map<string, number>()

test('conservation: after every block of random moves, all books agree to the wei and no coin is made or lost', () => {
  const run = (list: readonly (readonly [number, ...Picks])[]) => {
    const wallets = [...[0, 1, 2, 3].map(contributorWallet), OWNER, PROVIDER, REQUESTER]
    const economy = startEconomy(servedWorld(8, 4, { revealWindowS: 8n }), wallets)
    economy.world.setBalance(SYSTEM_ADDRESS, OPEN)
    const allWei = totalWei(economy.world)
    list.forEach(([n, ...picks], i) => {
      makeMove(economy, n, picks)
      if (i % MOVES_PER_BLOCK !== MOVES_PER_BLOCK - 1) return
      checkBooks(economy)
      assert.is(totalWei(economy.world), allWei, 'the sum of all balances')
      economy.world.mine(BigInt(n % 64 === 0 ? 700 : 1 + (n % 9)))
    })
    for (const [name, times] of economy.done) done.set(name, (done.get(name) ?? 0) + times)
    for (const [name, times] of economy.refused) refused.set(name, (refused.get(name) ?? 0) + times)
  }
  fc.assert(fc.property(moves, run), { numRuns: RUNS, endOnFailure: true })
})

/** Moves that go through some twenty times or more in a run of this size, so that their absence is a defect. */
const COMMON = [
  ...['addRows', 'publishVersion', 'withdrawRow', 'propose', 'decide', 'startTraining', 'setRates'],
  ...['registerProvider', 'addBond', 'request', 'accept', 'respond', 'cancel', 'settle'],
  ...['claimMany', 'setClaimer', 'bookBaseFees', 'treasuryPay', 'setParameter'],
]

test('conservation: the moves were real ones: enough were tried, many went through, every common kind did', () => {
  const total = (times: Map<string, number>) => [...times.values()].reduce((all, n) => all + n, 0)
  assert.ok(total(done) + total(refused) >= 2_000)
  assert.ok(refused.get('outOfGas')! > 20)
  assert.ok(total(done) > 500, `${total(done)} went through`)
  assert.equal(
    COMMON.filter((name) => !done.has(name)),
    [],
  )
})

test.run()
