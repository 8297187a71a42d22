/** Greedy answers by re-running the whole prompt for every token: no cache, one fixed shape, the same bits everywhere. */
import { type Array as JaxArray, jit, tree } from '@jax-js/jax'
import type { ModelConfig } from '../format/modelConfig.ts'
import { refuse } from '../refusal.ts'
import type { Answer, AnswerBounds, StudioRefused } from '../surface.ts'
import { i32, type Tensors, take } from './jax.ts'
import type { LoadedBase, LogitsKernel } from './loadedBase.ts'
import { forward } from './transformer.ts'

export function compileLogits(model: ModelConfig, scale: number): LogitsKernel {
  return jit((adapter: Tensors, base: Tensors, tokens: JaxArray) =>
    forward(model, base, adapter, scale, tokens),
  ) as unknown as LogitsKernel
}

export interface Decoder {
  readonly base: LoadedBase
  readonly adapter: Tensors
  readonly scale: number
  /** Positions of the padded batch; prompt and answer fit in them. */
  readonly contextTokens: number
}

/** Refuses an input that leaves no room for one answer token, or bounds that it exceeds. */
export function checkInput(decoder: Decoder, input: Uint8Array, bounds: AnswerBounds): StudioRefused | undefined {
  const isCount = (x: number) => Number.isSafeInteger(x) && x >= 1
  if (!isCount(bounds.maxInputTokens) || !isCount(bounds.maxOutputTokens))
    return refuse('BadOption', 'token bounds of at least 1', `${bounds.maxInputTokens}, ${bounds.maxOutputTokens}`)
  const most = Math.min(bounds.maxInputTokens, decoder.contextTokens)
  const tokens = input.length + 1
  return tokens > most ? refuse('InputTooLong', `at most ${most} prompt tokens`, `${tokens}`) : undefined
}

/** Answers to inputs that `checkInput` lets pass, decoded side by side; a row does not influence another's bits. */
export async function decodeGreedily(
  decoder: Decoder,
  inputs: readonly Uint8Array[],
  bounds: AnswerBounds,
  isAborted: () => boolean,
): Promise<Answer[] | StudioRefused> {
  const { base, contextTokens } = decoder
  const { model } = base
  const kernel = base.kernels.logits(decoder.scale)
  const tokens = new Int32Array(inputs.length * contextTokens).fill(model.padToken)
  const runs = inputs.map((input, row) => {
    tokens.set(input, row * contextTokens)
    tokens[row * contextTokens + input.length] = model.separatorToken
    return { at: input.length, output: [] as number[], isStopped: false, isDone: false }
  })
  while (runs.some((run) => !run.isDone)) {
    if (isAborted()) return refuse('Aborted', 'a whole answer', 'aborted')
    const shape = [inputs.length, contextTokens]
    const logits = await take(kernel(tree.ref(decoder.adapter), tree.ref(base.tensors), i32(tokens.slice(), shape)))
    for (const [row, run] of runs.entries()) {
      if (run.isDone) continue
      const from = (row * contextTokens + run.at) * model.vocabularySize
      const token = largestAnswerToken(model, logits.subarray(from, from + model.vocabularySize))
      run.isStopped = token === model.stopToken
      if (!run.isStopped) {
        run.output.push(token)
        run.at++
        if (run.at < contextTokens) tokens[row * contextTokens + run.at] = token
      }
      run.isDone = run.isStopped || run.output.length === bounds.maxOutputTokens || run.at === contextTokens
    }
  }
  return runs.map((run, row) => ({
    output: Uint8Array.from(run.output),
    tIn: inputs[row]!.length + 1,
    tOut: run.output.length + (run.isStopped ? 1 : 0),
    isStopped: run.isStopped,
  }))
}

/** The likeliest byte or stop token, the lowest of equals; padding and separator are no answers. */
function largestAnswerToken(model: ModelConfig, logits: Float32Array): number {
  let best = model.stopToken
  for (let token = 255; token >= 0; token--) if (logits[token]! >= logits[best]!) best = token
  return best
}
