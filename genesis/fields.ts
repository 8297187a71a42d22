/** Reads parsed JSON strictly: every reader names the field's path in its refusal (`validators[2].blsKey`). */
import { checksumAddress } from '../primitives/address.ts'
import { fromHex } from '../primitives/bytes.ts'

export interface FieldRefused {
  readonly kind: 'invalid'
  readonly code: FieldFault
  /** Where: `validators[2].blsKey`; `(file)` for the text as a whole. */
  readonly field: string
  readonly expected: string
  readonly got: string
}
export type FieldFault =
  | 'NotJson'
  | 'FieldMissing'
  | 'FieldUnknown'
  | 'FieldInvalid'
  | 'FieldRepeated'
  | 'SumWrong'
  | 'ProofWrong'

/** `validators[2].blsKey: expected 48 bytes of hex, got 47`. */
export function fieldText(refused: FieldRefused): string {
  return `${refused.field}: expected ${refused.expected}, got ${refused.got}`
}

/** Carries a refusal up to `parseWith`; never leaves this room. */
export class FieldError extends Error {
  readonly refused: FieldRefused
  constructor(code: FieldFault, field: string, expected: string, got: string) {
    const refused: FieldRefused = { kind: 'invalid', code, field, expected, got }
    super(fieldText(refused))
    this.name = 'FieldError'
    this.refused = refused
  }
}

/** A value of the file and where it stands. */
export interface Field {
  readonly path: string
  readonly value: unknown
}

/** Longest quotation of a wrong value in a message: enough to recognise it, short enough for a terminal line. */
const SHOWN_MAX = 60

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}

export function invalid(field: Field, expected: string, got: string = show(field.value)): FieldError {
  return new FieldError('FieldInvalid', field.path, expected, got)
}

/** JSON text → what `read` makes of it, or the first refusal. */
export function parseWith<T>(text: string, read: (root: Field) => T): T | FieldRefused {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const got = (error as Error).message
    return { kind: 'invalid', code: 'NotJson', field: '(file)', expected: 'JSON', got }
  }
  try {
    return read({ path: '', value })
  } catch (error) {
    if (error instanceof FieldError) return error.refused
    throw error
  }
}

/** An object with exactly these keys. */
export function readObject<K extends string>(field: Field, keys: readonly K[]): Record<K, Field> {
  const { path, value } = field
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid({ path: path || '(file)', value }, 'an object')
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  const known: readonly string[] = keys
  for (const key of Object.keys(value))
    if (!known.includes(key))
      throw new FieldError('FieldUnknown', at(key), `one of ${keys.join(', ')}`, 'an unknown field')
  const entries = keys.map((key) => {
    if (!Object.hasOwn(value, key)) throw new FieldError('FieldMissing', at(key), 'this field', 'nothing')
    return [key, { path: at(key), value: (value as Record<string, unknown>)[key] }]
  })
  return Object.fromEntries(entries)
}

/** An object of any keys: for tables whose keys are checked by the caller. */
export function readTable(field: Field): (readonly [string, Field])[] {
  const { path, value } = field
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, 'an object')
  return Object.entries(value).map(([key, item]) => [key, { path: `${path}.${key}`, value: item }] as const)
}

export function readList(field: Field, min: number, max: number): Field[] {
  const { path, value } = field
  if (!Array.isArray(value)) throw invalid(field, 'a list')
  if (value.length < min || value.length > max) throw invalid(field, `a list of ${min} … ${max}`)
  return value.map((item, i) => ({ path: `${path}[${i}]`, value: item }))
}

export function readText(field: Field, pattern: RegExp, expected: string): string {
  if (typeof field.value !== 'string' || !pattern.test(field.value)) throw invalid(field, expected)
  return field.value
}

export function readInteger(field: Field, min: number, max: number): number {
  const { value } = field
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
    throw invalid(field, `a whole number from ${min} to ${max}`)
  return value
}

/** Decimal digits in a string, since JSON numbers lose digits above 2^53. */
export function readAmount(field: Field, min: bigint, max: bigint): bigint {
  const { value } = field
  const isDecimal = typeof value === 'string' && /^(0|[1-9]\d{0,77})$/.test(value)
  const amount = isDecimal ? BigInt(value) : -1n
  if (!isDecimal || amount < min || amount > max) throw invalid(field, `a decimal string from ${min} to ${max}`)
  return amount
}

/** Hex of exactly `length` bytes. */
export function readBytes(field: Field, length: number): Uint8Array {
  const bytes = readHex(field)
  if (bytes.length !== length) throw invalid(field, `${length} bytes of hex`, `${bytes.length}`)
  return bytes
}

export function readHex(field: Field): Uint8Array {
  if (typeof field.value !== 'string') throw invalid(field, '0x-prefixed hex')
  try {
    return fromHex(field.value)
  } catch {
    throw invalid(field, '0x-prefixed hex of whole bytes')
  }
}

/** A 20-byte address; spelt in mixed case it must keep EIP-55, which catches a mistyped digit. */
export function readAddress(field: Field): Uint8Array {
  const address = readBytes(field, 20)
  const digits = (field.value as string).slice(2)
  const isMixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  if (isMixed && checksumAddress(address).slice(2) !== digits)
    throw invalid(field, `the EIP-55 spelling ${checksumAddress(address)}`)
  return address
}

/** Refuses the second of two equal keys, naming its field. */
export function refuseRepeated(items: readonly { readonly path: string; readonly key: string }[]): void {
  const first = new Map<string, string>()
  for (const { path, key } of items) {
    const before = first.get(key)
    if (before !== undefined) throw new FieldError('FieldRepeated', path, `a value not used by ${before}`, key)
    first.set(key, path)
  }
}
