/** The yardstick of other operations (testing.md §12): a keccak of 1 KiB, by noble. */
import { keccak256 } from '../../primitives/hashes.ts'
import { cpuMsSince } from './cpuTime.ts'

const HASHES = 2_000

/** Milliseconds of processor time. */
export function measureKeccak(): number {
  const bytes = new Uint8Array(1_024)
  const before = process.cpuUsage()
  for (let i = 0; i < HASHES; i++) keccak256(bytes)
  return cpuMsSince(before) / HASHES
}
