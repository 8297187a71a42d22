/** LoRA fine-tuning: rows in shuffled epochs, batches of one fixed shape, AdamW, loss on the answer only. */
import { type Array as JaxArray, tree } from '@jax-js/jax'
import type { Row } from '../../primitives/rows.ts'
import { type AdapterConfig, encodeAdapter, parseTargets, RANK_MAX } from '../format/adapter.ts'
import type { ModelConfig } from '../format/modelConfig.ts'
import { randomGenerator, shuffle } from '../random.ts'
import { isRefused, refuse } from '../refusal.ts'
import type { StudioRefused, Trained, TrainOptions } from '../surface.ts'
import { compileStep, createOptimiserState, disposeOptimiserState } from './adamw.ts'
import { batchWidth, makeBatch, type TokenRow, tokenRow } from './batch.ts'
import { type Tensors, take } from './jax.ts'
import type { DeviceBatch, LoadedBase, RunControl } from './loadedBase.ts'
import { downloadAdapter, initialAdapter, loraScale, uploadAdapter } from './lora.ts'
import { rowLosses, toDevice } from './loss.ts'

/** Two weeks of one core at a tenth of a second a step; a typing error asks for more. */
const STEPS_MAX = 10_000_000
const BATCH_ROWS_MAX = 1024
/** An index holds at most 2^20 rows (influence.md §3.1). */
const ROWS_MAX = 2 ** 20

/** Rows → adapter. The same base, rows and options give the same bytes on every machine. */
export async function trainAdapter(
  base: LoadedBase,
  rows: readonly Row[],
  options: TrainOptions,
  control: RunControl,
): Promise<Trained | StudioRefused> {
  const { model } = base
  const tokenRows = tokenRowsOf(model, rows)
  if (isRefused(tokenRows)) return tokenRows
  const config = checkOptions(model, options, tokenRows)
  if (isRefused(config)) return config
  const scale = loraScale(config)
  const step = compileStep(((adapter: Tensors, frozen: Tensors, ...batch: DeviceBatch) =>
    rowLosses(model, frozen, adapter, scale, batch).mean()) as (p: Tensors, ...rest: never[]) => JaxArray)
  const state = createOptimiserState(uploadAdapter(model, initialAdapter(model, config, options.seed)))
  const order = rowOrder(tokenRows, options.seed)
  const report = trainReporter(options, control)
  const losses = new Float32Array(options.steps)
  const startMs = control.clock()
  try {
    for (let at = 1; at <= options.steps; at++) {
      if (control.isAborted()) return refuse('Aborted', `${options.steps} steps`, `aborted after ${at - 1}`)
      const picked = Array.from({ length: options.batchRows }, order)
      const batch = makeBatch(model, picked, options.batchRows, config.contextTokens)
      const loss = (await take(step(state, options, at, [tree.ref(base.tensors), ...toDevice(batch)])))[0]!
      if (!Number.isFinite(loss))
        return refuse('NonFinite', 'a finite loss; lower learningRate', `${loss} at step ${at}`)
      losses[at - 1] = loss
      report(at, loss, batch.answerTokens)
    }
    const adapter = encodeAdapter(await downloadAdapter(model, config, state.parameters))
    return { adapter, losses, trainedMs: control.clock() - startMs }
  } finally {
    disposeOptimiserState(state)
  }
}

/** Every row as tokens, or the first that does not fit, by number. */
export function tokenRowsOf(
  model: ModelConfig,
  rows: readonly Row[],
  contextTokens = model.contextTokens,
): TokenRow[] | StudioRefused {
  if (rows.length === 0) return refuse('NoRows', 'at least 1 row', 'none')
  if (rows.length > ROWS_MAX) return refuse('TooManyRows', `at most ${ROWS_MAX} rows`, `${rows.length}`)
  const out: TokenRow[] = []
  for (const [i, row] of rows.entries()) {
    const tokens = tokenRow(model, row, contextTokens)
    if (isRefused(tokens)) return { ...tokens, got: `row ${i}: ${tokens.got}` }
    out.push(tokens)
  }
  return out
}

function checkOptions(
  model: ModelConfig,
  options: TrainOptions,
  rows: readonly TokenRow[],
): AdapterConfig | StudioRefused {
  const bad = (expected: string, got: unknown) => refuse('BadOption', expected, JSON.stringify(got) ?? 'nothing')
  const isCount = (x: number, least: number, most: number) => Number.isSafeInteger(x) && x >= least && x <= most
  const { seed, steps, batchRows, learningRate, warmupSteps, weightDecay, rank, alpha } = options
  if (!isCount(seed, 0, 2 ** 32 - 1)) return bad('seed in 0 … 2^32 − 1', seed)
  if (!isCount(steps, 1, STEPS_MAX)) return bad(`steps in 1 … ${STEPS_MAX}`, steps)
  if (!isCount(batchRows, 1, BATCH_ROWS_MAX)) return bad(`batchRows in 1 … ${BATCH_ROWS_MAX}`, batchRows)
  if (!(learningRate > 0 && learningRate < 1)) return bad('learningRate between 0 and 1', learningRate)
  if (!isCount(warmupSteps, 0, steps)) return bad(`warmupSteps in 0 … ${steps}`, warmupSteps)
  if (!(weightDecay >= 0 && weightDecay * learningRate < 1))
    return bad('weightDecay in 0 … 1 / learningRate', weightDecay)
  if (!isCount(rank, 1, RANK_MAX)) return bad(`rank in 1 … ${RANK_MAX}`, rank)
  if (!isCount(alpha, 1, 1024)) return bad('alpha in 1 … 1024', alpha)
  const targets = parseTargets([...options.targets].sort())
  if (targets === undefined) return bad('targets that the base has, each once', options.targets)
  const fitting = batchWidth(model, rows)
  const contextTokens = options.contextTokens ?? fitting
  if (!isCount(contextTokens, fitting, model.contextTokens))
    return bad(`contextTokens in ${fitting} … ${model.contextTokens}`, contextTokens)
  return { rank, alpha, targets, contextTokens }
}

/** Draws rows epoch by epoch, each epoch in a new order. */
function rowOrder(rows: readonly TokenRow[], seed: number): () => TokenRow {
  // Another stream than the adapter's first values, which the same seed names.
  const generator = randomGenerator(seed ^ 0x5bd1e995)
  let left: TokenRow[] = []
  return () => {
    if (left.length === 0) left = shuffle(generator, [...rows])
    return left.pop()!
  }
}

function trainReporter(
  options: TrainOptions,
  control: RunControl,
): (step: number, loss: number, tokens: number) => void {
  const { clock } = control
  const startMs = clock()
  let tokensSeen = 0
  return (step, loss, tokens) => {
    tokensSeen += tokens
    const spentMs = Math.max(clock() - startMs, 1)
    const tokensPerSecond = (tokensSeen / spentMs) * 1000
    const msLeft = (spentMs / step) * (options.steps - step)
    control.report({ kind: 'train', step, steps: options.steps, loss, tokensPerSecond, msLeft })
  }
}
