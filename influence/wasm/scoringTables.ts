/** What the scalar kernels need of an index beside its codes (`kernels/scoring.as`), written once into the lanes' memory. */
import { curvature, type ScoringIndex } from '../scoring/scoringIndex.ts'
import type { LaneMemory } from './lanes/laneMemory.ts'

/** Of a row and block. */
export const RATIO_BYTES = 8
export const NORM_BYTES = 4
const LAYER_BYTES = 64
/** Mantissas have 31 bits: their product with |Q| < 2^31, and half a unit, stay below 2^63. */
const MANTISSA_BITS = 31
/** From here on every |Q|·c is below 2^31 · 2^−33, and R = 0: so says a mantissa of 0. */
const SHIFT_MAX = 63

export interface ScoringTables {
  readonly ratios: number
  readonly norms: number
  readonly layers: number
}

/** Bytes of the tables of n rows and L blocks. */
export const tableBytes = (rowCount: number, blockCount: number): number =>
  rowCount * blockCount * (RATIO_BYTES + NORM_BYTES) + blockCount * LAYER_BYTES

export function allocateTables(memory: LaneMemory, rowCount: number, blockCount: number): ScoringTables {
  return {
    ratios: memory.allocate(rowCount * blockCount * RATIO_BYTES),
    norms: memory.allocate(rowCount * blockCount * NORM_BYTES),
    layers: memory.allocate(blockCount * LAYER_BYTES),
  }
}

export function writeTables(memory: LaneMemory, { ratios, norms, layers }: ScoringTables, index: ScoringIndex): void {
  const { tables } = index
  const blockCount = tables.layers.length
  memory.uint32(norms, index.norms.length).set(index.norms)
  for (let l = 0; l < blockCount; l++) {
    writeRatios(memory, ratios, index, l)
    writeLayer(memory, layers + l * LAYER_BYTES, index, l)
  }
}

/** c = m·2^−s with m in 2^30 … 2^31, off by half a unit and the 2^−50 of c that the double is off. */
function writeRatios(memory: LaneMemory, address: number, { tables, ratios }: ScoringIndex, l: number): void {
  const { header, layers, exponents } = tables
  const words = memory.uint32(address, 2 * header.rowCount * layers.length)
  const parts = new Uint32Array(2)
  const double = new Float64Array(parts.buffer)
  const { e0 } = layers[l]!
  for (let row = 0; row < header.rowCount; row++) {
    const ratio = ratios[l * header.rowCount + row]!
    const at = row * layers.length + l
    double[0] = ratio
    // From the bits of the double: c = mantissa · 2^(biased − 1023) with a mantissa in 1 … 2.
    const s = MANTISSA_BITS - 1 - ((parts[1]! >>> 20) - 1023)
    const isKept = ratio !== 0 && s <= SHIFT_MAX
    words[2 * at] = isKept ? Math.round(ratio * 2 ** s) : 0
    const below = ratio === 0 ? 0 : e0 - exponents[at]!
    words[2 * at + 1] = (isKept ? s : SHIFT_MAX) | (below << 8) | (ratio === 0 ? 0 : 1 << 16)
  }
}

/** T in three limbs, 10·nA·d, M31, e0, first column and columns. */
function writeLayer(
  memory: LaneMemory,
  address: number,
  { tables, acceptedCount, scales }: ScoringIndex,
  l: number,
): void {
  const layer = tables.layers[l]!
  const { offsets, paddedDims } = tables.layout
  const limbs = memory.bigInt64(address, 4)
  for (let i = 0; i < 3; i++) limbs[i] = BigInt.asIntN(64, layer.sum >> BigInt(64 * i))
  limbs[3] = curvature(layer, acceptedCount, layer.e0, 0)[0]
  memory.int32(address, LAYER_BYTES / 4).set([scales[l]?.m31 ?? 0, layer.e0, offsets[l]!, paddedDims[l]!], 8)
}
