/** The WebGPU back end on a software driver, in child processes: vectors, shapes, limits, loss. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { propertyRuns } from '../../propertyRuns.ts'
import { reportNoAdapter, softwareAdapterEnv } from '../softwareAdapter.ts'

const env = softwareAdapterEnv()
const FOLDER = new URL('../../vectors/influence', import.meta.url).pathname

function runChild(file: string, ...args: readonly string[]): Promise<{ stdout: string }> {
  const path = new URL(file, import.meta.url).pathname
  return promisify(execFile)(process.execPath, [path, ...args], { env: { ...process.env, ...env } })
}

test('gpu: self-test passes, and every value of small/ is the same', async () => {
  if (env === undefined) return reportNoAdapter('influence vectors on the GPU')
  const { stdout } = await runChild('../../conformance.ts', 'influence', FOLDER, '--backend', 'gpu', '--software')
  assert.match(stdout, /^gpu: SwiftShader|llvmpipe/)
  assert.match(stdout, /39 files and cases/)
  assert.match(stdout, /2175 checks, 0 differ/)
})

test('gpu: every kernel on odd shapes, cut and streamed, equals the twin; limits and loss are errors with codes', async () => {
  if (env === undefined) return reportNoAdapter('GPU kernels and device rules')
  const { stdout } = await runChild('./deviceChecks.ts')
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; value: unknown })
  const isKernel = ({ name }: { name: string }) => /^(dotRows|mixRows) /.test(name)
  const kernels = lines.filter(isKernel)
  assert.is(kernels.length, propertyRuns(1) > 1 ? 17 : 16)
  for (const { name, value } of kernels) {
    const { sums, differ } = value as { sums: number; differ: number }
    assert.ok(sums > 10_000, name)
    assert.is(differ, 0, name)
  }
  const others = lines.filter((line) => !isKernel(line)).map(({ name, value }) => [name, value])
  assert.equal(Object.fromEntries(others), {
    'software refused': 'GpuUnavailable',
    software: true,
    'flags 4x4': { flagged: true, differ: 0 },
    'flags 1x1': { flagged: true, differ: 0 },
    'beyond the limit': 'GpuLost',
    'lost in the middle': 'GpuLost',
    'lost while waiting': 'GpuLost',
    'lost before': 'GpuLost',
    'lost before a call': 'GpuLost',
  })
})

test('gpu: whole scores equal the twin in every stage, also at ties and a hundred times', async () => {
  if (env === undefined) return reportNoAdapter('scores on the GPU')
  const { stdout } = await runChild('./scoreChecks.ts')
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; value: unknown })
  assert.equal(Object.fromEntries(lines.map(({ name, value }) => [name, value])), {
    'a tie of step 4': true,
    'ties, observed': true,
    'ties, at one go': true,
    'a batch, observed': true,
    'one by one, at once': true,
    'repeats that are the same': 100,
    'lost in the middle of a score': 'GpuLost',
  })
})

test.run()
