/** Nodes killed with −9 and paused, one at a time, under load: each catches up. */
import { setTimeout as sleep } from 'node:timers/promises'
import { heightsOf, reachHeight } from '../../cluster/cluster.ts'
import { type Scenario, underLoad } from './scenario.ts'

/** testing.md §7. */
const CATCH_UP_MS = 20_000

export const runKills: Scenario = (options) =>
  underLoad(options, { devnet: { validators: options.validators } }, async ({ nodes }, load) => {
    const { random } = options
    const endMs = performance.now() + options.minutes * 60_000
    let kills = 0
    let pauses = 0
    let slowestMs = 0
    while (performance.now() < endMs) {
      await sleep(2_000 + 4_000 * random())
      const node = nodes[Math.floor(random() * nodes.length)]!
      const others = nodes.filter((other) => other !== node)
      if (random() < 0.25) {
        node.pause()
        await sleep(10_000 * random())
        node.resume()
        pauses++
      } else {
        await node.kill()
        await sleep(5_000 * random())
        await node.start()
        kills++
      }
      const startMs = performance.now()
      await reachHeight([node], Math.max(...(await heightsOf(others))), CATCH_UP_MS)
      slowestMs = Math.max(slowestMs, performance.now() - startMs)
      const heights = await heightsOf(nodes)
      console.log(`${kills} kills, ${pauses} pauses, heights ${heights.join(' ')}, ${load.accepted.size} accepted`)
    }
    console.log(`slowest catch-up ${(slowestMs / 1000).toFixed(1)} s`)
  })
