/** What every engine function is given: a base on the device, its compiled kernels, and control over a run. */
import type { Array as JaxArray } from '@jax-js/jax'
import type { ModelConfig } from '../format/modelConfig.ts'
import type { Progress } from '../surface.ts'
import type { Tensors } from './jax.ts'

/** Milliseconds since any fixed moment; for progress only, never part of a result's bits. */
export type Clock = () => number

export interface RunControl {
  readonly clock: Clock
  readonly isAborted: () => boolean
  readonly report: (progress: Progress) => void
}

/** A batch on the device: tokens, targets, weights, each [rows, width]. */
export type DeviceBatch = [JaxArray, JaxArray, JaxArray]

/** Tokens [rows, width] → logits [rows, width, vocabulary]. */
export type LogitsKernel = (adapter: Tensors, base: Tensors, tokens: JaxArray) => JaxArray
/** → losses [rows]. */
export type LossKernel = (adapter: Tensors, base: Tensors, ...batch: DeviceBatch) => JaxArray
/** → losses [rows], and per matrix the gradients [rows, columns, rows of the matrix]. */
export type GradientKernel = (adapter: Tensors, base: Tensors, ...batch: DeviceBatch) => [JaxArray, Tensors]

/** Tokens and weights, both [texts, width] → embeddings [texts, model width]. */
export type EmbeddingKernel = (adapter: Tensors, base: Tensors, tokens: JaxArray, weights: JaxArray) => JaxArray

/** Compiled functions, one per adapter scale: the scale is a constant inside a kernel. All consume their arguments. */
export interface Kernels {
  readonly logits: (scale: number) => LogitsKernel
  readonly losses: (scale: number) => LossKernel
  readonly rowGradients: (scale: number) => GradientKernel
  readonly embeddings: (scale: number) => EmbeddingKernel
}

export interface LoadedBase {
  readonly model: ModelConfig
  readonly tensors: Tensors
  readonly kernels: Kernels
}
