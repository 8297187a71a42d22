/** What became of transactions that left the pool: bounded, the oldest forgotten first. */
import { keyOf } from '../state/stateRoot.ts'

export type DropReason = 'InsufficientFunds' | 'NonceUsed' | 'Expired' | 'PoolFull' | 'Aborted' | 'Refused'

export type TransactionFate =
  /** Executable; `position` 0 is the builder's next choice. */
  | { readonly kind: 'pending'; readonly position: number }
  /** Executable, but a fee of its own or of an earlier nonce is below the base fee. */
  | { readonly kind: 'waiting'; readonly baseFeeWei: bigint; readonly blocking: Uint8Array; readonly maxFeeWei: bigint }
  /** Behind a nonce gap. */
  | { readonly kind: 'queued'; readonly missingNonce: bigint }
  | { readonly kind: 'mined'; readonly blockNumber: number }
  | { readonly kind: 'replaced'; readonly by: Uint8Array }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly detail: string }
  /** Never accepted here, or forgotten. */
  | { readonly kind: 'unknown' }

export interface Fates {
  of(hash: Uint8Array): TransactionFate
  mined(hash: Uint8Array, blockNumber: number): void
  replaced(hash: Uint8Array, by: Uint8Array): void
  dropped(hash: Uint8Array, reason: DropReason, detail: string): void
}

export function createFates(max: number): Fates {
  const fates = new Map<string, TransactionFate>()
  const put = (hash: Uint8Array, fate: TransactionFate) => {
    const key = keyOf(hash)
    fates.delete(key)
    fates.set(key, fate)
    if (fates.size > max) fates.delete(fates.keys().next().value!)
  }
  return {
    of: (hash) => fates.get(keyOf(hash)) ?? { kind: 'unknown' },
    mined: (hash, blockNumber) => put(hash, { kind: 'mined', blockNumber }),
    replaced: (hash, by) => put(hash, { kind: 'replaced', by }),
    dropped: (hash, reason, detail) => put(hash, { kind: 'dropped', reason, detail }),
  }
}
