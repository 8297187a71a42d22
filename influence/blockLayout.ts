/** Where the blocks of one row lie among its codes, and the checks that every code and exponent must pass. */
import { pad16 } from './arithmetic.ts'
import { type Refused, refuse } from './refusal.ts'

/** |S| ≤ L · 2^50 ≤ 2^62. */
export const BLOCKS_MAX = 4096
/** d · 127 · 128 < 2^31: one i32 accumulator holds any dot product with an int8 limb. */
export const BLOCK_DIM_MAX = 131_072
/** A row fits one GPU binding of 128 MiB. */
export const ROW_BYTES_MAX = 2 ** 26
/** Exponents that the quantiser can give. */
export const EXPONENT_MIN = -121
export const EXPONENT_MAX = 155
/** The largest |code| of a nonzero block; the bound on R rests on it. */
export const BLOCK_PEAK_MIN = 64

export interface BlockLayout {
  /** Coordinates per block. */
  readonly dims: readonly number[]
  /** Code bytes per block: dims rounded up to 16. */
  readonly paddedDims: readonly number[]
  /** First code byte of each block. */
  readonly offsets: readonly number[]
  readonly rowBytes: number
  /** D: coordinates without padding. */
  readonly coordinateCount: number
}

/** The layout of these blocks; refuses counts and sizes outside the bounds of §3.1. */
export function createBlockLayout(dims: readonly number[]): BlockLayout | Refused {
  if (dims.length < 1 || dims.length > BLOCKS_MAX) return refuse('BadLimit', `1 … ${BLOCKS_MAX} blocks`, dims.length)
  const offsets: number[] = []
  let rowBytes = 0
  let coordinateCount = 0
  for (const d of dims) {
    if (!Number.isInteger(d) || d < 1 || d > BLOCK_DIM_MAX)
      return refuse('BadLimit', `1 … ${BLOCK_DIM_MAX} coordinates`, d)
    offsets.push(rowBytes)
    rowBytes += pad16(d)
    coordinateCount += d
  }
  if (rowBytes > ROW_BYTES_MAX) return refuse('BadLimit', `a row of at most ${ROW_BYTES_MAX} bytes`, rowBytes)
  return { dims: [...dims], paddedDims: dims.map(pad16), offsets, rowBytes, coordinateCount }
}

/**
 * Checks the codes and exponents of `rowCount` rows (or queries): what the quantiser could not have written is refused.
 * Refusals name rows of an index when the number of the first one is given.
 */
export function checkCodes(
  layout: BlockLayout,
  rowCount: number,
  codes: Int8Array,
  exponents: Int16Array,
  firstRow?: number,
): Refused | undefined {
  const blockCount = layout.dims.length
  for (let row = 0; row < rowCount; row++) {
    for (let l = 0; l < blockCount; l++) {
      const bad = checkBlock(layout, l, codes, row * layout.rowBytes, exponents[row * blockCount + l]!)
      if (bad) return { ...bad, place: firstRow === undefined ? `block ${l}` : `row ${firstRow + row}, block ${l}` }
    }
  }
  return undefined
}

function checkBlock(
  layout: BlockLayout,
  l: number,
  codes: Int8Array,
  rowStart: number,
  exponent: number,
): Refused | undefined {
  const start = rowStart + layout.offsets[l]!
  const end = start + layout.dims[l]!
  let peak = 0
  for (let j = start; j < end; j++) {
    const size = Math.abs(codes[j]!)
    if (size > peak) peak = size
  }
  if (peak > 127) return refuse('CodeRange', 'codes in −127 … 127', -128)
  for (let j = end; j < start + layout.paddedDims[l]!; j++) {
    if (codes[j] !== 0) return refuse('BadPadding', 0, codes[j])
  }
  if (peak === 0) return exponent === 0 ? undefined : refuse('CodeRange', 'exponent 0 of an all-zero block', exponent)
  if (peak < BLOCK_PEAK_MIN) return refuse('CodeRange', `a code of at least ±${BLOCK_PEAK_MIN} in block ${l}`, peak)
  if (exponent < EXPONENT_MIN || exponent > EXPONENT_MAX) {
    return refuse('CodeRange', `an exponent in ${EXPONENT_MIN} … ${EXPONENT_MAX}`, exponent)
  }
  return undefined
}
