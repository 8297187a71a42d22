/**
 * Per-row LoRA gradients. A and B are tiled over the rows of a batch and the *sum* of the row losses is differentiated:
 * each row's copy receives that row's gradient, in one backward pass (30 times the speed of `vmap(grad)`).
 */
import { type Array as JaxArray, jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import type { Adapter } from '../format/adapter.ts'
import type { ModelConfig } from '../format/modelConfig.ts'
import { refuse } from '../refusal.ts'
import type { RowGradients, StudioRefused } from '../surface.ts'
import { makeBatch, type TokenRow } from './batch.ts'
import { type Tensors, take } from './jax.ts'
import type { DeviceBatch, GradientKernel, LoadedBase, RunControl } from './loadedBase.ts'
import { loraBlocks, loraScale } from './lora.ts'
import { rowLosses, toDevice } from './loss.ts'
import { turned } from './weights.ts'

/** Rows of one batch, always: the last is padded, so that every row meets the same kernels. */
const GRADIENT_BATCH_ROWS = 16

/** Compiles losses [rows] and gradients [rows, …] of tiled adapters. */
export function compileRowGradients(model: ModelConfig, scale: number): GradientKernel {
  const both = valueAndGrad(
    (tiled: Tensors, frozen: Tensors, ...batch: DeviceBatch) => {
      const losses = rowLosses(model, frozen, tiled, scale, batch)
      return [losses.ref.sum(), losses]
    },
    { hasAux: true },
  )
  return jit((adapter: Tensors, frozen: Tensors, ...batch: DeviceBatch) => {
    const rows = batch[0].shape[0]!
    const tile = (x: JaxArray) => np.broadcastTo(x.reshape([1, ...x.shape]), [rows, ...x.shape])
    const [[total, losses], gradient] = both(tree.map(tile, adapter) as Tensors, frozen, ...batch) as [
      [JaxArray, JaxArray],
      Tensors,
    ]
    total.dispose()
    return [losses, gradient]
  }) as unknown as GradientKernel
}

/** Gradients of the rows' losses at the adapter's weights; rows do not influence each other's bits. */
export async function computeRowGradients(
  base: LoadedBase,
  adapter: Adapter,
  device: Tensors,
  rows: readonly TokenRow[],
  control: RunControl,
): Promise<RowGradients | StudioRefused> {
  const { model } = base
  const { contextTokens } = adapter.config
  const kernel = base.kernels.rowGradients(loraScale(adapter.config))
  const blocks = loraBlocks(model, adapter.config)
  const out = blocks.map((block) => new Float32Array(rows.length * block.rows * block.columns))
  const losses = new Float32Array(rows.length)
  const startMs = control.clock()
  for (let at = 0; at < rows.length; at += GRADIENT_BATCH_ROWS) {
    if (control.isAborted()) return refuse('Aborted', `${rows.length} rows`, `aborted after ${at}`)
    const some = rows.slice(at, at + GRADIENT_BATCH_ROWS)
    const batch = makeBatch(model, some, GRADIENT_BATCH_ROWS, contextTokens)
    const [lossArray, gradient] = kernel(tree.ref(device), tree.ref(base.tensors), ...toDevice(batch))
    losses.set((await take(lossArray)).subarray(0, some.length), at)
    for (const [l, { deviceName, rows: height, columns }] of blocks.entries()) {
      const tiled = await take(gradient[deviceName]!)
      const size = height * columns
      for (let r = 0; r < some.length; r++)
        out[l]!.set(turned(tiled.subarray(r * size, (r + 1) * size), columns, height), (at + r) * size)
    }
    const done = at + some.length
    const msLeft = ((control.clock() - startMs) / done) * (rows.length - done)
    control.report({ kind: 'gradients', rowsDone: done, rows: rows.length, msLeft })
  }
  return {
    blockNames: blocks.map((block) => block.name),
    blockDims: blocks.map((block) => block.rows * block.columns),
    rowCount: rows.length,
    blocks: out,
    losses,
  }
}
