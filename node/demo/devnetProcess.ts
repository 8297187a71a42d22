/** The chain that the demo runs on: the node at --rpc, or a devnet of its own in a child process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ChainClient, connectChain, NodeUnreachable } from '../../studio/chain/client.ts'

/** A devnet prints its URL within a second; ten times that on a busy machine. */
const START_TIMEOUT_MS = 20_000

export interface DemoChain {
  readonly client: ChainClient
  readonly url: string
  readonly isOwn: boolean
  close(): Promise<void>
}

export class DevnetError extends Error {
  readonly code = 'DevnetFailed'
  constructor(message: string) {
    super(message)
    this.name = 'DevnetError'
  }
}

/** Uses the node at `rpc` when one answers there, else starts a devnet; throws `DevnetError`. */
export async function openDemoChain(rpc: string, influence: string): Promise<DemoChain> {
  try {
    return { client: await connectChain(rpc), url: rpc, isOwn: false, close: async () => {} }
  } catch (error) {
    if (!(error instanceof NodeUnreachable)) throw error
  }
  return startDevnet(['--port', '0', '--json', '--influence', influence])
}

/** Starts `openledger devnet` with these arguments (`--json` among them) in a child process. */
export async function startDevnet(args: readonly string[]): Promise<DemoChain> {
  const main = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url))
  const child = spawn(process.execPath, [main, 'devnet', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const killChild = () => child.kill('SIGKILL')
  process.once('exit', killChild)
  child.once('exit', () => process.off('exit', killChild))
  let errors = ''
  child.stderr.on('data', (chunk) => (errors = `${errors}${chunk}`.slice(-4000)))
  const url = await firstUrl(child, () => errors)
  return {
    client: await connectChain(url),
    url,
    isOwn: true,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGINT')
      await once(child, 'exit')
    },
  }
}

function firstUrl(child: ChildProcess, errors: () => string): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new DevnetError(`the devnet did not start within ${START_TIMEOUT_MS / 1000} s\n${errors()}`))
    }, START_TIMEOUT_MS)
    child.once('exit', (code) => reject(new DevnetError(`the devnet ended with status ${code}\n${errors()}`)))
    lines.once('line', (line) => {
      clearTimeout(timer)
      resolve((JSON.parse(line) as { rpcUrl: string }).rpcUrl)
    })
  })
}
