/** The host of the Simplex core, as the rest of the node sees it: what it is given, what it does, what it tells. */
import type { Bounds } from '../../consensus/bounds.ts'
import type { createEpoch } from '../../consensus/epoch.ts'
import type { Conflict, Hash } from '../../consensus/step.ts'
import type { Timing } from '../../consensus/timers.ts'
import type { Network, NetworkEvents, PeerId } from '../../p2p/surface.ts'
import type { Bls } from '../../primitives/bls.ts'
import type { ChainParams } from '../../primitives/chainParams.ts'
import type { ChainContext } from '../../primitives/statements.ts'
import type { HostBounds, HostLoad } from './bounds.ts'
import type { Clock, Disk, Execution } from './ports.ts'

export interface AgreementOptions {
  readonly chain: ChainContext
  readonly params: Pick<ChainParams, 'blockIntervalMs' | 'epochBlocks' | 'bodyBytesMax'>
  readonly clock: Clock
  /** A folder of its own: WAL, signer log and sealing records. */
  readonly disk: Disk
  readonly network: Network
  readonly execution: Execution
  readonly bls: Bls
  /** 32 bytes; null: an observer, who casts nothing. */
  readonly blsSecret: Uint8Array | null
  /** Uniform in 0 … 1: which peer is asked. */
  readonly random: () => number
  /** Goes on where the signer log is lost; refused unless we are the only validator (consensus.md §8). */
  readonly mayForgetVotes: boolean
  readonly log: (line: string) => void
  readonly onFinal: (final: FinalNotice) => void
  readonly onEvidence: (epoch: number, conflict: Conflict) => void
  /** An attestation that came on a validator's own stream; `signer` is its index in the set of `epoch`. */
  readonly onAttestation: (epoch: number, signer: number, bytes: Uint8Array) => void
  /** Agreement stands still: a rule was broken, or the disk failed. The node must not go on as if it had not. */
  readonly onStop: (reason: string) => void
  /** A gossiped transaction. */
  readonly onTransaction: (peer: PeerId, bytes: Uint8Array) => ReturnType<NetworkEvents['gossip']>
  /** The simulator remembers what it made: a leader table takes 512 hashes. */
  readonly epochFrom?: typeof createEpoch
  /** The simulator divides them. */
  readonly bounds?: Bounds
  readonly hostBounds?: HostBounds
  readonly timing?: Timing
  /** True only for the simulator's twins. */
  readonly isKeyShared?: boolean
}

export interface FinalNotice {
  readonly height: number
  readonly hash: Hash
  readonly view: number
  /** From when its proposal was first seen here until it was final; null: it was not seen before (sync). */
  readonly latencyMs: number | null
}

export interface SyncProgress {
  readonly height: number
  /** By what peers claim: a hint. */
  readonly targetHeight: number
  /** At the speed so far; null: not known yet. */
  readonly leftMs: number | null
}

export interface AgreementStatus {
  readonly epoch: number
  readonly view: number
  readonly lastFinalView: number
  readonly height: number
  readonly peers: number
  readonly validators: number
  /** Our index in the epoch's set; null: an observer of this epoch, or one that may not vote yet. */
  readonly self: number | null
  /** Null: nothing is known to be missing. */
  readonly sync: SyncProgress | null
  /** Why agreement stands still. */
  readonly stopped: string | null
}

/** Counted since the start. */
export interface AgreementCounts {
  readonly views: number
  readonly skips: number
  readonly votesCast: number
  readonly votesReceived: number
  readonly certificates: number
  readonly blocks: number
  readonly framesDropped: number
}

export interface Agreement {
  readonly load: HostLoad
  /** Recovers what the disk kept, then listens. */
  start(): Promise<void>
  /** Ends after what is being written. */
  close(): Promise<void>
  status(): AgreementStatus
  counts(): AgreementCounts
  /** To all validators of the epoch that are connected. */
  sendAttestation(bytes: Uint8Array): void
  /** Signs the root of a job in the current epoch, recorded first; undefined: another root was signed, or we may not vote. */
  signAttribution(jobId: Uint8Array, root: Uint8Array): Promise<AttributionSignature | undefined>
}

export interface AttributionSignature {
  readonly epoch: number
  readonly epochHash: Uint8Array
  readonly signer: number
  /** 96 bytes. */
  readonly signature: Uint8Array
}
