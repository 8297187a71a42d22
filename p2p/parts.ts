/** The parts of a network, joined: host, links, questions, standings, dialer; `network.ts` is what others see of them. */

import { multiaddr } from '@multiformats/multiaddr'
import { createRefusalLog } from './handshake/refusalLog.ts'
import { createHost, type Host } from './host.ts'
import { peerIdOf, publicKeyOf } from './identity.ts'
import { DIAL_MS_MAX } from './limits.ts'
import { createLinks, type Links } from './links.ts'
import type { NetworkOptions } from './options.ts'
import { createDialer, type Dialer } from './peers/dialer.ts'
import { createGate, hostOf } from './peers/gate.ts'
import { createNeighbourhood, type Neighbourhood } from './peers/neighbourhood.ts'
import { createStandings, type Offence, type Standings } from './peers/standing.ts'
import { protocolName } from './protocols.ts'
import { type Ask, createAsker } from './questions/ask.ts'
import type { Carrier } from './status.ts'
import type { NetworkEvents, PeerId } from './surface.ts'
import { createTrafficMeter, type TrafficMeter } from './traffic.ts'

/** Validators of two epochs, at most (consensus.md §9): connections beside `peersMax`. */
const RESERVED_MAX = 200

export interface Parts {
  readonly self: PeerId
  readonly host: Host
  readonly links: Links
  readonly standings: Standings
  readonly dialer: Dialer
  readonly neighbourhood: Neighbourhood
  readonly traffic: TrafficMeter<Carrier>
  readonly ask: Ask
  /** By peer, what it called itself. */
  readonly clients: Map<PeerId, string>
  /** Named by the operator. */
  readonly named: Set<PeerId>
  readonly live: Live
  /** Counts the offence, and ends the connection of whoever had too many. */
  readonly charge: (peer: PeerId, offence: Offence) => void
  /** Ends the peer's connections now. */
  readonly drop: (peer: PeerId, reason: string) => void
}

/** What changes while the network is open. */
export interface Live {
  /** Set by `listen`. */
  events: NetworkEvents | undefined
  isClosed: boolean
  handshakesRefused: number
  bansTotal: number
}

/**
 * A peer that the operator named and that does not answer is news only now, and then each time that the pause is at its
 * longest: nodes of a network that is being started miss each other for 1 + 2 + 4 + 8 seconds.
 */
const FAILURES_QUIET = 5

const nowMs = (): number => performance.now()

/** Not started. */
export async function createParts(options: NetworkOptions): Promise<Parts> {
  const live: Live = { events: undefined, isClosed: false, handshakesRefused: 0, bansTotal: 0 }
  const standings = createStandings(nowMs, options.banKeeper)
  const clients = new Map<PeerId, string>()
  const named = new Set<PeerId>()
  const traffic = createTrafficMeter<Carrier>()
  const isReserved = (peer: PeerId) => named.has(peer) || options.isValidator(peer)
  const sayRefused = createRefusalLog((peer, reason) => options.log(`refused the peer ${peer}: ${reason}`), nowMs)
  const sayRefusing = createRefusalLog((peer, reason) => options.log(`the peer ${peer} refuses us: ${reason}`), nowMs)

  const gate = createGate({
    isOpen: () => live.events !== undefined && !live.isClosed,
    isBanned: (peer) => standings.banOf(peer) !== undefined,
    isReserved,
    isConnected: (peer) => links.all.has(peer),
    othersConnected: () => [...links.all.keys()].filter((peer) => !isReserved(peer)).length,
    othersMax: options.peersMax,
    connectionsOf: (ip) => host.getConnections().filter(({ remoteAddr }) => hostOf(remoteAddr) === ip).length,
  })
  const host: Host = await createHost({
    network: options.network,
    secret: options.secret,
    listen: options.listen,
    announce: options.announce ?? [],
    // Two connections of a pair that dialled each other at once.
    connectionsMax: 2 * (options.peersMax + RESERVED_MAX),
    standingOf: (peer) => -standings.points(peer),
    gate: gate.gater,
    greeting: {
      chain: options.chain,
      epoch: options.epoch,
      placeFor: gate.placeFor,
      onGreeted: (peer, client) => void clients.set(peer, client),
      onRefused(peer, reason) {
        live.handshakesRefused++
        sayRefused(peer, reason)
      },
      onRefusing: sayRefusing,
    },
  })

  const drop = (peer: PeerId, reason: string) => {
    const link = links.all.get(peer)
    if (link === undefined) return
    for (const connection of host.getConnections(link.id)) connection.abort(new Error(reason))
  }
  const charge = (peer: PeerId, offence: Offence) => {
    if (!standings.charge(peer, offence)) return
    live.bansTotal++
    options.log(`banned the peer ${peer} for a while: ${offence}`)
    drop(peer, offence)
  }
  const links = createLinks({
    connectionsOf: (id) => host.getConnections(id),
    open: (connection) => connection.newStream(protocolName(options.network, 'simplex')),
    nowMs,
    onFrame: (peer, frame) => live.events?.message(peer, frame),
    onReceived: (bytes) => traffic.received('simplex', bytes),
    onSent: (bytes) => traffic.sent('simplex', bytes),
    onBroken: (peer) => charge(peer, 'malformed'),
  })
  const ask = createAsker({
    open: async (peer, question, signal) =>
      links.connectionTo(peer).newStream(protocolName(options.network, question), { signal }),
    onSent: traffic.sent,
    onReceived: traffic.received,
    onMalformed: (peer) => charge(peer, 'malformed'),
  })
  const self = peerIdOf(await publicKeyOf(options.secret))
  const finders = createFinders(options, { self, host, links, standings, ask, named, charge })
  return { self, host, links, standings, ...finders, traffic, ask, clients, named, live, charge, drop }
}

/** What finds peers. */
function createFinders(
  options: NetworkOptions,
  {
    self,
    host,
    links,
    standings,
    ask,
    named,
    charge,
  }: Pick<Parts, 'self' | 'host' | 'links' | 'standings' | 'ask' | 'named' | 'charge'>,
): Pick<Parts, 'dialer' | 'neighbourhood'> {
  const dialer = createDialer({
    self,
    dial: (addresses) =>
      host.dial(
        addresses.map((text) => multiaddr(text)),
        { signal: AbortSignal.timeout(DIAL_MS_MAX) },
      ),
    isConnected: (peer) => links.all.has(peer),
    connected: () => links.all.size,
    isBanned: (peer) => standings.banOf(peer) !== undefined,
    isValidator: options.isValidator,
    nowMs,
    random: Math.random,
    onFailed(peer, failures, error) {
      if (named.has(peer) && (failures === FAILURES_QUIET || failures % 16 === 0))
        options.log(`cannot reach the peer ${peer}: ${error.message}; tries go on`)
    },
  })
  const neighbourhood = createNeighbourhood({
    links: links.all,
    dialer,
    ask: (peer) => ask(peer, 'peers', new Uint8Array(0)),
    nowMs,
    random: Math.random,
    onMalformed: (peer) => charge(peer, 'malformed'),
  })
  return { dialer, neighbourhood }
}
