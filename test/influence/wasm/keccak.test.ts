/** The hashing kernel against the hash function: every length about a block's ends, and messages of all lengths together. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createXorshift } from '../../../influence/gpu/operatorTable.ts'
import { VECTOR_BITS_MAX, type VectorBits } from '../../../influence/wasm/lanes/compileModule.ts'
import { LaneMemory } from '../../../influence/wasm/lanes/laneMemory.ts'
import { Lanes } from '../../../influence/wasm/lanes/lanes.ts'
import { concat } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'

const HASH_BYTES = 32
const WORDS = 6
const LANE_BYTES = 1472
const DOMAIN = 0xa5
const DATA_BYTES = 4096

const next = createXorshift(11)
const data = Uint8Array.from({ length: DATA_BYTES }, next)

interface Message {
  readonly first: number
  readonly bytes: number
  readonly number?: number
}

const expectedOf = ({ first, bytes, number }: Message): Uint8Array => {
  const prefix = number === undefined ? [] : [number, number >>> 8, number >>> 16, number >>> 24]
  return keccak256(concat(Uint8Array.of(DOMAIN, ...prefix), data.subarray(first, first + bytes)))
}

async function hashesOf(lanes: Lanes, messages: readonly Message[], rowsPerTask: number): Promise<Uint8Array[]> {
  const memory = new LaneMemory(lanes)
  // A prefix is as if it stood before the data.
  const dataAddress = memory.allocate(DATA_BYTES + 8) + 8
  memory.uint8(dataAddress, DATA_BYTES).set(data)
  const rowCount = messages.length
  const hashes = memory.allocate(HASH_BYTES * rowCount)
  const table = memory.allocate(4 * WORDS * rowCount)
  const rows = messages.map(({ first, bytes, number }, i) => {
    const prefix = [DOMAIN, number ?? 0, number === undefined ? 1 : 5]
    return [dataAddress + first, bytes, ...prefix, hashes + HASH_BYTES * i]
  })
  memory.uint32(table, WORDS * rowCount).set(rows.flat())
  const working = { lanes: memory.allocate(lanes.count * LANE_BYTES), laneBytes: LANE_BYTES }
  memory.setJob({ rowsPerTask, rowCount, messages: table, ...working })
  await lanes.run(memory.id, 'hashMessages', Math.ceil(rowCount / rowsPerTask))
  const own = messages.map((_, i) => memory.uint8(hashes + HASH_BYTES * i, HASH_BYTES).slice())
  memory.close()
  return own
}

for (const bits of new Set<VectorBits>([128, VECTOR_BITS_MAX])) {
  const lanes = await Lanes.open(2, bits)

  test(`wasm keccak, ${bits} bits: messages of 0 to 300 bytes, with a number and without, on every alignment`, async () => {
    const lengths = Array.from({ length: 301 }, (_, bytes) => bytes)
    const plain = lengths.map((bytes) => ({ first: bytes % 9, bytes }))
    const numbered = lengths.map((bytes) => ({ first: 8 - (bytes % 9), bytes, number: (0xfffffff0 + bytes) >>> 0 }))
    for (const messages of [plain, numbered]) {
      assert.equal(await hashesOf(lanes, messages, 7), messages.map(expectedOf))
    }
  })

  test(`wasm keccak, ${bits} bits: long and short messages share the slots, in tasks of every size`, async () => {
    for (const rowsPerTask of [1, 2, 3, 4, 5, 16, 64]) {
      const messages = Array.from({ length: 50 }, (_, i) => {
        const first = next() % 1000
        return { first, bytes: next() % (i % 4 === 0 ? 3000 : 140), number: next() }
      })
      assert.equal(await hashesOf(lanes, messages, rowsPerTask), messages.map(expectedOf))
    }
  })

  test.after(() => lanes.close())
}

test.run()
