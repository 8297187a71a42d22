/** One processor of a simulated node: it does one thing after another, and what it does takes virtual time. */
import type { EventQueue } from '../../simulator/world/eventQueue.ts'

export type Work = 'crypto' | 'core' | 'frames' | 'blocks'

export interface Processor {
  /** Where the work at hand has come to; the world's time while there is none. */
  nowMs(): number
  /** Runs then, or when everything that came before is done. */
  at(atMs: number, run: () => void): void
  /** The work at hand takes this much longer. */
  spend(work: Work, ms: number): void
  spentMs(): Readonly<Record<Work, number>>
}

export function createProcessor(queue: EventQueue): Processor {
  const spent: Record<Work, number> = { crypto: 0, core: 0, frames: 0, blocks: 0 }
  const waiting: (() => void)[] = []
  let next = 0
  let freeAtMs = 0
  let isCalled = false

  const call = () => {
    if (isCalled || next === waiting.length) return
    isCalled = true
    queue.at(freeAtMs, undefined, () => {
      isCalled = false
      // What the last work woke may have gone on after this was asked for.
      if (queue.nowMs() >= freeAtMs) waiting[next++]!()
      if (next === waiting.length) {
        waiting.length = 0
        next = 0
      }
      call()
    })
  }
  return {
    nowMs: () => Math.max(queue.nowMs(), freeAtMs),
    at(atMs, run) {
      queue.at(atMs, undefined, () => {
        waiting.push(run)
        call()
      })
    },
    spend(work, ms) {
      freeAtMs = Math.max(queue.nowMs(), freeAtMs) + ms
      spent[work] += ms
    },
    spentMs: () => ({ ...spent }),
  }
}
