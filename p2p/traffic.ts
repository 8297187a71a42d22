/** What went over the wire, by protocol: counters that only grow. */

export interface Traffic {
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly receivedMessages: number
  readonly sentMessages: number
}

export interface TrafficMeter<K extends string> {
  received(what: K, bytes: number): void
  sent(what: K, bytes: number): void
  /** Of all that had any. */
  read(): Readonly<Partial<Record<K, Traffic>>>
}

export function createTrafficMeter<K extends string>(): TrafficMeter<K> {
  const counters: Partial<Record<K, { -readonly [P in keyof Traffic]: Traffic[P] }>> = {}
  const of = (what: K) => {
    const own = counters[what] ?? { receivedBytes: 0, sentBytes: 0, receivedMessages: 0, sentMessages: 0 }
    counters[what] = own
    return own
  }
  return {
    received(what, bytes) {
      const own = of(what)
      own.receivedBytes += bytes
      own.receivedMessages++
    },
    sent(what, bytes) {
      const own = of(what)
      own.sentBytes += bytes
      own.sentMessages++
    },
    read: () => structuredClone(counters),
  }
}
