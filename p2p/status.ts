/** What an open network tells about itself: to operators, metrics and RPC. */
import type { Offence, TimedBan } from './peers/standing.ts'
import type { Question } from './questions/questions.ts'
import type { Network, PeerId, Topic } from './surface.ts'
import type { Traffic } from './traffic.ts'

/** What bytes are counted by. */
export type Carrier = 'simplex' | Topic | Question

export interface PeerInfo {
  readonly peer: PeerId
  readonly address: string
  readonly isInbound: boolean
  readonly isValidator: boolean
  /** What it calls itself. */
  readonly client: string
  readonly connectedMs: number
  readonly queuedFrames: number
  readonly queuedBytes: number
  /** Points for what it did wrong; at 100 it is banned. */
  readonly points: number
}

/** Counters and gauges for metrics. */
export interface NetworkStatus {
  readonly peers: number
  readonly inboundPeers: number
  readonly validatorPeers: number
  readonly knownPeers: number
  readonly connections: number
  readonly queuedFrames: number
  readonly queuedBytes: number
  readonly framesDropped: number
  readonly bans: readonly TimedBan[]
  readonly bansTotal: number
  readonly handshakesRefused: number
  readonly traffic: Readonly<Partial<Record<Carrier, Traffic>>>
}

export interface OpenNetwork extends Network {
  readonly self: PeerId
  /** Multiaddrs with the peer id, of what it listens on. */
  addresses(): readonly string[]
  infos(): readonly PeerInfo[]
  status(): NetworkStatus
  /** Dialled from now on until it answers. False: no address of the form `/ip4/…/tcp/…/p2p/…`. */
  addPeer(address: string): boolean
  /** One content object, its hash unchecked. Rejects with `AskError`. */
  askContent(peer: PeerId, digest: Uint8Array): Promise<Uint8Array>
  /** The answer to `transactions`, unchecked. Rejects with `AskError`. */
  askTransactions(peer: PeerId, request: Uint8Array): Promise<Uint8Array>
  /** What only the host could see: an object with another hash, say. */
  charge(peer: PeerId, offence: Offence): void
  close(): Promise<void>
}
