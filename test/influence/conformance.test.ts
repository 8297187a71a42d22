/** The conformance command: one wrong digit is named by its place, any set of runs is checked, broken files are named. */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createJsBackend } from '../../influence/backends/jsBackend.ts'
import { squaredNorms } from '../../influence/gradients/layers.ts'
import { encodeQueryFile } from '../../influence/queryFile.ts'
import { resultBatchRoot } from '../../influence/result.ts'
import type { Attribution } from '../../influence/surface.ts'
import { openEngine, scoreAll } from './conformance/caseChecks.ts'
import { Tally } from './conformance/tally.ts'
import {
  buildOrThrow,
  bytesOf,
  hexOf,
  queryOf,
  rowsOf,
  STAGE_NAMES,
  sha256Of,
  stageHash,
  type VectorCase,
  wordsOfCase,
} from './conformance/vectorCases.ts'
import { checkFolder } from './conformance/vectorChecks.ts'

const SMALL = new URL('../vectors/influence/small', import.meta.url).pathname
const scratch = mkdtempSync(join(tmpdir(), 'conformance-'))
test.after(() => rmSync(scratch, { recursive: true }))

interface Outcome {
  readonly status: number | null
  readonly lines: readonly string[]
}

function conformance(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, ['test/conformance.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, complaints] = ['', '']
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (complaints += chunk))
  return new Promise((resolve) =>
    child.once('close', (status) => resolve({ status, lines: (complaints + output).trimEnd().split('\n') })),
  )
}

const checkJs = (folder: string) => conformance('influence', folder, '--backend', 'js')

/** A folder with these files of small/, a manifest over them, and what `change` does to the text of one afterwards. */
function vectorsWith(name: string, files: readonly string[], change: (text: string) => string): string {
  const folder = join(scratch, name)
  mkdirSync(join(folder, 'small'), { recursive: true })
  const listed: Record<string, { bytes: number; sha256: string }> = {}
  for (const file of files) {
    cpSync(`${SMALL}/${file}`, `${folder}/small/${file}`)
    const bytes = readFileSync(`${folder}/small/${file}`)
    listed[`small/${file}`] = { bytes: bytes.length, sha256: sha256Of(bytes) }
  }
  const changed = `${folder}/small/${files[0]}`
  writeFileSync(changed, change(readFileSync(changed, 'utf8')))
  writeFileSync(`${folder}/MANIFEST.json`, JSON.stringify(listed))
  return folder
}

test('conformance: one altered digit is named with case, stage and index, and fails the command', async () => {
  const vectors = JSON.parse(readFileSync(`${SMALL}/pipeline.json`, 'utf8')) as { cases: VectorCase[] }
  const known = vectors.cases.find(({ name }) => name === 'odd shapes')!.results[0]!.blocks![1]!.Z[3]!
  const folder = vectorsWith('digit', ['pipeline.json', 'wide.f32'], (text) => {
    const at = text.indexOf(`"${known}"`) + 2
    return `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`
  })
  const { status, lines } = await checkJs(folder)
  assert.is(status, 1)
  const place = 'js: small/pipeline.json, odd shapes, query 0, block 1, Z[3]: '
  assert.ok(lines[1]!.startsWith(place) && lines[1]!.endsWith(`got "${known}"`), lines.join('\n'))
  assert.match(lines[2]!, /^js: MANIFEST\.json, small\/pipeline\.json, sha256: expected /)
  assert.match(lines[3]!, /^\d+ checks, 2 differ$/)
  assert.is(lines.length, 4)
})

test('conformance: files that are missing or no vectors are named, and the others are checked', async () => {
  const cut = vectorsWith('cut', ['attribution.json', 'quantiser.json'], (text) => text.slice(0, 1000))
  rmSync(`${cut}/small/quantiser.json`)
  const { status, lines } = await checkJs(cut)
  assert.is(status, 1)
  assert.match(lines[1]!, /^js: small\/attribution\.json: cannot be checked: not JSON: /)
  assert.ok(lines.includes('js: MANIFEST.json, small/quantiser.json: cannot be checked: the file is missing'))
  const odd = vectorsWith('odd', ['limits.json', 'quantiser.json'], () => '{"dots": 7}')
  const other = await checkJs(odd)
  assert.is(other.status, 1)
  assert.ok(other.lines.some((line) => line.startsWith('js: small/limits.json: cannot be checked: ')))
  assert.ok(!other.lines.some((line) => line.includes('quantiser')))
})

test('conformance: equal files end with status 0; a folder without vectors, or wrong words, do not', async () => {
  const { status, lines } = await checkJs(vectorsWith('whole', ['files.json', 'quantiser.json'], (text) => text))
  assert.is(status, 0)
  assert.match(lines.at(-1)!, /^\d\d+ checks, 0 differ$/)
  const empty = join(scratch, 'empty')
  mkdirSync(empty)
  assert.equal(await checkJs(empty).then(({ status, lines }) => [status, lines.at(-1)]), [1, '0 checks, 0 differ'])
  for (const args of [
    [],
    ['influenza', empty],
    ['influence'],
    ['influence', join(scratch, 'none')],
    ['influence', empty, '--backend', 'abacus'],
    ['influence', empty, '--nonsense'],
  ])
    assert.is((await conformance(...args)).status, 2, args.join(' '))
})

const RUNS = [
  { name: 'X', tau: 96, clip: 4, K: 2, level: 1 },
  { name: 'Y', tau: 0, clip: 255, K: 64, level: 0 },
  { name: 'Z', tau: 256, clip: 0, K: 1, level: 1 },
] as const

