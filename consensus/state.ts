/** What the core holds (consensus.md §5): its options, and the state of each view above lastFinal. */
import type { Certificate } from '../primitives/certificate.ts'
import type { BallotCrypto } from './ballotCrypto.ts'
import type { Bounds } from './bounds.ts'
import { LEADER_SEATS } from './leaderTable.ts'
import type { Ballot, Candidate, Effect, Hash, PeerId, Proposal, Timer, Vote } from './step.ts'
import type { Timing } from './timers.ts'

export interface CoreOptions {
  readonly epoch: number
  /** The previous epoch's last block, or genesis: final and notarized at view 0, with the epochHash as its id. */
  readonly root: { readonly id: Hash; readonly blockHash: Hash; readonly height: number }
  readonly powers: readonly bigint[]
  /** The epoch's table of leaders: `leaders[view % LEADER_SEATS]`. */
  readonly leaders: Uint8Array
  /** Our index; null: an observer, who casts nothing. */
  readonly self: number | null
  /** Blocks of the epoch; the last one is the sealing block (§7). */
  readonly epochBlocks: number
  readonly timing: Timing
  readonly bounds: Bounds
  readonly crypto: BallotCrypto
  readonly restored: Restored
  /** True only for the simulator's twins: goes on when a certificate names us for a vote that we did not cast (§8). */
  readonly isKeyShared?: boolean
}

/** What the disk kept (§8). Certificates and candidates may come in any order and lie at or below lastFinal. */
export interface Restored {
  /** The newest committed block of this epoch, and the finalization that proves it: its own or a descendant's. */
  readonly committed: {
    readonly candidate: Candidate
    readonly height: number
    readonly finalization: Certificate
  } | null
  readonly certificates: readonly Certificate[]
  readonly candidates: readonly Candidate[]
  /** Ours, by the signer log, signed again: BLS is deterministic. */
  readonly votes: readonly Vote[]
  /** Ours, by the signer log. */
  readonly proposals: readonly { readonly view: number; readonly id: Hash; readonly signature: Uint8Array }[]
  /** The signer's floor in this epoch: nothing is cast at or below it. 0: none. */
  readonly floorView: number
}

export const NOTHING_RESTORED: Restored = {
  committed: null,
  certificates: [],
  candidates: [],
  votes: [],
  proposals: [],
  floorView: 0,
}

/** A candidate that is here. */
export interface Known {
  readonly candidate: Candidate
  /** With the leader's signature; null when it was fetched by its id or restored. */
  proposal: Proposal | null
  verdict: 'unknown' | 'pending' | 'valid' | 'invalid'
  isRecorded: boolean
  /** Of its block, a filler's is its parent's; set once the parent is valid. */
  height: number
  /** The views from its parent up to this have skip certificates: R4(c) goes on from here. */
  provenTo: number
}

export interface Held {
  readonly certificate: Certificate
  readonly id: Hash
}

/** One view above lastFinal. */
export interface View {
  readonly view: number
  /** Ids from the leader in order of arrival, at most two (§9). */
  readonly proposed: Hash[]
  /** One vote counts per signer, view and kind (R7). */
  readonly votes: Record<Ballot['kind'], Map<number, Vote>>
  /** Power behind each ballot, by `ballotKey`. */
  readonly tally: Map<string, { readonly ballot: Ballot; readonly power: bigint }>
  notarization: Held | null
  skipCertificate: Certificate | null
  /** What we cast here. */
  notarized: Hash | null
  finalized: Hash | null
  hasSkipped: boolean
  hasProposed: boolean
  ownProposal: Proposal | null
  readonly ownVotes: Vote[]
  build: 'none' | 'asked' | 'failed'
  /** Pairs reported, by signer and kinds: once each. */
  readonly reported: Set<string>
}

