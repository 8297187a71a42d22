/** Gets candidates and their blocks by id from peers, again and again until one has it or nobody needs it (R2). */
import type { Hash, PeerId } from '../../../consensus/step.ts'
import type { Network } from '../../../p2p/surface.ts'
import { fromHex } from '../../../primitives/bytes.ts'
import { bodyCodec, type WireBody } from '../../../primitives/wire/sync.ts'
import type { Clock } from '../ports.ts'

/** Consensus.md R2. */
const RETRY_MS = 500
const RETRY_GROWTH = 1.5
const RETRY_MS_MAX = 30_000

export interface Fetcher {
  /**
   * Asks random peers from `delayMs` on. `take` says whether the answer was what the id stands for; a wrong one costs
   * the peer. Ends with the first that was, or when the returned function is called.
   */
  fetch(id: Hash, delayMs: number, take: (body: WireBody) => boolean): () => void
}

export interface FetcherOptions {
  readonly clock: Pick<Clock, 'after'>
  readonly network: Pick<Network, 'peers' | 'ask' | 'ban'>
  readonly random: () => number
}

export function createFetcher({ clock, network, random }: FetcherOptions): Fetcher {
  /** Any but the one asked last, if there is another. */
  const pick = (last: PeerId | undefined): PeerId | undefined => {
    const peers = network.peers()
    const others = peers.length > 1 ? peers.filter((peer) => peer !== last) : peers
    return others[Math.floor(random() * others.length)]
  }
  return {
    fetch(id, delayMs, take) {
      let isEnded = false
      let cancelTimer = () => {}
      let retryMs = RETRY_MS
      const again = (last: PeerId | undefined) => {
        cancelTimer = clock.after(retryMs, () => void attempt(last))
        retryMs = Math.min(retryMs * RETRY_GROWTH, RETRY_MS_MAX)
      }
      const attempt = async (last: PeerId | undefined): Promise<void> => {
        const peer = pick(last)
        // A peer that says nothing is not waited for; its answer is still good if it comes.
        again(peer)
        if (peer === undefined) return
        const answer = await network.ask(peer, 'candidate', fromHex(id)).catch(() => undefined)
        if (isEnded || answer === undefined) return
        const body = bodyCodec.decode(answer)
        if ('code' in body || !take(body)) return network.ban(peer, `another candidate than was asked for: ${id}`)
        isEnded = true
        cancelTimer()
      }
      if (delayMs === 0) void attempt(undefined)
      else cancelTimer = clock.after(delayMs, () => void attempt(undefined))
      return () => {
        isEnded = true
        cancelTimer()
      }
    },
  }
}
