/** `npm run bench -- wasm`: GMAC/s of each WebAssembly pass, on operands that a cache holds and on ones that it does not. */
import { parseArgs } from 'node:util'
import { memoryCodes } from '../../influence/codeSource.ts'
import { createXorshift } from '../../influence/gpu/operatorTable.ts'
import { GUARD_BYTES } from '../../influence/indexFile.ts'
import { flagRowsOn } from '../../influence/wasm/guardFlags.ts'
import { holdCodes } from '../../influence/wasm/heldCodes.ts'
import { VECTOR_BITS_MAX } from '../../influence/wasm/lanes/compileModule.ts'
import { LaneMemory } from '../../influence/wasm/lanes/laneMemory.ts'
import { Lanes } from '../../influence/wasm/lanes/lanes.ts'
import { dotPass, mixPass, type TableRows } from '../../influence/wasm/passes.ts'
import type { WasmIndex } from '../../influence/wasm/wasmIndex.ts'
import { oneOf, runProgram, wholeNumber } from '../commandLine.ts'

/** Before time is taken V8 compiles the host's part; the best run counts, since a shared machine only ever adds. */
const WARM_MS = 300
const TIMED_MS = 1000
const RUNS_MIN = 10
/** 2^(12 − t) for a t in the middle of its range. */
const WEIGHT_SHIFT = 2 ** 6

const USAGE = `usage: npm run bench -- wasm [--lanes 1] [--bits 256]

  --lanes  threads, this one among them
  --bits   of a vector: 128, or 256 where V8 can, which is the default there`

const next = createXorshift(1)
const codesOf = (length: number): Int8Array => Int8Array.from({ length }, () => (next() % 255) - 127)

async function measure(name: string, macs: number, run: () => Promise<unknown>): Promise<void> {
  for (const untilMs = performance.now() + WARM_MS; performance.now() < untilMs; ) await run()
  let bestMs = Infinity
  for (let runs = 0, untilMs = performance.now() + TIMED_MS; runs < RUNS_MIN || performance.now() < untilMs; runs++) {
    const startMs = performance.now()
    await run()
    bestMs = Math.min(bestMs, performance.now() - startMs)
  }
  console.log(
    `${name.padEnd(46)}${bestMs.toFixed(3).padStart(9)} ms${(macs / bestMs / 1e6).toFixed(1).padStart(7)} GMAC/s`,
  )
}

async function openIndex(lanes: Lanes, rowCount: number, rowBytes: number): Promise<WasmIndex> {
  const memory = new LaneMemory(lanes)
  const codes = await holdCodes(memory, memoryCodes(codesOf(rowCount * rowBytes), rowCount, rowBytes), 2 ** 31)
  const offsets = Array.from({ length: 8 }, (_, l) => (l * rowBytes) / 8)
  return { lanes, memory, codes, rowCount, rowBytes, offsets, paddedDims: offsets.map(() => rowBytes / 8) }
}

/** The passes of a score over all rows, on operands of noise; the table of values is made once. */
async function measurePasses(index: WasmIndex, queryCount: number, where: string): Promise<void> {
  const { memory, rowCount, rowBytes, offsets } = index
  const operand = memory.allocate(2 * queryCount * rowBytes)
  memory.int16(operand, queryCount * rowBytes).set(codesOf(queryCount * rowBytes))
  const table = memory.allocate(8 * rowCount * offsets.length * queryCount)
  const shifts = memory.allocate(4 * offsets.length * queryCount)
  memory.int32(shifts, offsets.length * queryCount).fill(WEIGHT_SHIFT)
  const sums = memory.allocate(8 * queryCount * rowBytes)
  async function* rows(): AsyncGenerator<TableRows> {
    for await (const held of index.codes.passes()) yield { ...held, table }
  }
  const macs = rowCount * rowBytes * queryCount
  const shape = `${rowCount} × ${rowBytes}, ${queryCount === 1 ? 'one query' : `${queryCount} queries`}, ${where}`
  await measure(`dotRowsWide  ${shape}`, macs, () => dotPass(index, rows(), { operand, queryCount, isWide: true }))
  await measure(`dotRows      ${shape}`, macs, () => dotPass(index, rows(), { operand, queryCount, isWide: false }))
  await measure(`mixRows      ${shape}`, macs, () => mixPass(index, rows, { shifts, queryCount, sums }))
}

async function measureAll(): Promise<number> {
  const bits = { type: 'string', default: `${VECTOR_BITS_MAX}` } as const
  const { values } = parseArgs({ options: { lanes: { type: 'string', default: '1' }, bits } })
  const count = wholeNumber('--lanes', values.lanes, 1)
  const lanes = await Lanes.open(
    count,
    oneOf('--bits', values.bits, ['128', `${VECTOR_BITS_MAX}`]) === '128' ? 128 : VECTOR_BITS_MAX,
  )
  console.log(`WebAssembly SIMD of ${lanes.vectorBits} bits, lanes: ${lanes.count}`)
  for (const [rowCount, queryCount, where] of [
    [256, 1, 'cached'],
    [256, 32, 'cached'],
    [40_000, 1, 'from memory'],
    [40_000, 32, 'from memory'],
  ] as const) {
    const index = await openIndex(lanes, rowCount, 2048)
    await measurePasses(index, queryCount, where)
    index.memory.close()
  }
  for (const rowCount of [1000, 3000]) {
    const guards = codesOf(rowCount * GUARD_BYTES)
    const norms = new Uint32Array(rowCount).fill(1)
    const macs = ((rowCount * (rowCount - 1)) / 2) * GUARD_BYTES
    await measure(`flagRows     ${rowCount} rows`, macs, async () => flagRowsOn(lanes)(guards, norms, 1, 96))
  }
  lanes.close()
  return 0
}

await runProgram(USAGE, measureAll)
