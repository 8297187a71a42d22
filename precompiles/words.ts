/** Values as words: a contract's enums by the names of the native's own constants, and the facts of a refusal. */
import { toHex } from '../primitives/bytes.ts'

/** The name of `value`; that of 0, the enum's default, for a value that it does not have. */
export function enumName<E extends Readonly<Record<string, bigint>>>(values: E, value: number): keyof E & string {
  const names = Object.keys(values)
  return names.find((name) => values[name] === BigInt(value)) ?? names[0]!
}

/** A refusal's fact as text: bytes as hex, several facts by name. */
export function factText(fact: unknown): string {
  if (fact instanceof Uint8Array) return toHex(fact)
  if (Array.isArray(fact)) return fact.map(factText).join(', ')
  if (typeof fact !== 'object' || fact === null) return String(fact)
  return Object.entries(fact)
    .map(([name, value]) => `${name} ${factText(value)}`)
    .join(', ')
}
