/** What viem decodes → JSON of the openledger_ namespace: integers beyond 2^53 and all of 256 bits as decimal strings. */
import type { Json } from '../json.ts'

/** Small integers stay numbers, bigints become decimal strings, bytes are already hex. */
export function plainJson(value: unknown): Json {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, plainJson(entry)]))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return null
}

/** Fields of a decoded struct. */
export const plainFields = (value: object) => plainJson(value) as { readonly [name: string]: Json }
