/** Strict protobuf from tables of fields (consensus.md §4): known fields, each once and in order, with one encoding. */
import protobuf from 'protobufjs/minimal.js'
import { equal } from '../bytes.ts'

/** Epochs, views and indexes fit 48 bits (consensus.md §4). */
export const UINT48_MAX = 2 ** 48 - 1

export interface WireRefused {
  readonly kind: 'invalid'
  readonly code: 'BadMessage'
  readonly expected: string
  readonly got: string
}

export interface Codec<T> {
  encode(value: T): Uint8Array
  /** Accepts exactly what `encode` gives. */
  decode(bytes: Uint8Array): T | WireRefused
  /** As a part of another message: what `encode` gives. */
  write(writer: protobuf.Writer, value: T): void
  /** As a part of another message, which compares the encoding of the whole. Throws on what the part cannot be. */
  read(bytes: Uint8Array): T
}

/** What a decoder throws inside this file; a refusal outside. */
class Malformed extends Error {
  readonly code = 'MALFORMED'
  readonly expected: string
  readonly got: string

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`)
    this.expected = expected
    this.got = got
  }
}

export interface Field<T> {
  /** Protobuf's wire type: 0 varint, 2 bytes with their length. */
  readonly wireType: 0 | 2
  /** What a message without the field means: the default of protobuf, or null where the field must be there. */
  absent(): T | null
  /** Writes nothing for the default. */
  write(writer: protobuf.Writer, tag: number, value: T): void
  /** `before` is what the field holds already: repeated fields add to it. Throws on what the field cannot be. */
  read(reader: protobuf.Reader, before: T | null): T
  /** Throws unless a whole message may hold this. */
  check(value: T): void
}

/** Each key of T with its field number, ascending. */
export type Fields<T> = { readonly [K in keyof T]-?: readonly [number: number, field: Field<T[K]>] }

/** `check` says what was expected where fields do not fit each other. */
export function messageCodec<T extends object>(
  name: string,
  fields: Fields<T>,
  bytesMax: number,
  check: (value: T) => string | undefined = () => undefined,
): Codec<T> {
  const table = Object.entries(fields as Fields<Record<string, unknown>>).map(([key, [number, field]]) => ({
    key,
    field,
    tag: number * 8 + field.wireType,
  }))
  const byTag = new Map(table.map((entry) => [entry.tag, entry]))
  const write = (writer: protobuf.Writer, value: T): void => {
    for (const { key, field, tag } of table) field.write(writer, tag, (value as Record<string, unknown>)[key])
  }
  const read = (bytes: Uint8Array): T => {
    if (bytes.length > bytesMax) throw new Malformed(`a ${name} of at most ${bytesMax} bytes`, `${bytes.length}`)
    const value: Record<string, unknown> = {}
    for (const { key, field } of table) value[key] = field.absent()
    const reader = protobuf.Reader.create(bytes)
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      const entry = byTag.get(tag)
      if (entry === undefined) throw new Malformed(`fields of ${name}`, `tag ${tag}`)
      value[entry.key] = entry.field.read(reader, value[entry.key] ?? null)
    }
    for (const { key, field } of table) {
      if (value[key] === null) throw new Malformed(`${name}.${key}`, 'none')
      field.check(value[key])
    }
    const expected = check(value as T)
    if (expected !== undefined) throw new Malformed(expected, `another ${name}`)
    return value as T
  }
  return strictCodec(name, write, read)
}

function strictCodec<T>(name: string, write: Codec<T>['write'], read: Codec<T>['read']): Codec<T> {
  const encoded = (value: T): Uint8Array => {
    const writer = protobuf.Writer.create()
    write(writer, value)
    return writer.finish(true)
  }
  return {
    encode: (value) => new Uint8Array(encoded(value)),
    decode: (bytes) =>
      refusing(name, () => {
        const value = read(bytes)
        if (!equal(encoded(value), bytes)) throw new Malformed(`the canonical encoding of a ${name}`, 'another')
        return value
      }),
    write,
    read,
  }
}

/** protobufjs throws `RangeError`s and `Error`s on what is cut short or no protobuf at all. */
export function refusing<T>(name: string, decode: () => T): T | WireRefused {
  try {
    return decode()
  } catch (error) {
    const { expected, got } = error instanceof Malformed ? error : { expected: `a ${name}`, got: 'other bytes' }
    return { kind: 'invalid', code: 'BadMessage', expected, got }
  }
}

/** protobufjs gives a `Long`, which `Number` would turn into text first. */
function readUint(reader: protobuf.Reader): number {
  const value = reader.uint64()
  return typeof value === 'number' ? value : (value.high >>> 0) * 2 ** 32 + (value.low >>> 0)
}

export function uintField(max: number = UINT48_MAX): Field<number> {
  return {
    wireType: 0,
    absent: () => 0,
    write(writer, tag, value) {
      if (value !== 0) writer.uint32(tag).uint64(value)
    },
    read: readUint,
    check(value) {
      if (value > max) throw new Malformed(`an integer up to ${max}`, `${value}`)
    },
  }
}

/** A name on our side, its number on the wire. */
export function nameField<K extends string>(numbers: Readonly<Record<K, number>>): Field<K> {
  const names = Object.keys(numbers) as K[]
  return {
    wireType: 0,
    absent: () => null,
    write(writer, tag, value) {
      writer.uint32(tag).uint32(numbers[value])
    },
    read(reader) {
      const number = readUint(reader)
      const name = names.find((name) => numbers[name] === number)
      if (name === undefined) throw new Malformed(`one of ${Object.values(numbers).join(', ')}`, `${number}`)
      return name
    },
    check: () => {},
  }
}

export function bytesField(lengthMin: number, lengthMax: number = lengthMin): Field<Uint8Array> {
  const expected = lengthMin === lengthMax ? `${lengthMin} bytes` : `${lengthMin} … ${lengthMax} bytes`
  return {
    wireType: 2,
    absent: () => new Uint8Array(0),
    write(writer, tag, value) {
      if (value.length > 0) writer.uint32(tag).bytes(value)
    },
    read: (reader) => new Uint8Array(reader.bytes()),
    check(value) {
      if (value.length < lengthMin || value.length > lengthMax) throw new Malformed(expected, `${value.length}`)
    },
  }
}

/** Bytes among repeated fields. */
export function bytesCodec(lengthMin: number, lengthMax: number): Codec<Uint8Array> {
  const expected = `${lengthMin} … ${lengthMax} bytes`
  return strictCodec(
    'bytes',
    (writer, bytes) => void writer.raw(bytes),
    (bytes) => {
      if (bytes.length < lengthMin || bytes.length > lengthMax) throw new Malformed(expected, `${bytes.length}`)
      return new Uint8Array(bytes)
    },
  )
}

function writeNested<T>(writer: protobuf.Writer, tag: number, codec: Codec<T>, value: T): void {
  codec.write(writer.uint32(tag).fork(), value)
  writer.ldelim()
}

export function messageField<T>(codec: Codec<T>): Field<T> {
  return {
    wireType: 2,
    absent: () => null,
    write(writer, tag, value) {
      writeNested(writer, tag, codec, value)
    },
    read: (reader) => codec.read(reader.bytes()),
    check: () => {},
  }
}

export function repeatedField<T>(codec: Codec<T>, countMin: number, countMax: number): Field<readonly T[]> {
  return {
    wireType: 2,
    absent: () => [],
    write(writer, tag, values) {
      for (const value of values) writeNested(writer, tag, codec, value)
    },
    read(reader, before) {
      if (before!.length === countMax) throw new Malformed(`at most ${countMax} messages`, 'more')
      ;(before as T[]).push(codec.read(reader.bytes()))
      return before!
    },
    check(values) {
      if (values.length < countMin) throw new Malformed(`at least ${countMin} messages`, `${values.length}`)
    },
  }
}

/** One field of several, as protobuf's `oneof`: `{ kind, [kind]: value }`. */
export type OneOf<T> = { [K in keyof T]: { readonly kind: K } & { readonly [P in K]: T[K] } }[keyof T]

export function oneOfCodec<T extends object>(name: string, fields: Fields<T>, bytesMax: number): Codec<OneOf<T>> {
  const codecs = Object.entries(fields).map(
    ([key, entry]) => [key, messageCodec(name, { [key]: entry } as Fields<object>, bytesMax)] as const,
  )
  const byKind = new Map<PropertyKey, Codec<object>>(codecs)
  const tags = Object.entries(fields as Fields<Record<string, unknown>>).map(
    ([key, [number, field]]) => [number * 8 + field.wireType, key] as const,
  )
  const keyOf = new Map(tags)
  const write = (writer: protobuf.Writer, value: OneOf<T>) => byKind.get(value.kind)!.write(writer, value)
  const read = (bytes: Uint8Array) => {
    const key = keyOf.get(protobuf.Reader.create(bytes).uint32())
    if (key === undefined) throw new Malformed(`one of ${[...keyOf.values()].join(', ')}`, 'another field')
    return { kind: key, ...byKind.get(key)!.read(bytes) } as unknown as OneOf<T>
  }
  return strictCodec(name, write, read)
}
