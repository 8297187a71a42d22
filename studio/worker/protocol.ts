/** Messages between the studio's client and its thread: one call at a time, each with its own abort flag. */
import type { Row } from '../../primitives/rows.ts'
import type {
  Answer,
  AnswerBounds,
  BaseFiles,
  Embeddings,
  Evaluation,
  Progress,
  RowGradients,
  StudioHashes,
  StudioRefused,
  Trained,
  TrainOptions,
} from '../surface.ts'

export interface ThreadData {
  readonly base: BaseFiles
}

/** First message of a thread. */
export type Opened =
  | { readonly kind: 'opened'; readonly hashes: StudioHashes; readonly contextTokens: number }
  | StudioRefused

export type Request =
  | { readonly kind: 'train'; readonly rows: readonly Row[]; readonly options: TrainOptions }
  | { readonly kind: 'rowGradients'; readonly adapter: Uint8Array; readonly rows: readonly Row[] }
  | {
      readonly kind: 'answer'
      readonly adapter: Uint8Array | null
      readonly inputs: readonly Uint8Array[]
      readonly bounds: AnswerBounds
    }
  | {
      readonly kind: 'queryGradient'
      readonly adapter: Uint8Array
      readonly input: Uint8Array
      readonly answer: Answer
    }
  | { readonly kind: 'embed'; readonly adapter: Uint8Array | null; readonly texts: readonly Uint8Array[] }
  | { readonly kind: 'evaluate'; readonly adapter: Uint8Array | null; readonly rows: readonly Row[] }

export type Result = Trained | RowGradients | readonly Answer[] | Embeddings | Evaluation | StudioRefused

/** Sent once, after which the thread ends when its call in flight does. */
export interface Close {
  readonly kind: 'close'
}

export interface Call {
  readonly kind: 'call'
  readonly request: Request
  /** Not 0 = stop at the next step. */
  readonly abortFlag: Int32Array<SharedArrayBuffer>
}

export type Reply =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'crashed'; readonly message: string }
