/**
 * Follows a chain that has gone on without us: asks peers where they stand, and takes runs of final blocks from whoever
 * is ahead. Claims are hints: the core is paused, and with it our votes, only by blocks that a finalization proves.
 */
import type { PeerId } from '../../../consensus/step.ts'
import type { Network } from '../../../p2p/surface.ts'
import {
  finalBlocksCodec,
  numberCodec,
  statusCodec,
  type WireFinalBlocks,
  type WireStatus,
} from '../../../primitives/wire/sync.ts'
import type { Clock } from '../ports.ts'
import type { SyncProgress } from '../surface.ts'
import type { CheckedRange } from './finalRange.ts'

/** Below it the core fetches what it lacks by id. */
const LAG_BLOCKS = 16
/** A lag of any size that lasts that long is not the core's to mend. */
const STALL_MS = 10_000
const POLL_MS = 2_000
const PROGRESS_LOG_MS = 10_000

export interface ProvenRange extends CheckedRange {
  /** Of the first block: the head's successor when it was proven. */
  readonly fromHeight: number
  readonly range: WireFinalBlocks
}

/** A peer's answer, not proven: that takes the block before it. */
interface Asked {
  readonly peer: PeerId
  readonly from: number
  /** Undefined: none came. */
  readonly range: ReturnType<typeof finalBlocksCodec.decode> | undefined
}

interface NextRange {
  readonly peer: PeerId
  readonly proven: ProvenRange
}

export interface FollowerOptions {
  readonly clock: Clock
  readonly network: Network
  readonly random: () => number
  readonly log: (line: string) => void
  readonly headHeight: () => number
  /** Why the range proves nothing; it must follow the head. */
  readonly prove: (range: WireFinalBlocks) => ProvenRange | string
  /** Ends the core of the epoch; what is final is committed when it resolves. */
  readonly pause: () => Promise<void>
  readonly commit: (proven: ProvenRange) => Promise<void>
  readonly resume: () => Promise<void>
  readonly onFault: (error: unknown) => void
}

export interface Follower {
  start(): void
  connected(peer: PeerId): void
  disconnected(peer: PeerId): void
  /** The peer spoke of an epoch that is not ours yet. */
  suspect(peer: PeerId): void
  progress(): SyncProgress | null
  /** Ends after what is being committed. */
  close(): Promise<void>
}

export function createFollower(options: FollowerOptions): Follower {
  return new ChainFollower(options)
}

class ChainFollower implements Follower {
  readonly #options: FollowerOptions
  readonly #hints = new Map<PeerId, WireStatus>()
  readonly #asking = new Set<PeerId>()
  #head = { height: 0, sinceMs: 0 }
  #sync: { readonly fromHeight: number; readonly startMs: number; targetHeight: number; loggedMs: number } | undefined
  #work: Promise<void> | undefined
  #committing: Promise<void> | undefined
  #cancelPoll = () => {}
  #isClosed = false

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  start(): void {
    this.#poll()
  }

  connected(peer: PeerId): void {
    void this.#askStatus(peer)
  }

  disconnected(peer: PeerId): void {
    this.#hints.delete(peer)
  }

  suspect(peer: PeerId): void {
    void this.#askStatus(peer)
  }

