/** What the influence worker and its host say to each other; plain data, structured-cloned over the child's channel. */
import type { BackendChoice } from '../backends/backendChoice.ts'
import type { Backend, IndexSource, OpenedIndex } from '../surface.ts'

/** The calls of an opened index that travel. */
export type CallName = Extract<keyof OpenedIndex, 'score' | 'scoreBatch' | 'attribute' | 'proveRow'>

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
  readonly source: IndexSource
  readonly verify: 'full' | 'header'
  /** After a restart: what the source must still hold. */
  readonly indexRoot?: Uint8Array
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

export type FromWorker =
  | { readonly kind: 'ready'; readonly backend: Backend; readonly description: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  /** The world failed this request; the worker goes on. */
  | { readonly kind: 'failed'; readonly id: number; readonly code: string; readonly message: string }
  /** The GPU or a thread failed; the worker ends after this, and the host repeats the work elsewhere. */
  | { readonly kind: 'broken'; readonly code: string; readonly message: string }
