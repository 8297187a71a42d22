/** The chain that the demo runs on: the node at --rpc, or a devnet of its own in a child process. */
import { type ChainClient, connectChain, NodeUnreachable } from '../../studio/chain/client.ts'
import { startNodeProcess } from '../devnet/nodeProcess.ts'

export interface DemoChain {
  readonly client: ChainClient
  readonly url: string
  readonly isOwn: boolean
  close(): Promise<void>
}

/** Uses the node at `rpc` when one answers there, else starts a devnet; throws `NodeProcessError`. */
export async function openDemoChain(rpc: string, influence: string): Promise<DemoChain> {
  try {
    return { client: await connectChain(rpc), url: rpc, isOwn: false, close: async () => {} }
  } catch (error) {
    if (!(error instanceof NodeUnreachable)) throw error
  }
  return startDevnet(['--port', '0', '--json', '--influence', influence])
}

/** Starts `openledger devnet` with these arguments (`--json` among them) in a child process; throws `NodeProcessError`. */
export async function startDevnet(args: readonly string[]): Promise<DemoChain> {
  const node = startNodeProcess({ label: 'the devnet', args: ['devnet', ...args], onLine: () => {} })
  const { rpcUrl: url } = await node.described
  return { client: await connectChain(url), url, isOwn: true, close: node.stop }
}
