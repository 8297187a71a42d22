/**
 * Reads and writes a native's storage exactly as Solidity would: packing, mappings, dynamic arrays, short and long byte
 * strings. Slots come from solc's layout (`generated/`), work is charged by the host's `sload`, `sstore` and `keccak`.
 */
import { bytesToUint, concat, uintToBytes, utf8 } from '../primitives/bytes.ts'
import type { NativeHost } from './native.ts'
import type { Storage, StorageLayout, StorageType, StorageVariable } from './storageTypes.ts'

export type StorageHost = Pick<NativeHost, 'sload' | 'sstore' | 'keccak'>
/** What a reader outside any call has: the executor's and the node's view of a finalized state. */
export type StorageReader = Pick<NativeHost, 'sload' | 'keccak'>

type Scalar = StorageType & { readonly bytes: number }
type PlainValue = bigint | boolean | string | Uint8Array
type Struct = StorageType & { readonly kind: 'struct' }

const WORD_MASK = (1n << 256n) - 1n
const WORD = 32
/** Byte strings up to here share the slot with their length (Solidity). */
const SHORT_BYTES_MAX = 31

const wrap = (slot: bigint): bigint => slot & WORD_MASK
/** By bytes, from 0 to a word's. */
const MASKS = Array.from({ length: WORD + 1 }, (_, bytes) => (1n << BigInt(8 * bytes)) - 1n)
const mask = (bytes: number): bigint => MASKS[bytes]!

/** The variables of a contract over one host. */
export function openStorage<const L extends StorageLayout>(layout: L, host: StorageHost): Storage<L> {
  return new (fieldsClass(layout))(host, 0n) as unknown as Storage<L>
}

/** The same, for readers: a write is a bug. */
export function readStorage<const L extends StorageLayout>(layout: L, reader: StorageReader): Storage<L> {
  const sstore = () => {
    throw new TypeError('this storage is for reading')
  }
  return openStorage(layout, { sload: (slot) => reader.sload(slot), keccak: (data) => reader.keccak(data), sstore })
}

function isScalar(type: StorageType): type is Scalar {
  return 'bytes' in type
}

const HOST = Symbol('host')
const BASE = Symbol('base')

/** Where the fields of a layout lie; by symbols, so that no label hides them. */
class Fields {
  readonly [HOST]: StorageHost
  readonly [BASE]: bigint
  constructor(host: StorageHost, base: bigint) {
    this[HOST] = host
    this[BASE] = base
  }
}
type FieldsClass = new (host: StorageHost, base: bigint) => Fields

/** Fields as lazy getters, on one class a layout: making a place costs one object, however many fields it has. */
const fieldsClasses = new WeakMap<StorageLayout, FieldsClass>()

function fieldsClass(layout: StorageLayout): FieldsClass {
  const known = fieldsClasses.get(layout)
  if (known !== undefined) return known
  const made = class extends Fields {}
  for (const [label, { type, slot, offset }] of Object.entries(layout))
    Object.defineProperty(made.prototype, label, {
      get(this: Fields) {
        return placeOf(this[HOST], type, wrap(this[BASE] + slot), offset)
      },
    })
  fieldsClasses.set(layout, made)
  return made
}

function placeOf(host: StorageHost, type: StorageType, slot: bigint, offset: number): unknown {
  switch (type.kind) {
    case 'mapping':
      return { at: (key: PlainValue) => placeOf(host, type.value, mappingSlot(host, type.key, key, slot), 0) }
    case 'struct':
      return new (structClass(type))(host, slot)
    case 'dynamicArray':
      return dynamicArray(host, type.element, slot)
    case 'fixedArray':
      return { at: (index: bigint) => elementAt(host, type.element, slot, index) }
    case 'bytes':
    case 'string':
      return bytesCell(host, type.kind, slot)
    default:
      return scalarCell(host, type, slot, offset)
  }
}

/** keccak256(key ‖ slot); value keys are padded to a word, byte-string keys are not (Solidity docs, storage layout). */
function mappingSlot(host: StorageHost, type: StorageType, key: PlainValue, slot: bigint): bigint {
  return bytesToUint(host.keccak(concat(keyBytes(type, key), uintToBytes(slot, WORD))))
}

