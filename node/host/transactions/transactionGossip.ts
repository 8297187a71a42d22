/**
 * Transactions between pools: what came here goes to all, what others send is admitted before it is passed on. Small ones
 * travel whole; of large ones the hash, and whoever lacks it asks for the rest (runtime.md §6).
 */
import type { OpenNetwork } from '../../../p2p/status.ts'
import type { NetworkEvents, PeerId } from '../../../p2p/surface.ts'
import { equal, toHex, utf8 } from '../../../primitives/bytes.ts'
import {
  ANSWERED_BYTES_MAX,
  gossipedTransactionCodec,
  hashesCodec,
  transactionsCodec,
  WHOLE_BYTES_MAX,
} from '../../../primitives/wire/transactions.ts'
import type { Pool } from '../../../runtime/pool/pool.ts'
import type { PoolFault } from '../../../runtime/pool/poolRefusal.ts'
import type { Clock } from '../../agreement/ports.ts'
import { createAnnouncer } from './announcer.ts'
import { createTransactionFetcher } from './transactionFetcher.ts'

/** Faults that no pool could fail to see: whoever passes such a transaction on has not looked at it. */
const FAULTS_OF_SENDER: ReadonlySet<PoolFault> = new Set<PoolFault>([
  'TransactionMalformed',
  'TransactionType',
  'TransactionChainId',
  'TransactionGasMax',
  'TransactionInitCode',
  'TransactionFeeOrder',
  'TransactionIntrinsicGas',
  'TransactionSignature',
  'PoolTooLong',
  'PoolUnprotected',
])

/** A large transaction that the pool refused is not asked for again so soon: every peer may announce it. */
const REFUSED_MS = 60_000
const REFUSED_MAX = 4_096

/** What of the network is needed here. */
export type TransactionPeers = Pick<OpenNetwork, 'self' | 'peers' | 'publish' | 'askTransactions' | 'charge'>
type Verdict = Awaited<ReturnType<NetworkEvents['gossip']>>

export interface TransactionGossip {
  /** Ours, admitted here. */
  publish(raw: Uint8Array): void
  /** A peer's. What our pool refuses for its own reasons is not passed on, and costs nobody anything. */
  receive(peer: PeerId, bytes: Uint8Array): Promise<Verdict>
  /** What a peer asks for by hash; throws the refusal's text. */
  answer(request: Uint8Array): Uint8Array
  close(): void
}

export interface TransactionGossipOptions {
  readonly pool: Pick<Pool, 'add' | 'get'>
  readonly network: TransactionPeers
  readonly keccak: (bytes: Uint8Array) => Uint8Array
  readonly clock: Pick<Clock, 'nowMs' | 'after'>
  /** A peer's transaction waits here now. */
  readonly onAdmitted: () => void
}

export function createTransactionGossip(options: TransactionGossipOptions): TransactionGossip {
  const { pool, network, keccak, clock } = options
  const publish = (bytes: Uint8Array) => network.publish('transaction', bytes)
  const announcer = createAnnouncer({ self: network.self, publish, clock })
  const refused = createRefused(clock.nowMs)
  const admit = (raw: Uint8Array): Verdict => {
    const outcome = pool.add(raw, 'peer')
    if (outcome.kind === 'invalid') return FAULTS_OF_SENDER.has(outcome.code) ? 'reject' : 'ignore'
    options.onAdmitted()
    return 'accept'
  }
  const held = (hash: Uint8Array): Uint8Array | undefined => pool.get(hash)?.bytes ?? announcer.held(hash)
  const fetcher = createTransactionFetcher({
    nowMs: clock.nowMs,
    isConnected: (peer) => network.peers().includes(peer),
    isKnown: (hash) => held(hash) !== undefined || refused.has(hash),
    hashOf: keccak,
    ask: (peer, request) => network.askTransactions(peer, request),
    take(peer, raw, hash) {
      const verdict = admit(raw)
      if (verdict === 'accept') return announcer.announce(hash, raw)
      refused.add(hash)
      if (verdict === 'reject') network.charge(peer, 'rejected gossip')
    },
    charge: network.charge,
  })
  return {
    publish(raw) {
      if (raw.length <= WHOLE_BYTES_MAX) publish(gossipedTransactionCodec.encode({ kind: 'whole', whole: raw }))
      else announcer.announce(keccak(raw), raw)
    },
    async receive(peer, bytes) {
      const gossiped = gossipedTransactionCodec.decode(bytes)
      if (gossiped.kind === 'invalid') return 'reject'
      if (gossiped.kind === 'whole') return admit(gossiped.whole)
      if (!equal(gossiped.announcement.holder, utf8(peer))) return 'reject'
      fetcher.announced(peer, gossiped.announcement.transactions)
      // Whoever has fetched them announces them as its own.
      return 'ignore'
    },
    answer(request) {
      const asked = hashesCodec.decode(request)
      if ('code' in asked) throw new Error(`expected ${asked.expected}`)
      return transactionsCodec.encode({ transactions: thatFit(asked.hashes.map(held)) })
    },
    close: announcer.close,
  }
}

/** From the first on, within the bound of an answer. */
function thatFit(held: readonly (Uint8Array | undefined)[]): Uint8Array[] {
  let bytes = 0
  return held.filter((raw) => {
    bytes += raw?.length ?? 0
    return raw !== undefined && bytes <= ANSWERED_BYTES_MAX
  }) as Uint8Array[]
}

/** Hashes for a while, the oldest of too many forgotten. */
function createRefused(nowMs: () => number) {
  const untilMs = new Map<string, number>()
  return {
    has: (hash: Uint8Array) => (untilMs.get(toHex(hash)) ?? 0) > nowMs(),
    add(hash: Uint8Array) {
      untilMs.delete(toHex(hash))
      untilMs.set(toHex(hash), nowMs() + REFUSED_MS)
      if (untilMs.size > REFUSED_MAX) untilMs.delete(untilMs.keys().next().value!)
    },
  }
}
