/** Shapes that are no multiples of a group, a chunk, a tile or a task, and operands for them; shared by the tests of kernels. */
import type { KernelInput } from '../../../influence/backends/kernels.ts'
import { memoryCodes } from '../../../influence/codeSource.ts'

export interface Shape {
  readonly rowCount: number
  readonly widths: readonly number[]
  readonly count: number
}

export const SHAPES: readonly Shape[] = [
  { rowCount: 1, widths: [16], count: 1 },
  { rowCount: 3, widths: [32, 16], count: 2 },
  { rowCount: 5, widths: [16], count: 3 },
  { rowCount: 257, widths: [16, 48, 112], count: 5 },
  { rowCount: 300, widths: [64, 16], count: 7 },
  { rowCount: 65, widths: [1040], count: 4 },
  { rowCount: 1030, widths: [1024, 1040, 16], count: 1 },
  { rowCount: 2050, widths: [1040, 16], count: 3 },
  { rowCount: 4001, widths: [512, 528], count: 4 },
  { rowCount: 9, widths: [131_072, 16], count: 2 },
  { rowCount: 37, widths: [1040, 48], count: 24 },
  { rowCount: 130, widths: [16, 528], count: 33 },
]

export const rowBytesOf = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0)

export function inputOf({ rowCount, widths }: Shape, codes: Int8Array): KernelInput {
  const rowBytes = rowBytesOf(widths)
  const offsets = widths.map((_, l) => rowBytesOf(widths.slice(0, l)))
  return { rowCount, rowBytes, offsets, paddedDims: widths, codes: memoryCodes(codes, rowCount, rowBytes) }
}

export interface Operands {
  readonly codes: Int8Array
  readonly vectors: Int8Array
  readonly weights: Int16Array
  readonly directions: Int16Array
}

/** `code` gives −127 … 127, `wide` −2^14 … 2^14. */
export function operandsOf({ rowCount, widths, count }: Shape, code: () => number, wide: () => number): Operands {
  const rowBytes = rowBytesOf(widths)
  return {
    codes: Int8Array.from({ length: rowCount * rowBytes }, code),
    vectors: Int8Array.from({ length: count * rowBytes }, code),
    weights: Int16Array.from({ length: count * widths.length * rowCount }, wide),
    directions: Int16Array.from({ length: count * rowBytes }, wide),
  }
}

export function randomOperands(shape: Shape, next: () => number): Operands {
  return operandsOf(
    shape,
    () => (next() % 255) - 127,
    () => (next() % 32_769) - 16_384,
  )
}

export function differences(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let differ = Math.abs(a.length - b.length)
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) differ++
  return differ
}
