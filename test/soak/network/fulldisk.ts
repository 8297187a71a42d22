/** One node's disk fills up under load, again and again: it ends in words, and goes on from where it was once there is room. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readlinkSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type ClusterNode, type ClusterOptions, heightsOf, reachHeight } from '../../cluster/cluster.ts'
import { until } from '../../cluster/until.ts'
import { type Scenario, type ScenarioOptions, underLoad } from './scenario.ts'

const ROUNDS = 3
/** Whose disk it is. */
const FULL_NODE = 3
/** Two segments of the WAL, the chain, and room. */
const DISK_MIB = 400
const CHUNKS_BYTES = [1024 * 1024, 4096, 1] as const
/** testing.md §7. */
const CATCH_UP_MS = 20_000
const DEADLINE_MS = 120_000

/** Needs root and `unshare`: the disk is a small tmpfs, which only the scenario sees and which ends with it. */
export const runFullDisk: Scenario = async (options) => {
  if (isInNamespace()) return fillDisk(options)
  const { status, error, stderr } = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], {
    encoding: 'utf8',
  })
  if (status !== 0) {
    console.log(
      `SKIPPED, nothing was shown: this machine permits no mount of its own: ${error?.message ?? stderr.trim()}`,
    )
    return
  }
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const seed = Math.floor(options.random() * 2 ** 32)
  const args = ['--scenario', 'fulldisk', '--seed', `${seed}`, '--per-second', `${options.perSecond}`]
  const child = spawn('unshare', ['--mount', process.execPath, main, ...args], { stdio: 'inherit' })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the scenario with a disk of its own ended with ${code}`)
}

const isInNamespace = (): boolean =>
  existsSync('/proc/self/ns/mnt') && readlinkSync('/proc/self/ns/mnt') !== readlinkSync(`/proc/${process.ppid}/ns/mnt`)

function fillDisk(options: ScenarioOptions): Promise<void> {
  let disk = ''
  const clusterOptions: ClusterOptions = {
    devnet: { validators: 4 },
    onPrepared(nodes) {
      disk = nodes[FULL_NODE]!.folder
      mountDisk(disk)
    },
    onEnded: () => void spawnSync('umount', [disk]),
  }
  return underLoad(options, clusterOptions, async ({ nodes }) => {
    for (let round = 1; round <= ROUNDS; round++) await fillAndFree(nodes, nodes[FULL_NODE]!, round)
    for (const { folder, index } of nodes)
      assert.ok(!existsSync(path.join(folder, 'evidence')), `evidence on node ${index}`)
    console.log('no evidence against anybody')
  })
}

async function fillAndFree(nodes: readonly ClusterNode[], node: ClusterNode, round: number): Promise<void> {
  const others = nodes.filter((other) => other !== node)
  await reachHeight(nodes, Math.max(...(await heightsOf(others))) + 3, DEADLINE_MS)
  const [before] = await heightsOf([node])
  const filled = fill(node.folder)
  const how = await Promise.race([node.ended(), sleep(DEADLINE_MS, 'no end', { ref: false })])
  assert.equal(how, 'status 70')
  const words = node.lastLines.findLast((line) => line.includes('the disk is full'))
  assert.ok(words !== undefined, node.lastLines.join('\n'))
  console.log(`${round}: at height ${before} its disk had no room: ended with ${how}: ${JSON.parse(words).message}`)
  await reachHeight(others, before! + 5, DEADLINE_MS)
  rmSync(filled)
  await comeBack(node, others)
}

function mountDisk(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'none', folder], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`mount: ${stderr}`)
}

/** To the last byte. */
function fill(folder: string): string {
  const file = path.join(folder, 'filler')
  const handle = openSync(file, 'w')
  for (const bytes of CHUNKS_BYTES) {
    const chunk = new Uint8Array(bytes)
    try {
      for (;;) if (writeSync(handle, chunk) < bytes) break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  closeSync(handle)
  return file
}

async function comeBack(node: ClusterNode, others: readonly ClusterNode[]): Promise<void> {
  const startMs = performance.now()
  await node.start()
  const height = Math.max(...(await heightsOf(others)))
  await reachHeight([node], height, CATCH_UP_MS)
  const cast = await node.metric('openledger_agreement_votes_cast_total')
  await until('votes of the node that came back', DEADLINE_MS, async () => {
    return (await node.metric('openledger_agreement_votes_cast_total')) > cast
  })
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  console.log(`   with room again it started, was at height ${height} and voted after ${seconds} s`)
}