function keyBytes(type: StorageType, key: PlainValue): Uint8Array {
  if (type.kind === 'string') return utf8(key as string)
  if (type.kind === 'bytes') return key as Uint8Array
  if (type.kind !== 'fixedBytes') return uintToBytes(scalarToUint(type as Scalar, key, WORD), WORD)
  const word = new Uint8Array(WORD)
  word.set(key as Uint8Array)
  return word
}

/** A value as the unsigned number that fills its bytes; throws a `RangeError` when it does not fit. */
function scalarToUint(type: Scalar, value: PlainValue, bytes: number = type.bytes): bigint {
  switch (type.kind) {
    case 'bool':
      return value === true ? 1n : 0n
    case 'address':
    case 'fixedBytes': {
      const raw = value as Uint8Array
      if (raw.length !== type.bytes) throw new RangeError(`expected ${type.bytes} bytes, got ${raw.length}`)
      return bytesToUint(raw)
    }
    case 'int':
      if (BigInt.asIntN(8 * type.bytes, value as bigint) !== value)
        throw new RangeError(`${value} is no int${8 * type.bytes}`)
      return BigInt.asUintN(8 * bytes, value)
    default:
      if (typeof value !== 'bigint' || value < 0n || value > mask(type.bytes))
        throw new RangeError(`${value} is no uint${8 * type.bytes}`)
      return value
  }
}

function uintToScalar(type: Scalar, raw: bigint): PlainValue {
  switch (type.kind) {
    case 'bool':
      return raw !== 0n
    case 'address':
    case 'fixedBytes':
      return uintToBytes(raw, type.bytes)
    case 'int':
      return BigInt.asIntN(8 * type.bytes, raw)
    default:
      return raw
  }
}

function scalarAt(word: bigint, type: Scalar, offset: number): PlainValue {
  return uintToScalar(type, (word >> BigInt(8 * offset)) & mask(type.bytes))
}

function placed(word: bigint, type: Scalar, offset: number, value: PlainValue): bigint {
  const shift = BigInt(8 * offset)
  return (word & ~(mask(type.bytes) << shift) & WORD_MASK) | (scalarToUint(type, value) << shift)
}

function scalarCell(host: StorageHost, type: Scalar, slot: bigint, offset: number): unknown {
  return {
    get: () => scalarAt(host.sload(slot), type, offset),
    set: (value: PlainValue) =>
      host.sstore(slot, placed(type.bytes === WORD ? 0n : host.sload(slot), type, offset, value)),
  }
}

function elementAt(host: StorageHost, element: StorageType, start: bigint, index: bigint): unknown {
  if (!isScalar(element)) return placeOf(host, element, wrap(start + index * slotsOf(element)), 0)
  const perSlot = BigInt(Math.floor(WORD / element.bytes))
  return placeOf(host, element, wrap(start + index / perSlot), Number(index % perSlot) * element.bytes)
}

function slotsOf(type: StorageType): bigint {
  return 'slots' in type ? BigInt(type.slots) : 1n
}

function dynamicArray(host: StorageHost, element: StorageType, slot: bigint): unknown {
  const at = (index: bigint) => elementAt(host, element, bytesToUint(host.keccak(uintToBytes(slot, WORD))), index)
  return {
    length: () => host.sload(slot),
    at,
    push: () => {
      const length = host.sload(slot)
      host.sstore(slot, length + 1n)
      return at(length)
    },
    pop: () => {
      if (!isScalar(element)) throw new TypeError('only an array of plain values shrinks')
      const last = host.sload(slot) - 1n
      ;(at(last) as { set(value: PlainValue): void }).set(uintToScalar(element, 0n))
      host.sstore(slot, last)
    },
  }
}

function bytesCell(host: StorageHost, kind: 'bytes' | 'string', slot: bigint): unknown {
  const text = kind === 'string'
  return {
    get: () => (text ? new TextDecoder().decode(loadBytes(host, slot)) : loadBytes(host, slot)),
    set: (value: PlainValue) => storeBytes(host, slot, text ? utf8(value as string) : (value as Uint8Array)),
  }
}

/** Length of a byte string from its head word: the low bit tells long from short. */
const byteLength = (head: bigint): number => Number((head & 1n) === 1n ? head >> 1n : (head & 0xffn) >> 1n)

