/** Virtual time: a heap of events, run one by one, each with all the promises that it wakes before the next. */

/** One life of a node's process: what waits for it ends with it. */
export interface Process {
  isAlive: boolean
  /** Virtual time until which the process does nothing (SIGSTOP): its events wait. */
  pausedUntilMs: number
}

interface Event {
  atMs: number
  readonly order: number
  readonly process: Process | undefined
  readonly run: () => void
}

export interface EventQueue {
  nowMs(): number
  /** Events of a dead process are dropped, those of a paused one wait. */
  at(atMs: number, process: Process | undefined, run: () => void): void
  pending(): number
  /** Runs the next event and what it woke; false when none is left. */
  step(): Promise<boolean>
}

const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

function push(heap: Event[], event: Event): void {
  let i = heap.length
  heap.push(event)
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!isBefore(event, heap[parent]!)) break
    heap[i] = heap[parent]!
    i = parent
  }
  heap[i] = event
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined || heap.length === 0) return first
  let i = 0
  for (let child = 1; child < heap.length; child = 2 * i + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
    if (!isBefore(heap[child]!, last)) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = last
  return first
}

/**
 * Resolves when no promise is left to run. A tick that was asked for by a microtask is served only once no microtask is
 * left; one asked for by a timer's callback would come before them, hence the step between.
 */
export function quiet(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)))
}

export function createEventQueue(): EventQueue {
  const heap: Event[] = []
  let nowMs = 0
  let order = 0
  const next = (): Event | undefined => {
    for (let event = pop(heap); event !== undefined; event = pop(heap)) {
      const { process } = event
      if (process !== undefined && !process.isAlive) continue
      if (process !== undefined && process.pausedUntilMs > event.atMs) {
        push(heap, { ...event, atMs: process.pausedUntilMs })
        continue
      }
      return event
    }
    return undefined
  }
  return {
    nowMs: () => nowMs,
    at(atMs, process, run) {
      push(heap, { atMs: Math.max(atMs, nowMs), order: order++, process, run })
    },
    pending: () => heap.length,
    async step() {
      const event = next()
      if (event === undefined) return false
      nowMs = event.atMs
      event.run()
      await quiet()
      return true
    },
  }
}
