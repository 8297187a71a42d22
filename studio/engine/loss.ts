/** Mean cross-entropy over answer tokens, row by row. */
import { type Array as JaxArray, jit, nn } from '@jax-js/jax'
import type { ModelConfig } from '../format/modelConfig.ts'
import type { Batch } from './batch.ts'
import { f32, i32, type Tensors } from './jax.ts'
import type { DeviceBatch, LossKernel } from './loadedBase.ts'
import { forward } from './transformer.ts'

export function toDevice(batch: Batch): DeviceBatch {
  const shape = [batch.rowCount, batch.width]
  return [i32(batch.tokens, shape), i32(batch.targets, shape), f32(batch.weights, shape)]
}

/** Losses [rows]. Consumes everything it is given. */
export function rowLosses(
  config: ModelConfig,
  base: Tensors,
  adapter: Tensors,
  scale: number,
  [tokens, targets, weights]: DeviceBatch,
): JaxArray {
  const logProbabilities = nn.logSoftmax(forward(config, base, adapter, scale, tokens), -1)
  // A one-hot product instead of a gather: under differentiation jax-js turns a gather into a slow scatter.
  const wanted = logProbabilities.mul(nn.oneHot(targets, config.vocabularySize)).sum(-1)
  return wanted.mul(weights).sum(-1).neg()
}

export function compileLosses(model: ModelConfig, scale: number): LossKernel {
  return jit((adapter: Tensors, base: Tensors, ...batch: DeviceBatch) =>
    rowLosses(model, base, adapter, scale, batch),
  ) as unknown as LossKernel
}
