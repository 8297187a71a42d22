/**
 * `npm run properties -- DIR`: PR and PC (influence.md §6.7) on the main set of the influence vectors, run B: what 20 random
 * rows are paid when their gradients are multiplied, one at a time, and what copies of them change.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import type { Attribution } from '../../../influence/surface.ts'
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '20' },
    every: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
})
const folder = positionals[0]
if (folder === undefined) {
  console.error(USAGE)
  process.exit(2)
}

const manifest = readJson(`${folder}/manifest.json`) as MainManifest
const run = manifest.runs.find(({ name }) => name === 'B')!
const { dims, rows: n, queries: m } = manifest
const raw = new Uint8Array(readFileSync(`${folder}/${manifest.file.name}`))
const words = new Uint32Array(raw.buffer)
const rowWords = gather(words, n, 0, dims)
const width = dims.reduce((sum, d) => sum + d, 0)
const queryWords = gather(words, m, n * width, dims).filter((_, q) => q % Number(values.every) === 0)
const hash = await createFastKeccak()
const backend = await openBackend('cpu')

async function attributeAll(rows: readonly Uint32Array[]): Promise<Attribution[]> {
  const { tau, clip } = run
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

const random = createRandom(Number(values.seed), 0)
const chosen = new Set<number>()
while (chosen.size < Number(values.rows)) chosen.add(random.int(0, n - 1))
const before = await attributeAll(rowWords)
let broken = 0
console.log(`${backend.description}: ${chosen.size} of ${n} rows, ${queryWords.length} queries`)

const copies = [...chosen].map((row) => scaled(rowWords[row]!, random.pick(SHIFTS)))
const copied = await attributeAll([...rowWords, ...copies])
const changed = copied.filter(
  ({ entries }, q) => JSON.stringify(text(entries)) !== JSON.stringify(text(before[q]!.entries)),
)
if (changed.length > 0) broken++
console.log(`PC: ${copies.length} rescaled copies appended: entries of ${changed.length} queries changed`)

for (const s of SHIFTS) {
  let pay = 0
  for (const row of chosen) pay += payOf(await attributeAll(rowWords.with(row, scaled(rowWords[row]!, s))), row)
  const ratio = pay / [...chosen].reduce((sum, row) => sum + payOf(before, row), 0)
  if (ratio > GROWTH_MAX) broken++
  console.log(`PR: × 2^${s}: pay × ${ratio.toFixed(4)}`)
}
backend.close()
console.log(`${1 + SHIFTS.length} properties, ${broken} broken`)
process.exitCode = broken === 0 ? 0 : 1
