/** What the host holds at most (consensus.md §9), and the most that it has held: the simulator divides the one and compares. */

export interface HostBounds {
  /** Of one peer, waiting for the core; beyond either, its oldest message is dropped. */
  readonly peerMessages: number
  readonly peerBytes: number
  /** Of one peer, kept for the epoch to come; beyond either, its oldest frame is dropped. */
  readonly nextFrames: number
  readonly nextBytes: number
  /** Blocks that no record keeps yet: many honest ones fit, and what is pushed out can be fetched again by its id. */
  readonly looseBytes: number
  /** Committed candidates whose ids are still asked for by those a little behind; others follow by ranges of blocks. */
  readonly committed: number
}

export const HOST_BOUNDS: HostBounds = {
  peerMessages: 256,
  peerBytes: 1024 * 1024,
  nextFrames: 64,
  nextBytes: 64 * 1024,
  looseBytes: 32 * 1024 * 1024,
  committed: 1024,
}

export interface HostLoad {
  readonly bounds: HostBounds
  /** The most of each at any moment. */
  readonly peaks: Readonly<Record<keyof HostBounds, number>>
  note(what: keyof HostBounds, held: number): void
}

export function createHostLoad(bounds: HostBounds = HOST_BOUNDS): HostLoad {
  const peaks = { peerMessages: 0, peerBytes: 0, nextFrames: 0, nextBytes: 0, looseBytes: 0, committed: 0 }
  return {
    bounds,
    peaks,
    note(what, held) {
      if (held > peaks[what]) peaks[what] = held
    },
  }
}
