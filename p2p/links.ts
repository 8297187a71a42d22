/** The connected peers: for each its direct stream out, what comes in, and what is known about it. */
import type { Connection, PeerId as LibPeerId, Stream } from '@libp2p/interface'
import { FRAME_BYTES_BURST, FRAME_BYTES_MAX, FRAME_BYTES_PER_SECOND } from './limits.ts'
import { hostOf } from './peers/gate.ts'
import { type Allowance, createAllowance } from './streams/allowance.ts'
import { createFrameSender, type FrameSender } from './streams/frameSender.ts'
import { receiveFrames } from './streams/receiveFrames.ts'
import type { PeerId } from './surface.ts'

export interface Link {
  readonly peer: PeerId
  readonly id: LibPeerId
  /** Multiaddr of the other end. */
  readonly address: string
  /** Its IP address or name. */
  readonly host: string
  readonly isInbound: boolean
  readonly sinceMs: number
  readonly sender: FrameSender
  readonly allowance: Allowance
  /** Of the direct stream that it sends on now; another takes its place. */
  inbound: Stream | undefined
  /** When it was asked for addresses of others. */
  exchangedMs: number
}

export interface LinksOptions {
  readonly connectionsOf: (id: LibPeerId) => readonly Connection[]
  readonly open: (connection: Connection) => Promise<Stream>
  readonly nowMs: () => number
  readonly onFrame: (peer: PeerId, frame: Uint8Array) => void
  readonly onReceived: (bytes: number) => void
  readonly onSent: (bytes: number) => void
  readonly onBroken: (peer: PeerId) => void
}

export interface Links {
  readonly all: ReadonlyMap<PeerId, Link>
  add(id: LibPeerId): Link | undefined
  remove(peer: PeerId): Link | undefined
  /** A direct stream that the peer opened. */
  accept(stream: Stream, connection: Connection): void
  /** The connection to speak on; throws if there is none. */
  connectionTo(peer: PeerId): Connection
  /** Frames that gave way in full queues, also to peers that have left. */
  readonly framesDropped: number
}

export function createLinks(options: LinksOptions): Links {
  const all = new Map<PeerId, Link>()
  let droppedBefore = 0
  const openConnection = (id: LibPeerId): Connection => {
    const connection = options.connectionsOf(id).find(({ status }) => status === 'open')
    if (connection === undefined) throw new Error(`not connected to ${id}`)
    return connection
  }
  const senderTo = (id: LibPeerId): FrameSender =>
    createFrameSender({
      open: async () => options.open(openConnection(id)),
      onSent: options.onSent,
    })
  return {
    all,
    add(id) {
      const peer = id.toString()
      const connection = options.connectionsOf(id)[0]
      if (connection === undefined || all.has(peer)) return undefined
      const link: Link = {
        peer,
        id,
        address: connection.remoteAddr.toString(),
        host: hostOf(connection.remoteAddr),
        isInbound: connection.direction === 'inbound',
        sinceMs: options.nowMs(),
        sender: senderTo(id),
        allowance: createAllowance(FRAME_BYTES_PER_SECOND, FRAME_BYTES_BURST, options.nowMs),
        inbound: undefined,
        exchangedMs: Number.NEGATIVE_INFINITY,
      }
      all.set(peer, link)
      return link
    },
    remove(peer) {
      const link = all.get(peer)
      if (link === undefined) return undefined
      link.sender.close()
      droppedBefore += link.sender.queue.dropped
      all.delete(peer)
      return link
    },
    accept(stream, { remotePeer }) {
      const link = all.get(remotePeer.toString())
      if (link === undefined) return stream.abort(new Error('not connected'))
      link.inbound?.abort(new Error('another stream takes its place'))
      link.inbound = stream
      receiveFrames(stream, {
        frameBytesMax: FRAME_BYTES_MAX,
        allowance: link.allowance,
        onFrame: (frame) => options.onFrame(link.peer, frame),
        onReceived: options.onReceived,
        onBroken: () => options.onBroken(link.peer),
      })
    },
    connectionTo(peer) {
      const link = all.get(peer)
      if (link === undefined) throw new Error(`not connected to ${peer}`)
      return openConnection(link.id)
    },
    get framesDropped() {
      return [...all.values()].reduce((total, { sender }) => total + sender.queue.dropped, droppedBefore)
    },
  }
}
