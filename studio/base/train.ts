/**
 * Makes the base that ships: `node studio/base/train.ts [folder]`. The same seed gives the same bytes on every machine;
 * README.md beside this file holds the hash that it prints.
 */
import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { type Array as JaxArray, tree } from '@jax-js/jax'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { sha256 } from '../../primitives/hashes.ts'
import { compileStep, createOptimiserState, type Schedule } from '../engine/adamw.ts'
import { makeBatch, tokenRow } from '../engine/batch.ts'
import { type Tensors, take } from '../engine/jax.ts'
import type { DeviceBatch } from '../engine/loadedBase.ts'
import { rowLosses, toDevice } from '../engine/loss.ts'
import { downloadBase, initialBase, uploadBase } from '../engine/weights.ts'
import { type ModelConfig, modelConfigText } from '../format/modelConfig.ts'
import { encodeSafetensors } from '../format/safetensors.ts'
import { PAD_TOKEN, SEPARATOR_TOKEN, STOP_TOKEN, tokenizerText, VOCABULARY_SIZE } from '../format/tokenizer.ts'
import { type Generator, randomGenerator } from '../random.ts'
import { isRefused } from '../refusal.ts'
import { corpusRow } from './corpus.ts'
import { BASE_FILE_NAMES } from './shippedBase.ts'

const SEED = 1
const MODEL: ModelConfig = {
  vocabularySize: VOCABULARY_SIZE,
  contextTokens: 96,
  width: 64,
  innerWidth: 256,
  layers: 2,
  heads: 4,
  normEpsilon: 1e-5,
  padToken: PAD_TOKEN,
  separatorToken: SEPARATOR_TOKEN,
  stopToken: STOP_TOKEN,
}
const SCHEDULE: Schedule = { steps: 4000, warmupSteps: 100, learningRate: 4e-3, weightDecay: 0 }

/** Most steps see short rows, which are cheap; every 16th sees rows over all positions. */
const SHORT = { rows: 32, width: 40, wordsMax: 2 }
const LONG = { rows: 16, width: 96, wordsMax: 4 }
const LONG_EVERY = 16
const REPORT_EVERY = 100

function corpusBatch(generator: Generator, step: number): DeviceBatch {
  const { rows, width, wordsMax } = step % LONG_EVERY === 0 ? LONG : SHORT
  const made = Array.from({ length: rows }, () => {
    const row = tokenRow(MODEL, corpusRow(generator, width - 1, wordsMax))
    if (isRefused(row)) throw new RangeError(`the corpus made a row that does not fit: ${row.got}`)
    return row
  })
  return toDevice(makeBatch(MODEL, made, rows, width))
}

async function trainBase(say: (line: string) => void): Promise<Uint8Array> {
  const generator = randomGenerator(SEED)
  const state = createOptimiserState(uploadBase(MODEL, initialBase(MODEL, generator)))
  const step = compileStep(((parameters: Tensors, ...batch: DeviceBatch) =>
    rowLosses(MODEL, parameters, {}, 1, batch).mean()) as (p: Tensors, ...rest: never[]) => JaxArray)
  const startMs = performance.now()
  let sum = 0
  for (let at = 1; at <= SCHEDULE.steps; at++) {
    sum += (await take(step(state, SCHEDULE, at, corpusBatch(generator, at))))[0]!
    if (at % REPORT_EVERY !== 0) continue
    const spentSeconds = Math.round((performance.now() - startMs) / 1000)
    say(`step ${at} of ${SCHEDULE.steps}, loss ${(sum / REPORT_EVERY).toFixed(4)}, ${spentSeconds} s`)
    sum = 0
  }
  const tensors = await downloadBase(MODEL, state.parameters)
  tree.dispose([state.parameters, state.mean, state.square])
  return encodeSafetensors({ tensors, metadata: { format: 'pt' } })
}

const folder = process.argv[2] ? new URL(`${pathToFileURL(process.argv[2]).href}/`) : new URL('./', import.meta.url)
const weights = await trainBase((line) => process.stderr.write(`${line}\n`))
await writeFile(new URL(BASE_FILE_NAMES.weights, folder), weights)
await writeFile(new URL(BASE_FILE_NAMES.config, folder), utf8(modelConfigText(MODEL)))
await writeFile(new URL(BASE_FILE_NAMES.tokenizer, folder), utf8(tokenizerText()))
process.stdout.write(`sha256 ${toHex(sha256(weights)).slice(2)}  ${BASE_FILE_NAMES.weights}\n`)
