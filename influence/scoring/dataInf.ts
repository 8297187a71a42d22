/** DataInf-Z version 1 (influence.md §5): from an index and queries to integer benefits, whatever computes the dots. */
import { bitLength, bitLengthBig, rdiv, rha, rhaBig } from '../arithmetic.ts'
import type { Kernels } from '../backends/kernels.ts'
import { EXPONENT_SPREAD_MAX } from '../gradients/layers.ts'
import type { Query } from '../surface.ts'
import { curvature, type RawScore, type ScoringIndex, type StageObserver } from './scoringIndex.ts'

/** |W|, |H| ≤ 2^14, so that rounding never carries into a limb of 128. */
const OPERAND_BITS = 14
/** Every term of a score is at most 2^50. */
const TERM_BITS = 50
/** Eight terms of 2^50 sum exactly in a double. */
const EXACT_TERMS = 8
/** A double holds Z exactly up to this many accepted rows: nA · 2^34 ≤ 2^53. */
const EXACT_Z_ROWS = 2 ** 19
/** The double quotient of step 4 is off by less than 2^−24; farther than this from a tie its rounding is certain. */
const TIE_MARGIN = 2 ** -20
/** (Query, block, row) triples at once: Q, W and P of each are 14 bytes, so 2^22 of them take 56 MiB. */
const BATCH_VALUES_MAX = 2 ** 22

/** Scores `queries` together; query by query the same bits as alone. */
export async function scoreQueries(
  index: ScoringIndex,
  kernels: Kernels,
  queries: readonly Query[],
  observe?: StageObserver,
): Promise<RawScore[]> {
  if (kernels.scoreQueries) return kernels.scoreQueries(index, queries, observe)
  const size = Math.max(1, Math.floor(BATCH_VALUES_MAX / index.ratios.length))
  const out: RawScore[] = []
  for (let first = 0; first < queries.length; first += size) {
    const own: StageObserver | undefined = observe && ((q, l, stages) => observe(first + q, l, stages))
    out.push(...(await scoreOnHost(index, kernels, queries.slice(first, first + size), own)))
  }
  return out
}

async function scoreOnHost(
  index: ScoringIndex,
  kernels: Kernels,
  queries: readonly Query[],
  observe?: StageObserver,
): Promise<RawScore[]> {
  const { rowBytes } = index.tables.layout
  const vectors = new Int8Array(queries.length * rowBytes)
  for (const [q, { codes }] of queries.entries()) vectors.set(codes, q * rowBytes)
  const Q = await kernels.dotRows(vectors, queries.length)
  const { W, shifts } = dampen(index, Q, queries.length)
  const U = await kernels.mixRows(W, queries.length)
  const { H, z } = correct(index, vectors, U, shifts)
  const P = maskDead(index, await kernels.dotRowsWide(H, queries.length))
  if (observe) maskDead(index, Q)
  return queries.map((query, q) => {
    const run = runOf(index, query, q, { z, H, P })
    if (observe) reportStages(index, { Q, W, shifts, vectors, U, H, z, P }, run.x, q, observe)
    return assembleScore(index, run)
  })
}

/** What one query has after step 8; P is L × n. */
interface QueryRun {
  readonly x: Int32Array
  readonly h: Int16Array
  readonly P: Float64Array
}

function runOf(
  { tables, scales }: ScoringIndex,
  query: Query,
  q: number,
  { z, H, P }: { z: Int32Array; H: Int16Array; P: Float64Array },
): QueryRun {
  const { layout, layers, header } = tables
  const blockCount = layers.length
  const x = new Int32Array(blockCount)
  for (const [l, scale] of scales.entries()) {
    if (scale) x[l] = z[q * blockCount + l]! - 16 - query.exponents[l]! + 2 * layers[l]!.e0 + scale.xl
  }
  const values = blockCount * header.rowCount
  return {
    x,
    h: H.slice(q * layout.rowBytes, (q + 1) * layout.rowBytes),
    P: P.subarray(q * values, (q + 1) * values),
  }
}

