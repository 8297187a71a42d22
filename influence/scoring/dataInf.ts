/** DataInf-Z version 1 (influence.md §5): from an index and queries to integer benefits, whatever computes the dots. */
import { bitLength, bitLengthBig, rdiv, rha, rhaBig } from '../arithmetic.ts'
import type { Kernels } from '../backends/kernels.ts'
import { isLiveExponent, type LayerInput, scaleOf, squaredNorms } from '../gradients/layers.ts'
import { ACCEPTED, type IndexFile, type Layer } from '../indexFile.ts'
import type { Query } from '../surface.ts'

/** |W|, |H| ≤ 2^14, so that rounding never carries into a limb of 128. */
const OPERAND_BITS = 14
/** Every term of a score is at most 2^50. */
const TERM_BITS = 50
/** Eight terms of 2^50 sum exactly in a double. */
const EXACT_TERMS = 8
/** A double holds Z exactly up to this many accepted rows: nA · 2^34 ≤ 2^53. */
const EXACT_Z_ROWS = 2 ** 19
/** The double quotient of step 4 is off by less than 2^−25; farther than this from a tie its rounding is certain. */
const TIE_MARGIN = 2 ** -20

/** What scoring needs beside the codes, computed once per index. */
export interface ScoringIndex {
  readonly file: IndexFile
  readonly acceptedCount: number
  /** L × n, block by block: 2^16·D/(N·D+T) as a double, 0 where (row, block) is not live. */
  readonly ratios: Float64Array
  /** n × L. */
  readonly norms: Uint32Array
  /** M31 and xl by block; `undefined` for a dead block. */
  readonly scales: readonly ({ m31: number; xl: number } | undefined)[]
}

/** All intermediate values of one query and block; P and Q are 0 where not live. */
export interface BlockStages {
  readonly Q: Int32Array
  readonly R: Float64Array
  readonly t: number
  readonly W: Int16Array
  /** Padded like the codes, as are Z and H. */
  readonly U: Float64Array
  readonly Z: BigInt64Array
  readonly z: number
  readonly H: Int16Array
  readonly P: Float64Array
  readonly x: number
}

export interface RawScore {
  readonly scores: BigInt64Array
  readonly exponentG: number
  /** By block. */
  readonly x: Int32Array
  /** H of all blocks, padded like codes. */
  readonly h: Int16Array
}

/** Told of every block of every query, for vectors and the self-test. */
export type StageObserver = (query: number, block: number, stages: BlockStages) => void

export function prepareScoring(file: IndexFile): ScoringIndex {
  const { layout, header, rows, exponents, codes, layers } = file
  const norms = squaredNorms(layout, header.rowCount, codes)
  const sums: LayerInput = { layout, rowCount: header.rowCount, status: rows.status, exponents, norms }
  const ratios = new Float64Array(layers.length * header.rowCount)
  for (const [l, layer] of layers.entries()) {
    if (layer.sum !== 0n) fillRatios(ratios, sums, l, layer, header.acceptedCount)
  }
  const scales = layers.map((layer) => (layer.sum === 0n ? undefined : scaleOf(layer)))
  return { file, acceptedCount: header.acceptedCount, ratios, norms, scales }
}

function fillRatios(ratios: Float64Array, sums: LayerInput, l: number, layer: Layer, acceptedCount: number): void {
  const blockCount = sums.layout.dims.length
  for (let row = 0; row < sums.rowCount; row++) {
    const i = row * blockCount + l
    if (sums.status[row] !== ACCEPTED || sums.norms[i] === 0 || !isLiveExponent(sums.exponents[i]!, layer)) continue
    const [numerator, denominator] = curvature(layer, acceptedCount, sums.exponents[i]!, sums.norms[i]!)
    ratios[l * sums.rowCount + row] = quotient(numerator << 16n, denominator)
  }
}

/** D and N·D + T of step 4. */
function curvature(layer: Layer, acceptedCount: number, exponent: number, norm: number): [bigint, bigint] {
  const d = BigInt(10 * acceptedCount * layer.d) << BigInt(2 * (layer.e0 - exponent))
  return [d, BigInt(norm) * d + layer.sum]
}

