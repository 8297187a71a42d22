/** Two of four validators stand still: nothing becomes final until they go on. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { heightsOf, reachHeight } from '../../cluster/cluster.ts'
import { type Scenario, underLoad } from './scenario.ts'

const ROUNDS = 3
const PARTED_MS = 10_000
/** What was voted on before the pause may still become final within this time. */
const SETTLE_MS = 2_000
const DEADLINE_MS = 60_000

export const runPartition: Scenario = (options) =>
  underLoad(options, { devnet: { validators: 4 } }, async ({ nodes }) => {
    await reachHeight(nodes, 3, DEADLINE_MS)
    for (let round = 0; round < ROUNDS; round++) {
      const parted = [nodes[round % 4]!, nodes[(round + 1) % 4]!]
      const left = nodes.filter((node) => !parted.includes(node))
      for (const node of parted) node.pause()
      await sleep(SETTLE_MS)
      const before = await heightsOf(left)
      await sleep(PARTED_MS)
      assert.deepEqual(await heightsOf(left), before, 'two of four made blocks final')
      for (const node of parted) node.resume()
      const startMs = performance.now()
      await reachHeight(nodes, Math.max(...before) + 1, DEADLINE_MS)
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
      const names = parted.map(({ index }) => index).join(' and ')
      console.log(
        `nodes ${names} stood still ${PARTED_MS / 1000} s: height stayed ${before.join(' ')}; next block after ${seconds} s`,
      )
    }
  })
