/** Keeps connections: to peers that the operator names, to validators, and to enough others; again and again, ever slower. */
import {
  ADDRESSES_OF_PEER_MAX,
  DIALS_MAX,
  KNOWN_PEERS_MAX,
  PEERS_WANTED,
  REDIAL_MS_MAX,
  REDIAL_MS_MIN,
} from '../limits.ts'
import type { PeerId } from '../surface.ts'
import type { PeerAddress } from './address.ts'

/** Who says so: our operator, the peer itself, or another peer, who may lie. */
export type Source = 'operator' | 'peer' | 'other'

interface KnownPeer {
  /** Newest first; tried in the order of `Source`. */
  readonly addresses: Record<Source, readonly string[]>
  failures: number
  /** Not dialled before. */
  dueMs: number
  isDialling: boolean
}

export interface DialerOptions {
  readonly self: PeerId
  readonly dial: (addresses: readonly string[]) => Promise<unknown>
  readonly isConnected: (peer: PeerId) => boolean
  readonly connected: () => number
  readonly isBanned: (peer: PeerId) => boolean
  /** Validators are dialled however many peers there are. */
  readonly isValidator: (peer: PeerId) => boolean
  readonly nowMs: () => number
  /** 0 … 1, for the spread of retries. */
  readonly random: () => number
  readonly onFailed: (peer: PeerId, failures: number, error: Error) => void
}

export interface Dialer {
  learn(address: PeerAddress, source: Source): void
  /** Dials who is due. To be called often; a few times a second. */
  turn(): void
  onConnected(peer: PeerId): void
  onDisconnected(peer: PeerId): void
  /** What the peer says about itself, for others. */
  addressesOf(peer: PeerId): readonly string[]
  readonly known: number
}

/** A peer that nobody named is forgotten after so many failures: about seven minutes of trying. */
const FAILURES_MAX = 12

const isNamed = ({ addresses }: KnownPeer): boolean => addresses.operator.length > 0

export function createDialer(options: DialerOptions): Dialer {
  const known = new Map<PeerId, KnownPeer>()
  let dialling = 0
  const makeRoom = () => {
    if (known.size < KNOWN_PEERS_MAX) return
    const worst = [...known]
      .filter(([peer, own]) => !isNamed(own) && !own.isDialling && !options.isConnected(peer))
      .sort(([, a], [, b]) => b.failures - a.failures)[0]
    if (worst !== undefined) known.delete(worst[0])
  }
  /** Doubling, spread by a fifth either way: nodes that lost each other must not knock in step. */
  const retryMs = (failures: number): number => {
    const pause = Math.min(REDIAL_MS_MAX, REDIAL_MS_MIN * 2 ** Math.min(failures, 16))
    return pause * (0.8 + 0.4 * options.random())
  }
  const isDue = (peer: PeerId, own: KnownPeer): boolean => {
    if (own.isDialling || own.dueMs > options.nowMs() || options.isConnected(peer) || options.isBanned(peer))
      return false
    return isNamed(own) || options.isValidator(peer) || options.connected() + dialling < PEERS_WANTED
  }
  const dial = (peer: PeerId, own: KnownPeer) => {
    own.isDialling = true
    dialling++
    const done = () => {
      own.isDialling = false
      dialling--
    }
    const { operator, peer: said, other } = own.addresses
    options.dial([...new Set([...operator, ...said, ...other])]).then(
      () => done(),
      (error: Error) => {
        done()
        own.failures++
        own.dueMs = options.nowMs() + retryMs(own.failures)
        if (own.failures > FAILURES_MAX && !isNamed(own) && !options.isValidator(peer)) known.delete(peer)
        options.onFailed(peer, own.failures, error)
      },
    )
  }
  return {
    learn({ peer, text }, source) {
      if (peer === options.self) return
      if (!known.has(peer)) makeRoom()
      if (!known.has(peer) && known.size >= KNOWN_PEERS_MAX && source !== 'operator') return
      const own = known.get(peer) ?? newPeer()
      const others = own.addresses[source].filter((other) => other !== text)
      own.addresses[source] = [text, ...others].slice(0, ADDRESSES_OF_PEER_MAX)
      known.set(peer, own)
    },
    turn() {
      for (const [peer, own] of known) {
        if (dialling >= DIALS_MAX) return
        if (isDue(peer, own)) dial(peer, own)
      }
    },
    onConnected(peer) {
      const own = known.get(peer)
      if (own !== undefined) own.failures = 0
    },
    onDisconnected(peer) {
      const own = known.get(peer)
      if (own !== undefined) own.dueMs = options.nowMs() + retryMs(0)
    },
    addressesOf: (peer) => known.get(peer)?.addresses.peer ?? [],
    get known() {
      return known.size
    },
  }
}

const newPeer = (): KnownPeer => ({
  addresses: { operator: [], peer: [], other: [] },
  failures: 0,
  dueMs: 0,
  isDialling: false,
})
