/** Frames that a peer sends on its direct stream: cut, counted, and slowed down to the peer's allowance. */
import type { Stream } from '@libp2p/interface'
import type { Allowance } from './allowance.ts'
import { createLengthReader, FramingError } from './lengthReader.ts'

export interface FrameReceiver {
  readonly frameBytesMax: number
  /** Of the peer, over all its streams. */
  readonly allowance: Allowance
  onFrame(frame: Uint8Array): void
  onReceived(bytes: number): void
  /** The stream is reset. */
  onBroken(error: Error): void
}

export function receiveFrames(stream: Stream, receiver: FrameReceiver): void {
  const reader = createLengthReader(receiver.frameBytesMax)
  const cut = (bytes: Uint8Array): Uint8Array[] | FramingError => {
    try {
      return reader.push(bytes)
    } catch (error) {
      return error as FramingError
    }
  }
  const rest = (afterMs: number) => {
    stream.pause()
    const timer = setTimeout(() => resume(stream), afterMs)
    stream.addEventListener('close', () => clearTimeout(timer), { once: true })
  }
  stream.addEventListener('message', ({ data }) => {
    const bytes = data.subarray()
    receiver.onReceived(bytes.length)
    const waitMs = receiver.allowance.take(bytes.length)
    if (waitMs > 0 && stream.readStatus === 'readable') rest(waitMs)
    const frames = cut(bytes)
    if (frames instanceof FramingError) {
      stream.abort(frames)
      receiver.onBroken(frames)
    } else for (const frame of frames) receiver.onFrame(frame)
  })
  // The sender ended it: our end ends too, or the stream would stay half open.
  stream.addEventListener('remoteCloseWrite', () => void stream.close().catch(() => {}))
}

/** It tells the sender, and throws if the connection has just closed. */
function resume(stream: Stream): void {
  if (stream.readStatus !== 'paused') return
  try {
    stream.resume()
  } catch (error) {
    stream.abort(error as Error)
  }
}
