/** Makes and tells the room's refusals: expected answers to bad input, returned as values and never thrown. */
import type { StudioFault, StudioRefused } from './surface.ts'

export const refuse = (code: StudioFault, expected: string, got: string): StudioRefused => ({
  kind: 'invalid',
  code,
  expected,
  got,
})

export function isRefused(value: unknown): value is StudioRefused {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'invalid'
}
