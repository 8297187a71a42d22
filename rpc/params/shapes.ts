/** The plain values of Ethereum's JSON-RPC: quantities, data, addresses, hashes, lists and objects, read strictly. */
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { invalidParams } from '../rpcError.ts'
import { expected, type Parse, type Shape } from './param.ts'

const QUANTITY = /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]*)$/
const LOOSE_QUANTITY = /^0x[0-9a-fA-F]+$/
const DATA = /^0x(?:[0-9a-fA-F]{2})*$/

/** `0x`-hex without leading zeros, up to `max`. */
export const quantity = (bits: number): Shape<bigint> => ({
  schema: { title: `${bits}-bit quantity`, type: 'string', pattern: QUANTITY.source },
  parse: (value, at) => {
    if (typeof value !== 'string' || !QUANTITY.test(value))
      throw expected(at, 'a 0x-prefixed hex quantity without leading zeros', value)
    // 2 characters of prefix and 4 bits a digit: longer text is never converted.
    if (value.length - 2 > bits / 4) throw invalidParams(at, `exceeds ${bits} bits`)
    return BigInt(value)
  },
})

export const uint256 = quantity(256)
export const uint64 = quantity(64)

/** A quantity that is small enough for a JavaScript number: heights, counts, indexes. */
export const count = (max: number): Shape<number> => ({
  schema: { title: 'quantity', type: 'string', pattern: QUANTITY.source },
  parse: (value, at) => {
    const parsed = uint64.parse(value, at)
    if (parsed > BigInt(max))
      throw invalidParams(at, `expected at most 0x${max.toString(16)}, got 0x${parsed.toString(16)}`)
    return Number(parsed)
  },
})

/** As `count`, but decimal JSON numbers are taken too: what dev tools and block counts send. */
export const looseCount = (max: number): Shape<number> => ({
  schema: { title: 'quantity or number', type: ['string', 'integer'] },
  parse: (value, at) => {
    if (typeof value !== 'number') return count(max).parse(value, at)
    if (!Number.isSafeInteger(value) || value < 0 || value > max)
      throw expected(at, `a whole number from 0 to ${max}`, value)
    return value
  },
})

/** Id of a Datanet, row, model or job: a quantity, a decimal string or a JSON number. */
export const id: Shape<bigint> = {
  schema: { title: 'id', type: ['string', 'integer'] },
  parse: (value, at) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
    if (typeof value === 'string' && /^(?:0|[1-9]\d{0,19})$/.test(value) && BigInt(value) < 2n ** 64n)
      return BigInt(value)
    if (typeof value === 'string' && QUANTITY.test(value)) return uint64.parse(value, at)
    throw expected(at, 'an id: a 0x quantity, a decimal string or a whole number below 2^64', value)
  },
}

const bytesOf = (value: unknown, at: string, wanted: string): Uint8Array => {
  if (typeof value !== 'string' || !DATA.test(value)) throw expected(at, wanted, value)
  return fromHex(value)
}

export const data = (bytesMax: number): Shape<Uint8Array> => ({
  schema: { title: 'bytes', type: 'string', pattern: DATA.source },
  parse: (value, at) => {
    const bytes = bytesOf(value, at, '0x-prefixed hex of whole bytes')
    if (bytes.length > bytesMax) throw invalidParams(at, `expected at most ${bytesMax} bytes, got ${bytes.length}`)
    return bytes
  },
})

export const fixedBytes = (length: number, title: string): Shape<Uint8Array> => ({
  schema: { title, type: 'string', pattern: `^0x[0-9a-fA-F]{${2 * length}}$` },
  parse: (value, at) => {
    const bytes = bytesOf(value, at, `${title}: 0x-prefixed hex of ${length} bytes`)
    if (bytes.length !== length) throw invalidParams(at, `expected ${length} bytes (${title}), got ${bytes.length}`)
    return bytes
  },
})

export const address = fixedBytes(20, 'address')
export const hash = fixedBytes(32, '32-byte hash')

/** A storage slot: a full word, or a quantity with or without leading zeros, as tools send either. */
export const slot: Shape<bigint> = {
  schema: { title: 'storage slot', type: 'string', pattern: LOOSE_QUANTITY.source },
  parse: (value, at) => {
    if (typeof value !== 'string' || !LOOSE_QUANTITY.test(value) || value.length > 66)
      throw expected(at, 'a storage slot: 0x-prefixed hex of at most 32 bytes', value)
    return BigInt(value)
  },
}

export const word: Shape<bigint> = {
  schema: { title: '32-byte word', type: 'string' },
  parse: (value, at) => {
    const bytes = fixedBytes(32, '32-byte word').parse(value, at)
    return BigInt(toHex(bytes))
  },
}

export const bool: Shape<boolean> = {
  schema: { type: 'boolean' },
  parse: (value, at) => {
    if (typeof value !== 'boolean') throw expected(at, 'true or false', value)
    return value
  },
}

export const text = (charsMax: number): Shape<string> => ({
  schema: { type: 'string', maxLength: charsMax },
  parse: (value, at) => {
    if (typeof value !== 'string') throw expected(at, 'a string', value)
    if (value.length > charsMax) throw invalidParams(at, `expected at most ${charsMax} characters, got ${value.length}`)
    return value
  },
})

export const list = <T>(item: Shape<T>, itemsMax: number): Shape<readonly T[]> => ({
  schema: { type: 'array', items: item.schema, maxItems: itemsMax },
  parse: (value, at) => {
    if (!Array.isArray(value)) throw expected(at, 'an array', value)
    if (value.length > itemsMax) throw invalidParams(at, `expected at most ${itemsMax} items, got ${value.length}`)
    return value.map((entry, i) => item.parse(entry, `${at}[${i}]`))
  },
})

export type JsonObject = Readonly<Record<string, unknown>>

export function object(value: unknown, at: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw expected(at, 'an object', value)
  return value as JsonObject
}

/** Fields outside `known` are refused: a misspelt one would be dropped in silence. */
export function strictObject(value: unknown, at: string, known: readonly string[]): JsonObject {
  const fields = object(value, at)
  const stranger = Object.keys(fields).find((name) => !known.includes(name))
  if (stranger !== undefined)
    throw invalidParams(`${at}.${stranger.slice(0, 40)}`, `unknown field, known are ${known.join(', ')}`)
  return fields
}

/** A field that may be left out or null. */
export function field<T>(fields: JsonObject, name: string, at: string, parse: Parse<T>): T | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  return value === undefined || value === null ? undefined : parse(value, `${at}.${name}`)
}
