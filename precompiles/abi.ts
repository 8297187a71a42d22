/**
 * Strict ABI coding: `decodeAbi` takes only the canonical encoding (each tail exactly where the one before it ended,
 * clean padding, nothing after the end), so that equal values have equal bytes and no length can cost unpaid work.
 */
import { bytesToUint, padLeft, uintToBytes, utf8 } from '../primitives/bytes.ts'
import type { AbiField, AbiType, AbiValue } from './abiTypes.ts'

const WORD = 32
const TWO_256 = 1n << 256n

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
  end: number
}

/** Canonical encoding of a tuple → its values in order; throws `AbiFault` on anything else. */
export function decodeAbi(type: AbiType & { readonly kind: 'tuple' }, data: Uint8Array): AbiValue[] {
  const tail: Tail = { data, end: 0 }
  const values = readSequence(
    tail,
    0,
    type.fields.map((field) => field.type),
  )
  if (tail.end !== data.length) throw new AbiFault(tail.end)
  return values
}

function wordAt(data: Uint8Array, at: number): Uint8Array {
  if (at + WORD > data.length) throw new AbiFault(data.length)
  return data.subarray(at, at + WORD)
}

/** A length or an offset: more than the data holds is a fault before anything is allocated. */
function sizeAt(data: Uint8Array, at: number): number {
  const size = bytesToUint(wordAt(data, at))
  if (size > BigInt(data.length)) throw new AbiFault(at)
  return Number(size)
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
    if (!type.isDynamic) return readStatic(tail.data, at, type)
    if (sizeAt(tail.data, at) !== tail.end - base) throw new AbiFault(at)
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
      const count = sizeAt(tail.data, at)
      const start = at + WORD
      if (count * type.element.headBytes > tail.data.length - start) throw new AbiFault(at)
      return readSequence(tail, start, Array<AbiType>(count).fill(type.element))
    }
    default:
      throw new AbiFault(at)
  }
}

function readBytes(tail: Tail): Uint8Array {
  const { data, end: at } = tail
  const length = sizeAt(data, at)
  const start = at + WORD
  const end = start + Math.ceil(length / WORD) * WORD
  if (end > data.length) throw new AbiFault(data.length)
  for (let i = start + length; i < end; i++) if (data[i] !== 0) throw new AbiFault(i)
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

function readStatic(data: Uint8Array, at: number, type: AbiType): AbiValue {
  switch (type.kind) {
    case 'tuple': {
      let head = at
      const values = type.fields.map((field) => {
        const value = readStatic(data, head, field.type)
        head += field.type.headBytes
        return value
      })
      return named(type.fields, values)
    }
    case 'array': {
      const { element, length } = type
      return Array.from({ length: length ?? 0 }, (_, i) => readStatic(data, at + i * element.headBytes, element))
    }
    default:
      return readWord(wordAt(data, at), at, type)
  }
}

function readWord(word: Uint8Array, at: number, type: AbiType): AbiValue {
  switch (type.kind) {
    case 'uint': {
      const value = bytesToUint(word)
      if (value >> BigInt(type.bits) !== 0n) throw new AbiFault(at)
      return value
    }
    case 'int': {
      const value = BigInt.asIntN(256, bytesToUint(word))
      if (BigInt.asIntN(type.bits, value) !== value) throw new AbiFault(at)
      return value
    }
    case 'bool': {
      const value = bytesToUint(word)
      if (value > 1n) throw new AbiFault(at)
      return value === 1n
    }
    case 'address':
      if (word.subarray(0, 12).some((byte) => byte !== 0)) throw new AbiFault(at)
      return word.slice(12)
    case 'fixedBytes':
      if (word.subarray(type.length).some((byte) => byte !== 0)) throw new AbiFault(at)
      return word.slice(0, type.length)
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
      parts.push(uintToBytes(offset, WORD))
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
      if (type.length === null) parts.push(uintToBytes(elements.length, WORD))
      const types = Array<AbiType>(type.length ?? elements.length).fill(type.element)
      return writeSequence(parts, types, elements) + (type.length === null ? WORD : 0)
    }
    default:
      throw new TypeError(`${type.canonical} is not dynamic`)
  }
}

function writeBytes(parts: Uint8Array[], bytes: Uint8Array): number {
  const padding = (WORD - (bytes.length % WORD)) % WORD
  parts.push(uintToBytes(bytes.length, WORD), bytes, new Uint8Array(padding))
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
      return uintToBytes(value, WORD)
    case 'int':
      if (typeof value !== 'bigint' || BigInt.asIntN(type.bits, value) !== value) throw mismatch(type, value)
      return uintToBytes(value < 0n ? value + TWO_256 : value, WORD)
    case 'bool':
      if (typeof value !== 'boolean') throw mismatch(type, value)
      return uintToBytes(value ? 1n : 0n, WORD)
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
