/**
 * What agreement needs of the world: time, files and execution; peers are in `p2p/surface.ts`. `node/` fills them with
 * the real ones, the simulator with its own, and the host loop, WAL, signer log and sync between them are the same code.
 */
import type { EpochWithLeaders } from '../../consensus/epoch.ts'
import type { Hash } from '../../consensus/step.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import type { Candidate, ValidatorSet } from '../../primitives/validatorSet.ts'

export interface Clock {
  /** Monotonic milliseconds. */
  nowMs(): number
  /** Unix milliseconds: for timestamps only. */
  wallMs(): number
  /** Runs once, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void
}

/** One open file that only grows at its end. Errors end the process (consensus.md §8). */
export interface AppendFile {
  readonly sizeBytes: number
  append(bytes: Uint8Array): Promise<void>
  /** Returns once all that was appended is on the disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** The files of one folder, by plain names. */
export interface Disk {
  list(): Promise<string[]>
  /** Undefined: no such file. */
  read(name: string): Promise<Uint8Array | undefined>
  /** Opens, or makes, a file cut to `sizeBytes` if that is given. */
  open(name: string, sizeBytes?: number): Promise<AppendFile>
  /** Replaces `to`. */
  rename(from: string, to: string): Promise<void>
  remove(name: string): Promise<void>
  /** Makes renames and new names durable. */
  syncFolder(): Promise<void>
}

/** A block of a candidate, not committed yet. */
export interface HeldBlock {
  readonly view: number
  /** Header and body, as `decodeBlock` takes them. */
  readonly bytes: Uint8Array
}

export interface ParentRequest {
  readonly epoch: EpochWithLeaders
  readonly view: number
  readonly parentHash: Hash
  /** By block hash: layers are a cache, so the parent and its uncommitted ancestors may be executed again. */
  readonly heldBlock: (blockHash: Hash) => HeldBlock | undefined
  /** Asked between transactions: true once nobody needs the outcome (R4). */
  readonly isAbandoned: () => boolean
}

export interface BuildRequest extends ParentRequest {
  /** Take no transactions: too much is unfinalized (consensus.md §9). */
  readonly isEmpty: boolean
}

export interface CheckRequest extends ParentRequest {
  /** Their `hashOf` is the candidate's blockHash. */
  readonly bytes: Uint8Array
}

export type Verdict =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'abandoned' }
  /** Ahead of our clock or of our view of L1, or the parent's body is not here: ask again then. */
  | { readonly kind: 'early'; readonly retryAfterMs: number }

export interface FinalizedCandidate {
  readonly candidate: Candidate
  readonly finalization: Certificate
  readonly bytes: Uint8Array
}

/** Blocks as agreement sees them: bytes with a hash, a parent, and a verdict. */
export interface Execution {
  /** Hash of a block's header, if its body is the one that the header names: so whoever forwards it cannot have changed it. */
  hashOf(bytes: Uint8Array): Hash | undefined
  /** The newest committed block. */
  head(): { readonly height: number; readonly hash: Hash }
  /** Null: nothing could be built. The result was checked by the validators' path and its layer is held. */
  build(request: BuildRequest): Promise<{ readonly blockHash: Hash; readonly bytes: Uint8Array } | null>
  check(request: CheckRequest): Promise<Verdict>
  /** One atomic batch with the head pointer, in order of height; siblings' layers are dropped. */
  commit(block: FinalizedCandidate): Promise<void>
  /** The set of an epoch whose root block is committed, by the state at that block (consensus.md §7). */
  validatorsOf(epoch: number): ValidatorSet
  /** A committed block for a peer that follows. */
  stored(height: number): FinalizedCandidate | undefined
}
