/** Engine 1 in one thread: a base on the device, its compiled kernels, and the calls that a worker offers. */
import type { Row } from '../../primitives/rows.ts'
import { type Adapter, decodeAdapter } from '../format/adapter.ts'
import { parseModelConfig } from '../format/modelConfig.ts'
import { decodeSafetensors } from '../format/safetensors.ts'
import { checkTokenizer } from '../format/tokenizer.ts'
import { isRefused, refuse } from '../refusal.ts'
import type {
  Answer,
  AnswerBounds,
  BaseFiles,
  Embeddings,
  Evaluation,
  RowGradients,
  StudioRefused,
  Trained,
  TrainOptions,
} from '../surface.ts'
import { answerRow, batchWidth, type TokenRow, tokenRow } from './batch.ts'
import { compileEmbeddings, computeEmbeddings } from './embeddings.ts'
import { evaluateRows } from './evaluation.ts'
import { checkInput, compileLogits, type Decoder, decodeGreedily } from './greedyDecode.ts'
import type { Tensors } from './jax.ts'
import type { LoadedBase, RunControl } from './loadedBase.ts'
import { checkAdapter, loraScale, uploadAdapter } from './lora.ts'
import { compileLosses } from './loss.ts'
import { compileRowGradients, computeRowGradients } from './rowGradients.ts'
import { tokenRowsOf, trainAdapter } from './training.ts'
import { baseSpecs, uploadBase } from './weights.ts'

/** Checks and uploads a base. */
export function loadBase(files: BaseFiles): LoadedBase | StudioRefused {
  const model = parseModelConfig(files.config)
  if (isRefused(model)) return model
  const refused = checkTokenizer(files.tokenizer)
  if (refused) return refused
  const weights = decodeSafetensors(files.weights)
  if (isRefused(weights)) return weights
  const specs = baseSpecs(model)
  for (const { fileName, shape } of specs) {
    const tensor = weights.tensors.get(fileName)
    if (tensor?.shape.join() !== shape.join())
      return refuse('BadSafetensors', `${fileName} of shape [${shape}]`, tensor ? `[${tensor.shape}]` : 'nothing')
    if (!tensor.data.every(Number.isFinite))
      return refuse('BadSafetensors', `${fileName} to be finite`, 'NaN or infinity')
  }
  if (weights.tensors.size !== specs.length)
    return refuse('BadSafetensors', `${specs.length} tensors`, `${weights.tensors.size}`)
  return {
    model,
    tensors: uploadBase(model, weights.tensors),
    kernels: {
      rowGradients: perScale((scale) => compileRowGradients(model, scale)),
      embeddings: perScale((scale) => compileEmbeddings(model, scale)),
      logits: perScale((scale) => compileLogits(model, scale)),
      losses: perScale((scale) => compileLosses(model, scale)),
    },
  }
}

function perScale<T>(compile: (scale: number) => T): (scale: number) => T {
  const compiled = new Map<number, T>()
  return (scale) => {
    const held = compiled.get(scale) ?? compile(scale)
    compiled.set(scale, held)
    return held
  }
}

/** An adapter's bytes on the device; the last one used stays there. */
interface LoadedAdapter {
  readonly bytes: Uint8Array
  readonly adapter: Adapter
  readonly device: Tensors
}

export interface Engine {
  train(rows: readonly Row[], options: TrainOptions, control: RunControl): Promise<Trained | StudioRefused>
  rowGradients(adapter: Uint8Array, rows: readonly Row[], control: RunControl): Promise<RowGradients | StudioRefused>
  answer(
    adapter: Uint8Array | null,
    inputs: readonly Uint8Array[],
    bounds: AnswerBounds,
    control: RunControl,
  ): Promise<Answer[] | StudioRefused>
  queryGradient(
    adapter: Uint8Array,
    input: Uint8Array,
    answer: Answer,
    control: RunControl,
  ): Promise<RowGradients | StudioRefused>
  embed(
    adapter: Uint8Array | null,
    texts: readonly Uint8Array[],
    control: RunControl,
  ): Promise<Embeddings | StudioRefused>
  evaluate(adapter: Uint8Array | null, rows: readonly Row[], control: RunControl): Promise<Evaluation | StudioRefused>
}

export function createEngine(base: LoadedBase): Engine {
  const { model } = base
  const load = adapterLoader(base)
  return {
    train: (rows, options, control) => trainAdapter(base, rows, options, control),
    rowGradients: async (bytes, rows, control) => {
      const loaded = load(bytes)
      if (isRefused(loaded)) return loaded
      const tokens = tokenRowsOf(model, rows, loaded.adapter.config.contextTokens)
      return isRefused(tokens) ? tokens : computeRowGradients(base, loaded.adapter, loaded.device, tokens, control)
    },
    answer: async (bytes, inputs, bounds, control) => {
      const decoder = decoderOf(base, load, bytes)
      if (isRefused(decoder)) return decoder
      for (const input of inputs) {
        const refused = checkInput(decoder, input, bounds)
        if (refused) return refused
      }
      return decodeGreedily(decoder, inputs, bounds, control.isAborted)
    },
    queryGradient: async (bytes, input, answer, control) => {
      const loaded = load(bytes)
      if (isRefused(loaded)) return loaded
      const row = answerRow(model, input, answer, loaded.adapter.config.contextTokens)
      return isRefused(row) ? row : computeRowGradients(base, loaded.adapter, loaded.device, [row], control)
    },
    embed: async (bytes, texts, control) => {
      const decoder = decoderOf(base, load, bytes)
      return isRefused(decoder) ? decoder : computeEmbeddings(decoder, texts, control)
    },
    evaluate: async (bytes, rows, control) => {
      const tokens = tokenRowsOf(model, rows)
      if (isRefused(tokens)) return tokens
      const decoder = decoderOf(base, load, bytes, batchWidth(model, tokens))
      if (isRefused(decoder)) return decoder
      for (const row of rows) {
        const fits: TokenRow | StudioRefused = tokenRow(model, row, decoder.contextTokens)
        if (isRefused(fits)) return fits
      }
      return evaluateRows(decoder, rows, tokens, control)
    },
  }
}

function adapterLoader(base: LoadedBase): (bytes: Uint8Array) => LoadedAdapter | StudioRefused {
  let held: LoadedAdapter | undefined
  return (bytes) => {
    if (held && Buffer.compare(held.bytes, bytes) === 0) return held
    const adapter = decodeAdapter(bytes)
    if (isRefused(adapter)) return adapter
    const refused = checkAdapter(base.model, adapter)
    if (refused) return refused
    if (held) for (const array of Object.values(held.device)) array.dispose()
    held = { bytes: bytes.slice(), adapter, device: uploadAdapter(base.model, adapter) }
    return held
  }
}

/** The bare base answers in `bareContext` positions, an adapter in its own. */
function decoderOf(
  base: LoadedBase,
  load: (bytes: Uint8Array) => LoadedAdapter | StudioRefused,
  bytes: Uint8Array | null,
  bareContext = base.model.contextTokens,
): Decoder | StudioRefused {
  if (bytes === null) return { base, adapter: {}, scale: 1, contextTokens: bareContext }
  const loaded = load(bytes)
  if (isRefused(loaded)) return loaded
  const { config } = loaded.adapter
  return { base, adapter: loaded.device, scale: loraScale(config), contextTokens: config.contextTokens }
}
