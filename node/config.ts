/** What one node keeps to itself; what all nodes share is in the network file (style.md 13). */
import type { BackendChoice } from '../influence/backends/backendChoice.ts'
import type { Log } from './log.ts'

/** Whose keys a node holds. */
export type Identity =
  /** Those that the network file publishes of one of its validators, by place in the file. */
  | { readonly kind: 'published'; readonly validator: number }
  /** Of 32 bytes each; `blsSecret` null: an observer, who has a peer id but no vote. */
  | { readonly kind: 'own'; readonly blsSecret: Uint8Array | null; readonly p2pSecret: Uint8Array }

export interface PeersConfig {
  /** Multiaddrs: `/ip4/0.0.0.0/tcp/9151`; port 0 takes a free one. */
  readonly listen: readonly string[]
  /** Told to peers in place of those: behind a router. */
  readonly announce: readonly string[]
  /** Multiaddrs with a peer id, dialled until they answer. */
  readonly bootstrap: readonly string[]
  /** Besides validators and those. */
  readonly peersMax: number
}

export interface NodeConfig {
  readonly networkFile: URL | string
  /** Data folder; `null`: a temporary one, gone at exit. */
  readonly folder: string | null
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly identity: Identity
  /** Null: alone, on a network of one validator. */
  readonly peers: PeersConfig | null
  /** Votes again where the signer log is lost; refused unless we are the only validator (consensus.md §8). */
  readonly mayForgetVotes: boolean
  /** Milliseconds between blocks; 0: none by time; null: as the network's file says. */
  readonly blockIntervalMs: number | null
  /** A block as soon as a transaction waits. */
  readonly isAutomine: boolean
  readonly influence: BackendChoice
  readonly log: Log
  /** A bug or a failed disk: the node has stopped making blocks. */
  readonly onFault: (error: unknown) => void
}
