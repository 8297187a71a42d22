/** `openledger influence selftest`: every check is told, a wrong bit fails it by name, a missing device is no failure of others. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsBackend } from '../../../influence/backends/jsBackend.ts'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { checkBackend } from '../../../influence/backends/selfTest.ts'
import { openledger } from './program.ts'

const selftest = (...args: string[]) => openledger('influence', 'selftest', ...args)

test('selftest: the WebAssembly twin passes every check, with its times', async () => {
  const { status, output } = await selftest('--backend', 'wasm', '--json')
  assert.is(status, 0)
  const { isPassed, backends } = JSON.parse(output) as {
    isPassed: boolean
    backends: { backend: string; outcome: string; openMs: number; checks: { name: string; ms: number }[] }[]
  }
  assert.equal([isPassed, backends.length, backends[0]!.backend, backends[0]!.outcome], [true, 1, 'wasm', 'passed'])
  const { checks, openMs } = backends[0]!
  assert.equal(
    checks.slice(0, 4).map(({ name }) => name),
    ['T4, dotRows', 'T4, dotRowsWide', 'T4, mixRows', 'pipeline "odd shapes"'],
  )
  assert.ok(openMs > 0 && checks.every(({ ms }) => ms > 0))
})

test('selftest: a device that is not there fails only when it is asked for by name', async () => {
  // A driver that is nowhere: the same on machines with a GPU.
  process.env['VK_ICD_FILENAMES'] = process.env['VK_DRIVER_FILES'] = '/nonexistent'
  const { status, output } = await selftest('--backend', 'gpu')
  assert.is(status, 1)
  assert.match(output, /✗ gpu .*not on this machine: GpuUnavailable: /)
})

test('selftest: one wrong bit in any kernel is found and named', async () => {
  const wrong = (kernel: 'dotRows' | 'dotRowsWide' | 'mixRows'): ComputeBackend => {
    const js = createJsBackend()
    return {
      ...js,
      async openKernels(input, options) {
        const kernels = await js.openKernels(input, options)
        return {
          ...kernels,
          async [kernel](...args: never[]) {
            const sums = await (kernels[kernel] as (...own: never[]) => Promise<Int32Array>)(...args)
            sums[sums.length - 1]! += 1
            return sums
          },
        }
      },
    }
  }
  for (const kernel of ['dotRows', 'dotRowsWide', 'mixRows'] as const) {
    const passed: string[] = []
    const failure = await checkBackend(wrong(kernel), (name) => passed.push(name)).then(
      () => 'passed',
      (error: Error & { code: string }) => `${error.code}: ${error.message}`,
    )
    assert.match(failure, new RegExp(`^SelfTestMismatch: T4, ${kernel}: expected [0-9a-f]{64}, got`))
    assert.not.ok(passed.includes(`T4, ${kernel}`))
  }
})

test.run()
