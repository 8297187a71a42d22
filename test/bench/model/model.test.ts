/** The model of large sets: what takes time takes it, one thing after another on each processor. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEventQueue } from '../../simulator/world/eventQueue.ts'
import type { Costs } from './costs.ts'
import { runModel } from './modelRun.ts'
import { createProcessor } from './processor.ts'

const FREE: Costs = {
  signMs: 0,
  verifyMs: 0,
  verifySignerMs: 0,
  aggregateMs: 0,
  stepMs: 0,
  frameMs: 0,
  buildMs: 0,
  checkMs: 0,
  commitMs: 0,
  syncMs: 0,
}
const LINK = { name: 'ten', leastMs: 10, tailMeanMs: 0 }
const runFour = (costs: Costs) => runModel({ n: 4, intervalMs: 1_000, link: LINK, costs, blocks: 5 })

test('model: where work costs nothing, a block is final two delays after it arrives, and three after it was proposed', async () => {
  const { finalMsP50, finalMsP99, blockMsP50, cpuMsPerView, skips } = await runFour(FREE)
  assert.equal([finalMsP50, finalMsP99].map(Math.round), [20, 30])
  assert.equal(Math.round(blockMsP50), 1_000)
  assert.equal([cpuMsPerView, skips], [0, 0])
})

test('model: cryptography takes its time on every validator', async () => {
  const costly = { ...FREE, signMs: 5, verifyMs: 7 }
  const { finalMsP50, cryptoMs, cpuMsPerView } = await runFour(costly)
  // Two votes and a quarter of a proposal are signed; the proposal and both certificates are checked.
  assert.ok(cryptoMs >= 2 * 5 + 2 * 7 && cryptoMs < 3 * 5 + 4 * 7, `${cryptoMs}`)
  assert.is(cpuMsPerView, cryptoMs)
  // The vote that follows a proposal, and what a quorum's votes are aggregated to, are waited for.
  assert.ok(finalMsP50 >= 20 + 2 * 5 + 2 * 7, `${finalMsP50}`)
})

test('model: a processor does one thing after another, in the order of arrival', async () => {
  const queue = createEventQueue()
  const processor = createProcessor(queue)
  const seen: [string, number][] = []
  const work = (name: string, ms: number) => () => {
    seen.push([name, processor.nowMs()])
    processor.spend('core', ms)
  }
  processor.at(10, work('long', 50))
  processor.at(20, work('second', 5))
  processor.at(30, work('third', 5))
  processor.at(100, work('late', 1))
  while (await queue.step());
  assert.equal(seen, [
    ['long', 10],
    ['second', 60],
    ['third', 65],
    ['late', 100],
  ])
  assert.is(processor.spentMs().core, 61)
})

test.run()
