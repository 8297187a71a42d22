/** Random cases of the scores subject: small indexes at the edges of influence.md §3 to §6, as bit patterns of floats. */
import type { Random } from '../random.ts'

export interface ScoreCase {
  readonly dims: readonly number[]
  /** f32 bit patterns, all blocks of a row one after another. */
  readonly rows: readonly (readonly number[])[]
  readonly queries: readonly (readonly number[])[]
  readonly tau: number
  readonly clip: number
  /** Hexadecimal. */
  readonly guardSeed: string
  /** Codes that may be in memory; with it the index is read from a file, in tiles. */
  readonly memoryBytesMax: number | null
  readonly attributions: readonly { readonly k: number; readonly tau: number; readonly level: 0 | 1 }[]
}

const SIGN = 0x80000000
const INFINITY = 0x7f800000
const MINUS_INFINITY = 0xff800000
const NAN = 0x7fc00001

/** A bit pattern with this biased exponent, whatever the fraction. */
const withExponent = (random: Random, biased: number): number =>
  ((random.u32() & (SIGN | 0x7fffff)) | (biased << 23)) >>> 0

type Line = (random: Random, width: number) => number[]

const lineOf =
  (word: (random: Random) => number): Line =>
  (random, width) =>
    Array.from({ length: width }, () => word(random))

/** A word with few mantissa bits, so that equal codes and ties happen. */
const plainWord = (random: Random): number => {
  const value = Float32Array.of(random.int(-255, 255) * 2 ** random.int(-3, 3))
  return new Uint32Array(value.buffer)[0]!
}

const oneWord =
  (words: readonly number[]): Line =>
  (random, width) =>
    Array(width).fill(random.pick(words))

const LINES: readonly Line[] = [
  lineOf(plainWord),
  lineOf(plainWord),
  lineOf((random) => withExponent(random, random.int(120, 134))),
  // All codes at the limit of 127, one sign or both.
  oneWord([0x3fff0000, 0xbfff0000, 0x3f800000]),
  lineOf((random) => random.pick([0x3fff0000, 0xbfff0000])),
  // Mostly zero, −0 among them.
  lineOf((random) => (random.oneIn(4) ? plainWord(random) : random.pick([0, SIGN]))),
  // The ends of the exponent range: subnormal, smallest normal, largest finite.
  lineOf((random) => withExponent(random, 0)),
  lineOf((random) => withExponent(random, random.pick([1, 2, 253, 254]))),
  lineOf((random) => withExponent(random, random.int(0, 254))),
  oneWord([0, 1, 0x80000001, 0x007fffff, 0x7f7fffff]),
]

/** Multiplies by 2^s where the result stays a normal number; zeros stay. */
function scaleLine(words: readonly number[], s: number): number[] {
  const exponents = words.map((word) => (word >>> 23) & 255)
  const canScale = words.every(
    (word, j) => (word & ~SIGN) === 0 || (exponents[j]! > 0 && exponents[j]! + s > 0 && exponents[j]! + s < 255),
  )
  return words.map((word) => (canScale && (word & ~SIGN) !== 0 ? (word + s * 2 ** 23) >>> 0 : word))
}

/** One word set to something else. */
function nudge(random: Random, words: readonly number[]): number[] {
  const out = [...words]
  out[random.int(0, out.length - 1)] = plainWord(random)
  return out
}

const rotate = (words: readonly number[], by: number): number[] => [...words.slice(by), ...words.slice(0, by)]

/** The next row: fresh, or in some relation to an earlier one. */
function drawRow(random: Random, rows: readonly (readonly number[])[], width: number, line: Line): number[] {
  const earlier = rows.length > 0 ? random.pick(rows) : undefined
  switch (earlier === undefined ? 0 : random.int(0, 11)) {
    case 8:
      return scaleLine(earlier!, random.int(-6, 6))
    case 9:
      return nudge(random, earlier!)
    case 10:
      return rotate(earlier!, random.int(0, width - 1))
    case 11:
      // One huge row.
      return scaleLine(random.pick(LINES)(random, width), random.pick([20, 40, 60]))
    default:
      return random.oneIn(8) ? random.pick(LINES)(random, width) : line(random, width)
  }
}

/** Zero blocks, of one row or of all (a dead block), and rows that are not finite. */
function spoil(random: Random, rows: number[][], dims: readonly number[]): void {
  const starts = dims.map((_, l) => dims.slice(0, l).reduce((total, d) => total + d, 0))
  for (const row of rows) {
    const l = random.int(0, dims.length - 1)
    if (random.oneIn(6)) row.fill(0, starts[l], starts[l]! + dims[l]!)
    if (random.oneIn(20)) row[random.int(0, row.length - 1)] = random.pick([INFINITY, NAN, MINUS_INFINITY])
  }
  if (!random.oneIn(8)) return
  const l = random.int(0, dims.length - 1)
  for (const row of rows) row.fill(0, starts[l], starts[l]! + dims[l]!)
}

