/** What a back end must compute: integer dot products and column sums over one index; all else is shared (§10.3). */

import type { FlagSource } from '../gradients/verifyIndex.ts'
import type { Backend } from '../surface.ts'

/**
 * Kernels over the codes of one opened index, block by block. `count` queries stand one after another in every operand
 * and result; n = rows of the index, d' = padded coordinates of block l. Results cover all rows, live or not.
 */
export interface Kernels {
  readonly backend: Backend
  /** Step 3: count × d' codes → count × n sums Σ a·b, below 2^31. */
  dotRows(l: number, vectors: Int8Array, count: number): Promise<Int32Array>
  /** Step 8: count × d' values of at most ±2^14 → count × n sums Σ a·H, below 2^38. */
  dotRowsWide(l: number, vectors: Int16Array, count: number): Promise<Float64Array>
  /** Step 6: count × n weights of at most ±2^14 → count × d' sums Σ W·a, below 2^41. */
  mixRows(l: number, weights: Int16Array, count: number): Promise<Float64Array>
  close(): void
}

/** A device, or the CPU: opens kernels over an index's codes and computes guard flags. */
export interface ComputeBackend {
  readonly backend: Backend
  /** What runs: the name of the gpuAdapter, or why there is none. */
  readonly description: string
  readonly flagRows: FlagSource
  openKernels(index: KernelInput): Promise<Kernels>
  close(): void
}

export interface KernelInput {
  readonly rowCount: number
  readonly rowBytes: number
  readonly offsets: readonly number[]
  readonly paddedDims: readonly number[]
  /** rowCount × rowBytes. */
  readonly codes: Int8Array
}