export interface Core {
  readonly options: CoreOptions
  readonly quorum: bigint
  /** Our power alone is a quorum: there is nobody to wait for. */
  readonly isAlone: boolean
  readonly views: Map<number, View>
  /** Down to the last committed block, which is valid. */
  readonly candidates: Map<Hash, Known>
  current: number
  lastFinal: { readonly view: number; readonly id: Hash; readonly certificate: Certificate | null }
  committed: Candidate
  /** Finalizations of what is not committed, ascending by view. */
  readonly finals: Map<Hash, Certificate>
  /** Views entered, and for each signer how many there were when we last heard of it (R6). */
  entered: number
  readonly heard: number[]
  /** Timers of the current view that ran out. */
  readonly expired: Set<Timer>
  /** Views that the rules must look at. */
  readonly changed: Set<number>
  /** Views that wait for a certificate or verdict of the view that is the key. */
  readonly waiting: Map<number, Set<number>>
  /** Under way, by id, with the view; and the views that found no room (§9). */
  readonly checking: Map<Hash, number>
  readonly fetching: Map<Hash, number>
  readonly stalled: Set<number>
  standstillMs: number
  /** Where the next bundle to all goes on (R8). */
  bundleFrom: number
  isStopped: boolean
  /** The sealing block is committed: the host takes the next core. */
  isSealed: boolean
  effects: Effect[]
}

export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`

export function leaderOf(core: Core, view: number): number {
  return core.options.leaders[view % LEADER_SEATS]!
}

export function viewOf(core: Core, view: number): View {
  const found = core.views.get(view)
  if (found !== undefined) return found
  const made: View = {
    view,
    proposed: [],
    votes: { notarize: new Map(), skip: new Map(), finalize: new Map() },
    tally: new Map(),
    notarization: null,
    skipCertificate: null,
    notarized: null,
    finalized: null,
    hasSkipped: false,
    hasProposed: false,
    ownProposal: null,
    ownVotes: [],
    build: 'none',
    reported: new Set(),
  }
  core.views.set(view, made)
  return made
}

/** The root and lastFinal count as notarized; below lastFinal nothing else is final, so nothing can be built on. */
export function isNotarized(core: Core, view: number, id: Hash): boolean {
  if (view <= core.lastFinal.view) return id === core.lastFinal.id
  return core.views.get(view)?.notarization?.id === id
}

/** Nothing is cast at or below lastFinal or the signer's floor. */
export function mayCast(core: Core, view: number): boolean {
  return core.options.self !== null && view > core.lastFinal.view && view > core.options.restored.floorView
}

/** Votes and proposals are kept for these views (§9). */
export function isInWindow(core: Core, view: number): boolean {
  const { viewsAhead, viewsBehind } = core.options.bounds
  return view > core.lastFinal.view && view <= core.current + viewsAhead && view >= core.current - viewsBehind
}

export function ballotKey(ballot: Ballot): string {
  return ballot.kind === 'skip' ? 'skip' : `${ballot.kind} ${ballot.id}`
}

export function isFiller({ blockHash }: Candidate): boolean {
  return blockHash === ZERO_HASH
}

/** The sealing block, or a filler above it: only fillers may follow (§7). */
export function endsEpoch(core: Core, known: Known): boolean {
  return known.height === core.options.root.height + core.options.epochBlocks
}

export function emit(core: Core, effect: Effect): void {
  core.effects.push(effect)
}

/** Nothing is cast any more; the host keeps serving what it has and dumps the state (R7, R9). */
export function stop(core: Core, reason: string): void {
  if (core.isStopped) return
  core.isStopped = true
  emit(core, { kind: 'stop', reason })
}

/** Null: it is ours. */
export function ban(core: Core, peer: PeerId | null, reason: string): void {
  if (peer !== null) emit(core, { kind: 'ban', peer, reason })
}

/** Looks at `view` again once something comes of view `on`. */
export function waitFor(core: Core, on: number, view: number): void {
  const waiters = core.waiting.get(on)
  if (waiters === undefined) core.waiting.set(on, new Set([view]))
  else waiters.add(view)
}

/** A certificate or verdict of `view` came: look at it, and at the views that waited for it. */
export function wake(core: Core, view: number): void {
  core.changed.add(view)
  for (const waiter of core.waiting.get(view) ?? []) core.changed.add(waiter)
  core.waiting.delete(view)
}

/** A check or fetch ended: whoever found no room may try again. */
export function wakeStalled(core: Core): void {
  for (const view of core.stalled) core.changed.add(view)
  core.stalled.clear()
}
