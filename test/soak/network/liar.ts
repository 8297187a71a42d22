/** One validator of four lies: the others agree on, keep evidence of it, ban it, and the chain slashes it. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createPublicClient, http } from 'viem'
import { parseEvidenceFile } from '../../../node/cli/evidenceFile.ts'
import { STAKING } from '../../../node/cli/stakingContract.ts'
import { equal, fromHex, toHex } from '../../../primitives/bytes.ts'
import { type Cluster, type ClusterNode, heightsOf, reachHeight } from '../../cluster/cluster.ts'
import { type Liar, startLiar } from '../../cluster/liar.ts'
import { openledger } from '../../cluster/openledger.ts'
import { until } from '../../cluster/until.ts'
import { LOAD_SENDERS, type Scenario, underLoad } from './scenario.ts'

/** All lies are told in epoch 0, and the set of epoch 1 lacks the liar. */
const EPOCH_BLOCKS = 40
const VIEWS = 5
const DEADLINE_MS = 300_000

export const runLiar: Scenario = (options) =>
  underLoad(options, { devnet: { validators: 4, epochBlocks: EPOCH_BLOCKS }, absent: 1 }, async (cluster) => {
    const { nodes } = cluster
    await reachHeight(nodes, 2, DEADLINE_MS)
    const liar = await joinLiar(cluster, options.random)
    try {
      await until(`lies in ${VIEWS} views`, DEADLINE_MS, async () => liar.views >= VIEWS)
      await until('evidence of votes and of attestations', DEADLINE_MS, async () => {
        const lies = liesOf(nodes)
        return lies.has('two notarizes') && lies.has('two attestations')
      })
      await checkBanned(nodes, liar)
    } finally {
      await liar.close()
    }
    await checkSlashed(cluster)
    await reachHeight(nodes, EPOCH_BLOCKS + 3, DEADLINE_MS)
    for (const node of nodes) assert.equal(await node.metric('openledger_agreement_validators'), 3)
    console.log(`epoch 1 has three validators, heights ${(await heightsOf(nodes)).join(' ')}`)
  })

/** The last validator has no node: its keys lie for it. */
async function joinLiar({ network, nodes }: Cluster, random: () => number): Promise<Liar> {
  const keys = network.devKeys!.validators.at(-1)!
  const client = createPublicClient({ transport: http(nodes[0]!.url) })
  const epochHash = await client.readContract({ ...STAKING, functionName: 'epochHashOf', args: [0n] })
  return startLiar({
    network,
    keys,
    signer: network.validators.findIndex(({ operator }) => equal(operator, keys.operator)),
    epochHash: fromHex(epochHash),
    bootstrap: nodes.map(({ p2pAddress }) => p2pAddress),
    random,
  })
}

function evidenceOf(nodes: readonly ClusterNode[]): string[] {
  const folders = nodes.map(({ folder }) => path.join(folder, 'evidence')).filter((folder) => existsSync(folder))
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => path.join(folder, name)),
  )
}

/** What the evidence convicts of. */
function liesOf(nodes: readonly ClusterNode[]): ReadonlySet<string> {
  const lies = evidenceOf(nodes).map((file) => {
    const parsed = parseEvidenceFile(readFileSync(file, 'utf8'))
    if ('kind' in parsed) throw new Error(`${file}: ${parsed.fault}`)
    const { evidence } = parsed
    return evidence.kind === 'statements' ? `two ${evidence.pair[0].kind}s` : `two ${evidence.kind}`
  })
  return new Set(lies)
}

async function checkBanned(nodes: readonly ClusterNode[], liar: Liar): Promise<void> {
  const before = await heightsOf(nodes)
  console.log(
    `lies in ${liar.views} views; ${evidenceOf(nodes).length} files of evidence: ${[...liesOf(nodes)].join(', ')}; then garbage`,
  )
  liar.sendGarbage()
  await until('ban by all', DEADLINE_MS, async () => liar.peers === 0)
  await reachHeight(nodes, Math.max(...before) + 3, DEADLINE_MS)
  console.log(`every node has banned the liar, and goes on: heights ${(await heightsOf(nodes)).join(' ')}`)
}

async function checkSlashed({ network, nodes }: Cluster): Promise<void> {
  const [file] = evidenceOf(nodes)
  const url = nodes[0]!.url
  console.log((await openledger('evidence', 'submit', file!, '--account', `${LOAD_SENDERS}`, '--rpc', url)).trim())
  const client = createPublicClient({ transport: http(url) })
  for (const [i, { operator }] of network.devKeys!.validators.entries()) {
    const { isTombstoned } = await client.readContract({
      ...STAKING,
      functionName: 'validator',
      args: [toHex(operator)],
    })
    assert.equal(isTombstoned, i === nodes.length, `validator ${i} convicted`)
  }
}
