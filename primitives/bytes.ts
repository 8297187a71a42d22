/** Byte strings: hex at the edges, big- and little-endian integers, joining and comparing. */

const HEX = /^0x(?:[0-9a-fA-F]{2})*$/

/** Bytes → `0x`-prefixed lower-case hex. */
export function toHex(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

/** `0x`-prefixed hex of whole bytes → bytes; throws a `TypeError` on anything else. */
export function fromHex(hex: string): Uint8Array {
  if (!HEX.test(hex))
    throw new TypeError(`expected 0x-prefixed hex of whole bytes, got ${JSON.stringify(hex.slice(0, 80))}`)
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'))
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return compare(a, b) === 0
}

/** Lexicographic order of unsigned bytes; a proper prefix comes first. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/** Non-negative integer → big-endian bytes of exactly `length`; throws a `RangeError` when it does not fit. */
export function uintToBytes(value: bigint | number, length: number): Uint8Array {
  let rest = BigInt(value)
  if (rest < 0n) throw new RangeError(`expected a non-negative integer, got ${rest}`)
  const out = new Uint8Array(length)
  const view = new DataView(out.buffer)
  let at = length
  for (; at >= 8 && rest > 0n; rest >>= 64n) {
    at -= 8
    view.setBigUint64(at, BigInt.asUintN(64, rest))
  }
  for (; at > 0 && rest > 0n; rest >>= 8n) {
    at--
    view.setUint8(at, Number(rest & 255n))
  }
  if (rest !== 0n) throw new RangeError(`${value} does not fit ${length} bytes`)
  return out
}

/** Big-endian bytes → integer; empty bytes are 0. */
export function bytesToUint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes))
}

/** Copy of `bytes`, padded with zeros on the left to `length`; throws a `RangeError` when it is longer. */
export function padLeft(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length > length) throw new RangeError(`${bytes.length} bytes do not fit ${length}`)
  const out = new Uint8Array(length)
  out.set(bytes, length - bytes.length)
  return out
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
