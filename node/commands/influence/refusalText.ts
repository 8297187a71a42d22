/** A refusal of the influence room in a user's words: code, place, expected, got. */
import type { Refused } from '../../../influence/refusal.ts'
import { toHex } from '../../../primitives/bytes.ts'

/** Of a fact that is a proof: it is no reading matter. */
const BYTES_SHOWN_MAX = 40

function plainFact(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`
  if (!(value instanceof Uint8Array)) return value
  return value.length <= BYTES_SHOWN_MAX
    ? toHex(value)
    : `${toHex(value.subarray(0, BYTES_SHOWN_MAX))}… (${value.length} bytes)`
}

/** A refusal's fact as text; several go by as an object. */
function factText(fact: unknown): string {
  const plain = plainFact('', fact)
  return typeof plain === 'object' && plain !== null ? JSON.stringify(plain, plainFact) : String(plain)
}

export const refusalText = ({ code, place, expected, got }: Refused): string =>
  `${code}${place === undefined ? '' : ` at ${place}`}: expected ${factText(expected)}, got ${factText(got)}`

export const plainRefusal = ({ code, place, expected, got }: Refused) => ({
  code,
  place: place ?? null,
  expected: factText(expected),
  got: factText(got),
})
