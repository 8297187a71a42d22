/** An expected refusal: a value, never an exception (style.md 14). */
import { toHex } from '../primitives/bytes.ts'

export interface Refusal<Code extends string = string> {
  readonly kind: 'invalid'
  readonly code: Code
  readonly expected: string
  readonly got: string
}

export function refuse<Code extends string>(code: Code, expected: unknown, got: unknown): Refusal<Code> {
  return { kind: 'invalid', code, expected: show(expected), got: show(got) }
}

/** Bytes longer than this are cut in messages: a word and a little more. */
const SHOWN_BYTES_MAX = 40

function show(value: unknown): string {
  if (!(value instanceof Uint8Array)) return String(value)
  if (value.length <= SHOWN_BYTES_MAX) return toHex(value)
  return `${toHex(value.subarray(0, SHOWN_BYTES_MAX))}… (${value.length} bytes)`
}

export function isRefusal<T extends object>(value: T | Refusal): value is Refusal {
  return 'kind' in value && value.kind === 'invalid'
}
