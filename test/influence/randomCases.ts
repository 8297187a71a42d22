/** Random small indexes for property tests: values with wide exponents, zeros, ties and duplicates, from fast-check. */
import fc from 'fast-check'
import type { BuiltIndex } from '../../influence/buildIndex.ts'
import { wordsOf } from '../../influence/quantise.ts'
import type { Query } from '../../influence/surface.ts'
import { buildOrThrow, queryOf, rowsOf } from './conformance/vectorCases.ts'

export interface RandomCase {
  readonly dims: readonly number[]
  readonly rows: readonly (readonly number[])[]
  readonly query: readonly number[]
}

/** A float that f32 holds exactly: mantissa of 8 bits, so that ties and equal codes happen, and an exponent. */
const value = (spread: number): fc.Arbitrary<number> =>
  fc
    .tuple(fc.integer({ min: -255, max: 255 }), fc.integer({ min: -spread, max: spread }))
    .map(([mantissa, exponent]) => Math.fround(mantissa * 2 ** exponent))

const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0)

/** `spread`: exponents within a row; `rowSpread`: between rows. */
export function randomCase(
  options: { spread?: number; rowSpread?: number; rowsMax?: number; dims?: readonly number[] } = {},
): fc.Arbitrary<RandomCase> {
  const { spread = 3, rowSpread = 6, rowsMax = 9 } = options
  const shapes = fc.array(fc.integer({ min: 1, max: 18 }), { minLength: 1, maxLength: 4 })
  return (options.dims === undefined ? shapes : fc.constant(options.dims)).chain((dims) => {
    const width = sum(dims)
    const line = fc.array(value(spread), { minLength: width, maxLength: width })
    const row = fc
      .tuple(line, fc.integer({ min: -rowSpread, max: rowSpread }))
      .map(([values, shift]) => values.map((x) => Math.fround(x * 2 ** shift)))
    return fc.record({
      dims: fc.constant(dims),
      rows: fc.array(row, { minLength: 1, maxLength: rowsMax }),
      query: line,
    })
  })
}

const ZERO = new Uint8Array(32)

export function buildCase(
  { dims, rows }: Pick<RandomCase, 'dims' | 'rows'>,
  options: { tau?: number; clip?: number; ids?: readonly (readonly string[])[] } = {},
): BuiltIndex {
  const words = rows.map((row) => wordsOf(Float32Array.from(row)))
  const { tau = 0, clip = 255 } = options
  return buildOrThrow(rowsOf(words, dims, options.ids), {
    blockDims: dims,
    tau,
    clip,
    modelVersion: ZERO,
    guardSeed: ZERO,
  })
}

export const queryOfValues = (values: readonly number[], built: BuiltIndex): Query =>
  queryOf(wordsOf(Float32Array.from(values)), built, 1n)

/** Values of each block, in another order of blocks. */
export function permuteBlocks(values: readonly number[], dims: readonly number[], order: readonly number[]): number[] {
  const starts = dims.map((_, l) => sum(dims.slice(0, l)))
  return order.flatMap((l) => values.slice(starts[l], starts[l]! + dims[l]!))
}
