/** The WebGPU back end on a software driver, in child processes: vectors, shapes, limits, loss. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { reportNoAdapter, softwareAdapterEnv } from './softwareAdapter.ts'

const env = softwareAdapterEnv()
const FOLDER = new URL('../vectors/influence', import.meta.url).pathname

function runChild(file: string, ...args: readonly string[]): Promise<{ stdout: string }> {
  const path = new URL(file, import.meta.url).pathname
  return promisify(execFile)(process.execPath, [path, ...args], { env: { ...process.env, ...env } })
}

test('gpu: self-test passes, and every value of small/ is the same', async () => {
  if (env === undefined) return reportNoAdapter('influence vectors on the GPU')
  const { stdout } = await runChild('../conformance.ts', 'influence', FOLDER, '--backend', 'gpu', '--software')
  assert.match(stdout, /^gpu: SwiftShader|llvmpipe/)
  assert.match(stdout, /39 files and cases/)
  assert.match(stdout, /2175 checks, 0 differ/)
})

test('gpu: odd shapes and small tiles equal the twin; software, limits and loss are errors with codes', async () => {
  if (env === undefined) return reportNoAdapter('GPU kernels and device rules')
  const { stdout } = await runChild('./gpuDeviceChecks.ts')
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; value: unknown })
  const shapes = { sums: 1 + 2 * 2 * 3 + 3 * 5 * 257 + 2 * 7 * 300 + 4 * 65, differ: 0 }
  assert.equal(Object.fromEntries(lines.map(({ name, value }) => [name, value])), {
    'software refused': 'GpuUnavailable',
    software: true,
    'shapes, packed': shapes,
    'shapes, shifts': shapes,
    'beyond the limit': 'GpuLost',
    'lost while waiting': 'GpuLost',
    'lost before': 'GpuLost',
  })
})

test.run()
