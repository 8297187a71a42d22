/** The part of the full simulator that every change runs; the rest is `npm run sim -- --seeds N` (testing.md §2, §6). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crashPointCampaign } from '../campaigns/crashPoints.ts'
import { seedCampaign } from '../campaigns/seedCampaign.ts'
import { runSeed } from './seedRun.ts'

const collect = () => {
  const lines: string[] = []
  return { lines, options: { say: (line: string) => lines.push(line), nowMs: () => 0, isTraced: false } }
}

async function campaign(n: number, count: number, faults: 'commit' | 'all', isReal = false) {
  const { lines, options } = collect()
  const tally = await seedCampaign(
    { n, from: 1, count, faults, views: isReal ? 20 : 40, execution: isReal ? 'real' : 'hash' },
    options,
  )
  assert.is(lines.join('\n'), '')
  assert.is(tally.runs, count)
  return tally
}

test('simulator: one, four and seven nodes keep the invariants under light faults, and live once healed', async () => {
  const tallies = [await campaign(1, 6, 'commit'), await campaign(4, 6, 'commit'), await campaign(7, 2, 'commit')]
  assert.ok(tallies.every(({ blocks, runs }) => blocks >= 8 * runs))
})

test('simulator: four nodes keep the invariants under all faults together', async () => {
  const tally = await campaign(4, 6, 'all')
  assert.ok(tally.faults['crash']! > 6 && tally.faults['pause']! > 0 && tally.faults['partition']! > 0)
})

test('simulator: four nodes keep the invariants with the EVM and BLS12-381, balances and receipts included', async () => {
  const { blocks, real, transactions } = await campaign(4, 1, 'commit', true)
  assert.ok(blocks >= 8 && real === 1 && transactions >= 20, `${transactions} transactions`)
})

test('simulator: a leader’s other blocks do not push out the one that is being checked, where room is for one', async () => {
  // Checks take long, and each of these seeds stopped an honest node: what it had found valid was not there to be recorded.
  const plan = {
    boundsDivisor: 53,
    executionMsMax: 800,
    intervalMs: 200,
    byzantine: new Map([[1, 'badLeader' as const]]),
  }
  for (const seed of [4, 7, 10]) {
    const { offence } = await runSeed({ seed, n: 4, faults: 'none', views: 40, plan })
    assert.is(offence, undefined, offence?.says)
  }
})

test('simulator: a node that dies before or after any write or send comes back as the one it was', async () => {
  const { lines, options } = collect()
  // A prime: the operations of a view come round in the same order.
  const tally = await crashPointCampaign(1, 223, options)
  assert.is(lines.join('\n'), '')
  assert.ok(tally.runs >= 18, `${tally.runs} runs`)
})

test('I16: a seed of whole nodes gives the same trace twice, another seed another', async () => {
  const hashOf = async (seed: number) => (await runSeed({ seed, n: 4, faults: 'all', views: 20 })).traceHash
  assert.is(await hashOf(3), await hashOf(3))
  assert.is.not(await hashOf(3), await hashOf(4))
})

test.run()
