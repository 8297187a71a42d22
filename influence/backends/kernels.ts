/** What a back end must compute: integer dot products and column sums over one index; all else is shared (§10.3). */
import type { CodeSource } from '../codeSource.ts'
import type { FlagSource } from '../gradients/verifyIndex.ts'
import type { RawScore, ScoringIndex, StageObserver } from '../scoring/scoringIndex.ts'
import type { Backend, Query } from '../surface.ts'
import type { OnStage } from './stage.ts'

/**
 * Kernels over the codes of one opened index of n rows and L blocks, rowBytes codes a row. `count` queries stand one after
 * another in every operand and result, and the blocks of one query likewise. Results cover all rows, live or not.
 */
export interface Kernels {
  readonly backend: Backend
  /** Step 3: count × rowBytes codes → count × L × n sums Σ a·b, each below 2^31. */
  dotRows(vectors: Int8Array, count: number): Promise<Int32Array>
  /** Step 6: count × L × n weights of at most ±2^14 → count × rowBytes sums Σ W·a, each below 2^41. */
  mixRows(weights: Int16Array, count: number): Promise<Float64Array>
  /** Step 8: count × rowBytes values of at most ±2^14 → count × L × n sums Σ a·H, each below 2^38. */
  dotRowsWide(vectors: Int16Array, count: number): Promise<Float64Array>
  /** Where a device keeps every intermediate value: steps 3 to 9 in one go, the same bits as `scoreQueries` of scoring/dataInf.ts. */
  scoreQueries?(
    index: ScoringIndex,
    queries: readonly Query[],
    observe?: StageObserver,
    onStage?: OnStage,
  ): Promise<RawScore[]>
  close(): void
}

export interface KernelInput {
  readonly rowCount: number
  readonly rowBytes: number
  /** First code byte and code bytes of each block of a row. */
  readonly offsets: readonly number[]
  readonly paddedDims: readonly number[]
  readonly codes: CodeSource
}

export interface KernelOptions {
  /** Bytes of codes that may stay on the device; a larger index is streamed, one pass a call. Default: the device's own. */
  readonly memoryBytesMax?: number
}

export interface BackendFact {
  readonly name: string
  readonly value: string
}

/** A back end that failed to open, and why. */
export interface PassedOver {
  readonly backend: Backend
  readonly code: string
  readonly message: string
}

/** A device, or the CPU: opens kernels over an index's codes and computes guard flags. */
export interface ComputeBackend {
  readonly backend: Backend
  /** What runs: the name of the GPU adapter, or why there is none. */
  readonly description: string
  /** The device, its limits and the kernels in use, for people. */
  readonly facts?: readonly BackendFact[]
  /** What was tried first and is not used. */
  readonly passedOver?: readonly PassedOver[]
  readonly flagRows: FlagSource
  openKernels(index: KernelInput, options?: KernelOptions): Promise<Kernels>
  close(): void
}
