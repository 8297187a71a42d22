/**
 * Strict ABI coding: `decodeAbi` takes only the canonical encoding (each tail exactly where the one before it ended,
 * clean padding, nothing after the end), so that equal values have equal bytes and no length can cost unpaid work.
 */
import { padLeft, utf8 } from '../primitives/bytes.ts'
import type { AbiField, AbiType, AbiValue } from './abiTypes.ts'

const WORD = 32

/** The bytes are not the canonical encoding; `offset` counts from their start. */
export class AbiFault extends Error {
  readonly offset: number
  constructor(offset: number) {
    super(`not canonical ABI at byte ${offset}`)
    this.name = 'AbiFault'
    this.offset = offset
  }
}

/** Where the next tail must begin; every tail moves it on. */
interface Tail {
  readonly data: Uint8Array
  readonly view: DataView
  end: number
}

/** Canonical encoding of a tuple → its values in order; throws `AbiFault` on anything else. */
export function decodeAbi(type: AbiType & { readonly kind: 'tuple' }, data: Uint8Array): AbiValue[] {
  const tail: Tail = { data, view: viewOf(data), end: 0 }
  const values = readSequence(
    tail,
    0,
    type.fields.map((field) => field.type),
  )
  if (tail.end !== data.length) throw new AbiFault(tail.end)
  return values
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function requireWord({ data }: Tail, at: number): void {
  if (at + WORD > data.length) throw new AbiFault(data.length)
}

/** Are the bytes zero? Whole 32-bit words first: call data is decoded at 3 gas a word, so a word has 150 ns. */
function isZero(view: DataView, start: number, end: number): boolean {
  let at = start
  for (; at + 4 <= end; at += 4) if (view.getUint32(at) !== 0) return false
  for (; at < end; at++) if (view.getUint8(at) !== 0) return false
  return true
}

/** A length or an offset: more than the data holds is a fault before anything is allocated. */
function sizeAt(tail: Tail, at: number): number {
  requireWord(tail, at)
  const size = tail.view.getUint32(at + 28)
  if (size > tail.data.length || !isZero(tail.view, at, at + 28)) throw new AbiFault(at)
  return size
}

function uintAt(view: DataView, at: number): bigint {
  const low = view.getBigUint64(at + 24)
  if (isZero(view, at, at + 24)) return low
  return (
    (view.getBigUint64(at) << 192n) | (view.getBigUint64(at + 8) << 128n) | (view.getBigUint64(at + 16) << 64n) | low
  )
}

/** A non-negative integer below 2^256 as a word. */
function uintWord(value: bigint): Uint8Array {
  const word = new Uint8Array(WORD)
  const view = viewOf(word)
  for (let at = 24, rest = value; rest > 0n; at -= 8, rest >>= 64n) view.setBigUint64(at, BigInt.asUintN(64, rest))
  return word
}

/** Heads one after the other from `base`; tails follow at `tail.end`, their offsets count from `base`. */
function readSequence(tail: Tail, base: number, types: readonly AbiType[]): AbiValue[] {
  let head = base
  const headEnd = base + types.reduce((sum, type) => sum + type.headBytes, 0)
  if (headEnd > tail.data.length) throw new AbiFault(tail.data.length)
  tail.end = headEnd
  return types.map((type) => {
    const at = head
    head += type.headBytes
    if (!type.isDynamic) return readStatic(tail, at, type)
    if (sizeAt(tail, at) !== tail.end - base) throw new AbiFault(at)
    return readDynamic(tail, type)
  })
}

function readDynamic(tail: Tail, type: AbiType): AbiValue {
  const at = tail.end
  switch (type.kind) {
    case 'bytes':
      return readBytes(tail)
    case 'string':
      return readText(tail)
    case 'tuple':
      return named(type.fields, readSequence(tail, at, fieldTypes(type.fields)))
    case 'array': {
      if (type.length !== null) return readSequence(tail, at, Array<AbiType>(type.length).fill(type.element))
      const count = sizeAt(tail, at)
      const start = at + WORD
      if (count * type.element.headBytes > tail.data.length - start) throw new AbiFault(at)
      return readSequence(tail, start, Array<AbiType>(count).fill(type.element))
    }
    default:
      throw new AbiFault(at)
  }
}

function readBytes(tail: Tail): Uint8Array {
  const { data, view, end: at } = tail
  const length = sizeAt(tail, at)
  const start = at + WORD
  const end = start + Math.ceil(length / WORD) * WORD
  if (end > data.length) throw new AbiFault(data.length)
  if (!isZero(view, start + length, end)) throw new AbiFault(start + length)
  tail.end = end
  return data.slice(start, start + length)
}

function readText(tail: Tail): string {
  const at = tail.end
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readBytes(tail))
  } catch (cause) {
    throw cause instanceof AbiFault ? cause : new AbiFault(at)
  }
}

const fieldTypes = (fields: readonly AbiField[]): AbiType[] => fields.map((field) => field.type)

function named(fields: readonly AbiField[], values: readonly AbiValue[]): AbiValue {
  return Object.fromEntries(fields.map((field, i) => [field.name, values[i]!]))
}

function readStatic(tail: Tail, at: number, type: AbiType): AbiValue {
  switch (type.kind) {
    case 'tuple': {
      let head = at
      const values = type.fields.map((field) => {
        const value = readStatic(tail, head, field.type)
        head += field.type.headBytes
        return value
      })
      return named(type.fields, values)
    }
    case 'array': {
      const { element, length } = type
      return Array.from({ length: length ?? 0 }, (_, i) => readStatic(tail, at + i * element.headBytes, element))
    }
    default:
      requireWord(tail, at)
      return readWord(tail, at, type)
  }
}