/** A main folder of its own: the words of a small case, block by block, in three runs that no other folder has. */
async function writeMain(folder: string) {
  const { cases } = JSON.parse(readFileSync(`${SMALL}/pipeline.json`, 'utf8')) as { cases: VectorCase[] }
  const vector = cases.find(({ name }) => name === 'odd shapes')!
  const { dims } = vector
  const words = wordsOfCase(vector, SMALL)
  const starts = dims.map((_, l) => dims.slice(0, l).reduce((sum, d) => sum + d, 0))
  const column = (own: Uint32Array, l: number) => own.slice(starts[l]!, starts[l]! + dims[l]!)
  const byBlock = (rows: readonly Uint32Array[]) => dims.flatMap((_, l) => rows.map((own) => column(own, l)))
  const input = Buffer.concat(
    [...byBlock(words.rows), ...byBlock(words.queries)].map((part) => new Uint8Array(part.buffer)),
  )
  const modelVersion = 'ab'.repeat(32)
  const runs = []
  for (const run of RUNS) {
    const options = { blockDims: dims, tau: run.tau, clip: run.clip, modelVersion: bytesOf(modelVersion) }
    const built = buildOrThrow(rowsOf(words.rows, dims), { ...options, guardSeed: bytesOf('cd'.repeat(32)) })
    const queries = words.queries.map((own, q) => queryOf(own, built, BigInt(q + 1)))
    const engine = await openEngine(built.bytes, createJsBackend())
    const { scores, stages } = await scoreAll(engine, queries, dims.length)
    const results = scores.map((score) => engine.attributeScore(score, { k: run.K, level: run.level }) as Attribution)
    const queryFile = encodeQueryFile(queries, built.info.modelVersion)
    const { file, info } = built
    const n = info.rowCount
    const last = queries.length - 1
    const context = ['queryHash', 'scoresRoot', 'contextRoot'] as const
    runs.push({
      ...run,
      modelVersion,
      guardSeed: 'cd'.repeat(32),
      nA: info.acceptedCount,
      rhoRef: `${info.rhoRef}`,
      layers: file.layers.map(({ d, e0, eMin, floor, sum }) => ({ d, e0, eMin, floor, T: `${sum}` })),
      codesSha256: sha256Of(file.codes),
      exponentsSha256: sha256Of(file.exponents),
      NSha256: sha256Of(squaredNorms(file.layout, n, file.codes)),
      rhoSha256: sha256Of(file.rows.rho),
      guardSha256: sha256Of(file.guards),
      indexHeader: hexOf(built.header),
      indexRoot: hexOf(info.indexRoot),
      indexFileSha256: sha256Of(built.bytes),
      queryFileSha256: sha256Of(queryFile),
      queriesRoot: hexOf(queryFile.subarray(64, 96)),
      stages: [
        {
          query: last,
          ...Object.fromEntries(STAGE_NAMES.map((name) => [name, stageHash(name, stages[last]!, dims, n)])),
          ...Object.fromEntries(
            (['t', 'z', 'x'] as const).map((name) => [name, stages[last]!.map((own) => own?.[name] ?? 0)]),
          ),
          G: scores[last]!.exponentG,
          S: sha256Of(scores[last]!.scores),
          ...Object.fromEntries(context.map((name) => [name, hexOf(scores[last]![name])])),
        },
      ],
      scoresTextSha256: sha256Of(
        new TextEncoder().encode(scores.map(({ scores }) => `${scores.join(',')}\n`).join('')),
      ),
      scoresSha256: sha256Of(...scores.map(({ scores }) => scores)),
      attributionRoots: results.map(({ root }) => hexOf(root)),
      batchRoot: hexOf(resultBatchRoot(results.map(({ root }) => root))),
    })
    if (run.name === 'Y')
      writeFileSync(`${folder}/all.i64`, Buffer.concat(scores.map(({ scores }) => new Uint8Array(scores.buffer))))
  }
  writeFileSync(`${folder}/words.f32`, input)
  const scores = { name: 'all.i64', run: 'Y', sha256: sha256Of(readFileSync(`${folder}/all.i64`)) }
  const file = { name: 'words.f32', sha256: sha256Of(input) }
  return { file, scores, rows: words.rows.length, queries: words.queries.length, dims, runs }
}

test('conformance: main/ may hold any set of runs; a wrong score in one is named by run, query and row', async () => {
  const folder = join(scratch, 'main-set')
  mkdirSync(join(folder, 'main'), { recursive: true })
  const manifest = await writeMain(`${folder}/main`)
  const check = async (runs: typeof manifest.runs) => {
    writeFileSync(`${folder}/main/manifest.json`, JSON.stringify({ ...manifest, runs }))
    const tally = new Tally()
    await checkFolder(tally, folder, createJsBackend())
    return tally
  }
  const whole = await check(manifest.runs)
  assert.equal(whole.differences, [])
  assert.ok(whole.checks > 100)
  assert.equal((await check(manifest.runs.slice(2))).differences, [])
  const [first, second, third] = manifest.runs
  const wrong = await check([first!, second!, { ...third!, batchRoot: `0${third!.batchRoot.slice(1)}` }])
  assert.is(wrong.differ, 1)
  assert.match(wrong.differences[0]!, /^main run Z, batchRoot: expected /)
  const scores = new BigInt64Array(new Uint8Array(readFileSync(`${folder}/main/all.i64`)).buffer)
  const rows = scores.length / manifest.queries
  scores[rows + 2]! += 1n
  writeFileSync(`${folder}/main/all.i64`, new Uint8Array(scores.buffer))
  const { differences } = await check(manifest.runs)
  assert.match(differences[1]!, /^main, all\.i64, query 1, S\[2\]: expected /)
  assert.is(differences.length, 2)
})

test.run()
