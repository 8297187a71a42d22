/** `npm run bench -- wasm`: GMAC/s of each WebAssembly kernel, on operands that a cache holds and on ones that it does not. */
import { parseArgs } from 'node:util'
import { memoryCodes } from '../../influence/codeSource.ts'
import { createXorshift } from '../../influence/gpu/operatorTable.ts'
import { GUARD_BYTES } from '../../influence/indexFile.ts'
import { openWasmBackend } from '../../influence/wasm/wasmBackend.ts'

/** Runs of each kernel before and while time is taken; the best counts, since a shared machine only ever adds. */
const WARM_RUNS = 20
const TIMED_RUNS = 60

const { values } = parseArgs({ options: { lanes: { type: 'string', default: '1' } } })
const lanes = Number(values.lanes)
const next = createXorshift(1)
const codesOf = (length: number): Int8Array => Int8Array.from({ length }, () => (next() % 255) - 127)
const wideOf = (length: number): Int16Array => Int16Array.from({ length }, () => (next() % 32_769) - 16_384)

async function measure(name: string, macs: number, run: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < WARM_RUNS; i++) await run()
  let bestMs = Infinity
  for (let i = 0; i < TIMED_RUNS; i++) {
    const startMs = performance.now()
    await run()
    bestMs = Math.min(bestMs, performance.now() - startMs)
  }
  console.log(
    `${name.padEnd(46)}${bestMs.toFixed(3).padStart(9)} ms${(macs / bestMs / 1e6).toFixed(1).padStart(7)} GMAC/s`,
  )
}

const backend = await openWasmBackend({ lanes })
console.log(backend.description)
for (const [rowCount, dim, count, where] of [
  [256, 2048, 1, 'cached'],
  [256, 2048, 32, 'cached'],
  [40_000, 2048, 1, 'from memory'],
  [40_000, 2048, 32, 'from memory'],
] as const) {
  const blocks = [0, 1, 2, 3, 4, 5, 6, 7]
  const kernels = await backend.openKernels({
    rowCount,
    rowBytes: dim,
    offsets: blocks.map((l) => (l * dim) / 8),
    paddedDims: blocks.map(() => dim / 8),
    codes: memoryCodes(codesOf(rowCount * dim), rowCount, dim),
  })
  const vectors = codesOf(count * dim)
  const weights = wideOf(count * blocks.length * rowCount)
  const directions = wideOf(count * dim)
  const macs = rowCount * dim * count
  const shape = `${rowCount} × ${dim}, ${count === 1 ? 'one query' : `${count} queries`}, ${where}`
  await measure(`dotRows      ${shape}`, macs, () => kernels.dotRows(vectors, count))
  await measure(`mixRows      ${shape}`, macs, () => kernels.mixRows(weights, count))
  await measure(`dotRowsWide  ${shape}`, macs, () => kernels.dotRowsWide(directions, count))
  kernels.close()
}
for (const rowCount of [1000, 3000]) {
  const guards = codesOf(rowCount * GUARD_BYTES)
  const norms = new Uint32Array(rowCount).fill(1)
  const macs = ((rowCount * (rowCount - 1)) / 2) * GUARD_BYTES
  await measure(`flagRows     ${rowCount} rows`, macs, async () => backend.flagRows(guards, norms, 1, 96))
}
backend.close()
