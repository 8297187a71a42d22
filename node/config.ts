/** What one node keeps to itself; what all nodes share is in the network file (style.md 13). */
import type { BackendChoice } from '../influence/backends/backendChoice.ts'

export interface NodeConfig {
  readonly networkFile: URL | string
  /** Data folder; `null`: a temporary one, gone at exit. */
  readonly folder: string | null
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** Milliseconds between blocks; 0: none by time. */
  readonly blockIntervalMs: number
  /** A block as soon as a transaction waits. */
  readonly isAutomine: boolean
  readonly influence: BackendChoice
  readonly log: (line: string) => void
  /** A bug or a failed disk: the node has stopped making blocks. */
  readonly onFault: (error: unknown) => void
}
