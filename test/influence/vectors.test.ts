/** The influence vectors, reproduced by both CPU twins (`gpu.test.ts` has the GPU). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createFastKeccak } from '../../influence/backends/fastKeccak.ts'
import { createJsBackend } from '../../influence/backends/jsBackend.ts'
import { openWasmBackend } from '../../influence/wasm/wasmBackend.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { Tally } from './conformance/tally.ts'
import { checkFolder } from './conformance/vectorChecks.ts'

const FOLDER = new URL('../vectors/influence', import.meta.url).pathname

const TWINS = {
  JavaScript: async () => createJsBackend(),
  'WebAssembly, one lane': () => openWasmBackend({ lanes: 1 }),
  'WebAssembly, three lanes': () => openWasmBackend({ lanes: 3 }),
}

for (const [name, open] of Object.entries(TWINS)) {
  test(`vectors: ${name} gives every value of small/`, async () => {
    const tally = new Tally()
    const backend = await open()
    const read = await checkFolder(tally, FOLDER, backend)
    backend.close()
    assert.is(read, 39)
    assert.is(tally.differences.join('\n'), '')
    assert.is(tally.checks, 2175)
  })
}

test('vectors: a check that differs is counted and names the place', () => {
  const tally = new Tally()
  tally.checkList('case, S', ['1', '2', '3'], ['1', '2', '4'])
  tally.check('case, G', 1, 1)
  assert.is(tally.checks, 2)
  assert.is(tally.differ, 1)
  assert.is(tally.differences[0], 'case, S[2]: expected "3", got "4"')
})

test('fast keccak: the same digests as the plain one', async () => {
  const hash = await createFastKeccak()
  for (const length of [0, 1, 135, 136, 137, 4101]) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 31) & 255)
    assert.equal(hash(data), keccak256(data))
  }
})

test.run()
