/** Addresses of peers as text: `/ip4/1.2.3.4/tcp/9151/p2p/12D3KooW…`; who may be told which. */
import { isIP } from 'node:net'
import { ADDRESS_BYTES_MAX } from '../limits.ts'
import type { PeerId } from '../surface.ts'

const ADDRESS = /^\/(ip4|ip6|dns4|dns6)\/([^/\s]+)\/tcp\/([1-9]\d{0,4})\/p2p\/(12D3KooW[1-9A-HJ-NP-Za-km-z]{44})$/

export interface PeerAddress {
  readonly text: string
  readonly peer: PeerId
  /** An IP address, or a name that DNS knows. */
  readonly host: string
  readonly isName: boolean
}

/** Undefined: no TCP address with an Ed25519 peer id. */
export function parseAddress(text: string): PeerAddress | undefined {
  const [, kind, host, port, peer] = ADDRESS.exec(text) ?? []
  if (host === undefined || peer === undefined || text.length > ADDRESS_BYTES_MAX || Number(port) > 65535)
    return undefined
  const isName = kind!.startsWith('dns')
  if (!isName && isIP(host) !== Number(kind!.slice(2))) return undefined
  return { text, peer, host, isName }
}

/** How far away a host can be from which such an address makes sense. */
export type Reach = 'loopback' | 'private' | 'public'

const PRIVATE = [
  /^10\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^169\.254\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
]
const NOWHERE = [/^0\./, /^(22[4-9]|2[3-5]\d)\./, /^::$/, /^ff/i]

/** Undefined: an address that no host has, as multicast and the unspecified ones. */
export function reachOf(host: string): Reach | undefined {
  const ip = host.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  if (NOWHERE.some((form) => form.test(ip))) return undefined
  if (/^127\./.test(ip) || ip === '::1') return 'loopback'
  if (PRIVATE.some((form) => form.test(ip)) || /^(f[cd]|fe[89ab])/.test(ip)) return 'private'
  return 'public'
}

const NEARNESS: Readonly<Record<Reach, number>> = { public: 0, private: 1, loopback: 2 }

/**
 * Whether a peer reached at `peerHost` may tell us of `address`, and be told of it: nearer addresses only from as near.
 * Else anyone could make nodes knock at doors inside other people's networks. Names are for the operator to give.
 */
export function isTellable(address: PeerAddress, peerHost: string): boolean {
  const reach = address.isName ? undefined : reachOf(address.host)
  const peerReach = reachOf(peerHost)
  return reach !== undefined && peerReach !== undefined && NEARNESS[reach] <= NEARNESS[peerReach]
}
