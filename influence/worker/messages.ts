/** What the influence worker and its host say to each other; plain data, structured-cloned over the child's channel. */
import type { BackendChoice } from '../backends/backendChoice.ts'
import type { BackendFact, PassedOver } from '../backends/kernels.ts'
import type { EngineStage } from '../backends/stage.ts'
import type { StageTimes } from '../backends/stageClock.ts'
import type { Backend, IndexSource, OpenedCorpus, OpenedIndex, OpenedRetrieval } from '../surface.ts'

/** What can be opened, one form a method. */
export interface OpenedForms {
  readonly index: OpenedIndex
  readonly corpus: OpenedCorpus
  readonly retrieval: OpenedRetrieval
}

export type OpenedForm = keyof OpenedForms

/** The calls that travel. */
export type CallName = Exclude<keyof OpenedIndex | keyof OpenedCorpus | keyof OpenedRetrieval, 'info' | 'close'>

export interface StartMessage {
  readonly kind: 'start'
  /** `cpu`: what is best without a GPU. */
  readonly choice: BackendChoice | 'cpu'
  readonly isSoftwareAdapterAllowed: boolean
}

export interface OpenMessage {
  readonly kind: 'open'
  readonly id: number
  readonly handle: number
  readonly form: OpenedForm
  readonly source: IndexSource
  readonly verify: 'full' | 'header'
  /** Of a corpus that carries on the token information of an earlier one. */
  readonly infoTable?: Uint8Array
  /** After a restart: the root that the source must still have. */
  readonly root?: Uint8Array
}

export interface CallMessage {
  readonly kind: 'call'
  readonly id: number
  readonly handle: number
  readonly name: CallName
  readonly args: readonly unknown[]
}

export interface CloseMessage {
  readonly kind: 'close'
  readonly id: number
  readonly handle: number
}

export type Request = OpenMessage | CallMessage | CloseMessage

export type ToWorker = StartMessage | Request

/** Times of one request in the worker. */
export interface Measured {
  readonly workMs: number
  /** Of its stages, as far as the engine names them. */
  readonly stagesMs: StageTimes
}

export type FromWorker =
  | {
      readonly kind: 'ready'
      readonly backend: Backend
      readonly description: string
      readonly facts: readonly BackendFact[]
      readonly passedOver: readonly PassedOver[]
    }
  /** What it does from now on, until it answers. */
  | { readonly kind: 'stage'; readonly stage: EngineStage }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown; readonly measured: Measured }
  /** The world failed this request; the worker goes on. */
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly code: string
      readonly message: string
      readonly measured: Measured
    }
  /** The GPU or a thread failed; the worker ends after this, and the host repeats the work elsewhere. */
  | { readonly kind: 'broken'; readonly code: string; readonly message: string }

/** The root that an opened form answers for. */
export const rootOf = (info: OpenedForms[OpenedForm]['info']): Uint8Array =>
  'corpusRoot' in info ? info.corpusRoot : info.indexRoot
