/** Thousands of blocks as fast as they become final: what a node holds after garbage collection, and its logs, do not grow. */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { slopeOf } from '../../bench/slope.ts'
import { type Cluster, type ClusterNode, reachHeight, startCluster } from '../../cluster/cluster.ts'
import { startLoad } from '../../cluster/load.ts'
import { until } from '../../cluster/until.ts'
import { LOAD_SENDERS, type Scenario } from './scenario.ts'

/** Blocks between two readings. */
const STEP = 1_000
const STEP_MS_MAX = 600_000
const ANSWER_MS = 60_000
/**
 * Caches fill first: decoded headers until block 4,096, of a few hundred bytes a block the slots of the ring of block
 * hashes until 8,191. Only the rest is judged.
 */
const CALM_BLOCKS = 5_000
/** Least squares over readings that rise and fall by some MiB as the signer's statements grow and are written anew. */
const SLOPE_MIB_MAX = 1
/** consensus.md §8: one WAL segment that is written and one that waits for its end, and a signer log before it is compacted. */
const LOGS_MIB_MAX = 2 * 64 + 2

interface Reading {
  readonly height: number
  readonly heapMiB: number
  readonly externalMiB: number
  readonly rssMiB: number
  readonly logsMiB: number
}

/** Of node 0. */
export const runMemory: Scenario = async ({ validators, perSecond, random, blocks }) => {
  process.env.NODE_OPTIONS = `--expose-gc --import=${new URL('./heapProbe.ts', import.meta.url)}`
  const cluster = await startCluster({ devnet: { validators, blockIntervalMs: 0 } })
  const chainId = Number(cluster.network.params.chainId)
  const load = perSecond > 0 ? startLoad(cluster.nodes, { chainId, perSecond, senders: LOAD_SENDERS, random }) : null
  try {
    const readings = await watch(cluster, blocks)
    judge(readings)
  } finally {
    await load?.stop()
    await cluster.close()
  }
}

async function watch({ nodes }: Cluster, blocks: number): Promise<Reading[]> {
  const readings: Reading[] = []
  for (let height = STEP; height <= blocks; height += STEP) {
    await reachHeight(nodes.slice(0, 1), height, STEP_MS_MAX)
    const reading = await read(nodes[0]!, height)
    readings.push(reading)
    const { heapMiB, externalMiB, rssMiB, logsMiB } = reading
    const kept = `heap ${heapMiB.toFixed(1)} and outside it ${externalMiB.toFixed(1)} MiB after collection`
    console.log(`block ${height}: ${kept}, resident ${rssMiB.toFixed(0)} MiB, logs ${logsMiB.toFixed(1)} MiB`)
  }
  return readings
}

async function read(node: ClusterNode, height: number): Promise<Reading> {
  const lines = () => node.lastLines.filter((line) => line.startsWith('{"part":"heap"'))
  const before = lines().at(-1)
  process.kill(node.pid!, 'SIGUSR2')
  await until(`memory of node ${node.index}`, ANSWER_MS, async () => lines().at(-1) !== before)
  const { heapUsed, external, rss } = JSON.parse(lines().at(-1)!) as Record<string, number>
  const mib = (bytes: number | undefined) => bytes! / 2 ** 20
  return {
    height,
    heapMiB: mib(heapUsed),
    externalMiB: mib(external),
    rssMiB: mib(rss),
    logsMiB: mib(bytesOf(path.join(node.folder, 'agreement'))),
  }
}

/** WAL, signer log and sealing records. */
function bytesOf(folder: string): number {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce(
    (sum, { name }) => sum + (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

function judge(readings: readonly Reading[]): void {
  const logsMiB = Math.max(...readings.map((reading) => reading.logsMiB))
  if (logsMiB > LOGS_MIB_MAX) throw new Error(`the logs take ${logsMiB.toFixed(1)} MiB`)
  const calm = readings.filter(({ height }) => height >= CALM_BLOCKS)
  if (calm.length < 3) return console.log(`growth is judged from block ${CALM_BLOCKS} on: too short`)
  for (const part of ['heapMiB', 'externalMiB', 'rssMiB'] as const) {
    const slope = slopeOf(calm.map((reading) => ({ x: reading.height / 1_000, y: reading[part] })))!
    console.log(`${part} ${slope.toFixed(2)} a thousand blocks from block ${CALM_BLOCKS} on`)
    if (part !== 'rssMiB' && slope > SLOPE_MIB_MAX) throw new Error(`${part} grows`)
  }
}
