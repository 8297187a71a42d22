/** Whole scores on the lanes against the JavaScript twin: sums that widen, long blocks, batches of every size, streamed codes. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { createJsBackend } from '../../../influence/backends/jsBackend.ts'
import { InfluenceEngine } from '../../../influence/engine.ts'
import { createSyntheticIndex } from '../../../influence/gradients/syntheticIndex.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { openWasmBackend } from '../../../influence/wasm/wasmBackend.ts'

const hash = await createFastKeccak()
const backends = await Promise.all([
  openWasmBackend({ lanes: 1 }),
  openWasmBackend({ lanes: 2, vectorBits: 128 }),
  openWasmBackend({ lanes: 3 }),
])

function orThrow<T>(value: T | Refused): T {
  if (isRefused(value)) throw new Error(value.code)
  return value
}

for (const [rowCount, blockDims, queryCount, why] of [
  [1, [1], 1, 'the smallest'],
  [129, [16, 40], 2, 'two score leaves, queries one by one'],
  [777, [64, 17, 300], 9, 'a group and one more query'],
  [2500, [1000, 1025, 16], 3, 'products of more than 32 bits'],
  [7001, [48], 17, 'more rows than 32-bit sums cover'],
  [60, [5000, 300], 8, 'several chunks of codes and of H'],
] as const) {
  test(`wasm scores: ${rowCount} rows of ${blockDims.join(' + ')}, ${queryCount} queries equal the twin: ${why}`, async () => {
    const shape = { rowCount, blockDims, queryCount, tau: 0, seed: rowCount }
    const { built, queries } = orThrow(createSyntheticIndex(shape, hash))
    const open = { verify: 'header', hash } as const
    const twin = orThrow(await InfluenceEngine.open(built.bytes, { ...open, backend: createJsBackend() }))
    const expected = (await twin.scoreBatch(queries)).map((score) => ({ ...orThrow(score), backend: 'wasm' }))
    assert.ok(expected.some(({ scores }) => scores.some((score) => score !== 0n)))
    for (const [i, backend] of backends.entries()) {
      // Some tiles of some rows for one of them.
      const memoryBytesMax = i === 1 ? 2 * Math.ceil(rowCount / 3) * built.info.rowBytes : 2 ** 30
      const engine = orThrow(await InfluenceEngine.open(built.bytes, { ...open, backend, memoryBytesMax }))
      assert.equal(await engine.scoreBatch(queries), expected)
      assert.equal(await engine.score(queries.at(-1)!), expected.at(-1))
      await engine.close()
    }
  })
}

test('wasm scores: tell their steps, and that they are committed to when all are done', async () => {
  const shape = { rowCount: 40, blockDims: [32, 16], queryCount: 5, tau: 0, seed: 5 }
  const { built, queries } = orThrow(createSyntheticIndex(shape, hash))
  for (const backend of [createJsBackend(), backends[1]!]) {
    const stages: string[] = []
    const onStage = (stage: string) => void (stages.at(-1) !== stage && stages.push(stage))
    const engine = orThrow(await InfluenceEngine.open(built.bytes, { verify: 'header', hash, backend, onStage }))
    stages.length = 0
    await engine.scoreBatch(queries)
    await engine.score(queries[0]!)
    const steps = ['step 3', 'step 6', 'step 8', 'commitments']
    assert.equal(stages, [...steps, ...steps], backend.backend)
    await engine.close()
  }
})

test.after(() => {
  for (const backend of backends) backend.close()
})

test.run()
