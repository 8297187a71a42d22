/** One run of everything that a validator re-executes, on a small random base; as a program it prints the hashes. */
import { pathToFileURL } from 'node:url'
import { concat, toHex, utf8 } from '../../primitives/bytes.ts'
import { sha256 } from '../../primitives/hashes.ts'
import { initialBase } from '../../studio/engine/weights.ts'
import { type ModelConfig, modelConfigText } from '../../studio/format/modelConfig.ts'
import { encodeSafetensors } from '../../studio/format/safetensors.ts'
import { tokenizerText } from '../../studio/format/tokenizer.ts'
import { randomGenerator } from '../../studio/random.ts'
import { isRefused } from '../../studio/refusal.ts'
import type { BaseFiles, RowGradients, StudioRefused, TrainOptions } from '../../studio/surface.ts'
import { taskSet } from '../../studio/tasks.ts'
import { openStudioWorker } from '../../studio/worker/studioWorker.ts'

export const SMALL_MODEL: ModelConfig = {
  vocabularySize: 260,
  contextTokens: 64,
  width: 32,
  innerWidth: 64,
  layers: 2,
  heads: 2,
  normEpsilon: 1e-5,
  padToken: 256,
  separatorToken: 257,
  stopToken: 258,
}

export function smallBase(): BaseFiles {
  const tensors = initialBase(SMALL_MODEL, randomGenerator(42))
  return {
    weights: encodeSafetensors({ tensors, metadata: { format: 'pt' } }),
    config: utf8(modelConfigText(SMALL_MODEL)),
    tokenizer: utf8(tokenizerText()),
  }
}

export const FIVE_STEPS: TrainOptions = {
  seed: 9,
  steps: 5,
  batchRows: 16,
  learningRate: 0.01,
  warmupSteps: 2,
  weightDecay: 0.01,
  rank: 4,
  alpha: 8,
  targets: ['q_proj', 'v_proj'],
}

/** A value that is no refusal, or an error that names it. */
export function accepted<T>(value: T | StudioRefused): T {
  if (isRefused(value)) throw new Error(`${value.code}: expected ${value.expected}, got ${value.got}`)
  return value as T
}

const floatBytes = (x: Float32Array): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength)

export function gradientBytes({ blocks, losses }: RowGradients): Uint8Array {
  return concat(...[...blocks, losses].map(floatBytes))
}

const hash = (bytes: Uint8Array): string => toHex(sha256(bytes)).slice(2)

/** sha-256 of the adapter of five steps, of a thousand rows' gradients, of answers, of an answer's gradient, of embeddings. */
export async function reexecute(): Promise<Record<string, string>> {
  const set = taskSet({ seed: 3, rowsPerTask: 100, questionsPerTask: 1 })
  const rows = set.rows.flat()
  const worker = accepted(await openStudioWorker(smallBase()))
  try {
    const { adapter } = accepted(await worker.train(rows, FIVE_STEPS))
    const gradients = accepted(await worker.rowGradients(adapter, rows))
    const inputs = set.questions.flat().map((row) => row.input)
    const bounds = { maxInputTokens: 40, maxOutputTokens: 8 }
    const answers = accepted(await worker.answerBatch(adapter, inputs, bounds))
    const texts = [...inputs, ...rows.slice(0, 30).map((row) => concat(row.input, utf8('\n'), row.output))]
    const trained = accepted(await worker.embed(adapter, texts))
    const bare = accepted(await worker.embed(null, texts))
    const query = accepted(await worker.queryGradient(adapter, inputs[0]!, answers[0]!))
    return {
      base: hash(smallBase().weights),
      fiveSteps: hash(adapter),
      thousandRows: hash(gradientBytes(gradients)),
      answers: hash(concat(...answers.map((answer) => concat(answer.output, Uint8Array.of(answer.tIn, answer.tOut))))),
      query: hash(gradientBytes(query)),
      embeddings: hash(concat(floatBytes(trained.values), floatBytes(bare.values))),
    }
  } finally {
    await worker.close()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${JSON.stringify(await reexecute())}\n`)
}
