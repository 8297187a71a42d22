/** Runs the numbered cases of one subject, shrinks what differs, and reports both. */
import { createRandom } from './random.ts'
import type { OpenedSubject } from './subject.ts'

/** One bug fails many cases; more of the same say nothing new. */
const FAILURES_MAX = 10
/** Checks that shrinking one case may cost. */
const SHRINK_CHECKS_MAX = 2000
const PROGRESS_EVERY_MS = 2000

export interface Failure {
  readonly caseNumber: number
  readonly difference: string
  readonly drawn: unknown
  /** The smallest case that still differs, and how. */
  readonly small: unknown
  readonly smallDifference: string
}

export interface FuzzRun {
  readonly cases: number
  readonly failures: readonly Failure[]
  readonly casesPerSecond: number
}

export interface RunOptions {
  readonly seed: number
  readonly first: number
  readonly count: number
  readonly onProgress?: (done: number, casesPerSecond: number, differ: number) => void
}

/** A throw is a difference too: no decoder and no engine may throw at bad input. */
async function differenceOf(subject: OpenedSubject, drawn: unknown): Promise<string | undefined> {
  try {
    return await subject.check(drawn)
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
}

/** Greedy: the first smaller case that still differs is taken, until none does. */
export async function shrinkCase(
  subject: OpenedSubject,
  drawn: unknown,
  difference: string,
): Promise<{ small: unknown; smallDifference: string }> {
  let small = drawn
  let smallDifference = difference
  let checks = 0
  let isSmaller = true
  while (isSmaller && checks < SHRINK_CHECKS_MAX) {
    isSmaller = false
    for (const candidate of subject.shrink(small)) {
      const found = await differenceOf(subject, candidate)
      if (++checks >= SHRINK_CHECKS_MAX) break
      if (found === undefined) continue
      small = candidate
      smallDifference = found
      isSmaller = true
      break
    }
  }
  return { small, smallDifference }
}

export async function runCases(subject: OpenedSubject, options: RunOptions): Promise<FuzzRun> {
  const { seed, first, count, onProgress } = options
  const startMs = performance.now()
  const failures: Failure[] = []
  let toldMs = startMs
  let done = 0
  const casesPerSecond = () => (1000 * done) / (performance.now() - startMs)
  while (done < count && failures.length < FAILURES_MAX) {
    const caseNumber = first + done
    const drawn = subject.draw(createRandom(seed, caseNumber))
    const difference = await differenceOf(subject, drawn)
    done++
    if (difference !== undefined) {
      failures.push({ caseNumber, difference, drawn, ...(await shrinkCase(subject, drawn, difference)) })
    }
    if (performance.now() - toldMs < PROGRESS_EVERY_MS) continue
    toldMs = performance.now()
    onProgress?.(done, casesPerSecond(), failures.length)
  }
  return { cases: done, failures, casesPerSecond: casesPerSecond() }
}
