/** A node's `Clock` over virtual time: it drifts, its wall (kept by NTP) jumps instead, and it dies with its process. */
import type { Clock } from '../../../node/agreement/ports.ts'
import type { EventQueue, Process } from './eventQueue.ts'

/** 2026-01-01: wall time at virtual time 0. */
export const WALL_START_MS = 1_767_225_600_000

export interface ClockFaults {
  /** Local milliseconds per virtual one, 0.99 … 1.01. */
  rate: number
  /** Added to the wall's time. */
  wallOffsetMs: number
}

export function createVirtualClock(queue: EventQueue, process: Process, faults: ClockFaults): Clock {
  return {
    nowMs: () => queue.nowMs() * faults.rate,
    wallMs: () => Math.floor(WALL_START_MS + queue.nowMs() + faults.wallOffsetMs),
    after(delayMs, run) {
      let isCancelled = false
      queue.at(queue.nowMs() + Math.max(0, delayMs) / faults.rate, process, () => {
        if (!isCancelled) run()
      })
      return () => {
        isCancelled = true
      }
    },
  }
}
