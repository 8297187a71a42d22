/**
 * The host of the Simplex core (consensus.md §10): recovers, runs one epoch's core after another, routes what peers send
 * to it, answers what they ask, and follows the chain when it has gone on without us.
 */
import { BOUNDS } from '../../consensus/bounds.ts'
import { timingOf } from '../../consensus/timers.ts'
import { toHex } from '../../primitives/bytes.ts'
import { frameCodec } from '../../primitives/wire/frame.ts'
import { type Bodies, createBodies } from './bodies.ts'
import { createHostLoad, type HostLoad } from './bounds.ts'
import { openSigner, type Signer } from './durability/signer.ts'
import { openWal, type Wal } from './durability/wal.ts'
import { createEpochs, type Epochs } from './epochs.ts'
import { createRouter, type Router } from './router.ts'
import { createEpochRun, type EpochRun } from './run/epochRun.ts'
import { createFetcher } from './run/fetcher.ts'
import { restore } from './run/restoring.ts'
import type { Agreement, AgreementCounts, AgreementOptions, AgreementStatus, AttributionSignature } from './surface.ts'
import { answerQuery } from './sync/answers.ts'
import { commitRange, proveRange } from './sync/commitRange.ts'
import { createFollower, type Follower } from './sync/follower.ts'
import { createSealings, type Sealings } from './sync/sealings.ts'
import { mayVote, noteProven } from './voting.ts'

export function createAgreement(options: AgreementOptions): Agreement {
  return new Host(options)
}

class Host implements Agreement {
  readonly #options: AgreementOptions
  readonly load: HostLoad
  readonly #bodies: Bodies
  readonly #epochs: Epochs
  readonly #sealings: Sealings
  readonly #router: Router
  readonly #follower: Follower
  readonly #tally = { views: 0, skips: 0, votesCast: 0, votesReceived: 0, certificates: 0, blocks: 0 }
  #wal: Wal | undefined
  #signer: Signer | null = null
  /** Undefined before the start, while we follow, and after the end. */
  #run: EpochRun | undefined
  #framesDropped = 0
  #stopped: string | null = null
  #isClosed = false
  /** Runs begin and end one after another. */
  #tail: Promise<void> = Promise.resolve()

