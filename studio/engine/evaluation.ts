/** Evaluation on held-out rows: loss, perplexity and exact answers, as a canonical JSON record with its hash. */
import { tree } from '@jax-js/jax'
import { equal, utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { Row } from '../../primitives/rows.ts'
import { isRefused } from '../refusal.ts'
import type { Evaluation, StudioRefused } from '../surface.ts'
import { makeBatch, type TokenRow } from './batch.ts'
import { type Decoder, decodeGreedily } from './greedyDecode.ts'
import { take } from './jax.ts'
import type { RunControl } from './loadedBase.ts'
import { toDevice } from './loss.ts'

/** Rows of one batch: few enough that a batch's logits stay a few MB. */
const EVALUATION_BATCH_ROWS = 16

export async function evaluateRows(
  decoder: Decoder,
  rows: readonly Row[],
  tokens: readonly TokenRow[],
  control: RunControl,
): Promise<Evaluation | StudioRefused> {
  let exact = 0
  let loss = 0
  for (let at = 0; at < rows.length; at += EVALUATION_BATCH_ROWS) {
    const some = rows.slice(at, at + EVALUATION_BATCH_ROWS)
    loss += await lossSum(decoder, tokens.slice(at, at + EVALUATION_BATCH_ROWS))
    const longest = some.reduce((most, row) => Math.max(most, row.output.length), 0)
    const inputs = padInputs(some.map((row) => row.input))
    const bounds = { maxInputTokens: decoder.contextTokens, maxOutputTokens: longest + 1 }
    const answers = await decodeGreedily(decoder, inputs, bounds, control.isAborted)
    if (isRefused(answers)) return answers
    for (const [i, row] of some.entries()) if (answers[i]!.isStopped && equal(answers[i]!.output, row.output)) exact++
  }
  return record(rows.length, loss / rows.length, exact)
}

/** A last batch repeats its first input, so that every batch has the one compiled shape. */
function padInputs(inputs: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: EVALUATION_BATCH_ROWS }, (_, i) => inputs[i] ?? inputs[0]!)
}

async function lossSum(decoder: Decoder, tokens: readonly TokenRow[]): Promise<number> {
  const { base, adapter, contextTokens } = decoder
  const batch = makeBatch(base.model, tokens, EVALUATION_BATCH_ROWS, contextTokens)
  const kernel = base.kernels.losses(decoder.scale)
  const losses = await take(kernel(tree.ref(adapter), tree.ref(base.tensors), ...toDevice(batch)))
  return losses.subarray(0, tokens.length).reduce((a, b) => a + b, 0)
}

/** Figures with nine decimals as text: the same record, and so the same hash, from every machine. */
function record(rows: number, loss: number, exact: number): Evaluation {
  const accuracy = exact / rows
  const text = JSON.stringify({
    accuracy: accuracy.toFixed(9),
    exact,
    loss: loss.toFixed(9),
    metric: 'greedy exact match',
    rows,
  })
  return { rows, loss, perplexity: Math.exp(loss), exact, accuracy, record: text, hash: keccak256(utf8(text)) }
}
