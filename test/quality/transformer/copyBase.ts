/** The replica's base (influence.md §14): a two-layer character transformer that has learned to copy and nothing else. */
import { type Array as JaxArray, tree } from '@jax-js/jax'
import { utf8 } from '../../../primitives/bytes.ts'
import type { Row } from '../../../primitives/rows.ts'
import { compileStep, createOptimiserState } from '../../../studio/engine/adamw.ts'
import { makeBatch, type TokenRow, tokenRow } from '../../../studio/engine/batch.ts'
import { type Tensors, take } from '../../../studio/engine/jax.ts'
import type { DeviceBatch, LoadedBase } from '../../../studio/engine/loadedBase.ts'
import { compileLosses, rowLosses, toDevice } from '../../../studio/engine/loss.ts'
import { compileRowGradients } from '../../../studio/engine/rowGradients.ts'
import { downloadBase, type HostTensors, initialBase, uploadBase } from '../../../studio/engine/weights.ts'
import type { ModelConfig } from '../../../studio/format/modelConfig.ts'
import { decodeSafetensors, encodeSafetensors } from '../../../studio/format/safetensors.ts'
import { type Generator, pick, randomGenerator } from '../../../studio/random.ts'
import { isRefused } from '../../../studio/refusal.ts'
import { cached } from '../resultCache.ts'

/** ASCII and three tokens: half the logits of the shipped base's byte vocabulary. */
export const REPLICA_MODEL: ModelConfig = {
  vocabularySize: 132,
  contextTokens: 64,
  width: 64,
  innerWidth: 256,
  layers: 2,
  heads: 4,
  normEpsilon: 1e-5,
  padToken: 128,
  separatorToken: 129,
  stopToken: 130,
}

const BATCH_ROWS = 32
const WIDTH = 40
/** Longer rows, for the arithmetic templates: every eighth step. */
const LONG_WIDTH = 64
const LONG_EVERY = 8
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']
const DIGITS = [...'0123456789']

/** An invented prompt and its phrase as the answer: the name before the colon says nothing. */
function copyRow(generator: Generator, bytesMax: number): Row {
  for (;;) {
    const letters = (count: number, from: readonly string[]) =>
      Array.from({ length: count }, () => pick(generator, from)).join('')
    const word = () =>
      generator.below(5) === 0 ? letters(1 + generator.below(2), DIGITS) : letters(2 + generator.below(4), LETTERS)
    const phrase = Array.from({ length: 1 + generator.below(bytesMax > WIDTH ? 5 : 3) }, word).join(' ')
    const input = utf8(`${letters(2 + generator.below(3), LETTERS)}: ${phrase}`)
    const output = utf8(phrase)
    if (input.length + output.length <= bytesMax) return { input, output }
  }
}

/** Rows → tokens; a row that does not fit is a mistake of the experiment. */
export function tokensOf(model: ModelConfig, rows: readonly Row[]): TokenRow[] {
  return rows.map((row) => {
    const tokens = tokenRow(model, row)
    if (isRefused(tokens)) throw new RangeError(`a row does not fit: ${tokens.got}`)
    return tokens
  })
}

function copyBatch(generator: Generator, step: number): DeviceBatch {
  const isLong = step % LONG_EVERY === 0
  const width = isLong ? LONG_WIDTH : WIDTH
  const count = isLong ? BATCH_ROWS / 2 : BATCH_ROWS
  const rows = tokensOf(
    REPLICA_MODEL,
    Array.from({ length: count }, () => copyRow(generator, width - 1)),
  )
  return toDevice(makeBatch(REPLICA_MODEL, rows, count, width))
}

async function pretrain(seed: number, steps: number, say: (line: string) => void): Promise<Uint8Array> {
  const model = REPLICA_MODEL
  const generator = randomGenerator(seed)
  const state = createOptimiserState(uploadBase(model, initialBase(model, generator)))
  const step = compileStep(((parameters: Tensors, ...batch: DeviceBatch) =>
    rowLosses(model, parameters, {}, 1, batch).mean()) as (p: Tensors, ...rest: never[]) => JaxArray)
  const schedule = { steps, warmupSteps: 50, learningRate: 4e-3, weightDecay: 0 }
  let loss = 0
  for (let at = 1; at <= steps; at++) {
    loss = loss * 0.95 + (await take(step(state, schedule, at, copyBatch(generator, at))))[0]! * 0.05
    if (at % 100 === 0) say(`copying: step ${at} of ${steps}, loss ${loss.toFixed(3)}`)
  }
  const tensors = await downloadBase(model, state.parameters)
  tree.dispose([state.parameters, state.mean, state.square])
  return encodeSafetensors({ tensors, metadata: { format: 'pt' } })
}

/** A base on the device with its kernels, compiled once per adapter scale. */
export function placeBase(model: ModelConfig, tensors: HostTensors): LoadedBase {
  const perScale = <T>(compile: (scale: number) => T) => {
    const compiled = new Map<number, T>()
    return (scale: number): T => {
      if (!compiled.has(scale)) compiled.set(scale, compile(scale))
      return compiled.get(scale)!
    }
  }
  return {
    model,
    tensors: uploadBase(model, tensors),
    kernels: {
      rowGradients: perScale((scale) => compileRowGradients(model, scale)),
      losses: perScale((scale) => compileLosses(model, scale)),
      logits: () => {
        throw new RangeError('the replica answers nothing')
      },
      embeddings: () => {
        throw new RangeError('the replica embeds nothing')
      },
    },
  }
}

/** The copying base of this seed, trained once and kept in the cache folder. */
export async function copyBase(seed: number, steps: number, say: (line: string) => void): Promise<LoadedBase> {
  const weights = await cached(`copyBase-${seed}-${steps}`, () => pretrain(seed, steps, say))
  const decoded = decodeSafetensors(weights)
  if (isRefused(decoded)) throw new RangeError(`the cached base is broken: ${decoded.got}`)
  return placeBase(REPLICA_MODEL, decoded.tensors)
}
