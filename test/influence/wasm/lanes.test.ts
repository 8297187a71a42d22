/** The life of the WebAssembly twin's threads: lost ones are named, a closed back end leaves nothing, idle ones keep nobody. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsKernels } from '../../../influence/backends/jsBackend.ts'
import { checkBackend, SelfTestMismatch } from '../../../influence/backends/selfTest.ts'
import { createXorshift } from '../../../influence/gpu/operatorTable.ts'
import { VECTOR_BITS_MAX } from '../../../influence/wasm/lanes/compileModule.ts'
import { LaneMemory } from '../../../influence/wasm/lanes/laneMemory.ts'
import { Lanes, WasmError } from '../../../influence/wasm/lanes/lanes.ts'
import { openWasmBackend } from '../../../influence/wasm/wasmBackend.ts'
import { openWasmKernels } from '../../../influence/wasm/wasmKernels.ts'
import { differences, inputOf, randomOperands } from './shapes.ts'

const SHAPE = { rowCount: 4000, widths: [1024], count: 2 }
const own = randomOperands(SHAPE, createXorshift(3))

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof WasmError ? error.code : String(error)),
  )

test('lanes: a thread that ends is a WasmLost for the work under way and all that follows, and no hang', async () => {
  const lanes = await Lanes.open(3)
  const kernels = await openWasmKernels(lanes, inputOf(SHAPE, own.codes))
  const work = kernels.dotRows(own.vectors, SHAPE.count)
  await lanes.killThread(1)
  assert.match(await codeOf(work), /no error|WasmLost/)
  assert.is(await codeOf(kernels.dotRows(own.vectors, SHAPE.count)), 'WasmLost')
  assert.is(await codeOf(kernels.mixRows(own.weights, SHAPE.count)), 'WasmLost')
  lanes.close()
})

test('lanes: a kernel that traps on a thread or on the host is a WasmLost', async () => {
  for (const count of [1, 3]) {
    const lanes = await Lanes.open(count)
    const memory = new LaneMemory(lanes)
    // Addresses beyond the memory's end.
    memory.setJob({ rowCount: 64, rowsPerTask: 8, codes: 2 ** 31, rowBytes: 16, norms: 2 ** 31 })
    assert.is(await codeOf(lanes.run(memory.id, 'guardNorms', 8)), 'WasmLost')
    lanes.close()
  }
})

test('wasm back end: 256 bits that fail the self-test are passed over for 128, which must pass it', async () => {
  let failures = 1
  const check: typeof checkBackend = async (backend) => {
    if (failures-- > 0) throw new SelfTestMismatch('T4, dotRows: expected a, got b')
    await checkBackend(backend)
  }
  if (VECTOR_BITS_MAX === 256) {
    const backend = await openWasmBackend({ lanes: 1 }, check)
    const reason = 'since WasmSelfTest: 256 bits: T4, dotRows: expected a, got b'
    assert.is(backend.description, `WebAssembly SIMD of 128 bits, one thread, ${reason}`)
    assert.equal(
      backend.passedOver?.map(({ backend, code }) => [backend, code]),
      [['wasm', 'WasmSelfTest']],
    )
    backend.close()
  }
  failures = 2
  assert.is(await codeOf(openWasmBackend({ lanes: 1 }, check)), 'WasmSelfTest')
  failures = 1
  assert.is(await codeOf(openWasmBackend({ lanes: 1, vectorBits: 128 }, check)), 'WasmSelfTest')
})

test('lanes: closed while work is under way, the work ends or fails, and later work fails', async () => {
  const backend = await openWasmBackend({ lanes: 2 })
  const kernels = await backend.openKernels(inputOf(SHAPE, own.codes))
  const work = kernels.dotRows(own.vectors, SHAPE.count)
  backend.close()
  assert.match(await codeOf(work), /no error|WasmLost/)
  assert.is(await codeOf(kernels.dotRows(own.vectors, SHAPE.count)), 'WasmLost')
})

test('lanes: calls that overlap, on two indexes, do not disturb each other', async () => {
  const backend = await openWasmBackend({ lanes: 3 })
  const other = randomOperands(SHAPE, createXorshift(5))
  const [first, second] = await Promise.all([own, other].map(({ codes }) => backend.openKernels(inputOf(SHAPE, codes))))
  const alone = [await first!.dotRows(own.vectors, 2), await second!.mixRows(other.weights, 2)]
  const together = await Promise.all([
    first!.dotRows(own.vectors, 2),
    second!.mixRows(other.weights, 2),
    first!.dotRows(own.vectors, 2),
  ])
  assert.equal(together, [alone[0], alone[1], alone[0]])
  // Close comes behind the work.
  const last = first!.dotRows(own.vectors, 2)
  first!.close()
  assert.equal(await last, alone[0])
  backend.close()
})

test('lanes: a thread that is late from a large job may take a task of the small one that follows', async () => {
  const backend = await openWasmBackend({ lanes: 6 })
  const small = { rowCount: 1024, widths: [1024], count: 2 }
  const few = randomOperands(small, createXorshift(9))
  const large = await backend.openKernels(inputOf(SHAPE, own.codes))
  const kernels = await backend.openKernels(inputOf(small, few.codes))
  const expected = await createJsKernels(inputOf(small, few.codes)).mixRows(few.weights, 2)
  for (let round = 0; round < 200; round++) {
    await large.dotRows(own.vectors, SHAPE.count)
    assert.is(differences(await kernels.mixRows(few.weights, 2), expected), 0, `round ${round}`)
  }
  backend.close()
})

test('lanes: more memory than 32 bits address is an OutOfMemory, and the back end goes on', async () => {
  const lanes = await Lanes.open(1)
  const memory = new LaneMemory(lanes)
  const grown = Promise.resolve().then(() => memory.allocate(5 * 2 ** 30))
  assert.is(await codeOf(grown), 'OutOfMemory')
  memory.close()
  const kernels = await openWasmKernels(lanes, inputOf(SHAPE, own.codes))
  assert.is((await kernels.dotRows(own.vectors, 2)).length, 2 * SHAPE.rowCount)
  lanes.close()
})

test('lanes: the memory of a closed index goes, also that of the threads', async () => {
  const backend = await openWasmBackend({ lanes: 3 })
  // 70 MB each: more than is kept for the next one.
  const shape = { rowCount: 4500, widths: [16_384], count: 1 }
  const codes = {
    ...inputOf(shape, new Int8Array(0)).codes,
    read: async (_: number, __: number, to: Int8Array) => void to.fill(1),
  }
  const vector = new Int8Array(16_384).fill(1)
  const openAndClose = async (times: number) => {
    for (let i = 0; i < times; i++) {
      const kernels = await backend.openKernels({ ...inputOf(shape, new Int8Array(0)), codes })
      assert.is((await kernels.dotRows(vector, 1))[4499], 16_384)
      kernels.close()
      assert.match(await codeOf(kernels.dotRows(vector, 1)), /after their close/)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await openAndClose(2)
  const before = process.memoryUsage().rss
  await openAndClose(10)
  const grown = () => process.memoryUsage().rss - before
  // The threads let go when they next run.
  for (let turn = 0; turn < 2000 && grown() > 3 * 70e6; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(grown() < 3 * 70e6, `${grown()} bytes more after ten indexes of 70 MB`)
  backend.close()
})

test('lanes: neither a closed back end nor an idle one keeps the process alive', async () => {
  const file = new URL('./idleBackend.ts', import.meta.url).pathname
  for (const end of ['close', 'leave']) {
    const { stdout } = await promisify(execFile)(process.execPath, [file, end], { timeout: 60_000 })
    assert.match(stdout, /^WebAssembly SIMD of \d+ bits, 3 threads\n$/)
  }
})

test.run()
