/** Stories of several nodes: what each liveness trap of consensus.md §12 would cost. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createCluster } from './cluster.ts'

for (const count of [1, 2, 4, 7]) {
  test(`cluster: ${count} honest nodes commit one chain, a block a view`, () => {
    const cluster = createCluster(count)
    cluster.run(20_000)
    const chains = cluster.members.map(({ chain }) => chain.map(({ id }) => id))
    const shortest = Math.min(...chains.map(({ length }) => length))
    assert.ok(shortest > 100, `${shortest} blocks`)
    for (const chain of chains) assert.equal(chain.slice(0, shortest), chains[0]!.slice(0, shortest))
    for (const { core, chain } of cluster.members) assert.ok(core.current - chain.length <= 2)
  })
}

test.run()
