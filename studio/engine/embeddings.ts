/**
 * Embeddings of texts: the mean of the final states over a text's tokens, at the adapter's weights (influence.md §8, §12).
 */
import { type Array as JaxArray, jit, tree } from '@jax-js/jax'
import type { ModelConfig } from '../format/modelConfig.ts'
import { refuse } from '../refusal.ts'
import type { Embeddings, StudioRefused } from '../surface.ts'
import type { Decoder } from './greedyDecode.ts'
import { f32, i32, type Tensors, take } from './jax.ts'
import type { EmbeddingKernel, RunControl } from './loadedBase.ts'
import { finalStates } from './transformer.ts'

/** Texts of one batch, always: the last is padded, so that every text meets the same kernel. */
const EMBEDDING_BATCH_TEXTS = 16

/** Tokens [texts, width] and weights [texts, width] → means [texts, model width]. */
export function compileEmbeddings(model: ModelConfig, scale: number): EmbeddingKernel {
  return jit((adapter: Tensors, base: Tensors, tokens: JaxArray, weights: JaxArray) => {
    const states = finalStates(model, base, adapter, scale, tokens)
    base['lm_head']!.dispose()
    return states.mul(weights.reshape([...weights.shape, 1])).sum(1)
  }) as unknown as EmbeddingKernel
}

/** Byte values are the tokens. A text does not influence another's bits. */
export async function computeEmbeddings(
  decoder: Decoder,
  texts: readonly Uint8Array[],
  control: RunControl,
): Promise<Embeddings | StudioRefused> {
  const { base, contextTokens } = decoder
  const { width, padToken } = base.model
  const refused = checkTexts(texts, contextTokens)
  if (refused) return refused
  const kernel = base.kernels.embeddings(decoder.scale)
  const out = new Float32Array(texts.length * width)
  const startMs = control.clock()
  for (let at = 0; at < texts.length; at += EMBEDDING_BATCH_TEXTS) {
    if (control.isAborted()) return refuse('Aborted', `${texts.length} texts`, `aborted after ${at}`)
    const some = texts.slice(at, at + EMBEDDING_BATCH_TEXTS)
    const tokens = new Int32Array(EMBEDDING_BATCH_TEXTS * contextTokens).fill(padToken)
    const weights = new Float32Array(EMBEDDING_BATCH_TEXTS * contextTokens)
    for (const [t, text] of some.entries()) {
      tokens.set(text, t * contextTokens)
      weights.fill(1 / text.length, t * contextTokens, t * contextTokens + text.length)
    }
    const shape = [EMBEDDING_BATCH_TEXTS, contextTokens]
    const device = [tree.ref(decoder.adapter), tree.ref(base.tensors), i32(tokens, shape), f32(weights, shape)] as const
    out.set((await take(kernel(...device))).subarray(0, some.length * width), at * width)
    const done = at + some.length
    const msLeft = ((control.clock() - startMs) / done) * (texts.length - done)
    control.report({ kind: 'embeddings', textsDone: done, texts: texts.length, msLeft })
  }
  return { width, count: texts.length, values: out }
}

function checkTexts(texts: readonly Uint8Array[], contextTokens: number): StudioRefused | undefined {
  const at = texts.findIndex((text) => text.length === 0 || text.length > contextTokens)
  if (at < 0) return undefined
  return refuse('TextLength', `1 … ${contextTokens} bytes`, `text ${at}: ${texts[at]!.length} bytes`)
}
