/**
 * One epoch's core at work: takes one input at a time, most urgent first, and performs its effects in their order
 * (consensus.md §10). What takes time (disk, execution, peers) goes on beside, and comes back as an input.
 */
import type { BallotCrypto } from '../../../consensus/ballotCrypto.ts'
import { createCore, step } from '../../../consensus/core.ts'
import type { EpochWithLeaders } from '../../../consensus/epoch.ts'
import { candidateToWire, encodeMessage, proposalToWire } from '../../../consensus/messages.ts'
import type { Core, CoreOptions } from '../../../consensus/state.ts'
import { isFiller } from '../../../consensus/state.ts'
import type { Candidate, Conflict, Effect, Hash, Input, Proposal, Timer, Vote } from '../../../consensus/step.ts'
import type { Network } from '../../../p2p/surface.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { Sealing } from '../../../primitives/wire/sealing.ts'
import { gossipedBlockCodec } from '../../../primitives/wire/sync.ts'
import type { Bodies } from '../bodies.ts'
import type { HostLoad } from '../bounds.ts'
import type { Signer } from '../durability/signer.ts'
import type { Wal } from '../durability/wal.ts'
import type { Clock, Execution } from '../ports.ts'
import type { FinalNotice } from '../surface.ts'
import type { Sealings } from '../sync/sealings.ts'
import { type Caster, createCaster } from './caster.ts'
import { type Checker, createChecker } from './checker.ts'
import { type Committer, createCommitter } from './committer.ts'
import type { Fetcher } from './fetcher.ts'
import { createInputQueue, type InputQueue, type Origin } from './inputQueue.ts'
import { createOutbox, type Outbox } from './outbox.ts'

/** Work on the queue ends for a moment after this, so that sockets and timers get their turn (runtime.md §15). */
const SLICE_MS = 8

export interface RunTally {
  views: number
  skips: number
  votesCast: number
  votesReceived: number
  certificates: number
  blocks: number
}

export interface EpochRunOptions {
  readonly epoch: EpochWithLeaders
  readonly crypto: BallotCrypto
  readonly core: CoreOptions
  readonly clock: Clock
  readonly network: Network
  readonly execution: Execution
  readonly wal: Wal
  /** Null: an observer. */
  readonly signer: Signer | null
  readonly bodies: Bodies
  readonly load: HostLoad
  readonly fetcher: Fetcher
  readonly sealings: Sealings
  readonly tally: RunTally
  readonly log: (line: string) => void
  readonly onFinal: (final: FinalNotice) => void
  readonly onEvidence: (epoch: number, conflict: Conflict) => void
  /** The sealing block is committed: the next epoch's run takes over. */
  readonly onSealed: () => void
  readonly onStop: (reason: string) => void
  readonly onFault: (error: unknown) => void
}

export interface EpochRun {
  readonly epoch: EpochWithLeaders
  readonly crypto: BallotCrypto
  /** To read. */
  readonly core: Core
  readonly outbox: Outbox
  start(): void
  /** Null: not from a peer. */
  take(input: Input, origin: Origin | null): void
  framesDropped(): number
  /** Takes nothing any more, signs nothing more, and ends once what is final is committed. */
  close(): Promise<void>
}

export function createEpochRun(options: EpochRunOptions): EpochRun {
  return new Run(options)
}

class Run implements EpochRun {
  readonly epoch: EpochWithLeaders
  readonly crypto: BallotCrypto
  readonly core: Core
  readonly outbox: Outbox
  readonly #options: EpochRunOptions
  readonly #inputs: InputQueue
  readonly #caster: Caster | null
  readonly #checker: Checker
  readonly #committer: Committer
  readonly #timers = new Map<Timer, () => void>()
  /** When each candidate was first seen, for the latency of its finality. */
  readonly #seenMs = new Map<Hash, { readonly view: number; readonly atMs: number }>()
  #isRunning = false
  #isClosed = false

