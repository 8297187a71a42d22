/** One validator of four lies: the others agree on, keep evidence of it, ban it, and the chain slashes it. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createPublicClient, http } from 'viem'
import { parseEvidenceFile } from '../../../../node/cli/evidenceFile.ts'
import { STAKING } from '../../../../node/cli/stakingContract.ts'
import { equal, fromHex, toHex, uintToBytes } from '../../../../primitives/bytes.ts'
import type { Evidence } from '../../../../primitives/evidence.ts'
import { type Cluster, type ClusterNode, heightsOf, reachHeight } from '../../../cluster/cluster.ts'
import { BAD_BLOCKS } from '../../../cluster/liar/badBlocks.ts'
import { type Liar, startLiar } from '../../../cluster/liar/liar.ts'
import { openledger } from '../../../cluster/openledger.ts'
import { until } from '../../../cluster/until.ts'
import { type Scenario, underLoad } from '../scenario.ts'
import { throwGarbage } from './garbage.ts'
import { type SettledJob, settleJob } from './job.ts'

/** All lies are told in epoch 0, and the set of epoch 1 lacks the liar. */
const EPOCH_BLOCKS = 160
/** Views that it led with each kind of bad block. */
const LED = 2
const DEADLINE_MS = 300_000
const EPOCH_MS = 900_000
/** Caches fill and garbage waits for its collection; a leak of what was sent would show in a few seconds of it. */
const GROWTH_MIB_MAX = 200
/** Dev accounts below are the job's. */
const FIRST_LOAD_SENDER = 6
const RESIDENT = 'process_resident_memory_bytes'

export const runLiar: Scenario = (options) => {
  const invalid = new Map<string, Set<number>>()
  const onLine = (index: number, line: string) => {
    const [, rule] = /candidate \S+ is invalid: (?:transaction 0: )?(\w+)/.exec(line) ?? []
    if (rule !== undefined) invalid.set(rule, (invalid.get(rule) ?? new Set()).add(index))
  }
  const clusterOptions = { devnet: { validators: 4, epochBlocks: EPOCH_BLOCKS }, absent: 1, onLine }
  return underLoad({ ...options, firstSender: FIRST_LOAD_SENDER }, clusterOptions, async (cluster) => {
    const { nodes } = cluster
    await reachHeight(nodes, 2, DEADLINE_MS)
    const liar = await joinLiar(cluster, options.random)
    try {
      const job = await settleJob(nodes[0]!.url)
      await checkJob(nodes, job)
      await checkBadBlocks(nodes, liar, invalid)
      await until('evidence of votes and of the real job', DEADLINE_MS, async () => {
        return evidenceOf(nodes).some(isTwoVotes) && evidenceOf(nodes).some((one) => isOfJob(one, job.jobId))
      })
      for (const [lie, count] of liar.told) console.log(`told ${count}: ${lie}`)
      const kinds = [...new Set(evidenceOf(nodes).map(({ evidence }) => evidence.kind))]
      console.log(`${evidenceOf(nodes).length} files of evidence of ${kinds.join(' and ')}`)
      await checkGarbage(cluster, options.random)
      await checkBanned(nodes, liar)
      await checkSlashed(cluster, evidenceOf(nodes).find((one) => isOfJob(one, job.jobId))!.file)
    } finally {
      await liar.close()
    }
    await reachHeight(nodes, EPOCH_BLOCKS + 3, EPOCH_MS)
    for (const node of nodes) assert.equal(await node.metric('openledger_agreement_validators'), 3)
    console.log(`epoch 1 has three validators, heights ${(await heightsOf(nodes)).join(' ')}`)
  })
}

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
    // Of versions, whose ids are hashes, one; of jobs, whose ids are small, two.
    wrongRoots: (jobId) => (jobId.subarray(0, 24).some((byte) => byte !== 0) ? 1 : 2),
  })
}

interface Kept {
  readonly file: string
  readonly evidence: Evidence
}

