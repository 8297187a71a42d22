/** The few RLP rules that state needs, written for speed: item headers, and a strict walk over one list's items. */

/** World failure: stored or received state bytes are not what they must be. */
export class StateDataError extends Error {
  readonly code: 'bad-rlp' | 'bad-node' | 'bad-account' | 'missing-node' | 'missing-code'
  constructor(code: StateDataError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StateDataError'
    this.code = code
  }
}

/** Encoded length of a byte string, header included. */
export function stringItemBytes(bytes: Uint8Array): number {
  const { length } = bytes
  if (length === 1 && bytes[0]! < 0x80) return 1
  return headerBytes(length) + length
}

/** Length of the header of a payload of `length` bytes. */
export function headerBytes(length: number): number {
  if (length < 56) return 1
  return length < 0x100 ? 2 : length < 0x10000 ? 3 : length < 0x1000000 ? 4 : 5
}

/** Writes a header (`base` 0x80 for strings, 0xc0 for lists) at `at`; returns the offset after it. */
export function writeHeader(out: Uint8Array, at: number, base: 0x80 | 0xc0, length: number): number {
  if (length < 56) {
    out[at] = base + length
    return at + 1
  }
  const size = headerBytes(length) - 1
  out[at] = base + 55 + size
  for (let i = size, rest = length; i > 0; i--, rest >>>= 8) out[at + i] = rest & 255
  return at + 1 + size
}

/** Writes a byte string as an item at `at`; returns the offset after it. */
export function writeString(out: Uint8Array, at: number, bytes: Uint8Array): number {
  if (bytes.length === 1 && bytes[0]! < 0x80) {
    out[at] = bytes[0]!
    return at + 1
  }
  const body = writeHeader(out, at, 0x80, bytes.length)
  out.set(bytes, body)
  return body + bytes.length
}

/** A byte string as RLP. */
export function encodeString(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(stringItemBytes(bytes))
  writeString(out, 0, bytes)
  return out
}

/** One item inside a buffer: `raw` with its header, `body` without; views, not copies. */
export interface RlpItem {
  readonly isList: boolean
  readonly raw: Uint8Array
  readonly body: Uint8Array
}

/** The canonical item that starts at `at`; throws `StateDataError` (`bad-rlp`) on anything else. */
export function readItem(data: Uint8Array, at: number): RlpItem {
  const first = data[at]
  if (first === undefined) throw new StateDataError('bad-rlp', `expected an item at ${at} of ${data.length} bytes`)
  if (first < 0x80) {
    const body = data.subarray(at, at + 1)
    return { isList: false, raw: body, body }
  }
  const isList = first >= 0xc0
  const base = isList ? 0xc0 : 0x80
  const isLong = first - base > 55
  const size = isLong ? first - base - 55 : 0
  const length = isLong ? readLength(data, at + 1, size) : first - base
  const start = at + 1 + size
  const end = start + length
  if (end > data.length) throw new StateDataError('bad-rlp', `expected ${length} bytes at ${start} of ${data.length}`)
  const body = data.subarray(start, end)
  if (!isList && length === 1 && body[0]! < 0x80)
    throw new StateDataError('bad-rlp', `single byte with a header at ${at}`)
  return { isList, raw: data.subarray(at, end), body }
}

function readLength(data: Uint8Array, at: number, size: number): number {
  if (size > 4) throw new StateDataError('bad-rlp', `length of ${size} bytes at ${at}`)
  let length = 0
  for (let i = 0; i < size; i++) length = length * 256 + (data[at + i] ?? 0)
  if (length < 56 || data[at] === 0) throw new StateDataError('bad-rlp', `length ${length} in a long header at ${at}`)
  return length
}

/** The items of `data`, which must be exactly one canonical list of at most `itemsMax` items. */
export function readList(data: Uint8Array, itemsMax: number): RlpItem[] {
  const list = readItem(data, 0)
  if (!list.isList || list.raw.length !== data.length) throw new StateDataError('bad-rlp', 'expected exactly one list')
  const items: RlpItem[] = []
  for (let at = 0; at < list.body.length; ) {
    if (items.length === itemsMax) throw new StateDataError('bad-rlp', `expected at most ${itemsMax} items`)
    const item = readItem(list.body, at)
    items.push(item)
    at += item.raw.length
  }
  return items
}
