/** Waits for a condition, with a deadline that names what did not come. */
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100

export async function until(what: string, deadlineMs: number, isReached: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + deadlineMs
  while (!(await isReached())) {
    if (performance.now() > endMs) throw new Error(`no ${what} within ${deadlineMs / 1000} s`)
    await sleep(POLL_MS)
  }
}
