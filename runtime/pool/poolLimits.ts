/** Every bound of the pool, with the reason for the number (runtime.md §6). */

export interface PoolLimits {
  /** Bytes of one transaction: geth's limit, so that what wallets send elsewhere fits. */
  readonly transactionBytesMax: number
  /** Executable per account while space is short: enough for any person. */
  readonly executableGuaranteed: number
  /** Executable per account while space lasts. */
  readonly executableMax: number
  /** Waiting behind a nonce gap, per account. */
  readonly queuedMax: number
  /** Executable, whole pool: four full blocks of 4,096. */
  readonly poolExecutableMax: number
  readonly poolQueuedMax: number
  /** Memory, whole pool. */
  readonly poolBytesMax: number
  /** Both fees of a replacement must be higher by so much. */
  readonly replacementPercent: bigint
  /** Time behind a gap before a transaction is dropped. */
  readonly queuedLifetimeMs: number
  /** Builder aborts after which a transaction is refused for a while. */
  readonly abortsMax: number
  readonly refusedMs: number
  /** Fates of dropped transactions that `status` remembers: 32 bytes and a word each, about 16 MiB. */
  readonly fatesMax: number
}

export const POOL_LIMITS: PoolLimits = {
  transactionBytesMax: 128 * 1024,
  executableGuaranteed: 16,
  executableMax: 1_024,
  queuedMax: 64,
  poolExecutableMax: 16_384,
  poolQueuedMax: 4_096,
  poolBytesMax: 256 * 1024 * 1024,
  replacementPercent: 10n,
  queuedLifetimeMs: 3 * 3_600_000,
  abortsMax: 2,
  refusedMs: 600_000,
  fatesMax: 65_536,
}
