/** Cuts a byte stream into messages: `length[4] ‖ bytes`. Holds no more than was sent, whatever length is claimed. */

const PREFIX_BYTES = 4

/** The stream cannot go on: the peer broke the framing, or the stream ended before its message did. */
export class FramingError extends Error {
  readonly code: 'TOO_LONG' | 'ENDED'
  constructor(code: 'TOO_LONG' | 'ENDED', message: string) {
    super(message)
    this.name = 'FramingError'
    this.code = code
  }

  /** No honest peer does it; a stream can end by a bad network too. */
  get isViolation(): boolean {
    return this.code === 'TOO_LONG'
  }
}

export interface LengthReader {
  /** The messages that these bytes complete, copied, at most `countMax`. Throws `FramingError`, and is of no use then. */
  push(chunk: Uint8Array, countMax?: number): Uint8Array[]
  /** What came after the last message. */
  rest(): Uint8Array
}

/** Messages of up to `bytesMax` bytes. */
export function createLengthReader(bytesMax: number): LengthReader {
  /** Room for what is held, doubled when it runs out: many small chunks cost what a large one costs. */
  let room = new Uint8Array(0)
  let held = 0
  const append = (chunk: Uint8Array) => {
    if (held + chunk.length > room.length) {
      const larger = new Uint8Array(Math.max(held + chunk.length, 2 * room.length))
      larger.set(room.subarray(0, held))
      room = larger
    }
    room.set(chunk, held)
    held += chunk.length
  }
  /** Messages from `at` on, and where they end. */
  const cut = (bytes: Uint8Array, countMax: number): [Uint8Array[], number] => {
    const messages: Uint8Array[] = []
    let at = 0
    while (messages.length < countMax && bytes.length - at >= PREFIX_BYTES) {
      const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
      if (length > bytesMax) throw new FramingError('TOO_LONG', `expected at most ${bytesMax} bytes, got ${length}`)
      const end = at + PREFIX_BYTES + length
      if (end > bytes.length) break
      // Not `slice`: what Node's sockets give are Buffers, whose `slice` shares memory.
      messages.push(new Uint8Array(bytes.subarray(at + PREFIX_BYTES, end)))
      at = end
    }
    return [messages, at]
  }
  return {
    push(chunk, countMax = Number.POSITIVE_INFINITY) {
      if (held > 0) append(chunk)
      const bytes = held > 0 ? room.subarray(0, held) : chunk
      const [messages, end] = cut(bytes, countMax)
      const left = bytes.subarray(end)
      if (held === 0 || end > 0) {
        room = new Uint8Array(left)
        held = left.length
      }
      return messages
    },
    rest: () => room.slice(0, held),
  }
}

export function withLength(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(PREFIX_BYTES + message.length)
  new DataView(out.buffer).setUint32(0, message.length)
  out.set(message, PREFIX_BYTES)
  return out
}
