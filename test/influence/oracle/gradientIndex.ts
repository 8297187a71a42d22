/** The gradient index by the book: influence.md §3.2–3.5 on exact integers; slow on purpose. */
import { ascending, bl, dot, largestSize, lowerMedian, rdiv, rha, root, size, sum } from './integers.ts'

export interface OracleRows {
  readonly dims: readonly number[]
  /** f32 bit patterns, one flat list a row. */
  readonly rows: readonly (readonly number[])[]
  readonly tau: number
  readonly clip: number
  /** 32 bytes; read only where there are more than 256 coordinates. */
  readonly guardSeed?: Uint8Array
}

export interface OracleBlock {
  readonly codes: readonly bigint[]
  readonly e: number
}

export interface OracleLayer {
  readonly d: bigint
  readonly live: ReadonlySet<number>
  readonly eMin: number
  readonly e0: number
  readonly floor: number
  readonly T: bigint
}

export interface OracleGuard {
  /** Without the zeros behind the last coordinate. */
  readonly values: readonly bigint[]
  readonly norm: bigint
}

export interface OracleIndex {
  readonly dims: readonly number[]
  /** By row and block, as are `e` and `N`. */
  readonly codes: readonly (readonly (readonly bigint[])[])[]
  readonly e: readonly (readonly number[])[]
  readonly N: readonly (readonly bigint[])[]
  readonly guards: readonly OracleGuard[]
  readonly status: readonly number[]
  readonly dupOf: readonly (number | undefined)[]
  readonly layers: readonly OracleLayer[]
  readonly rho: readonly bigint[]
  readonly rhoRef: bigint
  readonly nA: bigint
  readonly tau: number
  readonly clip: number
}

/** Bit patterns of floats. */
export const wordsOfValues = (values: readonly number[]): number[] => [
  ...new Uint32Array(Float32Array.from(values).buffer),
]

/** The exact value of an f32 pattern times 2^149; `undefined` for NaN and infinity. */
function scaled(word: number): bigint | undefined {
  const pattern = BigInt(word)
  const biased = (pattern >> 23n) & 255n
  const fraction = pattern & 0x7fffffn
  if (biased === 255n) return undefined
  const value = biased === 0n ? fraction : (fraction + 0x800000n) << (biased - 1n)
  return pattern >> 31n === 1n ? -value : value
}

/** Codes and exponent such that the largest |code| is 64 … 127, by dividing exact values. */
export function quantise(words: readonly number[]): OracleBlock | undefined {
  const exact = words.map(scaled).filter((value) => value !== undefined)
  if (exact.length < words.length) return undefined
  const largest = largestSize(exact)
  if (largest === 0n) return { codes: exact, e: 0 }
  const e = 6 - (bl(largest) - 1 - 149)
  const codes = exact.map((value) => {
    const code = e - 149 >= 0 ? value << BigInt(e - 149) : rdiv(value, 1n << BigInt(149 - e))
    if (code > 127n) return 127n
    return code < -127n ? -127n : code
  })
  return { codes, e }
}

export function splitWords(words: readonly number[], dims: readonly number[]): number[][] {
  let at = 0
  return dims.map((d) => {
    at += d
    return words.slice(at - d, at)
  })
}

const MODULUS = 1n << 32n

function fmix(x: bigint): bigint {
  x ^= x >> 16n
  x = (x * 0x85ebca6bn) % MODULUS
  x ^= x >> 13n
  x = (x * 0xc2b2ae35n) % MODULUS
  return x ^ (x >> 16n)
}

function guardOf(codes: readonly bigint[], seed: Uint8Array): OracleGuard {
  const word = (at: number) => BigInt(new DataView(seed.buffer, seed.byteOffset).getUint32(at, true))
  const sums: bigint[] = Array(Math.min(256, codes.length)).fill(0n)
  for (const [p, code] of codes.entries()) {
    const h = codes.length <= 256 ? BigInt(p) : fmix(fmix(BigInt(p) ^ word(0)) ^ word(4))
    sums[Number(h % 256n)]! += codes.length > 256 && (h >> 8n) % 2n === 1n ? -code : code
  }
  const s = Math.max(0, bl(largestSize(sums)) - 7)
  const values = sums.map((value) => {
    const rounded = rha(value, s)
    if (size(rounded) <= 127n) return rounded
    return rounded < 0n ? -127n : 127n
  })
  return { values, norm: dot(values, values) }
}

