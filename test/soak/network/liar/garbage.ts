/** Garbage at every door of real nodes, from peers with keys of their own that greet as they should, or not even that. */
import { connect } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import type { LoadedNetwork } from '../../../../genesis/load.ts'
import { createHost, type Host } from '../../../../p2p/host.ts'
import { FRAME_BYTES_MAX } from '../../../../p2p/limits.ts'
import { protocolName } from '../../../../p2p/protocols.ts'
import { QUESTIONS, type Question } from '../../../../p2p/questions/questions.ts'
import { concat, uintToBytes, utf8 } from '../../../../primitives/bytes.ts'
import type { ClusterNode } from '../../../cluster/cluster.ts'
import { until } from '../../../cluster/until.ts'

const QUESTION_DOORS = Object.keys(QUESTIONS) as Question[]
const DEADLINE_MS = 60_000

export interface GarbageOptions {
  readonly network: LoadedNetwork
  readonly bytes: (length: number) => Uint8Array
}

type Throw = (host: Host, options: GarbageOptions) => Promise<void>
const framed = (bytes: Uint8Array) => concat(uintToBytes(bytes.length, 4), bytes)

/** What is thrown on every protocol, until each node has banned whoever threw it. */
const OFFENCES: Readonly<Record<string, Throw>> = {
  'frames of random bytes': (host, { network, bytes }) => open(host, network, 'simplex', framed(bytes(100))),
  'frames over the bound': (host, { network }) =>
    open(host, network, 'simplex', concat(uintToBytes(FRAME_BYTES_MAX + 1, 4), utf8('x'))),
  ...Object.fromEntries(
    QUESTION_DOORS.map((door): [string, Throw] => [
      `${door} questions over the bound`,
      (host, { network }) => open(host, network, door, Uint8Array.of(255, 255, 255, 255, 1)),
    ]),
  ),
  'blocks of random bytes by gossip': (host, options) => gossip(host, options, 'block'),
  'transactions of random bytes by gossip': (host, options) => gossip(host, options, 'transaction'),
}

/** Returns what was thrown, and prints what became of it. */
export async function throwGarbage(nodes: readonly ClusterNode[], options: GarbageOptions): Promise<void> {
  for (const [what, attempt] of Object.entries(OFFENCES)) {
    const peer = await offend(nodes, options, attempt)
    console.log(`sent ${what}: every node banned ${peer.slice(-6)} for it`)
  }
  for (const node of nodes) for (let i = 0; i < 10; i++) await knock(node, options.bytes(2_000))
  const refused = await foreignHandshake(nodes, options)
  console.log(`sent ${10 * nodes.length} connections of random bytes: closed; a handshake of another chain: ${refused}`)
}

/** Throws again and again, as a host of its own on each try, until all nodes list its key among the banned. */
async function offend(nodes: readonly ClusterNode[], options: GarbageOptions, attempt: Throw): Promise<string> {
  const host = await openHost(options, options.bytes(32), options.network.genesisHash)
  const peer = host.peerId.toString()
  try {
    await until(`ban of ${peer}`, DEADLINE_MS, async () => {
      for (const node of nodes) await host.dial(multiaddr(node.p2pAddress)).catch(() => {})
      await attempt(host, options)
      const bans = await Promise.all(nodes.map((node) => node.ask<{ id: string }[]>('admin_bans')))
      return bans.every((own) => own.some(({ id }) => id === peer))
    })
  } finally {
    await host.stop()
  }
  return peer
}

async function openHost({ network }: GarbageOptions, secret: Uint8Array, genesisHash: Uint8Array): Promise<Host> {
  const { params } = network
  const chain = { chainId: params.chainId, genesisHash, forks: params.forks, client: 'garbage' }
  const greeting = { chain, epoch: () => 0, placeFor: () => undefined, onGreeted() {}, onRefused() {}, onRefusing() {} }
  const host = await createHost({
    ...{ network: params.name, secret, listen: [], announce: [], connectionsMax: 20, standingOf: () => 0, gate: {} },
    greeting,
  })
  await host.start()
  return host
}

/** On a stream of its own of each connection; the other end may end it at any byte. */
async function open(host: Host, network: LoadedNetwork, door: 'simplex' | Question, bytes: Uint8Array): Promise<void> {
  const streams = host.getConnections().map(async (connection) => {
    const stream = await connection.newStream(protocolName(network.params.name, door))
    stream.send(bytes)
  })
  await Promise.allSettled(streams)
}

async function gossip(host: Host, { network, bytes }: GarbageOptions, topic: 'block' | 'transaction'): Promise<void> {
  await host.services.pubsub.publish(protocolName(network.params.name, topic), bytes(200)).catch(() => {})
}

/** Bytes that are no libp2p, from no peer at all. */
async function knock({ p2pAddress }: ClusterNode, bytes: Uint8Array): Promise<void> {
  const port = Number(/tcp\/(\d+)/.exec(p2pAddress)![1])
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
  socket.on('error', () => {})
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
}

async function foreignHandshake(nodes: readonly ClusterNode[], options: GarbageOptions): Promise<string> {
  const host = await openHost(options, options.bytes(32), options.bytes(32))
  const dials = nodes.map((node) => host.dial(multiaddr(node.p2pAddress)))
  const refused = (await Promise.allSettled(dials)).filter(({ status }) => status === 'rejected').length
  await host.stop()
  if (refused !== nodes.length) throw new Error(`${nodes.length - refused} nodes let in a peer of another chain`)
  return `refused by all ${refused}`
}
