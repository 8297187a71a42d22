/** The integer kernels of steps 4 and 9 against BigInt, where a rounding hangs on the last bit. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rdiv, rhaBig } from '../../../influence/arithmetic.ts'
import { createXorshift } from '../../../influence/gpu/operatorTable.ts'
import type { Layer } from '../../../influence/indexFile.ts'
import { curvature, type ScoringIndex } from '../../../influence/scoring/scoringIndex.ts'
import { LaneMemory } from '../../../influence/wasm/lanes/laneMemory.ts'
import { Lanes } from '../../../influence/wasm/lanes/lanes.ts'
import { allocateTables, writeTables } from '../../../influence/wasm/scoringTables.ts'

const QUERIES = 8
const next = createXorshift(41)
const below = (limit: number): number => next() % limit

const lanes = await Lanes.open(1)
const memory = new LaneMemory(lanes)

/** One row and block: R of Q = (2r − 1)·u is the tie r − ½ when `nudge` is 0, and a hair's breadth from it when not. */
interface Tie {
  readonly layer: Layer
  readonly exponent: number
  readonly norm: number
  readonly dot: number
}

const ACCEPTED = 1000
/** Of the first query, and from one's to the next one's: near enough for vectors, and too far apart. */
const SHIFTS = [
  [0, 1],
  [20, 1],
  [43, 1],
  [60, 1],
  [75, 1],
  [110, 1],
  [43, 5],
] as const

function drawTie(nudge: bigint): Tie {
  for (;;) {
    const d = 1 + below(131_072)
    const k = below(41)
    const norm = 4096 + below(Math.min(2 ** 31 - 4097, d * 127 * 127))
    const u = Math.floor(norm / 2 ** 17) + 1 + below(1 << below(20))
    const r = 1 + below(1 << below(20))
    const dot = (2 * r - 1) * u
    const dead = { d, e0: 100, eMin: 60, floor: 0, sum: 0n }
    const [curve] = curvature(dead, ACCEPTED, 100 - k, norm)
    const sum = curve * (131_072n * BigInt(u) - BigInt(norm)) + nudge
    if (dot < 2 ** 31 - 1 && sum > 0n && sum < 2n ** 131n)
      return { layer: { ...dead, sum }, exponent: 100 - k, norm, dot }
  }
}

/** As `prepareScoring` makes it, of one row in which every block is a case. */
function scoringOf(ties: readonly Tie[]): ScoringIndex {
  const ratios = ties.map(({ layer, exponent, norm }) => {
    const scaled = 10 * ACCEPTED * layer.d * 4 ** (layer.e0 - exponent)
    return (65536 * scaled) / (norm * scaled + Number(layer.sum))
  })
  const layers = ties.map(({ layer }) => layer)
  const tables = {
    header: { rowCount: 1 },
    layers,
    exponents: Int16Array.from(ties, ({ exponent }) => exponent),
    layout: { offsets: layers.map(() => 0), paddedDims: layers.map(() => 16) },
  } as unknown as ScoringIndex['tables']
  return {
    tables,
    acceptedCount: ACCEPTED,
    ratios: Float64Array.from(ratios),
    norms: Uint32Array.from(ties, ({ norm }) => norm),
    scales: layers.map(() => ({ m31: 2 ** 30, xl: 0 })),
  }
}

