/** Blocks built and checked for the core: the body first, then execution on the parent (consensus.md R2 to R4). */
import type { BallotCrypto } from '../../../consensus/ballotCrypto.ts'
import type { EpochWithLeaders } from '../../../consensus/epoch.ts'
import { wireToCandidate } from '../../../consensus/messages.ts'
import { isFiller } from '../../../consensus/state.ts'
import type { Candidate, Hash } from '../../../consensus/step.ts'
import type { WireBody } from '../../../primitives/wire/sync.ts'
import type { Bodies } from '../bodies.ts'
import type { Clock, Execution } from '../ports.ts'
import type { Fetcher } from './fetcher.ts'

/** A block that is not here is on its way by gossip, most likely: only then is it asked for. */
const GOSSIP_MS = 200
/** Execution gave up what we still want: the final chain moved under it. */
const ABANDONED_RETRY_MS = 250
/** A block that is ahead of a slow clock by an hour need not be once the clock is set right. */
const EARLY_RETRY_MS_MAX = 1_000

export interface Checker {
  build(view: number, parent: Candidate, isEmpty: boolean): void
  check(candidate: Candidate, parent: Candidate): void
  abandon(id: Hash): void
  /** A candidate that peers are asked for. */
  fetch(id: Hash): void
  cancelFetch(id: Hash): void
  close(): void
}

export interface CheckerOptions {
  readonly epoch: EpochWithLeaders
  readonly crypto: Pick<BallotCrypto, 'candidateId'>
  readonly clock: Pick<Clock, 'after'>
  readonly execution: Pick<Execution, 'build' | 'check' | 'hashOf'>
  readonly bodies: Bodies
  readonly fetcher: Fetcher
  /** The view is over, or we skipped it. */
  readonly isPast: (view: number) => boolean
  readonly onBuilt: (view: number, parentId: Hash, blockHash: Hash | null) => void
  readonly onChecked: (id: Hash, valid: boolean, reason: string) => void
  readonly onFetched: (candidate: Candidate) => void
  readonly onFault: (error: unknown) => void
}

export function createChecker(options: CheckerOptions): Checker {
  const { epoch, clock, execution, bodies } = options
  const checks = new Map<Hash, () => void>()
  const fetches = new Map<Hash, () => void>()
  let isClosed = false

  const request = (view: number, parent: Candidate, isAbandoned: () => boolean) => ({
    epoch,
    view,
    parentHash: parent.blockHash,
    heldBlock: bodies.block,
    isAbandoned,
  })
  const fetchBody = (id: Hash, delayMs: number, onTaken: (candidate: Candidate) => void) =>
    options.fetcher.fetch(id, delayMs, (body) => {
      const candidate = keepIfGenuine(options, id, body)
      if (candidate === undefined) return false
      onTaken(candidate)
      return true
    })

  return {
    build(view, parent, isEmpty) {
      const isAbandoned = () => isClosed || options.isPast(view)
      execution.build({ ...request(view, parent, isAbandoned), isEmpty }).then((built) => {
        if (isClosed) return
        if (built !== null) {
          bodies.addBlock(built.blockHash, built.bytes, view)
          bodies.hold(built.blockHash)
        }
        options.onBuilt(view, parent.id, built?.blockHash ?? null)
      }, options.onFault)
    },
    check(candidate, parent) {
      const { blockHash } = candidate
      let isAbandoned = false
      let isHeld = false
      let cancelWait = () => {}
      const end = () => {
        isAbandoned = true
        cancelWait()
        if (isHeld) bodies.release(blockHash)
      }
      checks.get(candidate.id)?.()
      checks.set(candidate.id, end)
      const execute = (bytes: Uint8Array) => {
        const asked = { ...request(candidate.view, parent, () => isAbandoned), bytes }
        execution.check(asked).then((verdict) => {
          if (isAbandoned) return
          if (verdict.kind === 'early' || verdict.kind === 'abandoned') {
            const retryAfterMs =
              verdict.kind === 'early' ? Math.min(verdict.retryAfterMs, EARLY_RETRY_MS_MAX) : ABANDONED_RETRY_MS
            cancelWait = clock.after(retryAfterMs, () => execute(bytes))
            return
          }
          checks.delete(candidate.id)
          // What is valid is recorded now; a flood of other blocks must not push it out before.
          if (verdict.kind === 'invalid') bodies.release(blockHash)
          options.onChecked(candidate.id, verdict.kind === 'valid', 'reason' in verdict ? verdict.reason : '')
        }, options.onFault)
      }
      const begin = (bytes: Uint8Array) => {
        bodies.hold(blockHash)
        isHeld = true
        execute(bytes)
      }
      const held = bodies.block(blockHash)
      if (held !== undefined) return begin(held.bytes)
      const cancelHere = bodies.whenHere(blockHash, () => {
        cancelWait()
        begin(bodies.block(blockHash)!.bytes)
      })
      const cancelFetch = fetchBody(candidate.id, GOSSIP_MS, () => {})
      cancelWait = () => {
        cancelHere()
        cancelFetch()
      }
    },
    abandon(id) {
      checks.get(id)?.()
      checks.delete(id)
    },
    fetch(id) {
      fetches.get(id)?.()
      fetches.set(
        id,
        fetchBody(id, 0, (candidate) => {
          fetches.delete(id)
          options.onFetched(candidate)
        }),
      )
    },
    cancelFetch(id) {
      fetches.get(id)?.()
      fetches.delete(id)
    },
    close() {
      isClosed = true
      for (const end of [...checks.values(), ...fetches.values()]) end()
    },
  }
}

/** Undefined: it is not what the id names, or the block is not the candidate's. */
function keepIfGenuine({ crypto, execution, bodies }: CheckerOptions, id: Hash, body: WireBody): Candidate | undefined {
  const candidate = wireToCandidate(crypto, body.candidate)
  if (candidate.id !== id) return undefined
  const isWhole = isFiller(candidate) ? body.block.length === 0 : execution.hashOf(body.block) === candidate.blockHash
  if (!isWhole) return undefined
  bodies.addCandidate(candidate)
  if (!isFiller(candidate)) bodies.addBlock(candidate.blockHash, body.block, candidate.view)
  return candidate
}
