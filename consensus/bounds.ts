/** What the core holds at most (consensus.md §9). The simulator divides them: a full cache costs time, never votes. */
export interface Bounds {
  /** Votes and proposals of views above current + this are dropped: nobody honest is that far ahead without a certificate. */
  readonly viewsAhead: number
  /** Votes and proposals of views below current − this are dropped: late votes rescue slow blocks, not ancient ones. */
  readonly viewsBehind: number
  /** Views that may follow each other without a finalization before the core stops: 5.7 days at the timers' cap. */
  readonly viewsUnfinalized: number
  /** Checks under way: one slow block must not keep others from their votes. */
  readonly checks: number
  readonly fetches: number
  /** Beyond this depth above lastFinal leaders build empty blocks, so that execution can catch up. */
  readonly depth: number
  /** Bytes of a bundle for one peer and attempt (R8). */
  readonly bundleBytes: number
}

export const BOUNDS: Bounds = {
  viewsAhead: 64,
  viewsBehind: 256,
  viewsUnfinalized: 16_384,
  checks: 4,
  fetches: 16,
  depth: 32,
  bundleBytes: 256 * 1024,
}
