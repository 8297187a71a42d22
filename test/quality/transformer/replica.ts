/** LoRA runs of the experiments on the studio's engine: train on rows or on a subset, gradients, losses after a change. */
import { type Array as JaxArray, tree } from '@jax-js/jax'
import type { Row } from '../../../primitives/rows.ts'
import { compileStep, createOptimiserState } from '../../../studio/engine/adamw.ts'
import { makeBatch, type TokenRow } from '../../../studio/engine/batch.ts'
import { type Tensors, take } from '../../../studio/engine/jax.ts'
import type { DeviceBatch, LoadedBase, RunControl } from '../../../studio/engine/loadedBase.ts'
import { downloadAdapter, initialAdapter, loraBlocks, loraScale, uploadAdapter } from '../../../studio/engine/lora.ts'
import { rowLosses, toDevice } from '../../../studio/engine/loss.ts'
import { computeRowGradients } from '../../../studio/engine/rowGradients.ts'
import type { Adapter, AdapterConfig } from '../../../studio/format/adapter.ts'
import { randomGenerator, shuffle } from '../../../studio/random.ts'
import { isRefused } from '../../../studio/refusal.ts'
import type { GradientSet } from '../floatMethods.ts'
import { cachedFloats } from '../resultCache.ts'

export interface LoraOptions {
  readonly seed: number
  readonly steps: number
  readonly batchRows: number
  readonly learningRate: number
  readonly weightDecay: number
  readonly config: AdapterConfig
}

/** Trains on subsets of `rows` with one compiled step; a subset always sees the same number of steps. */
export interface Trainer {
  train(subset: readonly number[], seed: number, steps?: number): Promise<Adapter>
  /** The adapters of one run after each of the steps `at`. */
  checkpoints(subset: readonly number[], seed: number, at: readonly number[]): Promise<Adapter[]>
  losses(adapter: Adapter, rows: readonly TokenRow[]): Promise<Float32Array>
  gradients(adapter: Adapter, rows: readonly TokenRow[], queries: readonly TokenRow[]): Promise<GradientSet>
}

const LOSS_BATCH_ROWS = 50
const STILL: RunControl = { clock: () => 0, isAborted: () => false, report: () => undefined }

/** `key` names base and rows for the cache. */
export function createTrainer(base: LoadedBase, rows: readonly TokenRow[], options: LoraOptions, key: string): Trainer {
  const { model } = base
  const { config, batchRows } = options
  const scale = loraScale(config)
  const step = compileStep(((adapter: Tensors, frozen: Tensors, ...batch: DeviceBatch) =>
    rowLosses(model, frozen, adapter, scale, batch).mean()) as (p: Tensors, ...rest: never[]) => JaxArray)
  const train = async (
    subset: readonly number[],
    seed: number,
    steps: number,
    onStep: (at: number, parameters: Tensors) => Promise<void> = async () => undefined,
  ): Promise<Adapter> => {
    const state = createOptimiserState(uploadAdapter(model, initialAdapter(model, config, seed)))
    const generator = randomGenerator(seed ^ 0x5bd1e995)
    const schedule = { ...options, steps, warmupSteps: Math.ceil(steps / 20) }
    let left: number[] = []
    for (let at = 1; at <= steps; at++) {
      const picked: TokenRow[] = []
      while (picked.length < batchRows) {
        if (left.length === 0) left = shuffle(generator, [...subset])
        picked.push(rows[left.pop()!]!)
      }
      const batch = makeBatch(model, picked, batchRows, config.contextTokens)
      const loss = await take(step(state, schedule, at, [tree.ref(base.tensors), ...toDevice(batch)]))
      if (!Number.isFinite(loss[0])) throw new RangeError(`training diverged at step ${at}`)
      await onStep(at, state.parameters)
    }
    const adapter = await downloadAdapter(model, config, state.parameters)
    tree.dispose([state.parameters, state.mean, state.square])
    return adapter
  }
  return {
    train: async (subset, seed, steps = options.steps) => {
      const name = JSON.stringify([key, options, seed, steps, subset])
      const values = await cachedFloats(name, async () => flattened(await train(subset, seed, steps)))
      return adapterOf(base, config, values)
    },
    checkpoints: async (subset, seed, at) => {
      const name = JSON.stringify([key, options, seed, options.steps, subset, 'checkpoints', at])
      const values = await cachedFloats(name, async () => {
        const parts: Float32Array[] = []
        const keep = async (step: number, parameters: Tensors) => {
          if (at.includes(step)) parts.push(flattened(await downloadAdapter(model, config, parameters)))
        }
        await train(subset, seed, options.steps, keep)
        return joined(parts)
      })
      const size = values.length / at.length
      return at.map((_, c) => adapterOf(base, config, values.subarray(c * size, (c + 1) * size)))
    },
    losses: (adapter, asked) => lossesOf(base, adapter, asked),
    gradients: async (adapter, own, queries) => {
      const device = uploadAdapter(model, adapter)
      const of = async (some: readonly TokenRow[]) => {
        const found = await computeRowGradients(base, adapter, device, some, STILL)
        if (isRefused(found)) throw new RangeError(`no gradients: ${found.got}`)
        return found
      }
      const [a, b] = [await of(own), await of(queries)]
      tree.dispose(device)
      const counts = { rowCount: own.length, queryCount: queries.length }
      return { dims: a.blockDims, rows: a.blocks, queries: b.blocks, ...counts }
    },
  }
}

async function lossesOf(base: LoadedBase, adapter: Adapter, rows: readonly TokenRow[]): Promise<Float32Array> {
  const { model, kernels, tensors } = base
  const device = uploadAdapter(model, adapter)
  const kernel = kernels.losses(loraScale(adapter.config))
  const out = new Float32Array(rows.length)
  // Two shapes are compiled at most: a full batch, and one row for the many single questions.
  const size = rows.length === 1 ? 1 : LOSS_BATCH_ROWS
  for (let at = 0; at < rows.length; at += size) {
    const some = rows.slice(at, at + size)
    const batch = makeBatch(model, some, size, adapter.config.contextTokens)
    const losses = await take(kernel(tree.ref(device), tree.ref(tensors), ...toDevice(batch)))
    out.set(losses.subarray(0, some.length), at)
  }
  tree.dispose(device)
  return out
}

const flattened = (adapter: Adapter): Float32Array => joined([...adapter.tensors.values()].map(({ data }) => data))

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function adapterOf({ model }: LoadedBase, config: AdapterConfig, values: Float32Array): Adapter {
  let at = 0
  const entries = loraBlocks(model, config).map(({ name, rows, columns }) => {
    const data = values.slice(at, at + rows * columns)
    at += data.length
    return [name, { shape: [rows, columns], data }] as const
  })
  return { config, tensors: new Map(entries) }
}

/** The adapter moved by `step` times `direction`, block by block in index order. */
export function moved(
  base: LoadedBase,
  adapter: Adapter,
  direction: readonly ArrayLike<number>[],
  step: number,
): Adapter {
  const tensors = new Map(adapter.tensors)
  for (const [l, { name }] of loraBlocks(base.model, adapter.config).entries()) {
    const { shape, data } = tensors.get(name)!
    tensors.set(name, { shape, data: data.map((x, j) => x + step * direction[l]![j]!) })
  }
  return { config: adapter.config, tensors }
}

/** Rows of a labelled experiment. */
export interface LabelledRows {
  readonly rows: readonly Row[]
  readonly labels: readonly number[]
}
