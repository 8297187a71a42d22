/** Damages bytes in the ways in which files are damaged or forged. */
import type { Random } from '../random.ts'

/** Values at which sizes, counts and signs turn. */
const EDGES: readonly bigint[] = [0n, 1n, 2n, 127n, 128n, 255n, 256n, 32767n, 32768n, 65535n, 65536n, 2n ** 20n]
const LARGE: readonly bigint[] = [
  2n ** 26n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
]
/** Bytes that an insertion may add: enough to shift every section. */
const INSERTED_BYTES_MAX = 64

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))

type Damage = (random: Random, bytes: Uint8Array, other: Uint8Array) => Uint8Array

function setNumber(random: Random, bytes: Uint8Array): Uint8Array {
  const length = random.pick([1, 2, 4, 8])
  if (bytes.length < length) return bytes
  const out = bytes.slice()
  const at = random.oneIn(4)
    ? random.int(0, out.length - length)
    : length * random.int(0, Math.floor(out.length / length) - 1)
  let value = random.oneIn(2) ? random.pick(EDGES) : random.pick(LARGE)
  if (random.oneIn(8)) value = BigInt(random.u32())
  for (let i = 0; i < length; i++) out[at + i] = Number((value >> BigInt(8 * i)) & 255n)
  return out
}

const DAMAGES: readonly Damage[] = [
  (random, bytes) => {
    const out = bytes.slice()
    const at = random.int(0, Math.max(0, out.length - 1))
    if (out.length > 0) out[at] = out[at]! ^ (1 << random.int(0, 7))
    return out
  },
  setNumber,
  setNumber,
  setNumber,
  (random, bytes) => bytes.slice(0, random.int(0, bytes.length)),
  (random, bytes) => join(bytes, random.bytes(random.int(1, INSERTED_BYTES_MAX))),
  (random, bytes) => {
    const at = random.int(0, bytes.length)
    return join(bytes.subarray(0, at), random.bytes(random.int(1, INSERTED_BYTES_MAX)), bytes.subarray(at))
  },
  (random, bytes) => {
    const at = random.int(0, bytes.length)
    return join(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random.int(1, INSERTED_BYTES_MAX))))
  },
  // A part of another valid file in its place.
  (random, bytes, other) => {
    const at = random.int(0, Math.min(bytes.length, other.length))
    const end = random.int(at, Math.min(bytes.length, other.length))
    return join(bytes.subarray(0, at), other.subarray(at, end), bytes.subarray(end))
  },
  // Two stretches of the same file exchanged.
  (random, bytes) => {
    const length = random.int(1, 40)
    if (bytes.length < 2 * length) return bytes
    const out = bytes.slice()
    const from = random.int(0, bytes.length - length)
    const to = random.int(0, bytes.length - length)
    out.set(bytes.subarray(from, from + length), to)
    return out
  },
]

/** One to three damages; now and then nothing but the first bytes stays, or nothing at all. */
export function mutate(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  if (random.oneIn(20)) return random.bytes(random.int(0, 300))
  if (random.oneIn(20)) return join(bytes.subarray(0, random.int(0, bytes.length)), random.bytes(random.int(0, 300)))
  let out = bytes
  for (let left = random.int(1, 3); left > 0; left--) out = random.pick(DAMAGES)(random, out, other)
  return out
}

/** Fewer bytes, then zeros, a stretch at a time. */
export function* shrinkBytes(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = Math.ceil(bytes.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let at = 0; at < bytes.length; at += length) yield join(bytes.subarray(0, at), bytes.subarray(at + length))
  }
  for (let length = Math.ceil(bytes.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let at = 0; at < bytes.length; at += length) {
      if (bytes.subarray(at, at + length).some((byte) => byte !== 0)) yield bytes.slice().fill(0, at, at + length)
    }
  }
}
