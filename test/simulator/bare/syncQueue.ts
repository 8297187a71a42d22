/** Events in virtual time without promises: bare cores wait for nothing. */

export interface SyncQueue {
  nowMs(): number
  at(atMs: number, run: () => void): void
  /** False when none is left. */
  step(): boolean
}

/** A heap of times with the order of arrival as the tie; three arrays, since Twins runs make millions of events. */
export function createSyncQueue(): SyncQueue {
  const times: number[] = []
  const orders: number[] = []
  const runs: (() => void)[] = []
  let nowMs = 0
  let count = 0
  const isBefore = (atMs: number, order: number, other: number) =>
    atMs < times[other]! || (atMs === times[other]! && order < orders[other]!)
  const place = (at: number, from: number) => {
    times[at] = times[from]!
    orders[at] = orders[from]!
    runs[at] = runs[from]!
  }
  return {
    nowMs: () => nowMs,
    at(atMs, run) {
      const order = count++
      let i = times.length
      times.push(atMs)
      orders.push(order)
      runs.push(run)
      while (i > 0) {
        const parent = (i - 1) >> 1
        if (!isBefore(atMs, order, parent)) break
        place(i, parent)
        i = parent
      }
      times[i] = atMs
      orders[i] = order
      runs[i] = run
    },
    step() {
      const run = runs[0]
      if (run === undefined) return false
      nowMs = times[0]!
      const [atMs, order, last] = [times.pop()!, orders.pop()!, runs.pop()!]
      const size = times.length
      if (size > 0) {
        let i = 0
        for (let child = 1; child < size; child = 2 * i + 1) {
          if (child + 1 < size && isBefore(times[child + 1]!, orders[child + 1]!, child)) child += 1
          if (atMs < times[child]! || (atMs === times[child]! && order < orders[child]!)) break
          place(i, child)
          i = child
        }
        times[i] = atMs
        orders[i] = order
        runs[i] = last
      }
      run()
      return true
    },
  }
}