/** Zero where (row, block) is not live. */
function maskDead<T extends Int32Array | Float64Array>({ ratios }: ScoringIndex, values: T): T {
  for (let at = 0; at < values.length; at += ratios.length) {
    for (let i = 0; i < ratios.length; i++) if (ratios[i] === 0) values[at + i] = 0
  }
  return values
}

/** Steps 4 and 5 of every query and block: W, and t by query and block. */
function dampen(index: ScoringIndex, Q: Int32Array, count: number): { W: Int16Array; shifts: Int32Array } {
  const n = index.tables.header.rowCount
  const blockCount = index.scales.length
  const W = new Int16Array(Q.length)
  const shifts = new Int32Array(count * blockCount)
  const R = new Int32Array(n)
  for (let part = 0; part < count * blockCount; part++) {
    const l = part % blockCount
    if (index.scales[l] === undefined) continue
    const largest = dampBlock(index, l, Q.subarray(part * n, (part + 1) * n), R)
    const t = Math.max(0, bitLength(largest) - OPERAND_BITS)
    narrow(R, t, W.subarray(part * n, (part + 1) * n))
    shifts[part] = t
  }
  return { W, shifts }
}

/**
 * Step 4: R = rdiv(Q·2^16·D, N·D + T), below 2^26: the floor of the quotient + ½, but for ties. The double decides where
 * it is certain, BigInt near ties. Returns the largest |R|; where a row is not live its ratio and R are 0.
 */
function dampBlock(index: ScoringIndex, l: number, Q: Int32Array, R: Int32Array): number {
  const { ratios } = index
  const first = l * Q.length
  let largest = 0
  for (let i = 0; i < Q.length; i++) {
    const raised = Q[i]! * ratios[first + i]! + 0.5
    let r = Math.floor(raised)
    const rest = raised - r
    if (rest <= TIE_MARGIN || rest >= 1 - TIE_MARGIN) r = dampExactly(index, l, i, Q[i]!)
    R[i] = r
    largest = Math.max(largest, Math.abs(r))
  }
  return largest
}

export function dampExactly({ tables, acceptedCount, norms }: ScoringIndex, l: number, row: number, q: number): number {
  const at = row * tables.layers.length + l
  const [d, denominator] = curvature(tables.layers[l]!, acceptedCount, tables.exponents[at]!, norms[at]!)
  return Number(rdiv((BigInt(q) << 16n) * d, denominator))
}

function largestSize(values: Float64Array): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!)
    if (size > largest) largest = size
  }
  return largest
}

/** Step 5: W = rha(R, t). */
function narrow(R: Int32Array, t: number, W: Int16Array): void {
  const half = t === 0 ? 0 : 1 << (t - 1)
  for (let i = 0; i < R.length; i++) {
    const sign = R[i]! >> 31
    const size = (R[i]! ^ sign) - sign
    W[i] = (((size + half) >> t) ^ sign) - sign
  }
}

/** Step 7 of every query and block: H, and z by query and block. */
function correct(
  { tables, acceptedCount, scales }: ScoringIndex,
  vectors: Int8Array,
  U: Float64Array,
  shifts: Int32Array,
): { H: Int16Array; z: Int32Array } {
  const { offsets, paddedDims, rowBytes } = tables.layout
  const H = new Int16Array(vectors.length)
  const z = new Int32Array(shifts.length)
  const correctBlock = acceptedCount <= EXACT_Z_ROWS ? correctExact : correctBig
  for (let part = 0; part < shifts.length; part++) {
    const l = part % scales.length
    if (scales[l] === undefined) continue
    const start = Math.floor(part / scales.length) * rowBytes + offsets[l]!
    const end = start + paddedDims[l]!
    const own = { b: vectors.subarray(start, end), U: U.subarray(start, end), H: H.subarray(start, end) }
    z[part] = correctBlock(acceptedCount, own, shifts[part]!)
  }
  return { H, z }
}

