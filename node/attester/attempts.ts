/** Duties that failed, tried again with later blocks: soon after a fault, for a long time while content is on its way. */
import { ContentError } from '../../studio/chain/content.ts'
import { type Duty, messageOf, nameOf } from './duties.ts'

/** A duty that throws (a lost worker, a failed read) is tried with each next block, so many times in all. */
const ATTEMPTS_MAX = 4
/** Peers bring what a duty needs: looked for after 1, 2, … blocks, then every so many. */
const WAIT_BLOCKS_MAX = 8
/** Some thirteen minutes of 1 s blocks: longer than `attestationWindowS` is by default. */
const WAITS_MAX = 100

export interface Attempts {
  /** With each block: what is tried with it, new duties last. */
  take(duties: readonly Duty[]): Attempt[]
  failed(attempt: Attempt, error: unknown): void
}

export interface Attempt {
  readonly duty: Duty
  readonly failures: number
  readonly waits: number
}

export function createAttempts(log: (line: string) => void): Attempts {
  let later: { readonly attempt: Attempt; blocksLeft: number }[] = []
  const again = (attempt: Attempt, blocksLeft: number) => void later.push({ attempt, blocksLeft })
  return {
    take(duties) {
      for (const entry of later) entry.blocksLeft -= 1
      const due = later.filter(({ blocksLeft }) => blocksLeft <= 0).map(({ attempt }) => attempt)
      later = later.filter(({ blocksLeft }) => blocksLeft > 0)
      return [...due, ...duties.map((duty) => ({ duty, failures: 0, waits: 0 }))]
    },
    failed(attempt, error) {
      const { duty, failures, waits } = attempt
      const isAwaited = error instanceof ContentError && error.code === 'ContentMissing'
      if (isAwaited && waits < WAITS_MAX) {
        if (waits === 0) log(`${nameOf(duty)} waits for content from peers: ${error.message}`)
        return again({ ...attempt, waits: waits + 1 }, Math.min(waits + 1, WAIT_BLOCKS_MAX))
      }
      log(`${nameOf(duty)} is not attested: ${messageOf(error)}`)
      if (!isAwaited && failures + 1 < ATTEMPTS_MAX) again({ ...attempt, failures: failures + 1 }, 1)
    },
  }
}
