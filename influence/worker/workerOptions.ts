/** What an influence worker is asked for when it is started, and when something is opened in it. */
import type { BackendChoice } from '../backends/backendChoice.ts'
import type { OnStage } from '../backends/stage.ts'
import type { RequestEvent, WorkerStatus } from './workerStatus.ts'

export interface InfluenceWorkerOptions {
  /** Default `auto`: a tested GPU, else the WebAssembly twin, else plain JavaScript. */
  readonly backend?: BackendChoice
  /** Software GPU adapters are refused unless a test asks for them. */
  readonly isSoftwareAdapterAllowed?: boolean
  /** Added to the child's environment: which GPU driver to load. */
  readonly env?: Readonly<Record<string, string>>
  /** Before the first restart; doubles with every further crash in the window. Default 200. */
  readonly restartDelayMs?: number
  /** Time that a call has in all: when half is gone without an answer from a GPU, the WebAssembly twin takes over. */
  readonly answerWithinMs?: number
  readonly onStatus?: (status: WorkerStatus) => void
  /** Many a call: each stage as it begins. */
  readonly onStage?: OnStage
  readonly onRequest?: (event: RequestEvent) => void
}

export interface OpenOptions {
  /** Default `full`. */
  readonly verify?: 'full' | 'header'
}

export interface OpenCorpusOptions extends OpenOptions {
  /** Token information of the group's first corpus; absent: this is the first. */
  readonly infoTable?: Uint8Array
}
