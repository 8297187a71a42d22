/** What peers send, on its way to the core: decoded, of this epoch, and a vote only from its signer (consensus.md §4, §7). */
import { wireToCandidate, wireToProposal, wireToVote } from '../../consensus/messages.ts'
import { isInWindow, leaderOf } from '../../consensus/state.ts'
import type { Proposal } from '../../consensus/step.ts'
import type { Network, NetworkEvents, PeerId } from '../../p2p/surface.ts'
import { type Frame, frameCodec } from '../../primitives/wire/frame.ts'
import { gossipedBlockCodec } from '../../primitives/wire/sync.ts'
import type { Bodies } from './bodies.ts'
import type { HostLoad } from './bounds.ts'
import type { Clock, Execution } from './ports.ts'
import type { EpochRun } from './run/epochRun.ts'
import { createNextEpoch, type NextEpoch } from './run/nextEpoch.ts'
import type { Sealings } from './sync/sealings.ts'

/** Whoever votes in an epoch that is over is told so at most once in this time. */
const ANSWER_MS = 1_000

export interface Router {
  message(peer: PeerId, frame: Uint8Array): void
  /** A gossiped block. */
  block(peer: PeerId, bytes: Uint8Array): ReturnType<NetworkEvents['gossip']>
  forget(peer: PeerId): void
  /** A new epoch has begun: what was kept for it is taken. */
  replay(): void
}

export interface RouterOptions {
  readonly clock: Pick<Clock, 'nowMs'>
  readonly network: Pick<Network, 'ban' | 'send'>
  readonly execution: Pick<Execution, 'hashOf'>
  readonly bodies: Bodies
  readonly load: HostLoad
  readonly sealings: Sealings
  /** Undefined while there is none. */
  readonly run: () => EpochRun | undefined
  readonly epochNumber: () => number
  readonly onLaterEpoch: (peer: PeerId) => void
  readonly onAttestation: (epoch: number, signer: number, bytes: Uint8Array) => void
}

export function createRouter(options: RouterOptions): Router {
  return new FrameRouter(options)
}

class FrameRouter implements Router {
  readonly #options: RouterOptions
  readonly #next: NextEpoch
  readonly #answeredMs = new Map<PeerId, number>()

  constructor(options: RouterOptions) {
    this.#options = options
    this.#next = createNextEpoch(options.load)
  }

  message(peer: PeerId, bytes: Uint8Array): void {
    const frame = frameCodec.decode(bytes)
    if ('code' in frame) return this.#options.network.ban(peer, `a frame that is none: expected ${frame.expected}`)
    if (frame.kind === 'attestation') return this.#attestation(peer, frame.attestation)
    const epoch = epochOf(frame)
    const current = this.#options.epochNumber()
    if (epoch < current) return void this.#answerOld(peer, frame, epoch)
    if (epoch > current + 1) return this.#options.onLaterEpoch(peer)
    const run = this.#options.run()
    // The head is at the epoch's end while its run still closes.
    if (epoch > current || run?.epoch.number !== epoch) return this.#next.keep(peer, bytes)
    this.#take(run, peer, frame, bytes.length)
  }

  forget(peer: PeerId): void {
    this.#next.forget(peer)
    this.#answeredMs.delete(peer)
  }

  replay(): void {
    for (const { peer, frame } of this.#next.take()) this.message(peer, frame)
  }

  async block(peer: PeerId, bytes: Uint8Array): Promise<'accept' | 'ignore' | 'reject'> {
    const gossiped = gossipedBlockCodec.decode(bytes)
    if ('code' in gossiped) return 'reject'
    const run = this.#options.run()
    if (run === undefined || gossiped.proposal.epoch !== run.epoch.number) return 'ignore'
    const proposal = wireToProposal(run.crypto, gossiped.proposal)
    const { candidate } = proposal
    const isKnown = run.core.candidates.has(candidate.id)
    if (!isKnown && !isWanted(run, candidate.view)) return 'ignore'
    if (!isKnown && !isOfLeader(run, proposal)) return 'reject'
    if (this.#options.execution.hashOf(gossiped.block) !== candidate.blockHash) return 'reject'
    this.#options.bodies.addCandidate(candidate)
    this.#options.bodies.addBlock(candidate.blockHash, gossiped.block, candidate.view)
    if (!isKnown) run.take({ kind: 'proposal', peer, proposal }, { peer, sizeBytes: 0 })
    return 'accept'
  }

  #take(run: EpochRun, peer: PeerId, frame: Exclude<Frame, { kind: 'attestation' }>, sizeBytes: number): void {
    const origin = { peer, sizeBytes }
    switch (frame.kind) {
      case 'vote': {
        const vote = wireToVote(frame.vote)
        // Only on its signer's own stream: nobody can take another's place.
        if (run.outbox.signerOf(peer) === vote.signer) run.take({ kind: 'vote', vote }, origin)
        return
      }
      case 'certificate':
        return run.take({ kind: 'certificate', peer, certificate: frame.certificate }, origin)
      case 'proposal': {
        const { certificates, signature } = frame.proposal
        const candidate = wireToCandidate(run.crypto, frame.proposal.candidate)
        return run.take({ kind: 'proposal', peer, proposal: { candidate, signature, certificates } }, origin)
      }
      default:
        return frame satisfies never
    }
  }

  #attestation(peer: PeerId, bytes: Uint8Array): void {
    const run = this.#options.run()
    const signer = run?.outbox.signerOf(peer)
    if (run !== undefined && signer !== undefined) this.#options.onAttestation(run.epoch.number, signer, bytes)
  }

  /** Its sealing record's finalization: the peer's core moves on by it, and fetches what it lacks by id. */
  async #answerOld(peer: PeerId, frame: Frame, epoch: number): Promise<void> {
    const { clock, network, sealings } = this.#options
    const nowMs = clock.nowMs()
    if (frame.kind === 'certificate' || nowMs - (this.#answeredMs.get(peer) ?? -ANSWER_MS) < ANSWER_MS) return
    this.#answeredMs.set(peer, nowMs)
    const sealing = await sealings.load(epoch).catch(() => undefined)
    if (sealing === undefined) return
    network.send(peer, frameCodec.encode({ kind: 'certificate', certificate: sealing.finalization }))
  }
}

function epochOf(frame: Exclude<Frame, { kind: 'attestation' }>): number {
  if (frame.kind === 'vote') return frame.vote.epoch
  return frame.kind === 'proposal' ? frame.proposal.epoch : frame.certificate.epoch
}

/** A third candidate of a view is of no use (consensus.md §9); the certified one is fetched by its id. */
function isWanted({ core }: EpochRun, view: number): boolean {
  return isInWindow(core, view) && (core.views.get(view)?.proposed.length ?? 0) < 2
}

function isOfLeader({ core, crypto }: EpochRun, { candidate, signature }: Proposal): boolean {
  const { view, id } = candidate
  return crypto.verify([leaderOf(core, view)], { kind: 'proposal', view, id }, signature)
}
