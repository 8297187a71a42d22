/** Reads one message from a stream and leaves what follows to the next reader. */
import type { MessageStream } from '@libp2p/interface'
import { createLengthReader, FramingError } from './lengthReader.ts'

/** Rejects with `FramingError`, the stream's error, or the signal's reason. */
export function readMessage(stream: MessageStream, bytesMax: number, signal: AbortSignal): Promise<Uint8Array> {
  const reader = createLengthReader(bytesMax)
  return new Promise((resolve, reject) => {
    const stop = () => {
      stream.removeEventListener('message', onMessage)
      stream.removeEventListener('end', onEnd)
      stream.removeEventListener('close', onClose)
      signal.removeEventListener('abort', onAbort)
    }
    const fail = (error: unknown) => {
      stop()
      reject(error)
    }
    const onMessage = ({ data }: { data: { subarray(): Uint8Array } }) => {
      try {
        const [message] = reader.push(data.subarray(), 1)
        if (message === undefined) return
        stop()
        const rest = reader.rest()
        if (rest.length > 0) stream.unshift(rest)
        resolve(message)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = () => fail(new FramingError('ENDED', 'the stream ended within a message'))
    const onClose = ({ error }: { error?: Error }) => fail(error ?? new FramingError('ENDED', 'the stream closed'))
    const onAbort = () => fail(signal.reason)
    if (signal.aborted) return reject(signal.reason)
    if (stream.readableEnded || stream.status !== 'open')
      return reject(new FramingError('ENDED', 'the stream is closed'))
    stream.addEventListener('end', onEnd)
    stream.addEventListener('close', onClose)
    signal.addEventListener('abort', onAbort)
    stream.addEventListener('message', onMessage)
  })
}
