/** Transactions between pools: gossiped whole or announced by hash, and asked for by hash (runtime.md §6). */
import {
  bytesCodec,
  bytesField,
  type Codec,
  messageCodec,
  messageField,
  type OneOf,
  oneOfCodec,
  repeatedField,
  uintField,
} from './message.ts'

/** Runtime.md §6: above it a transaction is gossiped by its hash only, and up to how many bytes there are transactions. */
export const WHOLE_BYTES_MAX = 4 * 1024
export const TRANSACTION_BYTES_MAX = 128 * 1024
/** Of one announcement: what a gossip message of a whole transaction has room for. */
export const ANNOUNCED_MAX = 64
/** Of one question: few enough that the next peer need not wait long for what this one does not bring. */
export const ASKED_HASHES_MAX = 16
/** Bodies of one answer together: two of the largest. */
export const ANSWERED_BYTES_MAX = 2 * TRANSACTION_BYTES_MAX
/** Text of a peer id; of Ed25519 keys it has 52 characters. */
const HOLDER_BYTES_MAX = 64
/** Tag and length of a nested message. */
const NESTED_BYTES = 1 + 5

export interface WireAnnounced {
  /** Keccak-256 of the transaction's bytes. */
  readonly hash: Uint8Array
  /** Its length, so that whoever asks knows what comes. */
  readonly bytes: number
}

const ANNOUNCED_BYTES_MAX = 34 + 4
export const announcedCodec: Codec<WireAnnounced> = messageCodec<WireAnnounced>(
  'Announced',
  { hash: [1, bytesField(32)], bytes: [2, uintField(TRANSACTION_BYTES_MAX)] },
  ANNOUNCED_BYTES_MAX,
  ({ bytes }) => (bytes > WHOLE_BYTES_MAX ? undefined : `a transaction above ${WHOLE_BYTES_MAX} bytes`),
)

export interface WireAnnouncement {
  /** Text of the peer id of whoever announces and can be asked: so no two peers' announcements are the same message. */
  readonly holder: Uint8Array
  readonly transactions: readonly WireAnnounced[]
}

const ANNOUNCEMENT_BYTES_MAX = HOLDER_BYTES_MAX + NESTED_BYTES + ANNOUNCED_MAX * (ANNOUNCED_BYTES_MAX + NESTED_BYTES)
export const announcementCodec: Codec<WireAnnouncement> = messageCodec<WireAnnouncement>(
  'Announcement',
  {
    holder: [1, bytesField(1, HOLDER_BYTES_MAX)],
    transactions: [2, repeatedField(announcedCodec, 1, ANNOUNCED_MAX)],
  },
  ANNOUNCEMENT_BYTES_MAX,
)

interface GossipedKinds {
  readonly whole: Uint8Array
  readonly announcement: WireAnnouncement
}

export type GossipedTransaction = OneOf<GossipedKinds>

export const GOSSIPED_TRANSACTION_BYTES_MAX = Math.max(WHOLE_BYTES_MAX, ANNOUNCEMENT_BYTES_MAX) + NESTED_BYTES

export const gossipedTransactionCodec: Codec<GossipedTransaction> = oneOfCodec<GossipedKinds>(
  'GossipedTransaction',
  { whole: [1, bytesField(1, WHOLE_BYTES_MAX)], announcement: [2, messageField(announcementCodec)] },
  GOSSIPED_TRANSACTION_BYTES_MAX,
)

export interface WireHashes {
  readonly hashes: readonly Uint8Array[]
}

export const HASHES_BYTES_MAX = ASKED_HASHES_MAX * (2 + 32)

export const hashesCodec: Codec<WireHashes> = messageCodec<WireHashes>(
  'Hashes',
  { hashes: [1, repeatedField(bytesCodec(32, 32), 1, ASKED_HASHES_MAX)] },
  HASHES_BYTES_MAX,
)

/** Of those asked for, what the peer holds, as far as it fits. */
export interface WireTransactions {
  readonly transactions: readonly Uint8Array[]
}

export const TRANSACTIONS_BYTES_MAX = ANSWERED_BYTES_MAX + ASKED_HASHES_MAX * NESTED_BYTES

export const transactionsCodec: Codec<WireTransactions> = messageCodec<WireTransactions>(
  'Transactions',
  { transactions: [1, repeatedField(bytesCodec(1, TRANSACTION_BYTES_MAX), 0, ASKED_HASHES_MAX)] },
  TRANSACTIONS_BYTES_MAX,
)