  progress(): SyncProgress | null {
    if (this.#sync === undefined) return null
    const { fromHeight, startMs, targetHeight } = this.#sync
    const height = this.#options.headHeight()
    const perMs = (height - fromHeight) / Math.max(1, this.#options.clock.nowMs() - startMs)
    return { height, targetHeight, leftMs: perMs === 0 ? null : Math.round((targetHeight - height) / perMs) }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelPoll()
    // A question that is still open ends at its deadline, and nothing comes of its answer.
    await this.#committing?.catch(() => {})
  }

  #poll(): void {
    if (this.#isClosed) return
    this.#cancelPoll = this.#options.clock.after(POLL_MS, () => this.#poll())
    const peer = this.#pick(this.#options.network.peers())
    if (peer !== undefined && this.#work === undefined) void this.#askStatus(peer)
  }

  #pick(peers: readonly PeerId[]): PeerId | undefined {
    return peers[Math.floor(this.#options.random() * peers.length)]
  }

  async #askStatus(peer: PeerId): Promise<void> {
    if (this.#asking.has(peer) || this.#isClosed) return
    this.#asking.add(peer)
    const answer = await this.#options.network.ask(peer, 'status', new Uint8Array(0)).catch(() => undefined)
    this.#asking.delete(peer)
    const status = answer && statusCodec.decode(answer)
    if (status === undefined || this.#isClosed) return
    if ('code' in status) return this.#options.network.ban(peer, 'a status that is none')
    this.#hints.set(peer, status)
    if (this.#work === undefined && this.#isAhead(status)) this.#follow()
  }

  /** Far ahead, or ahead while our head stands still. */
  #isAhead({ height }: WireStatus): boolean {
    const own = this.#options.headHeight()
    const nowMs = this.#options.clock.nowMs()
    if (own !== this.#head.height) this.#head = { height: own, sinceMs: nowMs }
    return height >= own + LAG_BLOCKS || (height > own && nowMs - this.#head.sinceMs >= STALL_MS)
  }

  #follow(): void {
    this.#work = this.#followChain()
      .catch(this.#options.onFault)
      .finally(() => {
        this.#work = undefined
        this.#sync = undefined
      })
  }

  async #followChain(): Promise<void> {
    const { headHeight, pause, commit, resume } = this.#options
    const first = await this.#nextRange()
    // The core may have come that far by itself in the meantime.
    if (first === undefined || this.#isClosed) return
    await pause()
    for (let next: NextRange | undefined = first; next !== undefined && !this.#isClosed; ) {
      const ahead = this.#askAhead(next)
      this.#committing = commit(next.proven)
      await this.#committing
      this.#logProgress(headHeight())
      next = this.#judge(await ahead) ?? (await this.#nextRange())
    }
    if (!this.#isClosed) await resume()
  }

  /** Undefined: nobody who claims to be ahead has anything to show. */
  async #nextRange(): Promise<NextRange | undefined> {
    while (!this.#isClosed) {
      const from = this.#options.headHeight() + 1
      const peer = this.#pick(this.#peersWith(from))
      if (peer === undefined) return undefined
      const next = this.#judge(await this.#askRange(peer, from))
      if (next !== undefined) return next
    }
    return undefined
  }

  #peersWith(height: number): PeerId[] {
    return [...this.#hints].filter(([, hint]) => hint.height >= height).map(([peer]) => peer)
  }

  /** What follows a range while that is executed: one answer at most waits, of another peer if there is one. */
  async #askAhead({ peer, proven }: NextRange): Promise<Asked | undefined> {
    const from = proven.fromHeight + proven.range.bodies.length
    const peers = this.#peersWith(from)
    const others = peers.filter((other) => other !== peer)
    const chosen = this.#pick(others.length > 0 ? others : peers)
    return chosen === undefined ? undefined : this.#askRange(chosen, from)
  }

  async #askRange(peer: PeerId, from: number): Promise<Asked> {
    const request = numberCodec.encode({ number: from })
    const answer = await this.#options.network.ask(peer, 'blocks', request).catch(() => undefined)
    return { peer, from, range: answer && finalBlocksCodec.decode(answer) }
  }

  /** Each peer that fails is asked no more until it says where it stands; one that lies is banned. */
  #judge(asked: Asked | undefined): NextRange | undefined {
    if (asked === undefined || this.#isClosed) return undefined
    const { peer, from, range } = asked
    const isPast = this.#options.headHeight() >= from
    // The core has committed what was asked for in the meantime, before or as it was paused.
    if (isPast && this.#sync !== undefined) return undefined
    const proven = range === undefined || isPast ? undefined : this.#proveRange(range)
    if (typeof proven === 'object') {
      this.#aim(this.#hints.get(peer)?.height ?? 0)
      return { peer, proven }
    }
    this.#hints.delete(peer)
    if (proven !== undefined) this.#options.network.ban(peer, `in an answer with blocks: ${proven}`)
    return undefined
  }

  #proveRange(range: NonNullable<Asked['range']>): ProvenRange | string {
    return 'code' in range ? `no blocks: expected ${range.expected}` : this.#options.prove(range)
  }

  #aim(targetHeight: number): void {
    const nowMs = this.#options.clock.nowMs()
    this.#sync ??= { fromHeight: this.#options.headHeight(), startMs: nowMs, targetHeight, loggedMs: nowMs }
    this.#sync.targetHeight = targetHeight
  }

  #logProgress(height: number): void {
    const nowMs = this.#options.clock.nowMs()
    if (this.#sync === undefined || nowMs - this.#sync.loggedMs < PROGRESS_LOG_MS) return
    this.#sync.loggedMs = nowMs
    const leftMs = this.progress()?.leftMs ?? null
    const left = leftMs === null ? '' : `, about ${Math.ceil(leftMs / 1000)} s left`
    this.#options.log(`following: block ${height} of ${this.#sync.targetHeight}${left}`)
  }
}