interface BlockOperands {
  readonly b: Int8Array
  readonly U: Float64Array
  readonly H: Int16Array
}

function correctExact(acceptedCount: number, { b, U, H }: BlockOperands, t: number): number {
  const values = new Float64Array(U.length)
  for (let j = 0; j < U.length; j++) values[j] = acceptedCount * b[j]! * 65536 - U[j]! * 2 ** t
  const z = Math.max(0, bitLength(largestSize(values)) - OPERAND_BITS)
  // A power of two scales without rounding.
  const unit = 2 ** -z
  for (let j = 0; j < U.length; j++) {
    const size = Math.abs(values[j]!) * unit
    const floor = Math.floor(size)
    const rounded = size - floor >= 0.5 ? floor + 1 : floor
    H[j] = values[j]! < 0 ? -rounded : rounded
  }
  return z
}

function correctBig(acceptedCount: number, { b, U, H }: BlockOperands, t: number): number {
  const Z = correctedSums(acceptedCount, b, U, t)
  const bits = Z.reduce((most, value) => Math.max(most, bitLengthBig(value)), 0)
  const z = Math.max(0, bits - OPERAND_BITS)
  for (let j = 0; j < U.length; j++) H[j] = Number(rhaBig(Z[j]!, z))
  return z
}

/** Z = nA·b·2^16 − U·2^t. */
function correctedSums(acceptedCount: number, b: Int8Array, U: Float64Array, t: number): BigInt64Array {
  return BigInt64Array.from(U, (u, j) => BigInt(acceptedCount * b[j]!) * 65536n - (BigInt(u) << BigInt(t)))
}

interface AllStages {
  readonly Q: Int32Array
  readonly W: Int16Array
  readonly shifts: Int32Array
  readonly vectors: Int8Array
  readonly U: Float64Array
  readonly H: Int16Array
  readonly z: Int32Array
  readonly P: Float64Array
}

/** Tells the observer of every live block of query q; R and Z are not kept otherwise, so they are made again. */
function reportStages(index: ScoringIndex, all: AllStages, x: Int32Array, q: number, observe: StageObserver): void {
  const { layout, header } = index.tables
  const n = header.rowCount
  for (const [l, scale] of index.scales.entries()) {
    if (scale === undefined) continue
    const part = q * index.scales.length + l
    const rows = [part * n, (part + 1) * n] as const
    const start = q * layout.rowBytes + layout.offsets[l]!
    const columns = [start, start + layout.paddedDims[l]!] as const
    const t = all.shifts[part]!
    const Q = all.Q.subarray(...rows)
    const U = all.U.subarray(...columns)
    const R = new Int32Array(n)
    dampBlock(index, l, Q, R)
    observe(q, l, {
      Q,
      R: Float64Array.from(R),
      t,
      W: all.W.subarray(...rows),
      U,
      Z: correctedSums(index.acceptedCount, all.vectors.subarray(...columns), U, t),
      z: all.z[part]!,
      H: all.H.subarray(...columns),
      P: all.P.subarray(...rows),
      x: x[l]!,
    })
  }
}

/** Step 9: the common exponent G and the sum over blocks. */
function assembleScore(index: ScoringIndex, { x, h, P }: QueryRun): RawScore {
  const n = index.tables.header.rowCount
  const scores = new BigInt64Array(n)
  const top = topBits(index, x, P)
  if (top === -Infinity) return { scores, exponentG: 0, x, h }
  const exponentG = TERM_BITS - top
  const part = new Float64Array(n)
  for (let l = 0; l < x.length; l++) {
    addTerms(index, l, x[l]! + exponentG, P.subarray(l * n, (l + 1) * n), part)
    // What a double holds exactly is added up in 64 bits, every eight blocks and at the end.
    if ((l + 1) % EXACT_TERMS !== 0 && l + 1 < x.length) continue
    if (l < EXACT_TERMS) storeExact(scores, part)
    else for (let k = 0; k < n; k++) scores[k]! += BigInt(part[k]!)
    part.fill(0)
  }
  return { scores, exponentG, x, h }
}

