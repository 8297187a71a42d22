/** Sums over the rows of an index (influence.md §3.3 nos. 3–5): floors, live blocks, T, levels, and the scale of §5. */
import { bitLengthBig, isqrt, lowerMedian } from '../arithmetic.ts'
import type { BlockLayout } from '../blockLayout.ts'
import { ACCEPTED, CLIP_OFF, type Layer, NO_FLOOR } from '../indexFile.ts'

/** A block whose exponent lies more than this above the smallest is too small to count: T < 2^131. */
export const EXPONENT_SPREAD_MAX = 40

/** What the sums are taken over. */
export interface LayerInput {
  readonly layout: BlockLayout
  readonly rowCount: number
  readonly status: Uint8Array
  /** rowCount × L. */
  readonly exponents: Int16Array
  /** N = Σ code², rowCount × L. */
  readonly norms: Uint32Array
}

/** N of every row and block. */
export function squaredNorms(layout: BlockLayout, rowCount: number, codes: Int8Array): Uint32Array {
  const blockCount = layout.dims.length
  const norms = new Uint32Array(rowCount * blockCount)
  for (let row = 0; row < rowCount; row++) {
    for (let l = 0; l < blockCount; l++) {
      const start = row * layout.rowBytes + layout.offsets[l]!
      const end = start + layout.dims[l]!
      let sum = 0
      for (let j = start; j < end; j++) sum += codes[j]! * codes[j]!
      norms[row * blockCount + l] = sum
    }
  }
  return norms
}

export const countAccepted = (status: Uint8Array): number =>
  status.reduce((sum, value) => sum + (value === ACCEPTED ? 1 : 0), 0)

/** floor = lower median of the accepted rows' exponents − clip, by block; NO_FLOOR where nothing is clipped. */
export function clipFloors(input: LayerInput, clip: number): Int16Array {
  const blockCount = input.layout.dims.length
  const floors = new Int16Array(blockCount).fill(NO_FLOOR)
  if (clip === CLIP_OFF) return floors
  for (let l = 0; l < blockCount; l++) {
    const exponents: number[] = []
    for (let row = 0; row < input.rowCount; row++) {
      const i = row * blockCount + l
      if (input.status[row] === ACCEPTED && input.norms[i] !== 0) exponents.push(input.exponents[i]!)
    }
    const median = lowerMedian(exponents)
    if (median !== undefined) floors[l] = median - clip
  }
  return floors
}

/** e := max(e, floor) for every nonzero block of every row. */
export function applyFloors(input: LayerInput, floors: Int16Array): void {
  const blockCount = floors.length
  for (let i = 0; i < input.exponents.length; i++) {
    const floor = floors[i % blockCount]!
    if (input.norms[i] !== 0 && input.exponents[i]! < floor) input.exponents[i] = floor
  }
}

/** Is a nonzero block of an accepted row live? */
export const isLiveExponent = (exponent: number, layer: Layer): boolean => exponent <= layer.eMin + EXPONENT_SPREAD_MAX

/** eMin, e0 and T of every block; exponents are those after clipping. */
export function sumLayers(input: LayerInput, floors: Int16Array): Layer[] {
  return input.layout.dims.map((d, l) => sumLayer(input, d, l, floors[l]!))
}

function sumLayer(input: LayerInput, d: number, l: number, floor: number): Layer {
  const blockCount = input.layout.dims.length
  const members: number[] = []
  for (let row = 0; row < input.rowCount; row++) {
    const i = row * blockCount + l
    if (input.status[row] === ACCEPTED && input.norms[i] !== 0) members.push(i)
  }
  if (members.length === 0) return { d, e0: 0, eMin: 0, floor, sum: 0n }
  const eMin = members.reduce((least, i) => Math.min(least, input.exponents[i]!), Infinity)
  const live = members.filter((i) => input.exponents[i]! <= eMin + EXPONENT_SPREAD_MAX)
  const e0 = live.reduce((most, i) => Math.max(most, input.exponents[i]!), -Infinity)
  // One exact sum per exponent (below 2^20 · 2^31), then one shift each.
  const byExponent = new Map<number, number>()
  for (const i of live)
    byExponent.set(input.exponents[i]!, (byExponent.get(input.exponents[i]!) ?? 0) + input.norms[i]!)
  let sum = 0n
  for (const [exponent, norm] of byExponent) sum += BigInt(norm) << BigInt(2 * (e0 - exponent))
  return { d, e0, eMin, floor, sum }
}

/** rho: length of each accepted row's gradient measured with 1/λ, in 2^−16; and its lower median (0 if there is none). */
export function levelRows(
  input: LayerInput,
  layers: readonly Layer[],
  acceptedCount: number,
): { rho: BigUint64Array; rhoRef: bigint } {
  const rho = new BigUint64Array(input.rowCount)
  const positive: bigint[] = []
  const factors = layers.map(({ d }) => BigInt(10 * acceptedCount * d) << 32n)
  for (let row = 0; row < input.rowCount; row++) {
    if (input.status[row] !== ACCEPTED) continue
    let sum = 0n
    for (const [l, layer] of layers.entries()) {
      const i = row * layers.length + l
      if (input.norms[i] === 0 || !isLiveExponent(input.exponents[i]!, layer)) continue
      sum += ((BigInt(input.norms[i]!) << BigInt(2 * (layer.e0 - input.exponents[i]!))) * factors[l]!) / layer.sum
    }
    rho[row] = isqrt(sum)
    if (rho[row] !== 0n) positive.push(rho[row]!)
  }
  return { rho, rhoRef: lowerMedian(positive) ?? 0n }
}

/** 10·d/T as a 31-bit mantissa and an exponent (§5 step 8): M31 and xl. Needs T > 0. */
export function scaleOf(layer: Layer): { m31: number; xl: number } {
  const bits = bitLengthBig(layer.sum)
  const quotient = (BigInt(10 * layer.d) << BigInt(bits + 31)) / layer.sum
  const quotientBits = bitLengthBig(quotient)
  return { m31: Number(quotient >> BigInt(quotientBits - 31)), xl: quotientBits - 62 - bits }
}