function readWord({ data, view }: Tail, at: number, type: AbiType): AbiValue {
  switch (type.kind) {
    case 'uint': {
      if (!isZero(view, at, at + WORD - type.bits / 8)) throw new AbiFault(at)
      return uintAt(view, at)
    }
    case 'int': {
      const value = BigInt.asIntN(256, uintAt(view, at))
      if (BigInt.asIntN(type.bits, value) !== value) throw new AbiFault(at)
      return value
    }
    case 'bool': {
      const value = view.getUint8(at + WORD - 1)
      if (value > 1 || !isZero(view, at, at + WORD - 1)) throw new AbiFault(at)
      return value === 1
    }
    case 'address':
      if (!isZero(view, at, at + 12)) throw new AbiFault(at)
      return data.slice(at + 12, at + WORD)
    case 'fixedBytes':
      if (!isZero(view, at + type.length, at + WORD)) throw new AbiFault(at)
      return data.slice(at, at + type.length)
    default:
      throw new AbiFault(at)
  }
}

/** Values in order → canonical encoding of the tuple; throws a `TypeError` or `RangeError` on a value of another type. */
export function encodeAbi(type: AbiType & { readonly kind: 'tuple' }, values: readonly AbiValue[]): Uint8Array {
  const parts: Uint8Array[] = []
  const out = new Uint8Array(writeSequence(parts, fieldTypes(type.fields), values))
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

/** Appends heads, then tails; returns the bytes written. */
function writeSequence(parts: Uint8Array[], types: readonly AbiType[], values: readonly AbiValue[]): number {
  if (types.length !== values.length) throw new TypeError(`expected ${types.length} values, got ${values.length}`)
  let offset = types.reduce((sum, type) => sum + type.headBytes, 0)
  const tails: Uint8Array[] = []
  types.forEach((type, i) => {
    if (type.isDynamic) {
      parts.push(uintWord(BigInt(offset)))
      offset += writeDynamic(tails, type, values[i]!)
    } else writeStatic(parts, type, values[i]!)
  })
  for (const tail of tails) parts.push(tail)
  return offset
}

function writeDynamic(parts: Uint8Array[], type: AbiType, value: AbiValue): number {
  switch (type.kind) {
    case 'bytes':
      return writeBytes(parts, bytesOf(value))
    case 'string':
      return writeBytes(parts, utf8(textOf(value)))
    case 'tuple':
      return writeSequence(parts, fieldTypes(type.fields), fieldValues(type.fields, value))
    case 'array': {
      const elements = listOf(value)
      if (type.length === null) parts.push(uintWord(BigInt(elements.length)))
      const types = Array<AbiType>(type.length ?? elements.length).fill(type.element)
      return writeSequence(parts, types, elements) + (type.length === null ? WORD : 0)
    }
    default:
      throw new TypeError(`${type.canonical} is not dynamic`)
  }
}

function writeBytes(parts: Uint8Array[], bytes: Uint8Array): number {
  const padding = (WORD - (bytes.length % WORD)) % WORD
  parts.push(uintWord(BigInt(bytes.length)), bytes, new Uint8Array(padding))
  return WORD + bytes.length + padding
}

function writeStatic(parts: Uint8Array[], type: AbiType, value: AbiValue): void {
  if (type.kind === 'tuple')
    fieldValues(type.fields, value).forEach((field, i) => {
      writeStatic(parts, type.fields[i]!.type, field)
    })
  else if (type.kind === 'array') {
    const elements = listOf(value)
    if (elements.length !== type.length) throw new TypeError(`expected ${type.length} values, got ${elements.length}`)
    for (const element of elements) writeStatic(parts, type.element, element)
  } else parts.push(encodeWord(type, value))
}

/** A static scalar → its 32-byte word, which is also its topic when indexed. */
export function encodeWord(type: AbiType, value: AbiValue): Uint8Array {
  switch (type.kind) {
    case 'uint':
      if (typeof value !== 'bigint' || value < 0n || value >> BigInt(type.bits) !== 0n) throw mismatch(type, value)
      return uintWord(value)
    case 'int':
      if (typeof value !== 'bigint' || BigInt.asIntN(type.bits, value) !== value) throw mismatch(type, value)
      return uintWord(BigInt.asUintN(256, value))
    case 'bool':
      if (typeof value !== 'boolean') throw mismatch(type, value)
      return uintWord(value ? 1n : 0n)
    case 'address':
      if (bytesOf(value).length !== 20) throw mismatch(type, value)
      return padLeft(bytesOf(value), WORD)
    case 'fixedBytes': {
      if (bytesOf(value).length !== type.length) throw mismatch(type, value)
      const word = new Uint8Array(WORD)
      word.set(bytesOf(value))
      return word
    }
    default:
      throw new TypeError(`${type.canonical} is not one word`)
  }
}

const mismatch = (type: AbiType, value: AbiValue): Error =>
  new RangeError(
    `expected ${type.canonical}, got ${value instanceof Uint8Array ? `${value.length} bytes` : String(value)}`,
  )

function bytesOf(value: AbiValue): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`expected bytes, got ${typeof value}`)
  return value
}

function textOf(value: AbiValue): string {
  if (typeof value !== 'string') throw new TypeError(`expected a string, got ${typeof value}`)
  return value
}

function listOf(value: AbiValue): readonly AbiValue[] {
  if (!Array.isArray(value)) throw new TypeError(`expected an array, got ${typeof value}`)
  return value
}

function fieldValues(fields: readonly AbiField[], value: AbiValue): AbiValue[] {
  if (typeof value !== 'object' || value instanceof Uint8Array || Array.isArray(value))
    throw new TypeError(`expected an object, got ${typeof value}`)
  return fields.map((field) => (value as { readonly [name: string]: AbiValue })[field.name]!)
}
