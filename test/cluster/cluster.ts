/** A network of several real node processes on loopback, each of which can be killed, paused and started again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LoadedNetwork } from '../../genesis/load.ts'
import { type LocalNetworkOptions, type LocalNode, prepareLocalNetwork } from '../../node/devnet/localNetwork.ts'
import { type NodeProcess, startNodeProcess } from '../../node/devnet/nodeProcess.ts'
import { until } from './until.ts'

export interface ClusterNode {
  readonly index: number
  readonly url: string
  readonly folder: string
  readonly p2pAddress: string
  readonly isRunning: boolean
  /** Undefined while it does not run. */
  readonly pid: number | undefined
  /** Multiaddrs at which it listens for peers, once it runs. */
  readonly p2pAddresses: readonly string[]
  readonly lastLines: readonly string[]
  start(): Promise<void>
  /** SIGKILL: nothing is written any more. */
  kill(): Promise<void>
  /** Resolves once it has ended by itself, with how: `status 70`. */
  ended(): Promise<string>
  /** SIGTERM: a clean end. */
  stop(): Promise<void>
  pause(): void
  resume(): void
  /** One JSON-RPC call; rejects when the node does not answer. */
  ask<T>(method: string, ...params: unknown[]): Promise<T>
  /** A gauge or counter of `/metrics` without labels. */
  metric(name: string): Promise<number>
}

export interface Cluster {
  readonly folder: string
  readonly network: LoadedNetwork
  readonly networkFile: string
  /** Those that joined come after those of the beginning. */
  readonly nodes: readonly ClusterNode[]
  /** Starts a node that the network did not begin with. */
  join(node: Omit<LocalNode, 'index'>): Promise<ClusterNode>
  close(): Promise<void>
}

export interface ClusterOptions {
  readonly devnet: LocalNetworkOptions['devnet']
  /** Back end of each node's influence worker; `js` by default, which starts fastest. */
  readonly influence?: readonly string[]
  /** Further options of `openledger run`, by node. */
  readonly argsOf?: (index: number) => readonly string[]
  /** The last so many validators have no node: the test itself has their keys. */
  readonly absent?: number
  /** Before the nodes start. */
  readonly onPrepared?: (nodes: readonly LocalNode[]) => void
  /** After they have ended, before their folder is removed. */
  readonly onEnded?: () => void
  /** Every line of a node's log. */
  readonly onLine?: (index: number, line: string) => void
}

/** Log lines kept of each node, for a failure's report. */
const LINES_MAX = 40
const ANSWER_TIMEOUT_MS = 10_000

/** Starts all nodes and waits until each answers; their data lies in one temporary folder. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'openledger-cluster-'))
  const { devnet, influence = ['js'], argsOf = () => [], absent = 0, onPrepared, onEnded, onLine = () => {} } = options
  const local = await prepareLocalNetwork({ folder, port: 0, host: '127.0.0.1', influence, devnet })
  const present = local.nodes.slice(0, local.nodes.length - absent)
  onPrepared?.(present)
  const nodes = present.map((node) => createNode({ ...node, args: [...node.args, ...argsOf(node.index)] }, onLine))
  const close = async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    onEnded?.()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(nodes.map((node) => node.start()))
  } catch (error) {
    await close()
    throw error
  }
  const join = async (node: Omit<LocalNode, 'index'>) => {
    const joined = createNode({ ...node, index: nodes.length }, onLine)
    nodes.push(joined)
    await joined.start()
    return joined
  }
  return { folder, network: local.network, networkFile: local.networkFile, nodes, join, close }
}

/** The height of each running node's head. */
export function heightsOf(nodes: readonly ClusterNode[]): Promise<number[]> {
  return Promise.all(nodes.map(async (node) => Number(await node.ask<string>('eth_blockNumber'))))
}

/** Waits until every one of these nodes has this height. */
export async function reachHeight(nodes: readonly ClusterNode[], height: number, deadlineMs: number): Promise<void> {
  await until(`height ${height} on nodes ${nodes.map(({ index }) => index)}`, deadlineMs, async () => {
    const heights = await heightsOf(nodes).catch(() => [])
    return heights.length > 0 && heights.every((each) => each >= height)
  })
}

function createNode(
  { index, folder, rpcUrl: url, p2pAddress, args }: LocalNode,
  hear: NonNullable<ClusterOptions['onLine']>,
): ClusterNode {
  const lastLines: string[] = []
  let p2pAddresses: readonly string[] = []
  let process: NodeProcess | undefined
  const signal = (name: NodeJS.Signals) => process !== undefined && globalThis.process.kill(process.pid, name)
  const ended = async () => {
    const how = await process!.ended
    process = undefined
    return how
  }
  return {
    index,
    url,
    folder,
    p2pAddress,
    get isRunning() {
      return process !== undefined
    },
    get pid() {
      return process?.pid
    },
    get p2pAddresses() {
      return p2pAddresses
    },
    lastLines,
    async start() {
      const onLine = (line: string) => {
        hear(index, line)
        lastLines.push(line)
        if (lastLines.length > LINES_MAX) lastLines.shift()
      }
      process = startNodeProcess({ label: `node ${index}`, args, onLine })
      p2pAddresses = (await process.described).p2pAddresses ?? []
    },
    ended,
    async kill() {
      signal('SIGKILL')
      await ended()
    },
    async stop() {
      await process?.stop()
      process = undefined
    },
    pause: () => void signal('SIGSTOP'),
    resume: () => void signal('SIGCONT'),
    ask: (method, ...params) => ask(url, method, params),
    metric: (name) => readMetric(url, name),
  }
}

async function ask<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
  const { result, error } = (await answer.json()) as { result?: T; error?: { message: string } }
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result as T
}

async function readMetric(url: string, name: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
  const line = (await answer.text()).split('\n').find((each) => each.startsWith(`${name} `))
  if (line === undefined) throw new Error(`${url}/metrics has no ${name}`)
  return Number(line.slice(name.length + 1))
}
