/** What the steps of DataInf-Z need of an index (influence.md §5), computed once, and what they give. */
import { isLiveExponent, type LayerInput, scaleOf } from '../gradients/layers.ts'
import { ACCEPTED, type IndexTables, type Layer } from '../indexFile.ts'

/** What scoring needs beside the codes, computed once per index. */
export interface ScoringIndex {
  readonly tables: IndexTables
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
  /** Where the back end has hashed them itself: the roots over the query's codes, the scores and H (§4.2, §4.3). */
  readonly roots?: { readonly codes: Uint8Array; readonly scores: Uint8Array; readonly directions: Uint8Array }
}

/** Told of every block of every query, for vectors and the self-test. */
export type StageObserver = (query: number, block: number, stages: BlockStages) => void

/** `norms` are N of every row and block, n × L (`squaredNorms`). */
export function prepareScoring(tables: IndexTables, norms: Uint32Array): ScoringIndex {
  const { layout, header, rows, exponents, layers } = tables
  const sums: LayerInput = { layout, rowCount: header.rowCount, status: rows.status, exponents, norms }
  const ratios = new Float64Array(layers.length * header.rowCount)
  for (const [l, layer] of layers.entries()) {
    if (layer.sum !== 0n) fillRatios(ratios, sums, l, layer, header.acceptedCount)
  }
  const scales = layers.map((layer) => (layer.sum === 0n ? undefined : scaleOf(layer)))
  return { tables, acceptedCount: header.acceptedCount, ratios, norms, scales }
}

/**
 * The double quotients of step 4: 10·nA·d < 2^44 and its shift are exact, and four roundings of 2^−53 follow (T, N·D, the
 * sum, the quotient), so a ratio is off by less than 2^−50 of itself.
 */
function fillRatios(ratios: Float64Array, sums: LayerInput, l: number, layer: Layer, acceptedCount: number): void {
  const blockCount = sums.layout.dims.length
  const whole = 10 * acceptedCount * layer.d
  const sum = Number(layer.sum)
  for (let row = 0; row < sums.rowCount; row++) {
    const i = row * blockCount + l
    if (sums.status[row] !== ACCEPTED || sums.norms[i] === 0 || !isLiveExponent(sums.exponents[i]!, layer)) continue
    const scaled = whole * 4 ** (layer.e0 - sums.exponents[i]!)
    ratios[l * sums.rowCount + row] = (65536 * scaled) / (sums.norms[i]! * scaled + sum)
  }
}

/** D and N·D + T of step 4, exactly. */
export function curvature(layer: Layer, acceptedCount: number, exponent: number, norm: number): [bigint, bigint] {
  const d = BigInt(10 * acceptedCount * layer.d) << BigInt(2 * (layer.e0 - exponent))
  return [d, BigInt(norm) * d + layer.sum]
}
