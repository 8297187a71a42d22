/** Frames of the epoch to come, kept until it is ours (consensus.md §7, §9). */
import type { PeerId } from '../../../consensus/step.ts'
import { createHostLoad } from '../bounds.ts'

export interface NextEpoch {
  keep(peer: PeerId, frame: Uint8Array): void
  forget(peer: PeerId): void
  /** All of them, each peer's in their order; none is left. */
  take(): { readonly peer: PeerId; readonly frame: Uint8Array }[]
}

export function createNextEpoch({ bounds, note } = createHostLoad()): NextEpoch {
  const byPeer = new Map<PeerId, Uint8Array[]>()
  return {
    keep(peer, frame) {
      const frames = byPeer.get(peer) ?? []
      byPeer.set(peer, frames)
      frames.push(frame)
      let bytes = frames.reduce((sum, { length }) => sum + length, 0)
      while (frames.length > bounds.nextFrames || bytes > bounds.nextBytes) bytes -= frames.shift()!.length
      note('nextFrames', frames.length)
      note('nextBytes', bytes)
    },
    forget: (peer) => void byPeer.delete(peer),
    take() {
      const taken = [...byPeer].flatMap(([peer, frames]) => frames.map((frame) => ({ peer, frame })))
      byPeer.clear()
      return taken
    },
  }
}
