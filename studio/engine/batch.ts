/** Rows → the fixed-shape arrays of one step: tokens, targets and answer weights, padded on the right. */
import type { Row } from '../../primitives/rows.ts'
import type { ModelConfig } from '../format/modelConfig.ts'
import { refuse } from '../refusal.ts'
import type { Answer, StudioRefused } from '../surface.ts'

/** One row as the model sees it: `input ‖ separator ‖ output ‖ stop`, byte values as tokens. */
export interface TokenRow {
  readonly tokens: Int32Array
  /** Position of the separator: the first position whose next token is asked for. */
  readonly separatorAt: number
}

/** Row → tokens, or why it does not fit `contextTokens` positions. */
export function tokenRow(
  config: ModelConfig,
  row: Row,
  contextTokens = config.contextTokens,
): TokenRow | StudioRefused {
  if (row.output.length === 0) return refuse('EmptyOutput', 'an output of at least 1 byte', '0 bytes')
  const bytes = row.input.length + row.output.length
  if (bytes + 1 > contextTokens)
    return refuse('RowTooLong', `input and output of at most ${contextTokens - 1} bytes together`, `${bytes} bytes`)
  return joinTokens(config, row.input, row.output, true)
}

/** An answer as the row whose loss is its query's: the stop token belongs to it only if the model gave it. */
export function answerRow(
  config: ModelConfig,
  input: Uint8Array,
  answer: Pick<Answer, 'output' | 'tIn' | 'tOut'>,
  contextTokens: number,
): TokenRow | StudioRefused {
  const { output, tIn, tOut } = answer
  const isStopped = tOut === output.length + 1
  if (tIn !== input.length + 1 || (tOut !== output.length && !isStopped) || tOut < 1)
    return refuse(
      'BadTokenCount',
      `tIn ${input.length + 1}, tOut ${output.length} or ${output.length + 1}`,
      `${tIn}, ${tOut}`,
    )
  if (input.length + tOut > contextTokens)
    return refuse('OutputTooLong', `prompt and answer of at most ${contextTokens} tokens`, `${tIn + tOut - 1}`)
  return joinTokens(config, input, output, isStopped)
}

function joinTokens(config: ModelConfig, input: Uint8Array, output: Uint8Array, isStopped: boolean): TokenRow {
  const tokens = new Int32Array(input.length + 1 + output.length + (isStopped ? 1 : 0))
  tokens.set(input)
  tokens[input.length] = config.separatorToken
  tokens.set(output, input.length + 1)
  if (isStopped) tokens[tokens.length - 1] = config.stopToken
  return { tokens, separatorAt: input.length }
}

/** Host arrays of `rowCount` rows × `width` positions. */
export interface Batch {
  readonly rowCount: number
  readonly width: number
  readonly tokens: Int32Array
  /** Next token of every position. */
  readonly targets: Int32Array
  /** 1/n on the n positions that predict an answer token, else 0: a row's loss is a weighted sum. */
  readonly weights: Float32Array
  /** Answer tokens in all rows. */
  readonly answerTokens: number
}

/** `rows` padded to `rowCount` rows of `width` positions; padding has weight 0 everywhere. */
export function makeBatch(config: ModelConfig, rows: readonly TokenRow[], rowCount: number, width: number): Batch {
  const tokens = new Int32Array(rowCount * width).fill(config.padToken)
  const targets = new Int32Array(rowCount * width).fill(config.padToken)
  const weights = new Float32Array(rowCount * width)
  let answerTokens = 0
  rows.forEach((row, b) => {
    // The last token is a target only: what it predicts is not asked for.
    const read = row.tokens.length - 1
    tokens.set(row.tokens.subarray(0, read), b * width)
    targets.set(row.tokens.subarray(1), b * width)
    const count = read - row.separatorAt
    weights.fill(1 / count, b * width + row.separatorAt, b * width + read)
    answerTokens += count
  })
  return { rowCount, width, tokens, targets, weights, answerTokens }
}

/** Positions are padded to a multiple of this: few shapes to compile, whole SIMD lanes. */
const WIDTH_STEP = 8

/** The padded width that holds every row. */
export function batchWidth(config: ModelConfig, rows: readonly TokenRow[]): number {
  const longest = rows.reduce((most, row) => Math.max(most, row.tokens.length - 1), 1)
  return Math.min(config.contextTokens, Math.ceil(longest / WIDTH_STEP) * WIDTH_STEP)
}
