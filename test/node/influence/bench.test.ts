/** `openledger influence bench`: figures of every back end, one digest, and nothing left behind, also after Ctrl-C. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openledger } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
test.after(() => rmSync(folder, { recursive: true }))
// A driver that is nowhere: the same on machines with a GPU.
process.env['VK_ICD_FILENAMES'] = process.env['VK_DRIVER_FILES'] = '/nonexistent'
process.env['TMPDIR'] = folder

const bench = (...args: string[]) => openledger('influence', 'bench', ...args)
const SMALL = ['--rows', '60', '--dims', '40x2,16', '--queries', '3', '--repeats', '2'] as const

interface Measured {
  readonly backend: string
  readonly digest?: string
  readonly oneMs?: number
  readonly oneGmacPerSecond?: number
  readonly peakBytes?: number
  readonly oneStagesMs?: Readonly<Record<string, number>>
  readonly failure?: { readonly code: string }
}

async function measured(...args: string[]): Promise<{ status: number | null; isEqual: boolean; backends: Measured[] }> {
  const { status, output } = await bench(...SMALL, '--json', ...args)
  return { status, ...JSON.parse(output) }
}

test('bench: the twins are measured each in its process and agree to the bit; a missing GPU is named', async () => {
  const { status, isEqual, backends } = await measured()
  assert.equal([status, isEqual], [0, true])
  assert.equal(
    backends.map(({ backend }) => backend),
    ['gpu', 'wasm', 'js'],
  )
  const [gpu, ...twins] = backends
  assert.is(gpu!.failure!.code, 'GpuUnavailable')
  for (const { oneMs, oneGmacPerSecond, peakBytes, oneStagesMs } of twins) {
    assert.ok(Math.abs(oneGmacPerSecond! - (3 * 60 * 96) / oneMs! / 1e6) < 1e-9)
    assert.ok(peakBytes! > 2 ** 24)
    assert.equal(Object.keys(oneStagesMs!), ['step 3', 'step 6', 'step 8', 'commitments'])
  }
  assert.is(twins[0]!.digest, twins[1]!.digest)
})

test('bench: the same seed gives the same scores, another seed others', async () => {
  const digestOf = async (seed: string) => (await measured('--backend', 'js', '--seed', seed)).backends[0]!.digest
  const [first, again, other] = [await digestOf('7'), await digestOf('7'), await digestOf('8')]
  assert.is(first, again)
  assert.is.not(first, other)
})

test('bench: prints a table, and refuses shapes that are none', async () => {
  const { status, output } = await bench(...SMALL, '--backend', 'js')
  assert.is(status, 0)
  assert.match(output, /60 rows × 96 coordinates in 3 blocks\n +opening +one query +GMAC\/s/)
  assert.match(output, /\njs +\d+\.\d\d s +\d+\.\d\d ms/)
  const cases: readonly [readonly string[], RegExp][] = [
    [['--dims', '0'], /expected coordinates of blocks, each from 1 to 131072, like 256x8/],
    [['--dims', '200000'], /no such index: BadLimit: expected 1 … 131072 coordinates, got 200000/],
    [['--rows', '1000000', '--dims', '100000'], /GiB of codes, at most 2\.0 GiB/],
    [['--rows', '0'], /expected a whole number from 1 to 1048576/],
    [[...SMALL, '--backend', 'gpu'], /GpuUnavailable: .*\nnothing was measured\n$/],
  ]
  for (const [args, wanted] of cases) {
    const refused = await bench(...args)
    assert.is(refused.status, 1, args.join(' '))
    assert.match(`${refused.output}${refused.errors}`, wanted)
  }
})

test('bench: Ctrl-C ends it at once, and no index stays in the folder of temporary files', async () => {
  const args = ['node/main.ts', 'influence', 'bench', '--rows', '3000', '--repeats', '1000', '--backend', 'js']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  // The first line ends when the index is on the disk.
  await once(child.stdout, 'data')
  // Node keeps its compile cache there as well.
  const indexes = () => readdirSync(folder).filter((name) => name.startsWith('openledger-bench-'))
  assert.is(indexes().length, 1)
  child.kill('SIGINT')
  const [status] = await once(child, 'exit')
  assert.is(status, 130)
  assert.equal(indexes(), [])
})

test.run()
