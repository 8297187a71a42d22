/** The libp2p host: TCP, Noise with our handshake, yamux, identify, gossip; nothing that our protocols do not need. */

import type { GossipSub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { ConnectionGater, Libp2p } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { type GossipOptions, gossipService } from './gossip/gossip.ts'
import { type Greeting, greetedNoise } from './handshake/greetedNoise.ts'
import { privateKeyOf } from './identity.ts'
import {
  CONNECTIONS_PER_SECOND_MAX,
  DIAL_MS_MAX,
  DIALS_MAX,
  NEGOTIATION_MS_MAX,
  PENDING_CONNECTIONS_MAX,
  STREAM_WINDOW_BYTES_MAX,
  STREAMS_OF_PEER_MAX,
  UPGRADE_MS_MAX,
} from './limits.ts'
import { frugalYamux } from './packets/frugalYamux.ts'
import { silentLogger } from './silentLogger.ts'

export interface HostOptions extends GossipOptions {
  /** Ed25519 seed of the peer id, 32 bytes. */
  readonly secret: Uint8Array
  readonly listen: readonly string[]
  /** Told to peers in place of what we listen on: behind a router. */
  readonly announce: readonly string[]
  readonly connectionsMax: number
  readonly gate: ConnectionGater
  readonly greeting: Greeting
}

export type Host = Libp2p<{ identify: Identify; pubsub: GossipSub }>

/** How often a connection is probed; a probe that fails ends it. */
const PROBE_MS = 10_000
/** A busy machine may answer late; a peer that is gone is noticed within half a minute. */
const PROBE_DEADLINE_MS = 15_000

/** Not started: handlers first. */
export async function createHost(options: HostOptions): Promise<Host> {
  const { network, secret, listen, announce, gate, greeting, connectionsMax } = options
  return createLibp2p({
    start: false,
    privateKey: await privateKeyOf(secret),
    addresses: { listen: [...listen], announce: [...announce] },
    transports: [tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } })],
    connectionEncrypters: [greetedNoise(greeting, `/openledger/${network}/noise/1`)],
    streamMuxers: [
      frugalYamux({
        maxInboundStreams: STREAMS_OF_PEER_MAX,
        enableKeepAlive: false,
        streamOptions: {
          maxStreamWindowSize: STREAM_WINDOW_BYTES_MAX,
          // A window's worth may wait while a stream is paused.
          maxReadBufferLength: 2 * STREAM_WINDOW_BYTES_MAX,
        },
      }),
    ],
    connectionGater: gate,
    connectionManager: {
      maxConnections: connectionsMax,
      maxIncomingPendingConnections: PENDING_CONNECTIONS_MAX,
      inboundConnectionThreshold: CONNECTIONS_PER_SECOND_MAX,
      inboundUpgradeTimeout: UPGRADE_MS_MAX,
      inboundStreamProtocolNegotiationTimeout: NEGOTIATION_MS_MAX,
      outboundStreamProtocolNegotiationTimeout: NEGOTIATION_MS_MAX,
      maxParallelDials: DIALS_MAX,
      dialTimeout: DIAL_MS_MAX,
      // Our dialer tries again, and never gives up on validators.
      reconnectRetries: 0,
    },
    connectionMonitor: {
      pingInterval: PROBE_MS,
      pingTimeout: { minTimeout: PROBE_DEADLINE_MS, maxTimeout: PROBE_DEADLINE_MS },
    },
    nodeInfo: { userAgent: greeting.chain.client },
    services: { identify: identify(), pubsub: gossipService(options) },
    logger: silentLogger,
  })
}
