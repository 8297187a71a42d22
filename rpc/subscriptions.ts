/** What one WebSocket client subscribed to, and pushing it (eth_subscribe). */
import { randomBytes } from 'node:crypto'
import { toHex } from '../primitives/bytes.ts'
import type { Json } from './json.ts'
import type { LogFilter } from './params/logFilter.ts'

/** One dapp has a handful; a connection with more is a mistake or an attack. */
const SUBSCRIPTIONS_MAX = 128

export type Topic =
  | { readonly kind: 'newHeads' }
  | { readonly kind: 'logs'; readonly filter: LogFilter }
  | { readonly kind: 'newPendingTransactions'; readonly isFull: boolean }

export interface Subscriptions {
  /** Id, or `undefined` when there are too many. */
  add(topic: Topic): string | undefined
  remove(id: string): boolean
  isWanted(kind: Topic['kind']): boolean
  /** Sends each of `results(topic)` to its subscription. */
  publish(results: (topic: Topic) => readonly Json[]): void
}

export function createSubscriptions(send: (text: string) => void): Subscriptions {
  const topics = new Map<string, Topic>()
  return {
    add(topic) {
      if (topics.size >= SUBSCRIPTIONS_MAX) return undefined
      const id = toHex(randomBytes(16))
      topics.set(id, topic)
      return id
    },
    remove: (id) => topics.delete(id),
    isWanted: (kind) => [...topics.values()].some((topic) => topic.kind === kind),
    publish(results) {
      for (const [subscription, topic] of topics)
        for (const result of results(topic))
          send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params: { subscription, result } }))
    },
  }
}
