/**
 * `npm run properties -- DIR`: PR and PC (influence.md §6.7) on the main set of the influence vectors, run B: what 20 random
 * rows are paid when their gradients are multiplied, one at a time, and what copies of them change.
 */
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import type { Attribution } from '../../../influence/surface.ts'
import { ArgumentError, runProgram, wholeNumber } from '../../commandLine.ts'
import { createRandom } from '../../fuzz/random.ts'
import { openEngine } from '../conformance/caseChecks.ts'
import { gather, type MainManifest } from '../conformance/mainChecks.ts'
import { readJson } from '../conformance/readJson.ts'
import { buildOrThrow, bytesOf, queryOf, rowsOf } from '../conformance/vectorCases.ts'
import { orThrow } from './engines.ts'

const USAGE = `usage: npm run properties -- DIR [--rows N] [--every N] [--seed S]

DIR has manifest.json and gradients.f32 (the vectors' main/). --rows: rows that are rescaled, one at a time (default 20);
--every: only every N-th query (default 1); --seed: which rows (default 1).`

/** Exponents of influence.md §6.7, and the growth that PR allows. */
const SHIFTS = [-3, 1, 4, 10]
const GROWTH_MAX = 1.05

/** The main set as words, and run B's rule. */
interface MainSet {
  readonly dims: readonly number[]
  readonly run: MainManifest['runs'][number]
  readonly rows: readonly Uint32Array[]
  readonly queries: readonly Uint32Array[]
}

function readMainSet(folder: string, every: number): MainSet {
  if (!existsSync(`${folder}/manifest.json`))
    throw new ArgumentError('DIR', 'a folder with manifest.json and gradients.f32', folder)
  const manifest = readJson(`${folder}/manifest.json`) as MainManifest
  const run = manifest.runs.find(({ name }) => name === 'B')
  if (run === undefined) throw new ArgumentError('DIR', 'a manifest with a run B', folder)
  const { dims, rows: n, queries: m } = manifest
  const words = new Uint32Array(new Uint8Array(readFileSync(`${folder}/${manifest.file.name}`)).buffer)
  const width = dims.reduce((sum, d) => sum + d, 0)
  const queries = gather(words, m, n * width, dims).filter((_, q) => q % every === 0)
  return { dims, run, rows: gather(words, n, 0, dims), queries }
}

/** What the queries pay when these are the rows. */
async function attributeAll(
  { dims, run, queries: queryWords }: MainSet,
  rows: readonly Uint32Array[],
  backend: ComputeBackend,
): Promise<Attribution[]> {
  const { tau, clip } = run
  const hash = await createFastKeccak()
  const [modelVersion, guardSeed] = [bytesOf(run.modelVersion), bytesOf(run.guardSeed)]
  const built = buildOrThrow(rowsOf(rows, dims), { blockDims: dims, tau, clip, modelVersion, guardSeed, hash })
  const engine = await openEngine(built.bytes, backend)
  const queries = queryWords.map((own, q) => queryOf(own, built, BigInt(q + 1)))
  const scores = await engine.scoreBatch(queries)
  const results = scores.map((score) => orThrow(engine.attributeScore(orThrow(score), { k: run.K, level: run.level })))
  await engine.close()
  return results
}

/** Wholes that a row is paid in all queries. */
const payOf = (results: readonly Attribution[], row: number): number =>
  results
    .flatMap(({ entries }) => entries)
    .reduce((sum, entry) => (entry.row === row ? sum + Number(entry.weight) / 2 ** 32 : sum), 0)

/** Multiplies normal words by 2^s; zeros stay. */
const scaled = (row: Uint32Array, s: number): Uint32Array =>
  row.map((word) => ((word >>> 23) & 255 ? word + s * 2 ** 23 : word))

/** What must not change. */
function text(entries: Attribution['entries']): string[] {
  return entries.map(({ row, score, weight }) => `${row} ${score} ${weight}`)
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '20' },
      every: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
    },
  })
  const [folder, ...others] = positionals
  if (folder === undefined || others.length > 0) throw new ArgumentError('DIR', 'one folder', positionals.join(' '))
  const set = readMainSet(folder, wholeNumber('--every', values.every, 1))
  const count = wholeNumber('--rows', values.rows, 1)
  if (count > set.rows.length) throw new ArgumentError('--rows', `at most ${set.rows.length}`, values.rows)
  const random = createRandom(wholeNumber('--seed', values.seed), 0)
  const chosen = new Set<number>()
  while (chosen.size < count) chosen.add(random.int(0, set.rows.length - 1))
  const backend = await openBackend('cpu')
  const before = await attributeAll(set, set.rows, backend)
  console.log(`${backend.description}: ${count} of ${set.rows.length} rows, ${set.queries.length} queries`)
  let broken = 0

  const copies = [...chosen].map((row) => scaled(set.rows[row]!, random.pick(SHIFTS)))
  const copied = await attributeAll(set, [...set.rows, ...copies], backend)
  const changed = copied.filter(
    ({ entries }, q) => JSON.stringify(text(entries)) !== JSON.stringify(text(before[q]!.entries)),
  )
  if (changed.length > 0) broken++
  console.log(`PC: ${copies.length} rescaled copies appended: entries of ${changed.length} queries changed`)

  for (const s of SHIFTS) {
    let pay = 0
    for (const row of chosen)
      pay += payOf(await attributeAll(set, set.rows.with(row, scaled(set.rows[row]!, s)), backend), row)
    const ratio = pay / [...chosen].reduce((sum, row) => sum + payOf(before, row), 0)
    if (ratio > GROWTH_MAX) broken++
    console.log(`PR: × 2^${s}: pay × ${ratio.toFixed(4)}`)
  }
  backend.close()
  console.log(`${1 + SHIFTS.length} properties, ${broken} broken`)
  return broken === 0 ? 0 : 1
}

await runProgram(USAGE, main)
