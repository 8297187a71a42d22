/** Polled filters: what eth_newFilter and its kin leave at the server, until five minutes pass without a question. */
import { randomBytes } from 'node:crypto'
import { toHex } from '../primitives/bytes.ts'
import type { LogFilter } from './params/logFilter.ts'

/** A client that polls at all polls within seconds (rpc.md: filters expire after 5 min). */
const LIFETIME_MS = 5 * 60_000
/** A filter is some hundred bytes to some kilobytes: all of them stay below 100 MB. */
const FILTERS_MAX = 10_000
/** Hashes of pending transactions that one filter keeps between two polls: 1 MiB of hashes. */
const PENDING_MAX = 32_768

export type Filter =
  /** `nextHeight`: first height that the client has not been told of. */
  | { readonly kind: 'logs'; readonly filter: LogFilter; nextHeight: number }
  | { readonly kind: 'blocks'; nextHeight: number }
  | { readonly kind: 'pending'; hashes: Uint8Array[] }

export interface Filters {
  /** Id of a new filter, or `undefined` when there are too many. */
  add(filter: Filter): string | undefined
  /** Also prolongs its life. */
  get(id: string): Filter | undefined
  remove(id: string): boolean
  /** Tells the pending filters of a new transaction. */
  notePending(hash: Uint8Array): void
}

export function createFilters(nowMs: () => number): Filters {
  const held = new Map<string, { readonly filter: Filter; expiresMs: number }>()
  const dropExpired = () => {
    const now = nowMs()
    for (const [id, entry] of held) if (entry.expiresMs <= now) held.delete(id)
  }
  const fresh = (id: string) => {
    const entry = held.get(id)
    if (entry === undefined) return undefined
    if (entry.expiresMs > nowMs()) return entry
    held.delete(id)
    return undefined
  }
  return {
    add(filter) {
      dropExpired()
      if (held.size >= FILTERS_MAX) return undefined
      // Ids are unguessable, so that clients cannot read or remove each other's.
      const id = `0x${toHex(randomBytes(16)).slice(2).replace(/^0+/, '') || '1'}`
      held.set(id, { filter, expiresMs: nowMs() + LIFETIME_MS })
      return id
    },
    get(id) {
      const entry = fresh(id)
      if (entry !== undefined) entry.expiresMs = nowMs() + LIFETIME_MS
      return entry?.filter
    },
    remove: (id) => fresh(id) !== undefined && held.delete(id),
    notePending(hash) {
      for (const { filter } of held.values())
        if (filter.kind === 'pending' && filter.hashes.length < PENDING_MAX) filter.hashes.push(hash)
    },
  }
}
