/** Order keys: height · 2^24 + n, one counter over all Datanets, taken when a row is added or committed (economy.md). */
import type { Frame } from '../dispatch.ts'
import { ORDER_KEY_BITS } from '../limits.ts'
import { readParam } from '../params/contract.ts'
import { openDatanets } from './records.ts'

export interface TakenKeys {
  readonly firstOrderKey: bigint
  /**
   * Until here a commit with such a key can be revealed, and only after it may a version freeze a row with it. It never
   * falls as keys rise, so whatever could still claim an earlier key has done so before a later one is frozen.
   */
  readonly readyAt: bigint
}

/** Takes `count` consecutive keys. */
export function takeOrderKeys({ host, call }: Frame, count: number): TakenKeys {
  const storage = openDatanets(host)
  const firstOfBlock = call.block.number << ORDER_KEY_BITS
  const lastOrderKey = storage.lastOrderKey.get()
  const firstOrderKey = lastOrderKey < firstOfBlock ? firstOfBlock : lastOrderKey + 1n
  const opensUntil = call.block.timestamp + readParam(host, 'revealWindowS')
  const lastReadyAt = storage.lastReadyAt.get()
  storage.lastOrderKey.set(firstOrderKey + BigInt(count) - 1n)
  if (opensUntil <= lastReadyAt) return { firstOrderKey, readyAt: lastReadyAt }
  storage.lastReadyAt.set(opensUntil)
  return { firstOrderKey, readyAt: opensUntil }
}
