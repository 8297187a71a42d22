/** What the host knows of its influence worker: how it is, and what it has answered. */
import type { BackendFact } from '../backends/kernels.ts'
import type { EngineStage } from '../backends/stage.ts'
import type { Backend } from '../surface.ts'
import type { CallName, Measured } from './messages.ts'

export interface WorkerStatus {
  readonly state: 'starting' | 'ready' | 'restarting' | 'closed'
  /** Known once ready. */
  readonly backend: Backend | undefined
  /** The GPU adapter in use, or why there is none. */
  readonly reason: string
  /** The device, its limits and the kernels it chose, as far as the back end says; of the last one that was ready. */
  readonly facts: readonly BackendFact[]
  /** Crashes so far, and why the last one happened. */
  readonly crashes: number
  readonly lastCrash: string | undefined
  readonly pid: number | undefined
  /** What it is doing; `undefined` between answers. */
  readonly stage: EngineStage | undefined
  /** Devices that computed a wrong bit. */
  readonly selfTestFailures: number
  /** Why the last worker ended, or what the last failed request ran into. */
  readonly lastError: string | undefined
  /** The last change to another back end. */
  readonly fallback: { readonly from: Backend; readonly to: Backend } | undefined
  readonly indexesOpen: number
  readonly indexBytes: number
  /** Requests that wait or are at work. */
  readonly queueLength: number
}

/** One request that the worker has answered. */
export interface RequestEvent extends Measured {
  readonly name: 'open' | 'close' | CallName
  readonly outcome: 'done' | 'refused' | 'failed'
  /** Queries that it scored. */
  readonly queries: number
  /** From the call to the answer, less the work: queue, restarts and the channel. */
  readonly waitMs: number
}
