/** An observer that starts late beside a chain that stands still: how fast it follows to the head. */
import path from 'node:path'
import { startNodeProcess } from '../../../node/devnet/nodeProcess.ts'
import { type Cluster, heightsOf } from '../../cluster/cluster.ts'
import { until } from '../../cluster/until.ts'
import { sampleOf, scrape } from './scrape.ts'

const DEADLINE_MS = 60_000

export interface SyncFigures {
  readonly blocks: number
  /** From the moment that its RPC answers; connecting to peers is in it. */
  readonly seconds: number
  readonly blocksPerS: number
}

/** Stops nodes until the others are no quorum, so that the goal does not move; they stay stopped. */
export async function syncLateNode({ folder, nodes }: Cluster): Promise<SyncFigures> {
  const left = nodes.slice(0, Math.ceil(nodes.length / 2))
  await Promise.all(nodes.slice(left.length).map((node) => node.stop()))
  const height = Math.max(...(await heightsOf(left)))
  const late = startNodeProcess({
    label: 'the late node',
    args: [
      ...['run', '--json', '--network', path.join(folder, 'network.json'), '--data', path.join(folder, 'late')],
      ...['--host', '127.0.0.1', '--port', '0', '--p2p-host', '127.0.0.1', '--p2p-port', '0', '--influence', 'js'],
      ...['--bootstrap', ...left.flatMap(({ p2pAddresses }) => p2pAddresses)],
    ],
    onLine() {},
  })
  try {
    const { rpcUrl: url } = await late.described
    const startMs = performance.now()
    await until(`block ${height} on the late node`, DEADLINE_MS, async () => {
      return sampleOf(await scrape({ url }), 'openledger_agreement_height') >= height
    })
    const seconds = (performance.now() - startMs) / 1000
    return { blocks: height, seconds, blocksPerS: height / seconds }
  } finally {
    await late.stop()
  }
}
