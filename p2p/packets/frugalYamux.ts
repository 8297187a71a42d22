/**
 * Yamux with fewer packets, in the same format: all that one turn sends goes out as one packet, and window updates, of
 * which yamux sends one for each frame that it receives, wait for the next packet or until they are worth one.
 */
import type { MessageStream, StreamMuxerFactory } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'

/** About what one Noise packet has room for. */
const PACKET_BYTES_MAX = 64 * 1024
/** Of the sender's window of 256 KiB or more: three quarters of it are always free as far as it knows. */
const HELD_WINDOW_BYTES_MAX = 64 * 1024
/** `version[1] ‖ type[1] ‖ flags[2] ‖ stream[4] ‖ length[4]`: a window update is no more than that. */
const HEADER_BYTES = 12
const WINDOW_UPDATE = 1

type Yamux = ReturnType<typeof yamux>
type Sent = Parameters<MessageStream['send']>[0]

export function frugalYamux(init: NonNullable<Parameters<typeof yamux>[0]>): Yamux {
  return () => {
    const inner = yamux(init)()
    const createStreamMuxer: StreamMuxerFactory['createStreamMuxer'] = (connection) =>
      inner.createStreamMuxer(gatherPackets(connection))
    return Object.assign(Object.create(inner), { createStreamMuxer })
  }
}

/** The same connection, whose `send` gathers what is sent until the turn is over. */
export function gatherPackets(connection: MessageStream): MessageStream {
  const sendPacket = connection.send.bind(connection)
  let parts: Uint8Array[] = []
  let bytes = 0
  const updates = createHeldUpdates()
  const flush = () => {
    if (bytes === 0) return
    const packet = Buffer.concat(parts, bytes)
    parts = []
    bytes = 0
    try {
      sendPacket(packet)
    } catch {
      // It has closed, and says so by its own events.
    }
  }
  const gather = (part: Uint8Array) => {
    if (bytes === 0) queueMicrotask(flush)
    parts.push(part)
    bytes += part.length
  }
  connection.send = (data) => {
    const isHeld = isPlainUpdate(data) && updates.hold(data)
    if (!isHeld) {
      for (const update of updates.release()) gather(update)
      if (data instanceof Uint8Array) gather(data)
      else for (const part of data) gather(part)
      if (bytes >= PACKET_BYTES_MAX) flush()
    }
    return !connection.writableNeedsDrain
  }
  return connection
}

/** Window updates that wait, one a stream. */
function createHeldUpdates() {
  let held = new Map<number, DataView>()
  let windowBytes = 0
  return {
    /** False: it and the others must go now. */
    hold(update: Uint8Array): boolean {
      const view = new DataView(update.buffer, update.byteOffset, HEADER_BYTES)
      const stream = view.getUint32(4)
      windowBytes += view.getUint32(8)
      if (windowBytes >= HELD_WINDOW_BYTES_MAX) return false
      view.setUint32(8, view.getUint32(8) + (held.get(stream)?.getUint32(8) ?? 0))
      held.set(stream, view)
      return true
    },
    release(): Uint8Array[] {
      const released = [...held.values()].map(
        ({ buffer, byteOffset }) => new Uint8Array(buffer, byteOffset, HEADER_BYTES),
      )
      held = new Map()
      windowBytes = 0
      return released
    },
  }
}

/** Without flags: one that opens or ends a stream is news. */
function isPlainUpdate(data: Sent): data is Uint8Array {
  return (
    data instanceof Uint8Array &&
    data.length === HEADER_BYTES &&
    data[1] === WINDOW_UPDATE &&
    data[2] === 0 &&
    data[3] === 0
  )
}
