/** How long a view may take, and how that grows while nothing is final (consensus.md §6). */
export interface Timing {
  readonly skipMs: number
  readonly leaderMs: number
  readonly earlyMs: number
  /** No timer is stretched beyond it. */
  readonly capMs: number
  /** T_s: without a finalization for that long, the bundle goes out (R8). */
  readonly standstillMs: number
}

/** Δ, to which the timers are sized: the delay of a message in calm running. */
const DELTA_MS = 500
/** E, the cap of an honest builder's time budget (runtime.md). */
export const BUILD_BUDGET_MS = 500

export function timingOf(blockIntervalMs: number): Timing {
  return {
    skipMs: blockIntervalMs + 3 * DELTA_MS + 3 * BUILD_BUDGET_MS,
    leaderMs: blockIntervalMs + 2 * DELTA_MS + 2 * BUILD_BUDGET_MS,
    earlyMs: 100,
    capMs: 30_000,
    standstillMs: 4_000,
  }
}

/** In calm running lastFinal is v − 2 on entry to v; each view beyond stretches by a quarter. */
export function stretch(afterMs: number, view: number, lastFinal: number, capMs: number): number {
  for (let i = view - lastFinal - 2; i > 0 && afterMs < capMs; i--)
    afterMs = Math.min(Math.floor((5 * afterMs) / 4), capMs)
  return afterMs
}
