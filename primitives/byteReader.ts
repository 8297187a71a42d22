/** Reads a byte string part by part; nothing is taken beyond its end. */

export interface ByteReader {
  /** A copy of the next bytes; `undefined` when there are not so many. */
  take(length: number): Uint8Array | undefined
  /** Parts one after the other, all or none. */
  takeEach(lengths: readonly number[]): Uint8Array[] | undefined
  takeU16(): number | undefined
  takeU32(): number | undefined
  /** Bytes in all, and those that are left. */
  readonly length: number
  left(): number
}

export function createByteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const step = (length: number): number | undefined => {
    if (bytes.length - at < length) return undefined
    at += length
    return at - length
  }
  const take = (length: number): Uint8Array | undefined => {
    const from = step(length)
    return from === undefined ? undefined : Uint8Array.prototype.slice.call(bytes, from, from + length)
  }
  return {
    take,
    takeEach: (lengths) => {
      const total = lengths.reduce((sum, length) => sum + length, 0)
      return bytes.length - at < total ? undefined : lengths.map((length) => take(length)!)
    },
    takeU16: () => {
      const from = step(2)
      return from === undefined ? undefined : view.getUint16(from, true)
    },
    takeU32: () => {
      const from = step(4)
      return from === undefined ? undefined : view.getUint32(from, true)
    },
    length: bytes.length,
    left: () => bytes.length - at,
  }
}