  constructor(options: AgreementOptions) {
    this.#options = options
    this.load = createHostLoad(options.hostBounds)
    this.#bodies = createBodies(this.load)
    this.#epochs = createEpochs(options)
    this.#sealings = createSealings(options.disk)
    this.#router = createRouter({
      ...options,
      bodies: this.#bodies,
      load: this.load,
      sealings: this.#sealings,
      run: () => this.#run,
      epochNumber: () => this.#epochs.current(),
      onLaterEpoch: (peer) => this.#follower.suspect(peer),
    })
    const context = { ...options, bodies: this.#bodies, epochs: this.#epochs, sealings: this.#sealings }
    this.#follower = createFollower({
      ...options,
      headHeight: () => options.execution.head().height,
      prove: (range) => proveRange(context, range),
      pause: () => this.#next(() => this.#endRun()),
      commit: (proven) => commitRange({ ...context, wal: this.#wal! }, proven),
      resume: () => this.#next(() => this.#beginRun(true)),
      onFault: (error) => this.#fail(error),
    })
  }

  async start(): Promise<void> {
    const { disk, execution, blsSecret, network } = this.#options
    const onFault = (error: unknown) => this.#fail(error)
    this.#wal = await openWal({ disk, onFault })
    if (blsSecret !== null)
      this.#signer = await openSigner({ ...this.#options, secret: blsSecret }, execution.head().height === 0)
    await this.#next(() => this.#beginRun(true))
    network.listen({
      connected: (peer) => {
        this.#follower.connected(peer)
        this.#run?.take({ kind: 'connected', peer }, null)
      },
      disconnected: (peer) => {
        this.#follower.disconnected(peer)
        this.#router.forget(peer)
      },
      message: (peer, frame) => this.#router.message(peer, frame),
      gossip: (topic, peer, bytes) =>
        topic === 'block' ? this.#router.block(peer, bytes) : this.#options.onTransaction(peer, bytes),
      query: (_, query, request) => answerQuery(this.#answers(), query, request),
    })
    this.#follower.start()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#follower.close()
    await this.#next(() => this.#endRun())
    await this.#wal?.close()
    await this.#signer?.close().catch(() => {})
  }

  status(): AgreementStatus {
    const { execution, network } = this.#options
    const core = this.#run?.core
    return {
      epoch: this.#epochs.current(),
      view: core?.current ?? 0,
      lastFinalView: core?.lastFinal.view ?? 0,
      height: execution.head().height,
      peers: network.peers().length,
      validators: this.#epochs.at(this.#epochs.current()).epoch.validators.length,
      self: core?.options.self ?? null,
      sync: this.#follower.progress(),
      stopped: this.#stopped,
    }
  }

  counts(): AgreementCounts {
    return { ...this.#tally, framesDropped: this.#framesDropped + (this.#run?.framesDropped() ?? 0) }
  }

  sendAttestation(bytes: Uint8Array): void {
    this.#run?.outbox.toValidators(frameCodec.encode({ kind: 'attestation', attestation: bytes }))
  }

  async signAttribution(jobId: Uint8Array, root: Uint8Array): Promise<AttributionSignature | undefined> {
    const run = this.#run
    const self = run?.core.options.self ?? null
    if (run === undefined || self === null || this.#stopped !== null) return undefined
    const { number, epochHash } = run.epoch
    try {
      const signature = await this.#signer!.sign({ kind: 'attribution', epochHash, jobId, root })
      return 'kind' in signature ? undefined : { epoch: number, epochHash, signer: self, signature }
    } catch (error) {
      this.#fail(error)
      return undefined
    }
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work)
    this.#tail = done.catch(() => {})
    return done
  }

  /** `isAfterGap`: we have not followed the epoch before to its end, live. */
  async #beginRun(isAfterGap: boolean): Promise<void> {
    if (this.#isClosed || this.#stopped !== null) return
    const { params, execution, bounds, timing, isKeyShared, log } = this.#options
    const { epoch, crypto } = this.#epochs.at(this.#epochs.current())
    const self = await mayVote({ ...this.#options, signer: this.#signer, epoch, isAfterGap })
    if (typeof self === 'string') return this.#stop(self)
    const signer = self === null ? null : this.#signer
    const epochBlocks = params.epochBlocks
    const restored = await restore({
      epoch,
      epochBlocks,
      crypto,
      execution,
      wal: this.#wal!,
      bodies: this.#bodies,
      signer,
      self,
    })
    const run = createEpochRun({
      ...this.#options,
      epoch,
      crypto,
      core: {
        epoch: epoch.number,
        root: {
          id: toHex(epoch.epochHash),
          blockHash: toHex(epoch.rootBlockHash),
          height: epoch.number * epochBlocks,
        },
        powers: epoch.validators.map(({ power }) => power),
        leaders: epoch.leaders,
        self,
        epochBlocks,
        timing: timing ?? timingOf(params.blockIntervalMs),
        bounds: bounds ?? BOUNDS,
        crypto,
        restored,
        ...(isKeyShared === undefined ? {} : { isKeyShared }),
      },
      wal: this.#wal!,
      signer,
      bodies: this.#bodies,
      load: this.load,
      fetcher: createFetcher(this.#options),
      sealings: this.#sealings,
      tally: this.#tally,
      onFinal: (final) => {
        // What is final live is what peers prove to be current.
        noteProven({ ...this.#options, signer: this.#signer, epoch }).catch((error: unknown) => this.#fail(error))
        this.#options.onFinal(final)
      },
      onSealed: () => void this.#next(() => this.#nextEpoch()).catch((error: unknown) => this.#fail(error)),
      onStop: (reason) => this.#halt(reason),
      onFault: (error) => this.#fail(error),
    })
    const role = self === null ? 'following' : `voting as validator ${self}`
    log(`epoch ${epoch.number} of ${epoch.validators.length} validators: ${role}`)
    this.#run = run
    run.start()
    this.#router.replay()
  }

  async #nextEpoch(): Promise<void> {
    if (this.#run === undefined) return
    await this.#endRun()
    await this.#beginRun(false)
  }

  async #endRun(): Promise<void> {
    const run = this.#run
    this.#run = undefined
    this.#framesDropped += run?.framesDropped() ?? 0
    await run?.close()
  }

  #answers() {
    const { params, execution } = this.#options
    return {
      epochBlocks: params.epochBlocks,
      execution,
      bodies: this.#bodies,
      sealing: this.#sealings.load,
      status: () => ({
        epoch: this.#epochs.current(),
        height: execution.head().height,
        view: this.#run?.core.current ?? 0,
      }),
    }
  }

  #fail(error: unknown): void {
    this.#stop(error instanceof Error ? error.message : String(error))
  }

  #stop(reason: string): void {
    void this.#next(() => this.#endRun()).catch(() => {})
    this.#halt(reason)
  }

  /** The core has stopped, or is about to: it casts nothing any more, and peers are still answered. */
  #halt(reason: string): void {
    if (this.#stopped !== null || this.#isClosed) return
    this.#stopped = reason
    const { epoch, view, lastFinalView, height } = this.status()
    this.#options.log(
      `agreement stops in epoch ${epoch}, view ${view}, final ${lastFinalView}, block ${height}: ${reason}`,
    )
    this.#options.onStop(reason)
  }
}
