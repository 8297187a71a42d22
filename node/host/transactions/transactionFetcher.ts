/**
 * Gets announced transactions from whoever announced them: each peer is asked one question at a time, each hash of one peer
 * at a time, and what a peer does not bring is asked of the next that announced it. A liar costs its own question.
 */
import type { PeerId } from '../../../p2p/surface.ts'
import { toHex } from '../../../primitives/bytes.ts'
import {
  ANSWERED_BYTES_MAX,
  ASKED_HASHES_MAX,
  hashesCodec,
  transactionsCodec,
  type WireAnnounced,
} from '../../../primitives/wire/transactions.ts'

/** Hashes of one peer that wait: 64 questions, and with the peers' number the bound of all; more are not noted. */
const WAITING_OF_PEER_MAX = 1_024
/** Who announced it may have mined or dropped it by then. */
const STALE_MS = 20_000

export interface TransactionFetcherOptions {
  readonly nowMs: () => number
  readonly isConnected: (peer: PeerId) => boolean
  /** It is here, or was refused not long ago. */
  readonly isKnown: (hash: Uint8Array) => boolean
  readonly hashOf: (raw: Uint8Array) => Uint8Array
  /** Rejects with an error's `code` where no answer came. */
  readonly ask: (peer: PeerId, request: Uint8Array) => Promise<Uint8Array>
  /** Announced, asked for, and brought by the peer: the hash is right. */
  readonly take: (peer: PeerId, raw: Uint8Array, hash: Uint8Array) => void
  readonly charge: (peer: PeerId, offence: 'undelivered' | 'malformed') => void
}

export interface TransactionFetcher {
  announced(peer: PeerId, transactions: readonly WireAnnounced[]): void
}

interface Waiting extends WireAnnounced {
  readonly key: string
  readonly sinceMs: number
}

/** The peer could have answered: all but a lost connection and a queue of our own. */
const ITS_FAULTS: ReadonlySet<unknown> = new Set(['refused', 'deadline'])

export function createTransactionFetcher(options: TransactionFetcherOptions): TransactionFetcher {
  const waiting = new Map<PeerId, Map<string, Waiting>>()
  const askedPeers = new Set<PeerId>()
  const askedHashes = new Set<string>()

  const chooseFrom = (own: Map<string, Waiting>): Waiting[] => {
    const chosen: Waiting[] = []
    const staleMs = options.nowMs() - STALE_MS
    let bytes = 0
    for (const one of own.values()) {
      if (one.sinceMs < staleMs || options.isKnown(one.hash)) own.delete(one.key)
      else if (!askedHashes.has(one.key)) {
        bytes += one.bytes
        if (bytes > ANSWERED_BYTES_MAX || chosen.length === ASKED_HASHES_MAX) break
        chosen.push(one)
      }
    }
    return chosen
  }
  const take = (peer: PeerId, asked: readonly Waiting[], answer: Uint8Array) => {
    const read = transactionsCodec.decode(answer)
    if ('code' in read) return options.charge(peer, 'malformed')
    const missing = new Map(asked.map((one) => [one.key, one]))
    for (const raw of read.transactions) {
      const hash = options.hashOf(raw)
      const key = toHex(hash)
      if (missing.get(key)?.bytes !== raw.length) return options.charge(peer, 'malformed')
      missing.delete(key)
      options.take(peer, raw, hash)
    }
    if (missing.size > 0) options.charge(peer, 'undelivered')
  }
  const exchange = async (peer: PeerId, asked: readonly Waiting[]) => {
    try {
      const answer = await options.ask(peer, hashesCodec.encode({ hashes: asked.map(({ hash }) => hash) }))
      take(peer, asked, answer)
    } catch (error) {
      if (ITS_FAULTS.has((error as { readonly code?: unknown }).code)) options.charge(peer, 'undelivered')
    }
  }
  const askNext = async (peer: PeerId): Promise<void> => {
    const own = waiting.get(peer)
    if (own === undefined || askedPeers.has(peer)) return
    const asked = options.isConnected(peer) ? chooseFrom(own) : []
    if (asked.length === 0) {
      if (own.size === 0 || !options.isConnected(peer)) waiting.delete(peer)
      return
    }
    askedPeers.add(peer)
    for (const { key } of asked) {
      own.delete(key)
      askedHashes.add(key)
    }
    await exchange(peer, asked)
    askedPeers.delete(peer)
    for (const { key } of asked) askedHashes.delete(key)
    // What it did not bring, another may, which was not asked for it meanwhile.
    for (const other of [...waiting.keys()]) void askNext(other)
  }
  return {
    announced(peer, transactions) {
      const own = waiting.get(peer) ?? new Map<string, Waiting>()
      waiting.set(peer, own)
      const sinceMs = options.nowMs()
      for (const { hash, bytes } of transactions) {
        if (own.size >= WAITING_OF_PEER_MAX) break
        const key = toHex(hash)
        own.set(key, { key, hash, bytes, sinceMs })
      }
      void askNext(peer)
    },
  }
}