/** dup(i, j) of §3.5. */
export function isLike(g: OracleGuard, other: OracleGuard, tau: number): boolean {
  const product = dot(g.values, other.values)
  return tau > 0 && product > 0n && 256n * product ** 2n >= BigInt(tau) * g.norm * other.norm
}

type Flags = Pick<OracleIndex, 'status' | 'dupOf'>

function flag(codes: OracleIndex['codes'], guards: OracleIndex['guards'], tau: number): Flags {
  const status: number[] = []
  const dupOf: (number | undefined)[] = []
  for (const [j, guard] of guards.entries()) {
    const isEmpty = codes[j]!.flat().every((code) => code === 0n)
    const of = isEmpty
      ? undefined
      : [...guards.keys()].find((i) => i < j && status[i] === 0 && isLike(guards[i]!, guard, tau))
    dupOf.push(of)
    status.push(isEmpty ? 2 : of === undefined ? 0 : 1)
  }
  return { status, dupOf }
}

/** Exponents after clipping, and the floors. */
function clipped(
  own: readonly (readonly number[])[],
  N: OracleIndex['N'],
  status: readonly number[],
  clip: number,
): { e: number[][]; floors: number[] } {
  const e = own.map((row) => [...row])
  const floors = e[0]!.map((_, l) => {
    const members = [...e.keys()].filter((i) => status[i] === 0 && N[i]![l]! > 0n)
    const middle = lowerMedian(members.map((i) => e[i]![l]!))
    if (clip === 255 || middle === undefined) return -32768
    for (const [i, row] of e.entries()) if (N[i]![l]! > 0n) row[l] = Math.max(row[l]!, middle - clip)
    return middle - clip
  })
  return { e, floors }
}

function layerOf(d: number, l: number, floor: number, index: Pick<OracleIndex, 'e' | 'N' | 'status'>): OracleLayer {
  const { e, N, status } = index
  const members = [...e.keys()].filter((i) => status[i] === 0 && N[i]![l]! > 0n)
  if (members.length === 0) return { d: BigInt(d), live: new Set(), eMin: 0, e0: 0, floor, T: 0n }
  const eMin = members.map((i) => e[i]![l]!).sort(ascending)[0]!
  const live = members.filter((i) => e[i]![l]! <= eMin + 40)
  const e0 = live.map((i) => e[i]![l]!).sort(ascending)[live.length - 1]!
  const T = sum(live.map((i) => N[i]![l]! * 4n ** BigInt(e0 - e[i]![l]!)))
  return { d: BigInt(d), live: new Set(live), eMin, e0, floor, T }
}

export function oracleIndex({ dims, rows, tau, clip, guardSeed = new Uint8Array(32) }: OracleRows): OracleIndex {
  const blocks = rows.map((row) => {
    const own = splitWords(row, dims).map(quantise)
    const isWhole = own.every((block) => block !== undefined)
    return isWhole ? own : dims.map((d) => ({ codes: Array<bigint>(d).fill(0n), e: 0 }))
  })
  const codes = blocks.map((row) => row.map((block) => block.codes))
  const N = codes.map((row) => row.map((a) => dot(a, a)))
  const guards = codes.map((row) => guardOf(row.flat(), guardSeed))
  const { status, dupOf } = flag(codes, guards, tau)
  const own = blocks.map((row) => row.map((block) => block.e))
  const { e, floors } = clipped(own, N, status, clip)
  const layers = dims.map((d, l) => layerOf(d, l, floors[l]!, { e, N, status }))
  const nA = BigInt(status.filter((value) => value === 0).length)
  const rho = rows.map((_, i) => {
    const terms = layers.map(({ d, live, e0, T }, l) =>
      live.has(i) ? (N[i]![l]! * 4n ** BigInt(e0 - e[i]![l]!) * 10n * nA * d * 2n ** 32n) / T : 0n,
    )
    return status[i] === 0 ? root(sum(terms)) : 0n
  })
  const rhoRef = lowerMedian(rho.filter((value) => value > 0n)) ?? 0n
  return { dims, codes, e, N, guards, status, dupOf, layers, rho, rhoRef, nA, tau, clip }
}
