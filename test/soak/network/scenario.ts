/** What every scenario against real processes begins and ends with: a network under load, and the proof of one chain. */
import { type Cluster, type ClusterOptions, startCluster } from '../../cluster/cluster.ts'
import { checkIncluded, checkOneChain, type Load, startLoad } from '../../cluster/load.ts'

export interface ScenarioOptions {
  readonly minutes: number
  readonly validators: number
  readonly perSecond: number
  readonly blocks: number
  /** 0 ≤ r < 1. */
  readonly random: () => number
}

/** Rejects with what did not hold. */
export type Scenario = (options: ScenarioOptions) => Promise<void>

/** Dev accounts that send the load; those above are the scenario's. */
export const LOAD_SENDERS = 4
/** A machine busy with others takes long to include what is left. */
const INCLUDED_MS = 120_000

/**
 * Runs `act` on a network under load. In the end every accepted transaction is in the chain once, and all nodes have the same
 * chain. Failing, it prints each node's last lines.
 */
export async function underLoad(
  { perSecond, random, firstSender = 0 }: ScenarioOptions & { readonly firstSender?: number },
  clusterOptions: ClusterOptions,
  act: (cluster: Cluster, load: Load) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster(clusterOptions)
  const { nodes, network } = cluster
  console.log(`${nodes.length} nodes in ${cluster.folder}`)
  const chainId = Number(network.params.chainId)
  // Those that join later are not asked to take transactions.
  const load = startLoad([...nodes], { chainId, perSecond, senders: LOAD_SENDERS, firstSender, random })
  try {
    await act(cluster, load)
    await load.stop()
    await checkIncluded(nodes, load, INCLUDED_MS)
    const { height, transactions } = await checkOneChain(nodes)
    console.log(`one chain of ${height} blocks with ${transactions} transactions on ${nodes.length} nodes`)
    console.log(`${load.accepted.size} accepted, each in the chain once`)
  } catch (error) {
    for (const node of nodes) console.error(`node ${node.index}:\n  ${node.lastLines.join('\n  ')}`)
    throw error
  } finally {
    await load.stop()
    await cluster.close()
  }
}