/** a/b as a double with a relative error below 2^−52: 64 quotient bits, rounded once. */
function quotient(a: bigint, b: bigint): number {
  const shift = Math.max(0, 64 - (bitLengthBig(a) - bitLengthBig(b)))
  return Number((a << BigInt(shift)) / b) * 2 ** -shift
}

/** Scores `queries` together; query by query the same bits as alone. */
export async function scoreQueries(
  index: ScoringIndex,
  kernels: Kernels,
  queries: readonly Query[],
  observe?: StageObserver,
): Promise<RawScore[]> {
  const { layout, header } = index.file
  const runs: QueryRun[] = queries.map((query) => ({
    query,
    x: new Int32Array(layout.dims.length),
    h: new Int16Array(layout.rowBytes),
    products: layout.dims.map(() => undefined),
  }))
  for (const [l, scale] of index.scales.entries()) {
    if (scale === undefined) continue
    const stages = await scoreBlock(index, kernels, l, queries)
    for (const [q, own] of stages.entries()) {
      const run = runs[q]!
      run.x[l] = own.x
      run.h.set(own.H, layout.offsets[l]!)
      run.products[l] = own.P
      observe?.(q, l, own)
    }
  }
  return runs.map((run) => assembleScore(index, run, header.rowCount))
}

interface QueryRun {
  readonly query: Query
  readonly x: Int32Array
  readonly h: Int16Array
  /** P by block; `undefined` for a dead block. */
  readonly products: (Float64Array | undefined)[]
}

/** Steps 3 to 8 of one live block, for all queries. */
async function scoreBlock(
  index: ScoringIndex,
  kernels: Kernels,
  l: number,
  queries: readonly Query[],
): Promise<BlockStages[]> {
  const { layout, header, layers } = index.file
  const n = header.rowCount
  const d = layout.paddedDims[l]!
  const offset = layout.offsets[l]!
  const vectors = new Int8Array(queries.length * d)
  for (const [q, { codes }] of queries.entries()) vectors.set(codes.subarray(offset, offset + d), q * d)
  const allQ = await kernels.dotRows(l, vectors, queries.length)
  const weights = new Int16Array(queries.length * n)
  const damped = queries.map((_, q) => {
    const Q = maskedDots(index, l, allQ.subarray(q * n, (q + 1) * n))
    const R = dampen(index, l, Q)
    const t = narrow(R, weights.subarray(q * n, (q + 1) * n))
    return { Q, R, t }
  })
  const allU = await kernels.mixRows(l, weights, queries.length)
  const directions = new Int16Array(queries.length * d)
  const corrected = damped.map(({ t }, q) => {
    const U = allU.subarray(q * d, (q + 1) * d)
    const H = directions.subarray(q * d, (q + 1) * d)
    return { U, ...correct(index.acceptedCount, vectors.subarray(q * d, (q + 1) * d), U, t, H), H }
  })
  const allP = await kernels.dotRowsWide(l, directions, queries.length)
  return queries.map((query, q) => {
    const { z } = corrected[q]!
    const x = z - 16 - query.exponents[l]! + 2 * layers[l]!.e0 + index.scales[l]!.xl
    const P = maskedProducts(index, l, allP.subarray(q * n, (q + 1) * n))
    return { ...damped[q]!, W: weights.subarray(q * n, (q + 1) * n), ...corrected[q]!, P, x }
  })
}

function maskedDots({ ratios, file }: ScoringIndex, l: number, dots: Int32Array): Int32Array {
  const from = l * file.header.rowCount
  for (let i = 0; i < dots.length; i++) if (ratios[from + i] === 0) dots[i] = 0
  return dots
}

function maskedProducts({ ratios, file }: ScoringIndex, l: number, products: Float64Array): Float64Array {
  const from = l * file.header.rowCount
  for (let i = 0; i < products.length; i++) if (ratios[from + i] === 0) products[i] = 0
  return products
}

