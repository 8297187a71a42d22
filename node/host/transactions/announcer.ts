/** Tells peers of large transactions by their hashes, many in one message, and keeps them for whoever asks. */
import type { PeerId } from '../../../p2p/surface.ts'
import { toHex, utf8 } from '../../../primitives/bytes.ts'
import { ANNOUNCED_MAX, gossipedTransactionCodec, type WireAnnounced } from '../../../primitives/wire/transactions.ts'
import type { Clock } from '../../agreement/ports.ts'

/** What comes within it is announced together; a transaction waits for its block far longer. */
const GATHER_MS = 20
/** Kept after they left the pool, for peers that ask late: a block's worth of bodies many times over. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024

export interface Announcer {
  announce(hash: Uint8Array, raw: Uint8Array): void
  /** What was announced, not long ago. */
  held(hash: Uint8Array): Uint8Array | undefined
  close(): void
}

export interface AnnouncerOptions {
  readonly self: PeerId
  readonly publish: (bytes: Uint8Array) => void
  readonly clock: Pick<Clock, 'after'>
}

export function createAnnouncer({ self, publish, clock }: AnnouncerOptions): Announcer {
  const kept = new Map<string, Uint8Array>()
  let keptBytes = 0
  let gathered: WireAnnounced[] = []
  let cancel = () => {}
  const keep = (key: string, raw: Uint8Array) => {
    if (kept.has(key)) return
    kept.set(key, raw)
    keptBytes += raw.length
    for (const [oldest, { length }] of kept) {
      if (keptBytes <= KEPT_BYTES_MAX) return
      kept.delete(oldest)
      keptBytes -= length
    }
  }
  const flush = () => {
    cancel()
    cancel = () => {}
    const transactions = gathered
    gathered = []
    if (transactions.length > 0)
      publish(
        gossipedTransactionCodec.encode({ kind: 'announcement', announcement: { holder: utf8(self), transactions } }),
      )
  }
  return {
    announce(hash, raw) {
      keep(toHex(hash), raw)
      gathered.push({ hash, bytes: raw.length })
      if (gathered.length === 1) cancel = clock.after(GATHER_MS, flush)
      if (gathered.length === ANNOUNCED_MAX) flush()
    },
    held: (hash) => kept.get(toHex(hash)),
    close: () => cancel(),
  }
}
