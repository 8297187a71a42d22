/** Stories of several nodes, with counts: what each liveness trap of consensus.md §12 would cost. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Cluster, createCluster } from './cluster.ts'
import { of } from './oneCore.ts'

/** Committed by all; asserts that they agree, that nobody stopped and that nobody was accused. */
function blocksOf({ members }: Cluster): number {
  const chains = members.filter(({ isDown }) => !isDown).map(({ chain }) => chain.map(({ id }) => id))
  const shortest = Math.min(...chains.map(({ length }) => length))
  for (const chain of chains) assert.equal(chain.slice(0, shortest), chains[0]!.slice(0, shortest))
  for (const { effects } of members)
    for (const kind of ['stop', 'ban', 'banSigner', 'report'] as const) assert.equal(of(effects, kind), [])
  return shortest
}

/** The builder's pacing: a block a second. */
const paced = () => 1000

for (const count of [1, 2, 4, 7]) {
  test(`cluster: ${count} honest nodes commit one chain, a block a view`, () => {
    const cluster = createCluster(count)
    cluster.run(20_000)
    assert.ok(blocksOf(cluster) > 100)
    for (const { core, chain } of cluster.members) assert.ok(core.current - chain.length <= 2)
  })
}

test('cluster: final three message delays after the proposal, the next proposed after two', () => {
  const cluster = createCluster(4, { delayMs: () => 100, checkMs: () => 0, buildMs: () => 0 })
  cluster.run(60_000)
  const views = cluster.members[0]!.core.current
  // Each takes 200 ms: the proposal's way and the votes' way. A slow path of the certificate would add a third.
  assert.ok(views >= 295 && views <= 301, `${views} views in 300 × 200 ms`)
  assert.ok(blocksOf(cluster) >= views - 3)
})

test('cluster: one of four dead for 300 s: at least 180 blocks, since its views are skipped early (R6)', () => {
  const cluster = createCluster(4, { buildMs: paced })
  cluster.crash(3)
  cluster.run(300_000)
  const blocks = blocksOf(cluster)
  assert.ok(blocks >= 180, `${blocks} blocks`)
})

test('cluster: builds that fail for 60 s cost at most 40 views, since skips wait for the early delay (R6)', () => {
  const cluster = createCluster(4, { buildMs: (_node, _view, nowMs) => (nowMs < 60_000 ? null : 100) })
  cluster.run(60_000)
  const { current } = cluster.members[0]!.core
  assert.ok(current > 10 && current <= 40, `${current} views`)
  cluster.run(120_000)
  assert.ok(blocksOf(cluster) > 100)
})

test('cluster: delays of 3 s, more than the timers were sized for, and still final (§6)', () => {
  const cluster = createCluster(4, { delayMs: () => 3000 })
  cluster.run(600_000)
  const blocks = blocksOf(cluster)
  assert.ok(blocks >= 20, `${blocks} blocks`)
})

test('cluster: bodies and proposals lost on the way are fetched (R2)', () => {
  const cluster = createCluster(4, {
    delayMs: (_, to, message) => (to === 3 && message.kind === 'proposal' ? null : 20),
  })
  cluster.run(20_000)
  assert.ok(blocksOf(cluster) > 50)
  assert.ok(of(cluster.members[3]!.effects, 'fetch').length > 50)
})

test('cluster: every third message lost, and still final (R8)', () => {
  let sent = 0
  const cluster = createCluster(4, { delayMs: () => (sent++ % 3 === 1 ? null : 20) })
  cluster.run(300_000)
  assert.ok(blocksOf(cluster) > 20)
})

test('cluster: halves that could not hear each other for a minute go on where they were (R8, R3)', () => {
  const cluster = createCluster(4, {
    delayMs: (from, to, _, nowMs) => (nowMs > 5000 && nowMs < 65_000 && from % 2 !== to % 2 ? null : 20),
    buildMs: paced,
  })
  cluster.run(65_000)
  const before = blocksOf(cluster)
  const view = cluster.members[0]!.core.current
  cluster.run(400_000, () => blocksOf(cluster) >= before + 8)
  assert.ok(cluster.members.every(({ core }) => core.current < view + 32))
  assert.ok(cluster.nowMs < 200_000, `${cluster.nowMs} ms`)
})

test('cluster: blocks of one leader that nobody can execute in time cost their views only (R4)', () => {
  const cluster = createCluster(4, { checkMs: (_, { view }) => (view % 4 === 2 ? 10_000_000 : 5), buildMs: paced })
  cluster.run(200_000)
  const blocks = blocksOf(cluster)
  assert.ok(blocks >= 60, `${blocks} blocks`)
  for (const { core } of cluster.members) assert.ok(core.checking.size <= 4)
})

test('cluster: one that was down for 100 views comes back by what others send it, and votes', () => {
  const cluster = createCluster(4)
  cluster.crash(2)
  cluster.run(30_000)
  cluster.restart(2)
  cluster.run(60_000)
  assert.ok(blocksOf(cluster) > 100)
  assert.ok(of(cluster.members[2]!.effects, 'cast').at(-1)!.ballot.view >= cluster.members[0]!.core.current - 3)
})

test.run()
