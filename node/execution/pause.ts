/** Lets the event loop turn while blocks are executed: votes and timers must not wait for transactions. */

/** Runtime.md §15: the longest synchronous step on the main thread. */
const STEP_MS_MAX = 10

export interface PauseOptions {
  readonly nowMs: () => number
  /** Resolves once what waited in the event loop has run. */
  readonly turnLoop: () => Promise<void>
}

/** To be awaited between transactions; turns the loop once a step has lasted long enough. */
export function createPause({ nowMs, turnLoop }: PauseOptions): () => Promise<void> {
  let sinceMs = nowMs()
  return async () => {
    if (nowMs() - sinceMs < STEP_MS_MAX) return
    await turnLoop()
    sinceMs = nowMs()
  }
}