function loadBytes(host: StorageHost, slot: bigint): Uint8Array {
  const head = host.sload(slot)
  const length = byteLength(head)
  if (length <= SHORT_BYTES_MAX) return uintToBytes(head, WORD).slice(0, length)
  const start = bytesToUint(host.keccak(uintToBytes(slot, WORD)))
  const out = new Uint8Array(Math.ceil(length / WORD) * WORD)
  for (let i = 0; i * WORD < length; i++) out.set(uintToBytes(host.sload(wrap(start + BigInt(i))), WORD), i * WORD)
  return out.slice(0, length)
}

function storeBytes(host: StorageHost, slot: bigint, bytes: Uint8Array): void {
  const oldLength = byteLength(host.sload(slot))
  const oldWords = oldLength <= SHORT_BYTES_MAX ? 0 : Math.ceil(oldLength / WORD)
  const words = bytes.length <= SHORT_BYTES_MAX ? 0 : Math.ceil(bytes.length / WORD)
  const start = words + oldWords === 0 ? 0n : bytesToUint(host.keccak(uintToBytes(slot, WORD)))
  const wordOf = (i: number): bigint => {
    const word = new Uint8Array(WORD)
    word.set(bytes.subarray(i * WORD, (i + 1) * WORD))
    return bytesToUint(word)
  }
  host.sstore(slot, words === 0 ? wordOf(0) | BigInt(2 * bytes.length) : BigInt(2 * bytes.length + 1))
  for (let i = 0; i < words; i++) host.sstore(wrap(start + BigInt(i)), wordOf(i))
  for (let i = words; i < oldWords; i++) host.sstore(wrap(start + BigInt(i)), 0n)
}

const structClasses = new WeakMap<Struct, FieldsClass>()

/** The fields of a struct, and all of them or some at once. */
function structClass(type: Struct): FieldsClass {
  const known = structClasses.get(type)
  if (known !== undefined) return known
  const names = Object.keys(type.fields)
  const made = class extends fieldsClass(type.fields) {
    load() {
      return loadStruct(this, type, names)
    }
    pick(...some: readonly string[]) {
      return loadStruct(this, type, some)
    }
    store(values: Readonly<Record<string, PlainValue>>) {
      storeStruct(this, type, values)
    }
  }
  structClasses.set(type, made)
  return made
}

const cellOf = <C>(place: Fields, label: string): C => (place as unknown as Readonly<Record<string, C>>)[label]!

const isPlain = (type: StorageType): boolean => isScalar(type) || type.kind === 'bytes' || type.kind === 'string'

function loadStruct(place: Fields, type: Struct, names: readonly string[]): Record<string, PlainValue> {
  const { [HOST]: host, [BASE]: slot } = place
  const words = new Map<bigint, bigint>()
  const values: Record<string, PlainValue> = {}
  for (const name of names) {
    const variable = type.fields[name]!
    if (!isPlain(variable.type)) continue
    if (!isScalar(variable.type)) {
      values[name] = cellOf<{ get(): PlainValue }>(place, name).get()
      continue
    }
    const word = words.get(variable.slot) ?? host.sload(wrap(slot + variable.slot))
    words.set(variable.slot, word)
    values[name] = scalarAt(word, variable.type, variable.offset)
  }
  return values
}

function storeStruct(place: Fields, type: Struct, values: Readonly<Record<string, PlainValue>>): void {
  const { [HOST]: host, [BASE]: slot } = place
  const bySlot = new Map<bigint, [string, StorageVariable & { readonly type: Scalar }][]>()
  for (const label of Object.keys(values)) {
    const variable = type.fields[label]
    if (variable === undefined || !isPlain(variable.type)) throw new TypeError(`no plain field ${label}`)
    if (isScalar(variable.type)) {
      const group = bySlot.get(variable.slot) ?? []
      group.push([label, variable as StorageVariable & { readonly type: Scalar }])
      bySlot.set(variable.slot, group)
    } else cellOf<{ set(value: PlainValue): void }>(place, label).set(values[label]!)
  }
  for (const [relative, group] of bySlot) {
    let word = isWhole(type, relative, group.length) ? 0n : host.sload(wrap(slot + relative))
    for (const [label, variable] of group) word = placed(word, variable.type, variable.offset, values[label]!)
    host.sstore(wrap(slot + relative), word)
  }
}

/** Do so many fields cover all that lies in the slot? */
function isWhole(type: Struct, slot: bigint, fields: number): boolean {
  return Object.values(type.fields).filter((variable) => variable.slot === slot).length === fields
}
