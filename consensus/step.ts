/** What the core takes and gives: the inputs and effects of `step` (consensus.md §10). */
import type { Certificate } from '../primitives/certificate.ts'

/** Text of a libp2p peer id; the core only compares it. */
export type PeerId = string
/** 32 bytes as lower-case hex with 0x: hex and not bytes, since it keys maps. */
export type Hash = string

export interface Candidate {
  readonly view: number
  readonly parentView: number
  readonly parentId: Hash
  /** Zero for a filler (consensus.md §7). */
  readonly blockHash: Hash
  readonly id: Hash
}

/** What a validator votes; the epoch is the core's. */
export type Ballot =
  | { readonly kind: 'notarize' | 'finalize'; readonly view: number; readonly id: Hash }
  | { readonly kind: 'skip'; readonly view: number }

export interface Vote {
  readonly signer: number
  readonly ballot: Ballot
  /** 96 bytes. */
  readonly signature: Uint8Array
}

/** A candidate signed by its leader, with what R3 asks: its parent's certificate and the skips between. */
export interface Proposal {
  readonly candidate: Candidate
  readonly signature: Uint8Array
  readonly certificates: readonly Certificate[]
}

export type Message =
  | { readonly kind: 'vote'; readonly vote: Vote }
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | { readonly kind: 'proposal'; readonly proposal: Proposal }

export type Timer = 'leader' | 'skip' | 'early' | 'standstill'

/** Two signed statements, or two certificates, that no honest key makes (consensus.md §5). */
export type Conflict =
  | { readonly kind: 'votes'; readonly signer: number; readonly first: Vote; readonly second: Vote }
  | { readonly kind: 'proposals'; readonly signer: number; readonly first: Proposal; readonly second: Proposal }
  | { readonly kind: 'certificates'; readonly first: Certificate; readonly second: Certificate }

export type Input =
  | { readonly kind: 'started' }
  /** Ours too, once signed. Accepted only on its signer's own stream: the host maps the peer to `signer`. */
  | { readonly kind: 'vote'; readonly vote: Vote }
  | { readonly kind: 'certificate'; readonly peer: PeerId; readonly certificate: Certificate }
  /** Null: ours, once signed. */
  | { readonly kind: 'proposal'; readonly peer: PeerId | null; readonly proposal: Proposal }
  /** Null: the build failed. */
  | { readonly kind: 'built'; readonly view: number; readonly parentId: Hash; readonly blockHash: Hash | null }
  | { readonly kind: 'checked'; readonly id: Hash; readonly valid: boolean }
  | { readonly kind: 'fetched'; readonly candidate: Candidate }
  | { readonly kind: 'timeout'; readonly timer: Timer; readonly view: number }
  | { readonly kind: 'connected'; readonly peer: PeerId }

export type Effect =
  /** Into the WAL; its fsync may wait for a signature (§8). A candidate's record holds the body, which the host has. */
  | { readonly kind: 'record'; readonly entry: Candidate | Certificate }
  /**
   * Blocks, oldest first and without fillers. The finalization names the last one, or a filler above the sealing block,
   * whose way down is the `path` of the `sealEpoch` that follows.
   */
  | { readonly kind: 'commit'; readonly chain: readonly Candidate[]; readonly finalization: Certificate }
  /** The sealing block is committed: `path` leads from it to the finalized filler (or is itself alone). The core is done. */
  | { readonly kind: 'sealEpoch'; readonly finalization: Certificate; readonly path: readonly Candidate[] }
  /** Record durably, sign, send, and give it back as a `vote` (§8). */
  | { readonly kind: 'cast'; readonly ballot: Ballot }
  /** Record durably, sign, send, and give it back as a `proposal` (§8). */
  | { readonly kind: 'propose'; readonly candidate: Candidate; readonly certificates: readonly Certificate[] }
  | { readonly kind: 'send'; readonly to: PeerId | 'all'; readonly messages: readonly Message[] }
  /** Send to a validator that is behind, at most once a second (R8): the host has the clock. */
  | { readonly kind: 'remind'; readonly signer: number; readonly finalization: Certificate }
  /** Empty: without transactions, since too much is unfinalized (§9). */
  | { readonly kind: 'build'; readonly view: number; readonly parent: Candidate; readonly isEmpty: boolean }
  /** Get the body if it is missing, execute on the parent's overlay, and answer `checked`. */
  | { readonly kind: 'check'; readonly candidate: Candidate; readonly parent: Candidate }
  /** Give the check up (R4); an answer under way does no harm. */
  | { readonly kind: 'abandon'; readonly candidate: Candidate }
  /** Ask peers for the candidate and its body until one answers, or until it is no longer wanted (R2). */
  | { readonly kind: 'fetch' | 'cancelFetch'; readonly id: Hash }
  /** Takes the place of the timer of that name that runs. */
  | { readonly kind: 'startTimer'; readonly timer: Timer; readonly view: number; readonly afterMs: number }
  | { readonly kind: 'report'; readonly conflict: Conflict }
  | { readonly kind: 'ban'; readonly peer: PeerId; readonly reason: string }
  | { readonly kind: 'banSigner'; readonly signer: number; readonly reason: string }
  | { readonly kind: 'stop'; readonly reason: string }
