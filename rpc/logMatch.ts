/** Whether a log answers a filter's addresses and topics. */
import { equal } from '../primitives/bytes.ts'
import type { Log } from './chainTypes.ts'

export function matchesLog(
  log: Log,
  addresses: readonly Uint8Array[],
  topics: readonly (readonly Uint8Array[])[],
): boolean {
  if (addresses.length > 0 && !addresses.some((address) => equal(address, log.address))) return false
  return topics.every((wanted, i) => {
    const topic = log.topics[i]
    if (topic === undefined) return false
    return wanted.length === 0 || wanted.some((one) => equal(one, topic))
  })
}
