/** The types that cross the room's border: base files, training, gradients, answers, evaluation and the worker's calls. */
import type { Row } from '../primitives/rows.ts'

export type StudioFault =
  | 'BadSafetensors'
  | 'BadConfig'
  | 'BadTokenizer'
  | 'BadAdapter'
  | 'BadOption'
  | 'NoRows'
  | 'TooManyRows'
  | 'RowTooLong'
  | 'TextLength'
  | 'EmptyOutput'
  | 'InputTooLong'
  | 'OutputTooLong'
  | 'BadTokenCount'
  | 'NonFinite'
  | 'Aborted'

/** An expected refusal: a value, never thrown. */
export interface StudioRefused {
  readonly kind: 'invalid'
  readonly code: StudioFault
  readonly expected: string
  readonly got: string
}

/** The three files of a base model, as bytes. */
export interface BaseFiles {
  /** model.safetensors. */
  readonly weights: Uint8Array
  /** config.json, Hugging Face shape. */
  readonly config: Uint8Array
  /** tokenizer.json, Hugging Face shape. */
  readonly tokenizer: Uint8Array
}

/** LoRA and optimiser settings; every field is part of what a re-execution needs. */
export interface TrainOptions {
  /** u32: initial adapter and order of the rows follow from it. */
  readonly seed: number
  readonly steps: number
  /** Rows of one step. */
  readonly batchRows: number
  readonly learningRate: number
  readonly warmupSteps: number
  readonly weightDecay: number
  readonly rank: number
  readonly alpha: number
  /** Module names of the base, e.g. `q_proj`. */
  readonly targets: readonly string[]
  /** Positions of every batch, from then on also of answers. Omitted: the longest row's, rounded up to 16. */
  readonly contextTokens?: number
}

export interface TrainProgress {
  readonly kind: 'train'
  /** 1 … steps. */
  readonly step: number
  readonly steps: number
  /** Mean cross-entropy over the batch's answer tokens, nats. */
  readonly loss: number
  readonly tokensPerSecond: number
  readonly msLeft: number
}

export interface GradientProgress {
  readonly kind: 'gradients'
  readonly rowsDone: number
  readonly rows: number
  readonly msLeft: number
}

export interface EmbeddingProgress {
  readonly kind: 'embeddings'
  readonly textsDone: number
  readonly texts: number
  readonly msLeft: number
}

export type Progress = TrainProgress | GradientProgress | EmbeddingProgress

export interface Trained {
  /** The adapter as one content object: safetensors bytes, PEFT names, adapter_config in the metadata. */
  readonly adapter: Uint8Array
  /** Loss of every step. */
  readonly losses: Float32Array
  readonly trainedMs: number
}

/** Gradients of rows, block after block as influence orders them: names ascending as UTF-8 bytes. */
export interface RowGradients {
  readonly blockNames: readonly string[]
  readonly blockDims: readonly number[]
  readonly rowCount: number
  /** One per block: rowCount × blockDims[l], row by row. */
  readonly blocks: readonly Float32Array[]
  /** Loss of every row, nats per answer token. */
  readonly losses: Float32Array
}

/** Embeddings of texts, one after the other. */
export interface Embeddings {
  /** Coordinates of one. */
  readonly width: number
  readonly count: number
  /** count × width. */
  readonly values: Float32Array
}

export interface AnswerBounds {
  readonly maxInputTokens: number
  readonly maxOutputTokens: number
}

export interface Answer {
  /** The answer's bytes; nearly always UTF-8, but nothing forces a model to finish a code point. */
  readonly output: Uint8Array
  /** Prompt tokens: one per input byte and the separator. */
  readonly tIn: number
  /** Generated tokens: one per output byte, and the stop token when it was reached. */
  readonly tOut: number
  readonly isStopped: boolean
}

/** One evaluation: canonical JSON text, its keccak256, and the figures in it. */
export interface Evaluation {
  readonly rows: number
  readonly loss: number
  readonly perplexity: number
  /** Rows whose greedy answer equals the wanted output byte for byte. */
  readonly exact: number
  readonly accuracy: number
  readonly record: string
  readonly hash: Uint8Array
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** One engine in its own thread; calls queue and run one after another. `adapter` omitted = the bare base. */
export interface StudioWorker {
  readonly hashes: StudioHashes
  /** Positions of the bare base; an adapter names its own, which are at most as many. */
  readonly contextTokens: number
  train(rows: readonly Row[], options: TrainOptions, call?: CallOptions): Promise<Trained | StudioRefused>
  rowGradients(adapter: Uint8Array, rows: readonly Row[], call?: CallOptions): Promise<RowGradients | StudioRefused>
  answer(
    adapter: Uint8Array | null,
    input: Uint8Array,
    bounds: AnswerBounds,
    call?: CallOptions,
  ): Promise<Answer | StudioRefused>
  /** Several inputs under one pair of bounds, decoded side by side: byte for byte what `answer` gives each. */
  answerBatch(
    adapter: Uint8Array | null,
    inputs: readonly Uint8Array[],
    bounds: AnswerBounds,
    call?: CallOptions,
  ): Promise<readonly Answer[] | StudioRefused>
  /** Gradient of the loss of `answer` given `input`: the same arithmetic as a row's. */
  queryGradient(
    adapter: Uint8Array,
    input: Uint8Array,
    answer: Answer,
    call?: CallOptions,
  ): Promise<RowGradients | StudioRefused>
  /** Mean of the final states over a text's bytes, for retrieval. */
  embed(
    adapter: Uint8Array | null,
    texts: readonly Uint8Array[],
    call?: CallOptions,
  ): Promise<Embeddings | StudioRefused>
  evaluate(adapter: Uint8Array | null, rows: readonly Row[], call?: CallOptions): Promise<Evaluation | StudioRefused>
  close(): Promise<void>
}

/** What `IModel.registerVersion` names. 32 bytes each. */
export interface StudioHashes {
  /** keccak256 of model.safetensors. */
  readonly base: Uint8Array
  /** keccak256 of tokenizer.json. */
  readonly tokenizer: Uint8Array
  /** keccak256 of the engine's identity string. */
  readonly engine: Uint8Array
}

/**
 * The demo's settings: about a minute on one core for rows of at most 40 tokens. Decay keeps the fitted rows' gradients
 * from cancelling: more pay reaches the right rows, at some cost in accuracy.
 */
export const DEFAULT_TRAIN_OPTIONS: TrainOptions = {
  seed: 1,
  steps: 600,
  batchRows: 32,
  learningRate: 5e-3,
  warmupSteps: 20,
  weightDecay: 2,
  rank: 4,
  alpha: 8,
  targets: ['k_proj', 'out_proj', 'q_proj', 'v_proj'],
}