/** The largest bl(P) + 31 + x − e over all P ≠ 0; those are of live rows, whose exponents are at most 40 below e0. */
function topBits({ tables, scales }: ScoringIndex, x: Int32Array, P: Float64Array): number {
  const { exponents, header, layers } = tables
  const n = header.rowCount
  const largest = new Float64Array(EXPONENT_SPREAD_MAX + 1)
  let top = -Infinity
  for (const [l, { e0 }] of layers.entries()) {
    if (scales[l] === undefined) continue
    largest.fill(0)
    for (let k = 0; k < n; k++) {
      const size = Math.abs(P[l * n + k]!)
      const below = e0 - exponents[k * layers.length + l]!
      if (size > largest[below]!) largest[below] = size
    }
    for (const [below, size] of largest.entries()) {
      if (size !== 0) top = Math.max(top, bitLength(size) + 31 + x[l]! - e0 + below)
    }
  }
  return top
}

/** Adds rha(P·M31, s) of one block, s = e − `shift`, at most 2^50: by a double where that is certain, else exactly. */
function addTerms(
  { tables, scales }: ScoringIndex,
  l: number,
  shift: number,
  P: Float64Array,
  sums: Float64Array,
): void {
  const m31 = scales[l]?.m31
  if (m31 === undefined) return
  const { exponents, layers } = tables
  const { e0 } = layers[l]!
  const units = new Float64Array(EXPONENT_SPREAD_MAX + 1)
  for (let below = 0, unit = m31 * 2 ** (shift - e0); below < units.length; below++, unit *= 2) units[below] = unit
  for (let k = 0; k < P.length; k++) {
    const p = P[k]!
    if (p === 0) continue
    const e = exponents[k * layers.length + l]!
    // The product and the sum are each rounded once: off by less than 2^−52 of themselves.
    const raised = p * units[e0 - e]! + 0.5
    let term = Math.floor(raised)
    const rest = raised - term
    const doubt = Math.abs(raised) * 2 ** -51
    if (rest <= doubt || rest >= 1 - doubt) term = scaledTerm(p, m31, e - shift)
    sums[k] = sums[k]! + term
  }
}

/** Which word of a 64-bit integer is the low one. */
const LOW_WORD = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1

/** Integers below 2^53 as i64, without a BigInt each. */
function storeExact(target: BigInt64Array, values: Float64Array): void {
  const words = new Int32Array(target.buffer, target.byteOffset, 2 * target.length)
  for (let k = 0; k < values.length; k++) {
    const high = Math.floor(values[k]! * 2 ** -32)
    words[2 * k + 1 - LOW_WORD] = high
    words[2 * k + LOW_WORD] = values[k]! - high * 2 ** 32
  }
}

/**
 * rha(P·M31, s) for |P| < 2^38, M31 < 2^31 and a result of at most 2^50, in doubles: the product of 69 bits is held as
 * hi·2^16 + lo with hi ≤ 2^53 and lo < 2^16.
 */
export function scaledTerm(p: number, m31: number, s: number): number {
  if (s <= 0) return p * m31 * 2 ** -s
  const size = Math.abs(p)
  const high = Math.floor(size / 65536)
  const low = (size - high * 65536) * m31
  const carry = Math.floor(low / 65536)
  const hi = high * m31 + carry
  // From s = 17 on lo lies below the rounding bit and cannot matter.
  const rounded = s > 16 ? rha(hi, s - 16) : hi * 2 ** (16 - s) + rha(low - carry * 65536, s)
  return p < 0 ? -rounded : rounded
}
