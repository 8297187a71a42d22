/** Fuzzing in short: every subject with a fixed seed, and planted faults that it must find, number and shrink. */
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsBackend } from '../../influence/backends/jsBackend.ts'
import type { ComputeBackend, Kernels } from '../../influence/backends/kernels.ts'
import { type InfluenceCode, refuse } from '../../influence/refusal.ts'
import { reportNoAdapter, softwareAdapterEnv } from '../influence/softwareAdapter.ts'
import { inFolder } from '../node/inFolder.ts'
import type { Decoder } from './influence/decoder.ts'
import { checkFile } from './influence/files.ts'
import type { ScoreCase } from './influence/scoreCases.ts'
import { compareScores } from './influence/scores.ts'
import { createRandom } from './random.ts'
import { runCases } from './runCases.ts'
import type { OpenedSubject } from './subject.ts'
import { SUBJECTS, subjectsOf } from './subjects.ts'

const CASES: Readonly<Record<string, number>> = {
  'influence/scores': 100,
  'influence/spans': 200,
  'influence/citations': 60,
  'influence/files': 4000,
  'agreement/messages': 4000,
  'agreement/blocks': 2000,
  'agreement/logs': 1500,
}

for (const subject of SUBJECTS) {
  test(`fuzz: ${subject.name}: nothing differs`, async () => {
    const opened = await subject.open({ backends: ['js', 'wasm'], isSoftwareAdapterAllowed: false })
    assert.equal(opened.notRun, [])
    const { cases, failures } = await runCases(opened, { seed: 3, first: 0, count: CASES[subject.name]! })
    assert.equal(failures, [])
    assert.is(cases, CASES[subject.name])
    opened.close()
  })
}

test('fuzz: on the software GPU adapter nothing differs', async () => {
  const driver = softwareAdapterEnv()
  if (driver === undefined) return reportNoAdapter('fuzzing of the GPU back end')
  const program = new URL('./fuzz.ts', import.meta.url).pathname
  // One opening of the device: compiling and self-test take longer than the cases. Citations use dotRows, as scores do.
  const args = [program, 'influence/scores', '--seed', '7', '--cases', '24', '--backend', 'gpu', '--software']
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...driver } })
  assert.not.match(stdout, 'NOT RUN')
  assert.match(stdout, /^24 cases, 0 differ$/m)
})

test('fuzz: a room names all of its subjects, and a name one', () => {
  assert.equal(
    subjectsOf('influence'),
    SUBJECTS.filter(({ name }) => name.startsWith('influence/')),
  )
  assert.is(subjectsOf('influence/files').length, 1)
  assert.equal(subjectsOf('influ'), [])
})

test('random: a case follows from seed and number alone', () => {
  const first = (seed: number, number: number) => createRandom(seed, number).u32()
  assert.is(first(1, 2), first(1, 2))
  assert.is(new Set([first(1, 2), first(1, 3), first(2, 2), first(2, 1)]).size, 4)
  const random = createRandom(9, 9)
  const drawn = Array.from({ length: 400 }, () => random.int(-1, 2))
  assert.equal([...new Set(drawn)].sort(), [-1, 0, 1, 2])
})

/** A back end with one wrong bit: the sum of a column whose weights are all at the limit. */
function faultyBackend(): ComputeBackend {
  const twin = createJsBackend()
  const openKernels: ComputeBackend['openKernels'] = async (...input) => {
    const kernels: Kernels = await twin.openKernels(...input)
    return {
      ...kernels,
      mixRows: async (...operands: Parameters<Kernels['mixRows']>) => {
        const sums = await kernels.mixRows(...operands)
        return sums.map((sum) => (sum > 2 ** 20 ? sum - 1 : sum))
      },
    }
  }
  return { ...twin, openKernels }
}

test('fuzz: one wrong bit of a back end is found, shrunk, and found again by its number', async () => {
  const subject = await compareScores([faultyBackend()])
  const { failures } = await runCases(subject, { seed: 1, first: 0, count: 200 })
  assert.ok(failures.length > 0)
  const { caseNumber, difference, drawn, small, smallDifference } = failures[0]!
  assert.match(difference, /^js: query/)
  assert.match(smallDifference, /^js: query/)
  const sizeOf = ({ rows, queries }: ScoreCase) => [...rows, ...queries].flat().length
  assert.ok(sizeOf(small as ScoreCase) <= sizeOf(drawn as ScoreCase))
  assert.ok(sizeOf(small as ScoreCase) <= 40, `${sizeOf(small as ScoreCase)} words`)
  const again = await runCases(subject, { seed: 1, first: caseNumber, count: 1 })
  assert.equal(again.failures, [failures[0]])
  subject.close()
})

test('fuzz: a throw, a false acceptance, a changed input and a hoard of memory are differences', async () => {
  const hoard: Uint8Array[] = []
  const faults: readonly (Decoder & { readonly says: RegExp })[] = [
    { name: 'liar', valid: [], decode: () => Uint8Array.of(1), says: /encodes to other bytes: 01/ },
    { name: 'writer', valid: [], decode: (bytes) => bytes.fill(9), says: /changed its input/ },
    {
      name: 'hoarder',
      valid: [],
      decode: (bytes) => hoard[hoard.push(new Uint8Array(2 ** 24)) - 2] ?? bytes,
      says: /bytes allocated/,
    },
    { name: 'mumbler', valid: [], decode: () => refuse('' as InfluenceCode, 0, 0), says: /with the code/ },
  ]
  for (const { name, says } of faults) {
    assert.match((await checkFile({ decoder: name, bytes: '0001' }, faults)) ?? '', says)
  }
  const files = subjectsOf('influence/files')[0]!
  const opened = await files.open({ backends: [], isSoftwareAdapterAllowed: false })
  const throwing: OpenedSubject = { ...opened, check: async () => JSON.parse('{') }
  const { failures } = await runCases(throwing, { seed: 1, first: 0, count: 1 })
  assert.match(failures[0]!.difference, /^threw SyntaxError/)
})

test('fuzz: the command names its subjects, runs a case by its number, and says what is not run', () =>
  inFolder(async (folder) => {
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [new URL('./fuzz.ts', import.meta.url).pathname, ...args], {
        cwd: folder,
        // No driver, whatever this machine has.
        env: { ...process.env, VK_ICD_FILENAMES: join(folder, 'none'), LD_LIBRARY_PATH: '' },
      })
    for (const { name } of SUBJECTS) assert.match((await run('--help')).stdout, name)
    const { stdout } = await run('influence/scores', '--seed', '5', '--case', '7', '--backend', 'js,gpu')
    assert.match(stdout, /NOT RUN: gpu/)
    assert.match(stdout, /^1 cases, 0 differ\n$/m)
    assert.equal(await readdir(folder), [])
    for (const wrong of [
      ['nothing'],
      ['influence', '--seed', 'x'],
      ['influence', '--speed', '9'],
      ['influence', '--backend', 'js,abacus'],
    ]) {
      const { code, stderr } = await run(...wrong).catch((error) => error)
      assert.is(code, 2, wrong.join(' '))
      assert.not.match(stderr, /^ +at /m)
    }
  }))

test.run()
