/** T1 of influence.md §13 in plain JavaScript and BigInt: 24 words of one pair, and the pairs, from the document alone. */
import { isqrt } from '../../../influence/arithmetic.ts'

const WORD = 2n ** 32n

/** The value list V, hex. */
export const OPERATOR_VALUES: readonly string[] = (
  '00000000 00000001 00000002 00000003 00000007 00000008 0000007f 00000080 000000ff 00000100 00007fff 00008000 0000ffff 00010000 ' +
  '7fffffff 80000000 80000001 fffffffe ffffffff 7f7f7f7f 80808080 81818181 01020304 deadbeef 12345678 0000b505 0000b504 000f4243'
).split(' ')

export interface OperatorTable {
  readonly pairs: number
  readonly start: number
  /** Hex. */
  readonly values: readonly string[]
}

/** a, b, a, b …: the values with themselves, `a` in the outer loop, then outputs of the generator. */
export function pairsOf({ pairs, start, values }: OperatorTable): Uint32Array {
  const words = new Uint32Array(2 * pairs)
  const table = values.map((word) => Number.parseInt(word, 16))
  let at = 0
  for (const a of table) for (const b of table) words.set([a, b], 2 * at++)
  let state = start
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  for (let i = 2 * at; i < words.length; i++) words[i] = next()
  return words
}

const byteOf = (word: number, k: number): number => (word >>> (8 * k)) & 255
const signedByte = (word: number, k: number): number => (byteOf(word, k) << 24) >> 24
const limited = (value: number): number => Math.max(-128, Math.min(127, value)) & 255

function dotBytes(a: number, b: number, read: (word: number, k: number) => number): number {
  let sum = 0
  for (let k = 0; k < 4; k++) sum += read(a, k) * read(b, k)
  return sum
}

/** sa / sb towards zero and its remainder; what would divide by zero or overflow stays as it is. */
function divideSigned(sa: number, sb: number): readonly [number, number] {
  if (sb === 0 || (sa === -(2 ** 31) && sb === -1)) return [sa, 0]
  return [Math.trunc(sa / sb), sa % sb]
}

/** The 24 words of §13, each modulo 2^32. */
export function operatorsOf(a: number, b: number): Uint32Array {
  const [sa, sb] = [a | 0, b | 0]
  const [A, B] = [BigInt(a), BigInt(b)]
  const product = A * B
  const signed = BigInt.asUintN(64, BigInt(sa) * BigInt(sb))
  const divisor = b === 0 ? 1n : B
  const dividend = (A % divisor) * WORD + A
  const [quotient, rest] = divideSigned(sa, sb)
  const sum = BigInt.asUintN(64, B * WORD + A + (A * WORD + B))
  const low = (value: bigint): number => Number(BigInt.asUintN(32, value))
  return Uint32Array.of(
    a + b,
    a - b,
    low(product),
    Math.imul(sa, sb),
    b === 0 ? a : Math.floor(a / b),
    b === 0 ? 0 : a % b,
    quotient,
    rest,
    a << (b & 31),
    a >>> (b & 31),
    sa >> (b & 31),
    dotBytes(a, b, signedByte),
    dotBytes(a, b, byteOf),
    low(product),
    low(product >> 32n),
    low(signed),
    low(signed >> 32n),
    low(((B % divisor) * WORD + A) / divisor),
    low(dividend / divisor),
    low(dividend % divisor),
    Number(isqrt(A)),
    Math.clz32(a),
    limited(sa) | (limited(sb) << 8) | (limited(sa >> 8) << 16) | (limited(sb >> 16) << 24),
    low(sum >> 32n),
  )
}
