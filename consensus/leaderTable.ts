/** Who leads each view of an epoch: seats by power, shuffled by the epoch's seed (consensus.md §3). */
import { concat, uintToBytes } from '../primitives/bytes.ts'
import { keccak256 } from '../primitives/hashes.ts'

/** Seats of an epoch's table: the leader of view v is `table[v % LEADER_SEATS]`. */
export const LEADER_SEATS = 4096

/** keccak256(seed ‖ k[4]) for k = 0, 1, …, each read as eight big-endian u32. */
function words(seed: Uint8Array): () => number {
  let block: DataView = new DataView(new ArrayBuffer(0))
  let k = 0
  let offset = 0
  return () => {
    if (offset === block.byteLength) {
      const hash = keccak256(concat(seed, uintToBytes(k++, 4)))
      block = new DataView(hash.buffer, hash.byteOffset, hash.byteLength)
      offset = 0
    }
    const word = block.getUint32(offset)
    offset += 4
    return word
  }
}

/** Largest-remainder seats by power, then a Fisher–Yates shuffle without modulo bias. Returns validator indexes. */
export function leaderTable(powers: readonly bigint[], seed: Uint8Array, seats: number): Uint8Array {
  const total = powers.reduce((sum, power) => sum + power, 0n)
  const product = powers.map((power) => power * BigInt(seats))
  const count = product.map((p) => Number(p / total))
  const byRemainder = powers
    .map((_, i) => i)
    .sort((a, b) => {
      const difference = (product[b]! % total) - (product[a]! % total)
      return difference === 0n ? a - b : difference > 0n ? 1 : -1
    })
  const spare = seats - count.reduce((sum, c) => sum + c, 0)
  for (const i of byRemainder.slice(0, spare)) count[i]! += 1
  const table = Uint8Array.from(count.flatMap((c, i) => Array<number>(c).fill(i)))
  const next = words(seed)
  for (let i = seats - 1; i > 0; i--) {
    const limit = 2 ** 32 - (2 ** 32 % (i + 1))
    let word = next()
    while (word >= limit) word = next()
    const j = word % (i + 1)
    ;[table[i], table[j]] = [table[j]!, table[i]!]
  }
  return table
}
