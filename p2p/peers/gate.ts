/** Who may connect: nobody who is banned, no more than there is room for, no crowd from one address. */
import type { ConnectionGater } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { PEERS_OF_ADDRESS_MAX } from '../limits.ts'
import type { PeerId } from '../surface.ts'
import { reachOf } from './address.ts'

/** The IP address, or name, that a multiaddr begins with. */
export function hostOf(address: Multiaddr): string {
  return address.getComponents()[0]?.value ?? ''
}

export interface GateOptions {
  /** False: not yet, or no more. */
  readonly isOpen: () => boolean
  readonly isBanned: (peer: PeerId) => boolean
  /** Validators have places of their own: a crowd must not keep them out. */
  readonly isReserved: (peer: PeerId) => boolean
  readonly isConnected: (peer: PeerId) => boolean
  /** Connected peers without a reserved place. */
  readonly othersConnected: () => number
  readonly othersMax: number
  /** Connections with that host. */
  readonly connectionsOf: (host: string) => number
}

export interface Gate {
  /** What libp2p asks before there is a peer id. */
  readonly gater: ConnectionGater
  /** Why there is no place for the peer; told to it in the handshake. */
  placeFor(peer: PeerId, isInbound: boolean): string | undefined
}

export function createGate(options: GateOptions): Gate {
  return {
    gater: {
      denyDialPeer: (peer) => options.isBanned(peer.toString()),
      denyDialMultiaddr: () => !options.isOpen(),
      denyInboundConnection({ remoteAddr }) {
        const host = hostOf(remoteAddr)
        if (!options.isOpen()) return true
        return reachOf(host) !== 'loopback' && options.connectionsOf(host) >= PEERS_OF_ADDRESS_MAX
      },
    },
    placeFor(peer, isInbound) {
      if (!options.isOpen()) return 'closed'
      if (options.isBanned(peer)) return 'banned'
      if (!isInbound || options.isConnected(peer) || options.isReserved(peer)) return undefined
      return options.othersConnected() >= options.othersMax ? 'all places are taken' : undefined
    },
  }
}