/** Shapes: mostly tiny; now and then long rows, many blocks or many rows, where chunks and leaves end. */
function drawShape(random: Random): { dims: number[]; n: number } {
  const blocks = (count: number, most: number) => Array.from({ length: count }, () => random.int(1, most))
  switch (random.int(0, 99)) {
    case 0:
      return { dims: [random.int(257, 300)], n: random.int(1, 6) }
    case 1:
      return { dims: [random.int(1020, 1050), 3], n: random.int(1, 3) }
    case 2:
      return { dims: [random.int(1, 2)], n: random.int(1020, 1030) }
    case 3:
      return { dims: blocks(2, 3), n: random.int(126, 131) }
    case 4:
    case 5:
    case 6:
      return { dims: blocks(random.int(5, 20), 4), n: random.int(1, 8) }
    case 7:
      return { dims: blocks(3, 120), n: random.int(2, 8) }
    case 8:
    case 9:
    case 10:
    case 11:
      return { dims: [1], n: random.int(1, 8) }
    case 12:
    case 13:
    case 14:
    case 15:
      return { dims: blocks(random.int(1, 3), 18), n: 1 }
    default:
      return { dims: blocks(random.int(1, 4), 18), n: random.int(2, 12) }
  }
}

function drawQuery(random: Random, rows: readonly (readonly number[])[], width: number): number[] {
  const like = random.pick(rows)
  const canAsk = like.every((word) => (word & INFINITY) >>> 0 !== INFINITY)
  switch (canAsk ? random.int(0, 5) : 5) {
    case 0:
      return [...like]
    case 1:
      return like.map((word) => (word ^ SIGN) >>> 0)
    case 2:
      return nudge(random, like)
    default:
      return random.pick(LINES)(random, width)
  }
}

export function drawScoreCase(random: Random): ScoreCase {
  const { dims, n } = drawShape(random)
  const width = dims.reduce((total, d) => total + d, 0)
  const line = random.pick(LINES)
  const rows: number[][] = []
  while (rows.length < n) rows.push(drawRow(random, rows, width, line))
  if (random.oneIn(2)) spoil(random, rows, dims)
  const tau = () => random.pick([0, 1, 64, 96, 255, 256, random.int(0, 256)])
  const k = () => random.pick([1, 2, 3, 64, 256, random.int(1, Math.min(n, 256))])
  return {
    dims,
    rows,
    queries: Array.from({ length: random.pick([1, 1, 2, 3, 5]) }, () => drawQuery(random, rows, width)),
    tau: tau(),
    clip: random.pick([0, 1, 4, 64, 255, random.int(0, 64)]),
    guardSeed: Buffer.from(random.bytes(32)).toString('hex'),
    memoryBytesMax: random.oneIn(6) ? random.int(1, 400) : null,
    attributions: Array.from({ length: 2 }, () => ({ k: k(), tau: tau(), level: random.pick([0, 1] as const) })),
  }
}

const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at)

/** Fewer rows, queries, blocks and attributions; shorter blocks; words that are 0 or 1. */
export function* shrinkScoreCase(own: ScoreCase): Generator<ScoreCase> {
  const { dims, rows, queries, attributions } = own
  const half = Math.ceil(rows.length / 2)
  if (own.memoryBytesMax !== null) yield { ...own, memoryBytesMax: null }
  if (rows.length > 3) yield { ...own, rows: rows.slice(0, half) }
  if (rows.length > 3) yield { ...own, rows: rows.slice(half) }
  if (queries.length > 1) for (const at of queries.keys()) yield { ...own, queries: without(queries, at) }
  if (attributions.length > 0)
    for (const at of attributions.keys()) yield { ...own, attributions: without(attributions, at) }
  if (rows.length > 1) for (const at of rows.keys()) yield { ...own, rows: without(rows, at) }
  for (const [l, d] of dims.entries()) {
    const start = dims.slice(0, l).reduce((total, width) => total + width, 0)
    for (const cut of new Set([d, Math.floor(d / 2), 1])) {
      if (cut === 0 || (cut === d && dims.length === 1)) continue
      const narrower = (words: readonly number[]) => words.filter((_, j) => j < start || j >= start + cut)
      const kept = dims.flatMap((width, other) => (other !== l ? [width] : cut === d ? [] : [width - cut]))
      yield { ...own, dims: kept, rows: rows.map(narrower), queries: queries.map(narrower) }
    }
  }
  for (const [i, row] of rows.entries())
    for (const [j, word] of row.entries())
      for (const simple of [0, 0x3f800000])
        if (word !== 0 && word !== simple)
          yield { ...own, rows: rows.map((line, at) => (at === i ? line.with(j, simple) : line)) }
}