/** Step 4: R = rdiv(Q·2^16·D, N·D + T); the double decides where it is certain, BigInt near ties. */
function dampen(index: ScoringIndex, l: number, Q: Int32Array): Float64Array {
  const { header, layers, exponents } = index.file
  const n = header.rowCount
  const R = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const size = Math.abs(Q[i]! * index.ratios[l * n + i]!)
    const floor = Math.floor(size)
    const rest = size - floor
    if (Math.abs(rest - 0.5) > TIE_MARGIN) {
      R[i] = Math.sign(Q[i]!) * (rest > 0.5 ? floor + 1 : floor)
      continue
    }
    const at = i * layers.length + l
    const [d, denominator] = curvature(layers[l]!, index.acceptedCount, exponents[at]!, index.norms[at]!)
    R[i] = Number(rdiv((BigInt(Q[i]!) << 16n) * d, denominator))
  }
  return R
}

function largestSize(values: Float64Array): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!)
    if (size > largest) largest = size
  }
  return largest
}

/** Step 5: t and W; returns t. */
function narrow(R: Float64Array, W: Int16Array): number {
  const t = Math.max(0, bitLength(largestSize(R)) - OPERAND_BITS)
  for (let i = 0; i < R.length; i++) W[i] = rha(R[i]!, t)
  return t
}

/** Step 7: Z, z and H (written to `H`). */
function correct(
  acceptedCount: number,
  b: Int8Array,
  U: Float64Array,
  t: number,
  H: Int16Array,
): { Z: BigInt64Array; z: number } {
  return acceptedCount <= EXACT_Z_ROWS ? correctExact(acceptedCount, b, U, t, H) : correctBig(acceptedCount, b, U, t, H)
}

function correctExact(acceptedCount: number, b: Int8Array, U: Float64Array, t: number, H: Int16Array) {
  const values = new Float64Array(U.length)
  for (let j = 0; j < U.length; j++) values[j] = acceptedCount * b[j]! * 65536 - U[j]! * 2 ** t
  const z = Math.max(0, bitLength(largestSize(values)) - OPERAND_BITS)
  for (let j = 0; j < U.length; j++) H[j] = rha(values[j]!, z)
  return { Z: BigInt64Array.from(values, BigInt), z }
}

function correctBig(acceptedCount: number, b: Int8Array, U: Float64Array, t: number, H: Int16Array) {
  const Z = BigInt64Array.from(U, (_, j) => BigInt(acceptedCount * b[j]!) * 65536n - (BigInt(U[j]!) << BigInt(t)))
  const bits = Z.reduce((most, value) => Math.max(most, bitLengthBig(value)), 0)
  const z = Math.max(0, bits - OPERAND_BITS)
  for (let j = 0; j < U.length; j++) H[j] = Number(rhaBig(Z[j]!, z))
  return { Z, z }
}

/** Step 9: the common exponent G and the sum over blocks. */
function assembleScore(index: ScoringIndex, run: QueryRun, rowCount: number): RawScore {
  const { exponents, layers } = index.file
  let top = -Infinity
  for (const [l, P] of run.products.entries()) {
    if (P === undefined) continue
    for (let k = 0; k < rowCount; k++) {
      if (P[k] === 0) continue
      top = Math.max(top, bitLength(P[k]!) + 31 + run.x[l]! - exponents[k * layers.length + l]!)
    }
  }
  const scores = new BigInt64Array(rowCount)
  if (top === -Infinity) return { scores, exponentG: 0, x: run.x, h: run.h }
  const exponentG = TERM_BITS - top
  for (let k = 0; k < rowCount; k++) scores[k] = sumTerms(index, run, k, exponentG)
  return { scores, exponentG, x: run.x, h: run.h }
}

function sumTerms(index: ScoringIndex, run: QueryRun, k: number, exponentG: number): bigint {
  const { exponents, layers } = index.file
  let total = 0n
  let part = 0
  let terms = 0
  for (const [l, P] of run.products.entries()) {
    if (P === undefined || P[k] === 0) continue
    part += scaledTerm(P[k]!, index.scales[l]!.m31, -(run.x[l]! - exponents[k * layers.length + l]! + exponentG))
    if (++terms % EXACT_TERMS === 0) {
      total += BigInt(part)
      part = 0
    }
  }
  return total + BigInt(part)
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