  constructor(options: EpochRunOptions) {
    const { epoch, crypto, signer, onFault } = options
    this.#options = options
    this.#inputs = createInputQueue(options.load)
    this.epoch = epoch
    this.crypto = crypto
    this.core = createCore(options.core)
    this.outbox = createOutbox(options)
    this.#checker = createChecker({
      ...options,
      isPast: (view) => this.core.current > view || this.core.views.get(view)?.hasSkipped === true,
      onBuilt: (view, parentId, blockHash) => this.take({ kind: 'built', view, parentId, blockHash }, null),
      onChecked: (id, valid, reason) => this.#onChecked(id, valid, reason),
      onFetched: (candidate) => this.take({ kind: 'fetched', candidate }, null),
    })
    this.#committer = createCommitter({ ...options, onCommitted: (candidate) => this.#onCommitted(candidate) })
    const { self } = options.core
    this.#caster =
      signer === null || self === null
        ? null
        : createCaster({
            ...options,
            self,
            signer,
            onVote: (vote) => this.#onOwnVote(vote),
            onProposal: (proposal) => this.#onOwnProposal(proposal),
            onRefused: (reason) => options.onStop(`the signer refused a statement of the core: ${reason}`),
            onFault,
          })
  }

  start(): void {
    this.take({ kind: 'started' }, null)
    for (const peer of this.#options.network.peers()) this.take({ kind: 'connected', peer }, null)
  }

  take(input: Input, origin: Origin | null): void {
    if (this.#isClosed) return
    if (input.kind === 'vote' && input.vote.signer !== this.core.options.self) this.#options.tally.votesReceived += 1
    this.#inputs.push(input, origin)
    if (this.#isRunning) return
    this.#isRunning = true
    // What arrives together is put in order of urgency before the first of it is taken.
    void Promise.resolve().then(() => this.#run())
  }

  framesDropped(): number {
    return this.#inputs.dropped()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#checker.close()
    for (const cancel of this.#timers.values()) cancel()
    await this.#caster?.close()
    await this.#committer.done().catch(() => {})
  }

  #run(): void {
    const { clock, tally, onFault } = this.#options
    const endMs = clock.nowMs() + SLICE_MS
    try {
      for (let input = this.#inputs.shift(); input !== undefined && !this.#isClosed; input = this.#inputs.shift()) {
        const before = this.core.current
        this.#perform(step(this.core, input))
        if (input.kind === 'proposal') this.#noteSeen(input.proposal.candidate)
        tally.views += this.core.current - before
        if (clock.nowMs() >= endMs) {
          clock.after(0, () => this.#run())
          return
        }
      }
      this.#isRunning = false
    } catch (error) {
      // A bug: the core may have stopped halfway through an input.
      onFault(error)
    }
  }

  #noteSeen({ id, view }: Candidate): void {
    if (this.core.candidates.has(id) && !this.#seenMs.has(id))
      this.#seenMs.set(id, { view, atMs: this.#options.clock.nowMs() })
  }

  #perform(effects: readonly Effect[]): void {
    const seal = effects.find((effect) => effect.kind === 'sealEpoch')
    for (const effect of effects) this.#performOne(effect, seal)
  }

  #performOne(effect: Effect, seal: Extract<Effect, { kind: 'sealEpoch' }> | undefined): void {
    const { network, log, onEvidence, onStop } = this.#options
    switch (effect.kind) {
      case 'record':
        return this.#record(effect.entry)
      case 'commit':
        return this.#commit(effect.chain, effect.finalization, seal)
      case 'sealEpoch':
        return void this.#committer.done().then(this.#options.onSealed, () => {})
      case 'cast':
        return this.#caster?.cast(effect.ballot)
      case 'propose':
        return this.#caster?.propose(effect.candidate, effect.certificates)
      case 'send':
        return this.outbox.send(effect.to, effect.messages)
      case 'remind':
        return this.outbox.remind(effect.signer, effect.finalization)
      case 'build':
        return this.#checker.build(effect.view, effect.parent, effect.isEmpty)
      case 'check':
        return this.#checker.check(effect.candidate, effect.parent)
      case 'abandon':
        return this.#checker.abandon(effect.candidate.id)
      case 'fetch':
        return this.#checker.fetch(effect.id)
      case 'cancelFetch':
        return this.#checker.cancelFetch(effect.id)
      case 'startTimer':
        return this.#startTimer(effect.timer, effect.view, effect.afterMs)
      case 'report':
        log(`evidence: ${effect.conflict.kind} of epoch ${this.epoch.number} exclude each other`)
        return onEvidence(this.epoch.number, effect.conflict)
      case 'ban':
        return network.ban(effect.peer, effect.reason)
      case 'banSigner':
        return network.ban(this.outbox.peerOf(effect.signer), effect.reason)
      case 'stop':
        return onStop(effect.reason)
      default:
        effect satisfies never
    }
  }

  #record(entry: Candidate | Certificate): void {
    const { wal, bodies, tally } = this.#options
    if ('kind' in entry) {
      tally.certificates += 1
      if (entry.kind === 'skip') tally.skips += 1
      return wal.append({ kind: 'certificate', certificate: entry })
    }
    bodies.keep(entry)
    const block = isFiller(entry) ? new Uint8Array(0) : bodies.block(entry.blockHash)!.bytes
    wal.append({ kind: 'candidate', epoch: this.epoch.number, candidate: candidateToWire(entry), block })
  }

  #commit(
    chain: readonly Candidate[],
    finalization: Certificate,
    seal: Extract<Effect, { kind: 'sealEpoch' }> | undefined,
  ): void {
    const sealing: Sealing | undefined = seal && {
      epoch: this.epoch.number,
      finalization: seal.finalization,
      candidates: seal.path.map(candidateToWire),
    }
    this.#committer.commit({ chain, finalization, sealing, fillers: seal?.path.slice(1) ?? [] })
    this.#caster?.raise(finalization.view)
  }

  #startTimer(timer: Timer, view: number, afterMs: number): void {
    this.#timers.get(timer)?.()
    const cancel = this.#options.clock.after(afterMs, () => this.take({ kind: 'timeout', timer, view }, null))
    this.#timers.set(timer, cancel)
  }

  #onOwnVote(vote: Vote): void {
    this.#options.tally.votesCast += 1
    this.outbox.toValidators(encodeMessage(this.epoch.number, { kind: 'vote', vote }))
    this.take({ kind: 'vote', vote }, null)
  }

  #onOwnProposal(proposal: Proposal): void {
    const { network, bodies } = this.#options
    const { number } = this.epoch
    this.outbox.toValidators(encodeMessage(number, { kind: 'proposal', proposal }))
    const held = bodies.block(proposal.candidate.blockHash)
    if (held !== undefined) {
      const bare = proposalToWire(number, { ...proposal, certificates: [] })
      network.publish('block', gossipedBlockCodec.encode({ proposal: bare, block: held.bytes }))
    }
    this.take({ kind: 'proposal', peer: null, proposal }, null)
  }

  #onChecked(id: Hash, valid: boolean, reason: string): void {
    if (!valid) this.#options.log(`candidate ${id} is invalid: ${reason}`)
    this.take({ kind: 'checked', id, valid }, null)
  }

  #onCommitted({ id, view, blockHash }: Candidate): void {
    const { clock, execution, tally, onFinal } = this.#options
    const seen = this.#seenMs.get(id)
    const latencyMs = seen === undefined ? null : clock.nowMs() - seen.atMs
    for (const [other, { view: at }] of this.#seenMs) if (at <= view) this.#seenMs.delete(other)
    tally.blocks += 1
    onFinal({ height: execution.head().height, hash: blockHash, view, latencyMs })
  }
}