test('wasm step 4: ties, quotients next to one, and large ones round as BigInt does, for one query and eight', async () => {
  const ties = Array.from({ length: 3000 }, (_, i) => drawTie([0n, 1n, -1n, 2n ** 30n][i % 4]!))
  const scoring = scoringOf(ties)
  const dots = ties.flatMap(({ dot }) => [dot, -dot, dot + 1, -dot - 1, dot - 1, 1 - dot, 0, 2 ** 31 - 1])
  const expected = dots.map((dot, i) => {
    const { layer, exponent, norm } = ties[Math.floor(i / QUERIES)]!
    const [d, denominator] = curvature(layer, ACCEPTED, exponent, norm)
    // No Q of a block is as large as its row allows, but for such a one R may be too large for its bits.
    return Number(BigInt.asIntN(32, rdiv((BigInt(dot) << 16n) * d, denominator)))
  })
  const isHeld = expected.map((r) => Math.abs(r) < 2 ** 26)
  const tables = allocateTables(memory, 1, ties.length)
  writeTables(memory, tables, scoring)
  const table = memory.allocate(4 * dots.length)
  const lane = memory.allocate(128 + 4 * dots.length)
  for (const queryCount of [QUERIES, 1]) {
    for (let q = 0; q < QUERIES; q += queryCount) {
      const own = dots.filter((_, i) => queryCount !== 1 || i % QUERIES === q)
      const values = memory.int32(table, own.length)
      values.set(own)
      const shape = { rowsPerTask: 8, rowCount: 1, queryCount, blockCount: ties.length, lanes: lane, laneBytes: 0 }
      memory.setJob({ ...tables, ...shape, words: 128, table })
      await lanes.run(memory.id, 'dampen', 1)
      const wanted = expected.filter((_, i) => queryCount !== 1 || i % QUERIES === q)
      const kept = isHeld.filter((_, i) => queryCount !== 1 || i % QUERIES === q)
      assert.equal(
        [...values].filter((_, i) => kept[i]),
        wanted.filter((_, i) => kept[i]),
      )
    }
  }
})

test('wasm step 9: terms of every size and shift round as BigInt does', async () => {
  const m31 = 2 ** 30 + below(2 ** 30)
  const rowCount = 4000
  const ratios = memory.allocate(8 * rowCount)
  const layers = memory.allocate(64)
  const shifts = memory.allocate(4 * QUERIES)
  const table = memory.allocate(8 * rowCount * QUERIES)
  const out = memory.allocate(8 * rowCount * QUERIES)
  const lane = memory.allocate(8 * QUERIES * (32 + 42) + 32)
  memory.int32(layers, 16).set([m31, 100], 8)
  for (const isWide of [0, 1]) {
    const bits = isWide ? 38 : 31
    for (const [base, apart] of SHIFTS) {
      const own = Array.from({ length: QUERIES }, (_, q) => base + apart * q)
      const steps = Array.from({ length: rowCount }, () => below(41))
      const values = Array.from({ length: rowCount * QUERIES }, (_, i) => {
        const s = own[i % QUERIES]! - steps[Math.floor(i / QUERIES)]!
        // |term| ≤ 2^50: |P| < 2^(50 + s − 31).
        const size = Math.min(bits, 19 + s)
        const value = size <= 0 ? 0 : Math.floor((next() * 2 ** 6 + below(64)) * 2 ** (size - 38))
        return next() & 1 ? -value : value
      })
      const expected = values.map((value, i) =>
        rhaBig(BigInt(value) * BigInt(m31), own[i % QUERIES]! - steps[Math.floor(i / QUERIES)]!),
      )
      memory.int32(shifts, QUERIES).set(own)
      for (const [row, step] of steps.entries()) memory.uint32(ratios + 8 * row, 2).set([0, (step << 8) | (1 << 16)])
      if (isWide) memory.bigInt64(table, values.length).set(values.map(BigInt))
      else memory.int32(table, values.length).set(values)
      const shape = { rowsPerTask: rowCount, rowCount, queryCount: QUERIES, blockCount: 1, lanes: lane, laneBytes: 0 }
      memory.setJob({ ...shape, ratios, layers, shifts, table, out, isWide })
      await lanes.run(memory.id, 'sumTerms', 1)
      const got = memory.bigInt64(out, values.length)
      const wrong = values.findIndex((_, i) => expected[i] !== got[(i % QUERIES) * rowCount + Math.floor(i / QUERIES)])
      assert.is(wrong, -1, `base ${base}, ${bits} bits`)
    }
  }
})

test.after(() => {
  memory.close()
  lanes.close()
})

test.run()
