/**
 * `npm run soak:network -- [--minutes 10] [--validators 4] [--seed N]`: kills one node of a network with −9 every few
 * seconds under load, and pauses one now and then; after each, it must catch up. In the end every accepted transaction is in
 * the chain once, and all nodes have the same chain.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { heightsOf, reachHeight, startCluster } from '../cluster/cluster.ts'
import { checkIncluded, checkOneChain, startLoad } from '../cluster/load.ts'
import { createRandomness } from '../simulator/world/randomness.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    validators: { type: 'string', default: '4' },
    seed: { type: 'string' },
    'per-second': { type: 'string', default: '20' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
/** testing.md §7. */
const CATCH_UP_MS = 20_000

const stream = createRandomness(seed).of('soak')
const random = () => stream.u32() / 2 ** 32
const cluster = await startCluster({ devnet: { validators: Number(values.validators) } })
const { nodes } = cluster
console.log(`seed ${seed}: ${nodes.length} validators in ${cluster.folder}`)
const endMs = performance.now() + Number(values.minutes) * 60_000
const load = startLoad(nodes, { chainId: 77116120, perSecond: Number(values['per-second']), senders: 4, random })
let kills = 0
let pauses = 0
let slowestMs = 0
try {
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
  await load.stop()
  await checkIncluded(nodes, load, 60_000)
  const { height, transactions } = await checkOneChain(nodes)
  console.log(`one chain of ${height} blocks with ${transactions} transactions on ${nodes.length} nodes`)
  console.log(
    `${load.accepted.size} accepted, each in the chain once; slowest catch-up ${(slowestMs / 1000).toFixed(1)} s`,
  )
} catch (error) {
  for (const node of nodes) console.error(`node ${node.index}:\n  ${node.lastLines.join('\n  ')}`)
  throw error
} finally {
  await load.stop()
  await cluster.close()
}
