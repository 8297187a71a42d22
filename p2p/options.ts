/** What a network is opened with, and how that can fail. */
import type { ChainIdentity } from './handshake/hello.ts'
import type { BanKeeper } from './peers/standing.ts'
import type { PeerId } from './surface.ts'

export interface NetworkOptions {
  /** `ChainParams.name`: part of all protocol names. */
  readonly network: string
  readonly chain: ChainIdentity
  /** The epoch of the newest committed block. */
  readonly epoch: () => number
  /** Ed25519 seed of the peer id, 32 bytes. */
  readonly secret: Uint8Array
  /** Multiaddrs: `/ip4/0.0.0.0/tcp/9151`; none: only dials. */
  readonly listen: readonly string[]
  /** Addresses that peers are told in place of those: behind a router. */
  readonly announce?: readonly string[]
  /** Addresses, each with its peer id, that are dialled until they answer. */
  readonly bootstrap: readonly string[]
  /** Peers besides validators and named ones. */
  readonly peersMax: number
  /** Of the current or next epoch: they have places of their own and are always dialled. */
  readonly isValidator: (peer: PeerId) => boolean
  /** A content object by its digest, for peers that ask. */
  readonly contentOf: (digest: Uint8Array) => Uint8Array | undefined
  /** Answers `transactions` (runtime.md §6); throws a refusal's text. */
  readonly transactionsOf: (request: Uint8Array) => Uint8Array
  /** Remembers bans for the next start. */
  readonly banKeeper?: BanKeeper
  readonly log: (line: string) => void
}

/** An option is wrong, or an address cannot be listened on. */
export class NetworkOpenError extends Error {
  readonly code: 'BadAddress' | 'ListenFailed'
  constructor(code: 'BadAddress' | 'ListenFailed', message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'NetworkOpenError'
    this.code = code
  }
}
