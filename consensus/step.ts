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
  /** Ours too. Accepted only on its signer's own stream: the host maps the peer to `signer`. */
  | { readonly kind: 'vote'; readonly vote: Vote }
  | { readonly kind: 'certificate'; readonly peer: PeerId; readonly certificate: Certificate }
  | { readonly kind: 'proposal'; readonly peer: PeerId; readonly proposal: Proposal }
  /** Null: the build failed. */
  | { readonly kind: 'built'; readonly view: number; readonly parentId: Hash; readonly blockHash: Hash | null }
  | { readonly kind: 'checked'; readonly id: Hash; readonly valid: boolean }
  | { readonly kind: 'fetched'; readonly candidate: Candidate }
  | { readonly kind: 'timeout'; readonly timer: Timer; readonly view: number }
  | { readonly kind: 'connected'; readonly peer: PeerId }

export type Effect =
  /** Into the WAL; its fsync may wait for a signature (§8). A candidate's record holds the body, which the host has. */
  | { readonly kind: 'record'; readonly entry: Candidate | Certificate }
  /** Oldest first; the last one is what the finalization names. */
  | { readonly kind: 'commit'; readonly chain: readonly Candidate[]; readonly finalization: Certificate }
  /** The sealing block is final: `path` leads from it to the finalized filler (or is itself alone). */
  | { readonly kind: 'sealEpoch'; readonly finalization: Certificate; readonly path: readonly Candidate[] }
  /** Record durably, sign, send, and give it back as a `vote` (§8). */
  | { readonly kind: 'cast'; readonly ballot: Ballot }
  | { readonly kind: 'propose'; readonly candidate: Candidate; readonly certificates: readonly Certificate[] }
  | { readonly kind: 'send'; readonly to: PeerId | 'all'; readonly messages: readonly Message[] }
  | { readonly kind: 'build'; readonly view: number; readonly parent: Candidate }
  /** Execute on the parent's overlay, or give it up (R4). */
  | { readonly kind: 'check' | 'abandon'; readonly candidate: Candidate }
  | { readonly kind: 'fetch'; readonly id: Hash }
  | { readonly kind: 'startTimer'; readonly timer: Timer; readonly view: number; readonly afterMs: number }
  | { readonly kind: 'report'; readonly conflict: Conflict }
  | { readonly kind: 'ban'; readonly peer: PeerId; readonly reason: string }
  | { readonly kind: 'stop'; readonly reason: string }
