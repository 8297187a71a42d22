/** The host of agreement in virtual time: alone and by four, across epochs, crashes, lost logs, late nodes and liars. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { statusCodec } from '../../../primitives/wire/sync.ts'
import { type Cluster, commonHeight, createCluster } from './cluster.ts'

const startAll = ({ nodes }: Cluster) => {
  for (const node of nodes) node.start()
}
const complaints = ({ log }: Cluster) => log.filter((line) => /^\d (stops|fails|bans|evidence)/.test(line))

test('agreement: one validator finalizes what it builds', async () => {
  const cluster = createCluster({ nodes: 1 })
  startAll(cluster)
  assert.ok(await cluster.until(() => cluster.nodes[0]!.height() >= 20, 5_000))
  const { blocks, views, skips } = cluster.nodes[0]!.agreement().counts()
  assert.equal([blocks >= 20, views >= 20, skips], [true, true, 0])
  assert.equal(complaints(cluster), [])
})

test('agreement: four finalize one chain, three of them too, and the fourth follows when it is back', async () => {
  const cluster = createCluster({ nodes: 4 })
  startAll(cluster)
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 20, 10_000))
  cluster.nodes[3]!.crash()
  assert.ok(await cluster.until(() => cluster.nodes[0]!.height() >= 40))
  cluster.nodes[3]!.start()
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 50))
  assert.ok(cluster.nodes[3]!.agreement().status().sync === null)
  assert.equal(complaints(cluster), [])
})

test('agreement: epochs follow each other, with other members in each', async () => {
  // Every member of a set was a follower before, and is one again.
  const membersOf = (epoch: number) => [0, 1, 2, 3, 4].filter((number) => number !== epoch % 5)
  const cluster = createCluster({ nodes: 5, epochBlocks: 8, membersOf })
  startAll(cluster)
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 44))
  const { epoch, self, validators } = cluster.nodes[0]!.agreement().status()
  assert.equal([epoch, self, validators], [5, null, 4])
  assert.equal(complaints(cluster), [])
})

test('agreement: a node that was away for epochs follows by proven ranges, whatever a liar claims', async () => {
  const cluster = createCluster({
    nodes: 5,
    epochBlocks: 16,
    membersOf: () => [0, 1, 2, 3],
    // The fourth validator claims to be a million blocks ahead.
    disguise: (node, network) =>
      node !== 3
        ? network
        : {
            ...network,
            listen: (events) =>
              network.listen({
                ...events,
                query: async (peer, query, request) =>
                  query === 'status'
                    ? statusCodec.encode({ epoch: 9, height: 1_000_000, view: 1 })
                    : events.query(peer, query, request),
              }),
          },
  })
  for (const node of cluster.nodes.slice(0, 4)) node.start()
  assert.ok(await cluster.until(() => cluster.nodes[0]!.height() >= 70))
  cluster.nodes[4]!.start()
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 80, 30_000))
  assert.equal(complaints(cluster), [])
})

test('agreement: after a power failure all go on from where they were', async () => {
  const cluster = createCluster({ nodes: 4, epochBlocks: 16 })
  startAll(cluster)
  for (let height = 10; height <= 40; height += 10) {
    assert.ok(await cluster.until(() => commonHeight(cluster) >= height), `height ${height}`)
    for (const node of cluster.nodes) node.crash()
    startAll(cluster)
  }
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 50))
  assert.equal(complaints(cluster), [])
})

test('agreement: whoever lost its signer log casts nothing until two epochs have passed', async () => {
  const cluster = createCluster({ nodes: 4, epochBlocks: 16 })
  startAll(cluster)
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 20))
  const node = cluster.nodes[3]!
  node.crash()
  node.disk.wipe((name) => name.startsWith('signer'))
  node.start()
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 46))
  assert.is(node.agreement().counts().votesCast, 0)
  assert.is(node.agreement().status().self, null)
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 52))
  assert.ok(node.agreement().counts().votesCast > 0)
  assert.equal(complaints(cluster), [])
})

test('agreement: alone, a lost signer log stops the node, unless it may forget its votes', async () => {
  for (const mayForgetVotes of [false, true]) {
    const cluster = createCluster({ nodes: 1, mayForgetVotes })
    startAll(cluster)
    const node = cluster.nodes[0]!
    assert.ok(await cluster.until(() => node.height() >= 5))
    node.crash()
    node.disk.wipe((name) => name.startsWith('signer'))
    node.start()
    assert.is(await cluster.until(() => node.height() >= 10, 5_000), mayForgetVotes)
    assert.is(node.agreement().status().stopped !== null, !mayForgetVotes)
  }
})

test('agreement: an fsync that fails stops the node, and nothing is cast after it', async () => {
  const cluster = createCluster({ nodes: 4 })
  startAll(cluster)
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 5))
  cluster.nodes[2]!.diskFaults.isSyncBroken = true
  assert.ok(await cluster.until(() => cluster.nodes[2]!.agreement().status().stopped !== null))
  const { votesCast } = cluster.nodes[2]!.agreement().counts()
  assert.ok(await cluster.until(() => cluster.nodes[0]!.height() >= 20))
  assert.is(cluster.nodes[2]!.agreement().counts().votesCast, votesCast)
  assert.equal(complaints(cluster), ['2 stops: simulated disk: EIO'])
})

test('agreement: attestations reach validators on their senders’ streams; one root a job is signed', async () => {
  const cluster = createCluster({ nodes: 4 })
  startAll(cluster)
  assert.ok(await cluster.until(() => cluster.nodes.every((node) => node.agreement().status().peers === 3)))
  cluster.nodes[1]!.agreement().sendAttestation(Uint8Array.of(9))
  const heard = () => cluster.log.filter((line) => line.includes('attestation 0 1 9')).length
  assert.ok(await cluster.until(() => heard() === 3))
  const job = new Uint8Array(32).fill(1)
  const sign = (root: number) => cluster.nodes[1]!.agreement().signAttribution(job, new Uint8Array(32).fill(root))
  const outcomes: unknown[] = []
  for (const root of [1, 1, 2]) void sign(root).then((signed) => outcomes.push(signed?.signature.length))
  assert.ok(await cluster.until(() => outcomes.length === 3))
  assert.equal(outcomes, [96, 96, undefined])
})

test('agreement: a close ends all that runs', async () => {
  const cluster = createCluster({ nodes: 4 })
  startAll(cluster)
  assert.ok(await cluster.until(() => commonHeight(cluster) >= 5))
  let isClosed = 0
  for (const node of cluster.nodes)
    void node
      .agreement()
      .close()
      .then(() => isClosed++)
  assert.ok(await cluster.until(() => isClosed === 4, 10_000))
  const height = commonHeight(cluster)
  await cluster.until(() => false, 10_000)
  assert.is(commonHeight(cluster), height)
})

test('agreement: a crash before or after any disk operation costs neither safety nor progress', async () => {
  // Every operation of node 0 in a run over an epoch's end, numbered; then one run for each, with the crash there.
  const run = async (crashAt: number, when: 'before' | 'after') => {
    let count = 0
    let isCounting = true
    const cluster: Cluster = createCluster({
      nodes: 1,
      epochBlocks: 3,
      onDisk(_, __, at) {
        if (isCounting && at === when && ++count === crashAt) cluster.nodes[0]!.crash()
      },
    })
    const node = cluster.nodes[0]!
    node.start()
    await cluster.until(() => node.height() >= 4 || !node.isAlive(), 5_000)
    isCounting = false
    const isCrashed = !node.isAlive()
    if (isCrashed) node.start()
    assert.ok(await cluster.until(() => node.height() >= 6, 5_000), `operation ${crashAt}, ${when}: ${cluster.log}`)
    assert.equal(complaints(cluster), [], `operation ${crashAt}, ${when}`)
    return isCrashed
  }
  let points = 0
  for (let at = 1; await run(at, 'before'); at++) points += 1
  assert.ok(points > 60, `${points} points`)
  // What an operation leaves behind is what the next one finds, but for those that end a batch.
  for (let at = 1; await run(at, 'after'); at += 5);
})

test.run()
