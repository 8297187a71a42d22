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
  const encode = (value: T): Uint8Array => {
    const writer = protobuf.Writer.create()
    for (const { key, field, tag } of table) field.write(writer, tag, (value as Record<string, unknown>)[key])
    return new Uint8Array(writer.finish())
  }
  const read = (bytes: Uint8Array): T => {
    if (bytes.length > bytesMax) throw new Malformed(`a ${name} of at most ${bytesMax} bytes`, `${bytes.length}`)
    const value: Record<string, unknown> = Object.fromEntries(table.map(({ key, field }) => [key, field.absent()]))
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
    if (!equal(encode(value as T), bytes)) throw new Malformed(`the canonical encoding of a ${name}`, 'another')
    return value as T
  }
  return { encode, decode: (bytes) => refusing(name, () => read(bytes)) }
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

function isRefused(value: unknown): value is WireRefused {
  return (value as { kind?: unknown }).kind === 'invalid'
}

export function uintField(max: number = UINT48_MAX): Field<number> {
  return {
    wireType: 0,
    absent: () => 0,
    write(writer, tag, value) {
      if (value !== 0) writer.uint32(tag).uint64(value)
    },
    read: (reader) => Number(reader.uint64()),
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
      const number = Number(reader.uint64())
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

function readNested<T>(reader: protobuf.Reader, codec: Codec<T>): T {
  const value = codec.decode(reader.bytes())
  if (isRefused(value)) throw new Malformed(value.expected, value.got)
  return value
}

export function messageField<T>(codec: Codec<T>): Field<T> {
  return {
    wireType: 2,
    absent: () => null,
    write(writer, tag, value) {
      writer.uint32(tag).bytes(codec.encode(value))
    },
    read: (reader) => readNested(reader, codec),
    check: () => {},
  }
}

export function repeatedField<T>(codec: Codec<T>, countMin: number, countMax: number): Field<readonly T[]> {
  return {
    wireType: 2,
    absent: () => [],
    write(writer, tag, values) {
      for (const value of values) writer.uint32(tag).bytes(codec.encode(value))
    },
    read(reader, before) {
      if (before!.length === countMax) throw new Malformed(`at most ${countMax} messages`, 'more')
      ;(before as T[]).push(readNested(reader, codec))
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
  return {
    encode: (value) => byKind.get(value.kind)!.encode(value),
    decode: (bytes) =>
      refusing(name, () => {
        const key = keyOf.get(protobuf.Reader.create(bytes).uint32())
        if (key === undefined) throw new Malformed(`one of ${[...keyOf.values()].join(', ')}`, 'another field')
        const value = byKind.get(key)!.decode(bytes)
        if (isRefused(value)) throw new Malformed(value.expected, value.got)
        return { kind: key, ...value } as unknown as OneOf<T>
      }),
  }
}
