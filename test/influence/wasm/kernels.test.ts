/** The WebAssembly kernels against the JavaScript twin: shapes, limits, lane counts, streaming, flags. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsKernels } from '../../../influence/backends/jsBackend.ts'
import type { ComputeBackend, Kernels } from '../../../influence/backends/kernels.ts'
import { createXorshift } from '../../../influence/gpu/operatorTable.ts'
import { flagRows } from '../../../influence/gradients/guard.ts'
import { GUARD_BYTES } from '../../../influence/indexFile.ts'
import { openWasmBackend } from '../../../influence/wasm/wasmBackend.ts'
import {
  differences,
  inputOf,
  type Operands,
  operandsOf,
  randomOperands,
  rowBytesOf,
  SHAPES,
  type Shape,
} from './shapes.ts'

type Sums = readonly [Int32Array, Float64Array, Float64Array]

async function sumsOf(kernels: Kernels, { count }: Shape, own: Operands): Promise<Sums> {
  return [
    await kernels.dotRows(own.vectors, count),
    await kernels.mixRows(own.weights, count),
    await kernels.dotRowsWide(own.directions, count),
  ]
}

/** Differences of dotRows, mixRows and dotRowsWide. */
async function compare(backend: ComputeBackend, shape: Shape, own: Operands, expected: Sums, memoryBytesMax?: number) {
  const input = inputOf(shape, own.codes)
  const kernels = await backend.openKernels(input, memoryBytesMax === undefined ? {} : { memoryBytesMax })
  const sums = await sumsOf(kernels, shape, own)
  kernels.close()
  return expected.map((table, i) => differences(table, sums[i]!))
}

const backends = await Promise.all([
  openWasmBackend({ lanes: 1 }),
  openWasmBackend({ lanes: 2, vectorBits: 128 }),
  openWasmBackend({ lanes: 3 }),
])
const next = createXorshift(7)

for (const shape of SHAPES) {
  const { rowCount, widths, count } = shape
  test(`wasm kernels: ${rowCount} rows of ${widths.join(' + ')}, ${count} queries, equal the twin on 1, 2, 3 lanes, held and streamed`, async () => {
    const own = randomOperands(shape, next)
    const expected = await sumsOf(createJsKernels(inputOf(shape, own.codes)), shape, own)
    for (const backend of backends) {
      assert.equal(await compare(backend, shape, own, expected), [0, 0, 0])
      // Some tiles of some rows: the last one is short.
      const budget = 2 * Math.ceil(rowCount / 3) * rowBytesOf(widths)
      assert.equal(await compare(backend, shape, own, expected, budget), [0, 0, 0], 'streamed')
    }
  })
}

/** T3: the largest sums that the format allows, of both signs. */
const EXTREMES: readonly (readonly [string, Shape])[] = [
  ['a block of 131,072 columns', { rowCount: 3, widths: [131_072], count: 3 }],
  ['a query alone', { rowCount: 3, widths: [131_072, 1024], count: 1 }],
  ['2,500 rows', { rowCount: 2500, widths: [32], count: 2 }],
  ['2,500 rows, one query', { rowCount: 2500, widths: [32], count: 1 }],
]

for (const [name, shape] of EXTREMES) {
  test(`wasm kernels: no sum wraps at the limits: ${name}`, async () => {
    const { rowCount, widths, count } = shape
    const columns = rowBytesOf(widths)
    for (const [code, wide] of [
      [127, 16_384],
      [-127, 16_384],
      [127, -16_384],
    ] as const) {
      const own = operandsOf(
        shape,
        () => code,
        () => wide,
      )
      const dots = Array.from({ length: count }, () => widths.map((width) => Array(rowCount).fill(width))).flat(2)
      const expected: Sums = [
        Int32Array.from(dots, (width) => width * code * code),
        new Float64Array(count * columns).fill(rowCount * wide * code),
        Float64Array.from(dots, (width) => width * wide * code),
      ]
      for (const backend of backends) assert.equal(await compare(backend, shape, own, expected), [0, 0, 0])
    }
  })
}

test('wasm kernels: alternating signs and −128 as a limb stay exact', async () => {
  const shape = { rowCount: 9, widths: [131_072], count: 2 }
  let turn = 0
  const own = operandsOf(
    shape,
    () => (turn++ % 2 === 0 ? 127 : -127),
    () => (turn++ % 2 === 0 ? 16_384 : -16_384),
  )
  own.vectors.fill(-128)
  const expected = await sumsOf(createJsKernels(inputOf(shape, own.codes)), shape, own)
  for (const backend of backends) assert.equal(await compare(backend, shape, own, expected), [0, 0, 0])
})

/** Random guard vectors in which about every `every`-th row is an earlier one with some codes changed, and some are empty. */
function guardTable(rowCount: number, every: number): { guards: Int8Array; norms: Uint32Array } {
  const guards = Int8Array.from({ length: rowCount * GUARD_BYTES }, () => (next() % 255) - 127)
  const norms = new Uint32Array(rowCount).fill(1)
  for (let row = 1; row < rowCount; row++) {
    if (next() % every === 0) {
      const original = next() % row
      guards.copyWithin(row * GUARD_BYTES, original * GUARD_BYTES, (original + 1) * GUARD_BYTES)
      for (let k = next() % 60; k > 0; k--) guards[row * GUARD_BYTES + (next() % GUARD_BYTES)] = (next() % 255) - 127
    }
    if (next() % 17 === 0) {
      norms[row] = 0
      guards.fill(0, row * GUARD_BYTES, (row + 1) * GUARD_BYTES)
    }
  }
  return { guards, norms }
}

test('wasm flags: equal the twin for every tau, with copies of copies, empty rows and rows all alike', async () => {
  for (const [rowCount, every, tau] of [
    [1, 2, 96],
    [2, 1, 96],
    [33, 3, 96],
    [300, 2, 96],
    [1000, 5, 96],
    [1000, 1, 256],
    [777, 1000, 1],
    [515, 3, 64],
    [515, 3, 0],
  ] as const) {
    const { guards, norms } = guardTable(rowCount, every)
    const expected = flagRows(guards, norms, 1, tau)
    for (const backend of backends) assert.equal(await backend.flagRows(guards, norms, 1, tau), expected)
  }
  const alike = new Int8Array(600 * GUARD_BYTES).fill(127)
  const { status, duplicateOf } = await backends[1]!.flagRows(alike, new Uint32Array(600).fill(1), 1, 256)
  assert.is(status.filter((value) => value === 1).length, 599)
  assert.ok(duplicateOf.subarray(1).every((original) => original === 0))
})

test.after(() => {
  for (const backend of backends) backend.close()
})

test.run()
