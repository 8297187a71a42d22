/** Finds peers and keeps them: dials who is due, asks neighbours whom they know, remembers what they answer. */

import { EXCHANGE_EVERY_MS, PEERS_WANTED, TOLD_ADDRESSES_MAX } from '../limits.ts'
import type { Link } from '../links.ts'
import type { PeerId } from '../surface.ts'
import { isTellable, type PeerAddress, parseAddress } from './address.ts'
import type { Dialer } from './dialer.ts'
import { decodePeerList, encodePeerList } from './peerList.ts'

const TURN_MS = 250

export interface NeighbourhoodOptions {
  readonly links: ReadonlyMap<PeerId, Link>
  readonly dialer: Dialer
  readonly ask: (peer: PeerId) => Promise<Uint8Array>
  readonly nowMs: () => number
  readonly random: () => number
  readonly onMalformed: (peer: PeerId) => void
}

export interface Neighbourhood {
  start(): void
  stop(): void
  /** What the peer says of itself. */
  onIdentified(peer: PeerId, addresses: readonly string[]): void
  /** The answer to a peer that asks for others. */
  tell(peer: PeerId): Uint8Array
}

export function createNeighbourhood(options: NeighbourhoodOptions): Neighbourhood {
  const { links, dialer } = options
  let timer: NodeJS.Timeout | undefined
  const exchange = (link: Link) => {
    link.exchangedMs = options.nowMs()
    options.ask(link.peer).then(
      (answer) => {
        const addresses = decodePeerList(answer)
        if (addresses === undefined) return options.onMalformed(link.peer)
        for (const address of addresses) if (isTellable(address, link.host)) dialer.learn(address, 'other')
      },
      // No answer, no addresses: another peer is asked in its turn.
      () => {},
    )
  }
  const turn = () => {
    dialer.turn()
    if (links.size >= PEERS_WANTED) return
    const dueMs = options.nowMs() - EXCHANGE_EVERY_MS
    for (const link of links.values()) if (link.exchangedMs <= dueMs) return exchange(link)
  }
  return {
    start() {
      turn()
      timer = setInterval(turn, TURN_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
    onIdentified(peer, texts) {
      const link = links.get(peer)
      if (link === undefined) return
      for (const text of texts) {
        const address = parseAddress(text)
        if (address?.peer === peer && isTellable(address, link.host)) dialer.learn(address, 'peer')
      }
    },
    tell(peer) {
      const asker = links.get(peer)
      if (asker === undefined) return encodePeerList([])
      const known = [...links.keys()]
        .filter((other) => other !== peer)
        .flatMap((other) => dialer.addressesOf(other))
        .map(parseAddress)
        .filter((address) => address !== undefined)
        .filter((address) => isTellable(address, asker.host))
      return encodePeerList(drawn(known, TOLD_ADDRESSES_MAX, options.random))
    },
  }
}

/** A random part of the list. */
function drawn(addresses: readonly PeerAddress[], countMax: number, random: () => number): PeerAddress[] {
  const left = [...addresses]
  const out: PeerAddress[] = []
  while (left.length > 0 && out.length < countMax) out.push(...left.splice(Math.floor(random() * left.length), 1))
  return out
}