function evidenceOf(nodes: readonly ClusterNode[]): Kept[] {
  const folders = nodes.map(({ folder }) => path.join(folder, 'evidence')).filter((folder) => existsSync(folder))
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => path.join(folder, name)),
  )
  return files.map((file) => {
    const parsed = parseEvidenceFile(readFileSync(file, 'utf8'))
    if ('kind' in parsed) throw new Error(`${file}: ${parsed.fault}`)
    return { file, evidence: parsed.evidence }
  })
}

const isTwoVotes = ({ evidence }: Kept) => evidence.kind === 'statements'
const isOfJob = ({ evidence }: Kept, jobId: bigint) =>
  evidence.kind === 'attestations' && equal(evidence.jobId, uintToBytes(jobId, 32))

/** Settled with the root of the three, which pays the row that the answer repeats. */
async function checkJob(nodes: readonly ClusterNode[], { versionId, jobId, paidRows }: SettledJob): Promise<void> {
  assert.deepEqual(paidRows, ['1'])
  const told = async (node: ClusterNode) => JSON.stringify(await node.ask('openledger_getAttribution', `${jobId}`))
  await until('one settlement on all nodes', DEADLINE_MS, async () => {
    const settled = await Promise.all(nodes.map((node) => told(node).catch(() => undefined)))
    return settled[0] !== undefined && new Set(settled).size === 1
  })
  console.log(
    `version ${versionId.slice(0, 10)} serves and job ${jobId} is settled by the others’ root: it pays row ${paidRows}`,
  )
}

/** Each kind was told, and by every node found to be what it is. */
async function checkBadBlocks(
  nodes: readonly ClusterNode[],
  { told }: Liar,
  invalid: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<void> {
  const lies = [...BAD_BLOCKS, 'two proposals'] as const
  await until('bad blocks of every kind', DEADLINE_MS, async () => lies.every((lie) => (told.get(lie) ?? 0) >= LED))
  await until('refusals by all', DEADLINE_MS, async () => {
    const refusing = [...invalid].filter(([, { size }]) => size === nodes.length).map(([rule]) => rule)
    return refusing.includes('StateRoot') && refusing.length >= 2
  })
  console.log(`bad blocks were refused for ${[...invalid.keys()].join(', ')} by all nodes, and skipped`)
}

/** The chain goes on beside it, and it costs no node its memory. */
async function checkGarbage({ network, nodes }: Cluster, random: () => number): Promise<void> {
  const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(256 * random()))
  const before = await heightsOf(nodes)
  const residentMib = () => Promise.all(nodes.map(async (node) => (await node.metric(RESIDENT)) / 2 ** 20))
  const beforeMib = await residentMib()
  await throwGarbage(nodes, { network, bytes })
  await reachHeight(nodes, Math.max(...before) + 3, DEADLINE_MS)
  const afterMib = await residentMib()
  for (const [i, mib] of afterMib.entries()) assert.ok(mib - beforeMib[i]! < GROWTH_MIB_MAX, `node ${i}: ${mib} MiB`)
  const grown = afterMib.map((mib, i) => `${beforeMib[i]!.toFixed(0)} → ${mib.toFixed(0)}`)
  console.log(`heights ${before.join(' ')} → ${(await heightsOf(nodes)).join(' ')}, resident MiB ${grown.join(', ')}`)
}

async function checkBanned(nodes: readonly ClusterNode[], liar: Liar): Promise<void> {
  const before = await heightsOf(nodes)
  liar.sendGarbage()
  await until('ban by all', DEADLINE_MS, async () => liar.peers === 0)
  await reachHeight(nodes, Math.max(...before) + 3, DEADLINE_MS)
  console.log(
    `the liar sent garbage too: every node has banned it, and goes on: heights ${(await heightsOf(nodes)).join(' ')}`,
  )
}

async function checkSlashed({ network, nodes }: Cluster, file: string): Promise<void> {
  const url = nodes[0]!.url
  console.log((await openledger('evidence', 'submit', file, '--account', '4', '--rpc', url)).trim())
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
