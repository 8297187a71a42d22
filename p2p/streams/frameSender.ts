/** Our long-lived stream to one peer: frames go out in order, as fast as the peer reads, and again after a broken stream. */
import type { Stream } from '@libp2p/interface'
import { QUEUED_BYTES_MAX, QUEUED_FRAMES_MAX } from '../limits.ts'
import { createFrameQueue, type FrameQueue } from './frameQueue.ts'

/** Frames that go to the transport together: one encryption and one system call. */
const BATCH_BYTES_MAX = 64 * 1024
const UNASKED_BYTES_MAX = 1024
const REOPEN_MS_MIN = 100
const REOPEN_MS_MAX = 5_000

export interface FrameSender {
  send(frame: Uint8Array): void
  readonly queue: Pick<FrameQueue, 'frames' | 'bytes' | 'dropped'>
  close(): void
}

export interface FrameSenderOptions {
  open(): Promise<Stream>
  onSent(bytes: number): void
}

export function createFrameSender(options: FrameSenderOptions): FrameSender {
  const queue = createFrameQueue(QUEUED_FRAMES_MAX, QUEUED_BYTES_MAX)
  let stream: Stream | undefined
  let reopenMs = REOPEN_MS_MIN
  let timer: NodeJS.Timeout | undefined
  let isPumping = false
  let isClosed = false

  const flush = () => {
    isPumping = false
    while (stream !== undefined && queue.frames > 0 && stream.status === 'open' && !stream.writableNeedsDrain) {
      const batch = joinFrames(queue.take(BATCH_BYTES_MAX))
      reopenMs = REOPEN_MS_MIN
      options.onSent(batch.length)
      try {
        stream.send(batch)
      } catch {
        // It closed just now; its 'close' event opens another.
        return
      }
    }
  }
  /** After all that this tick sends: frames of one step travel together. */
  const pump = () => {
    if (isPumping) return
    isPumping = true
    queueMicrotask(flush)
  }
  const openLater = () => {
    stream = undefined
    if (isClosed) return
    timer = setTimeout(open, reopenMs)
    timer.unref()
    reopenMs = Math.min(2 * reopenMs, REOPEN_MS_MAX)
  }
  const open = () => {
    options.open().then((opened) => {
      if (isClosed) return opened.abort(new Error('the peer is gone'))
      stream = opened
      // Nothing is said to us here: whoever does so all the same does not fill our memory.
      opened.maxReadBufferLength = UNASKED_BYTES_MAX
      opened.addEventListener('drain', pump)
      opened.addEventListener('close', openLater, { once: true })
      pump()
    }, openLater)
  }
  open()
  return {
    queue,
    send(frame) {
      queue.push(frame)
      pump()
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      stream?.abort(new Error('closed'))
    },
  }
}

/** `length[4] ‖ bytes` of each. */
function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(frames.reduce((total, frame) => total + 4 + frame.length, 0))
  const view = new DataView(out.buffer)
  let at = 0
  for (const frame of frames) {
    view.setUint32(at, frame.length)
    out.set(frame, at + 4)
    at += 4 + frame.length
  }
  return out
}
