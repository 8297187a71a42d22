/** `npm run bench -- consensus`: what agreement costs, of real processes on loopback and of large sets in this process. */
import { parseArgs } from 'node:util'
import { DEV_ACCOUNTS } from '../../../genesis/devnet.ts'
import { canKeepInterval } from '../../../genesis/network.ts'
import { type Cluster, reachHeight, startCluster } from '../../cluster/cluster.ts'
import { runProgram, wholeNumber } from '../../commandLine.ts'
import { compare, measureModel } from '../model/model.ts'
import { printLine, printRows } from '../printRows.ts'
import { type BurstFigures, sendBurst, signTransfers } from './burst.ts'
import { measureCertificates } from './certificates.ts'
import { type ChainFigures, watchChain } from './chainRun.ts'
import { goalsOf } from './goals.ts'
import { type SyncFigures, syncLateNode } from './lateNode.ts'

const USAGE = `usage: npm run bench -- consensus [--n 1,4,7] [--sets 31,100] [--seconds 10] [--interval-ms 1000,200,0] [--transfers 2000]
                                   [--model 4,7,31,100] [--model-interval-ms 0,250,1000,2000]

  --n            sizes of networks of real processes; 7 and more run without interval 0, and 2 and more from 1000 on
                 or at 0
  --sets         sizes of validator sets whose certificates are made in this process
  --seconds      for which each network is watched at each interval
  --interval-ms  block intervals; 0 makes blocks as fast as they become final
  --transfers    sent at once to the network of 4 at interval 0
  --model        sizes of sets that agree in virtual time, at costs measured here, on loopback and over a wide area
  --model-interval-ms  their block intervals`

/** Larger networks of real processes only measure how the machine shares its cores. */
const ZERO_INTERVAL_N_MAX = 4
const BURST_N = 4
const WARM_BLOCKS = 2
const WARM_MS = 60_000

const list = (name: string, text: string, least: number) =>
  text === '' ? [] : text.split(',').map((one) => wholeNumber(name, one, least))

function readOptions() {
  const { values } = parseArgs({
    options: {
      n: { type: 'string', default: '1,4,7' },
      sets: { type: 'string', default: '31,100' },
      seconds: { type: 'string', default: '10' },
      'interval-ms': { type: 'string', default: '1000,200,0' },
      transfers: { type: 'string', default: '2000' },
      model: { type: 'string', default: '4,7,31,100' },
      'model-interval-ms': { type: 'string', default: '0,250,1000,2000' },
    },
  })
  return {
    n: list('--n', values.n, 1),
    sets: list('--sets', values.sets, 1),
    seconds: wholeNumber('--seconds', values.seconds, 1),
    intervalMs: list('--interval-ms', values['interval-ms'], 0),
    transfers: DEV_ACCOUNTS * Math.ceil(wholeNumber('--transfers', values.transfers, 1) / DEV_ACCOUNTS),
    model: list('--model', values.model, 1),
    modelIntervalMs: list('--model-interval-ms', values['model-interval-ms'], 0),
  }
}

async function measureAll(): Promise<number> {
  const options = readOptions()
  console.log(`consensus ${JSON.stringify(options)}\n`)
  const chains: ChainFigures[] = []
  let burst: BurstFigures | null = null
  let sync: SyncFigures | null = null
  for (const intervalMs of options.intervalMs)
    for (const n of options.n) {
      if ((intervalMs === 0 && n > ZERO_INTERVAL_N_MAX) || !canKeepInterval(intervalMs, n)) continue
      await withCluster(n, intervalMs, async (cluster) => {
        chains.push(await watchChain(cluster.nodes, intervalMs, options.seconds))
        if (n !== BURST_N || intervalMs !== 0) return
        burst = await measureBurst(cluster, options.transfers)
        sync = await syncLateNode(cluster)
      })
    }
  const sets = []
  for (const n of options.sets) sets.push(await measureCertificates(n))
  const model = await measureModel(options.model, options.modelIntervalMs)
  const compared = compare(chains, model.runs)
  const goals = goalsOf(chains, sets, model.runs)
  const one = (row: object | null) => (row === null ? [] : [row])
  for (const rows of [chains, one(burst), one(sync), sets, model.costs, model.runs, compared, goals]) printRows(rows)
  printLine({ bench: 'consensus', options, chains, burst, sync, sets, model, compared, goals })
  return 0
}

async function withCluster(
  n: number,
  blockIntervalMs: number,
  run: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster({ devnet: { validators: n, blockIntervalMs } })
  try {
    await reachHeight(cluster.nodes, WARM_BLOCKS, WARM_MS)
    await run(cluster)
  } finally {
    await cluster.close()
  }
}

async function measureBurst({ nodes }: Cluster, transfers: number): Promise<BurstFigures> {
  const chainId = Number(await nodes[0]!.ask<string>('eth_chainId'))
  return sendBurst(nodes, await signTransfers(chainId, DEV_ACCOUNTS, transfers / DEV_ACCOUNTS))
}

await runProgram(USAGE, measureAll)
