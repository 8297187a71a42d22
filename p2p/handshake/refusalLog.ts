/** Says why a peer was refused, or refuses us, but not again and again: whoever knocks each second must not fill the log. */
import type { PeerId } from '../surface.ts'

const SAME_PEER_MS = 10 * 60 * 1000
/** Lines of a minute, whoever knocks. */
const LINES_PER_MINUTE = 10
const PEERS_MAX = 1_000

export function createRefusalLog(
  say: (peer: PeerId, reason: string) => void,
  nowMs: () => number,
): (peer: PeerId, reason: string) => void {
  const told = new Map<PeerId, number>()
  let minute = 0
  let lines = 0
  return (peer, reason) => {
    const now = nowMs()
    if (Math.floor(now / 60_000) !== minute) {
      minute = Math.floor(now / 60_000)
      lines = 0
    }
    if (lines >= LINES_PER_MINUTE || now - (told.get(peer) ?? Number.NEGATIVE_INFINITY) < SAME_PEER_MS) return
    lines++
    told.delete(peer)
    told.set(peer, now)
    if (told.size > PEERS_MAX) told.delete(told.keys().next().value!)
    say(peer, reason)
  }
}
