/** Peers, queues, bans and bytes by protocol as Prometheus metrics, read from the network's own counters at each scrape. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { NetworkStatus } from '../../p2p/status.ts'

const GAUGES: Readonly<Record<string, readonly [help: string, read: (status: NetworkStatus) => number]>> = {
  inbound_peers: ['Connected peers that dialled us.', ({ inboundPeers }) => inboundPeers],
  validator_peers: ['Connected validators.', ({ validatorPeers }) => validatorPeers],
  known_peers: ['Peers with a known address.', ({ knownPeers }) => knownPeers],
  connections: ['Open connections.', ({ connections }) => connections],
  queued_frames: ['Frames that wait for slow peers.', ({ queuedFrames }) => queuedFrames],
  queued_bytes: ['Bytes of those frames.', ({ queuedBytes }) => queuedBytes],
  bans: ['Peers that are banned now.', ({ bans }) => bans.length],
}
const COUNTERS: typeof GAUGES = {
  frames_given_way_total: ['Frames that gave way in full queues.', ({ framesDropped }) => framesDropped],
  bans_total: ['Bans since the start.', ({ bansTotal }) => bansTotal],
  handshakes_refused_total: [
    'Peers of other chains, or without a greeting.',
    ({ handshakesRefused }) => handshakesRefused,
  ],
}

export function createNetworkMetrics(registry: Registry, network: { status(): NetworkStatus }): void {
  const registers = [registry]
  for (const [name, [help, read]] of Object.entries(GAUGES))
    new Gauge({
      name: `openledger_network_${name}`,
      help,
      registers,
      collect() {
        this.set(read(network.status()))
      },
    })
  for (const [name, [help, read]] of Object.entries(COUNTERS))
    new Counter({
      name: `openledger_network_${name}`,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read(network.status()))
      },
    })
  for (const [unit, received, sent] of [
    ['bytes', 'receivedBytes', 'sentBytes'],
    ['messages', 'receivedMessages', 'sentMessages'],
  ] as const)
    new Counter({
      name: `openledger_network_${unit}_total`,
      help: `What went over the wire by protocol: ${unit}; of gossip, what was received and what was published here.`,
      labelNames: ['protocol', 'direction'],
      registers,
      collect() {
        this.reset()
        for (const [protocol, traffic] of Object.entries(network.status().traffic)) {
          this.inc({ protocol, direction: 'in' }, traffic[received])
          this.inc({ protocol, direction: 'out' }, traffic[sent])
        }
      },
    })
}
