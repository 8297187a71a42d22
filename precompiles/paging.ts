/** Pages of long lists: which indexes one call gives, and the gas for walking them. */
import { STEP_GAS } from './limits.ts'
import type { NativeHost } from './native.ts'

/** Indexes `start`, `start + 1`, … below `length`: at most `count` and at most `max` of them, each charged as a step. */
export function pageOf(host: NativeHost, start: bigint, count: bigint, length: bigint, max: bigint): bigint[] {
  const wanted = count < max ? count : max
  const left = start < length ? length - start : 0n
  const size = Number(wanted < left ? wanted : left)
  host.charge(STEP_GAS * BigInt(size))
  return Array.from({ length: size }, (_, i) => start + BigInt(i))
}
