/** Checks the main set of the influence vectors: rows and queries of one size, in any number of runs. */
import { existsSync, readFileSync } from 'node:fs'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import type { BuiltIndex } from '../../../influence/buildIndex.ts'
import type { InfluenceEngine } from '../../../influence/engine.ts'
import { squaredNorms } from '../../../influence/gradients/layers.ts'
import { encodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { resultBatchRoot } from '../../../influence/result.ts'
import { levelScores } from '../../../influence/scoring/attribution.ts'
import type { Attribution, Query, Score } from '../../../influence/surface.ts'
import { openEngine, scoreAll } from './caseChecks.ts'
import { readJson } from './readJson.ts'
import { strings, type Tally } from './tally.ts'
import { buildOrThrow, bytesOf, hexOf, queryOf, rowsOf, STAGE_NAMES, sha256Of, stageHash } from './vectorCases.ts'

export interface MainRun {
  readonly name: string
  readonly tau: number
  readonly clip: number
  readonly modelVersion: string
  readonly guardSeed: string
  readonly nA: number
  readonly rhoRef: string
  readonly flagged: readonly unknown[]
  readonly layers: readonly unknown[]
  readonly indexHeader: string
  readonly indexRoot: string
  readonly indexFileSha256: string
  readonly queriesRoot: string
  readonly queryFileSha256: string
  readonly codesSha256: string
  readonly exponentsSha256: string
  readonly NSha256: string
  readonly rhoSha256: string
  readonly guardSha256: string
  readonly stages: readonly (Record<string, string> & {
    query: number
    t: number[]
    z: number[]
    x: number[]
    G: number
  })[]
  readonly attributionRoots: readonly string[]
  readonly K: number
  readonly level: 0 | 1
  readonly scoresSha256: string
  readonly scoresTextSha256: string
  readonly batchRoot: string
}

export interface MainManifest {
  readonly file: { name: string; sha256: string }
  /** All scores of one run, as i64. */
  readonly scores?: { name: string; run: string; sha256: string }
  readonly rows: number
  readonly queries: number
  readonly dims: readonly number[]
  readonly runs: readonly MainRun[]
}

/** A run's engine and what it computed, for the checks that need them after the stages. */
export interface ScoredRun {
  readonly run: MainRun
  readonly built: BuiltIndex
  readonly engine: InfluenceEngine
  readonly scores: readonly Score[]
}

/** The input file, then run by run; what else the folder has is checked against the run that it names. */
export async function checkMain(tally: Tally, folder: string, backend: ComputeBackend): Promise<void> {
  const manifest = readJson(`${folder}/manifest.json`) as MainManifest
  const raw = new Uint8Array(readFileSync(`${folder}/${manifest.file.name}`))
  tally.check('main, input file', manifest.file.sha256, sha256Of(raw))
  const words = new Uint32Array(raw.buffer)
  const { rows: n, queries: m, dims } = manifest
  const width = dims.reduce((sum, d) => sum + d, 0)
  tally.check('main, input file, words', (n + m) * width, words.length)
  const rows = gather(words, n, 0, dims)
  const queries = gather(words, m, n * width, dims)
  for (const run of manifest.runs) {
    const scored = await checkMainRun(tally, manifest, run, rows, queries, backend)
    if (manifest.scores?.run === run.name) checkScoresFile(tally, folder, manifest.scores, scored)
    if (existsSync(`${folder}/attribution.json`)) checkMainAttributions(tally, folder, scored)
    await scored.engine.close()
  }
}

/** The file holds block after block; a row's words are its part of each. */
export function gather(words: Uint32Array, count: number, start: number, dims: readonly number[]): Uint32Array[] {
  const width = dims.reduce((sum, d) => sum + d, 0)
  const out = Array.from({ length: count }, () => new Uint32Array(width))
  let column = 0
  for (const d of dims) {
    for (let i = 0; i < count; i++) out[i]!.set(words.subarray(start + i * d, start + (i + 1) * d), column)
    start += count * d
    column += d
  }
  return out
}

async function checkMainRun(
  tally: Tally,
  { dims }: MainManifest,
  run: MainRun,
  rowWords: readonly Uint32Array[],
  queryWords: readonly Uint32Array[],
  backend: ComputeBackend,
): Promise<ScoredRun> {
  const place = `main run ${run.name}`
  const modelVersion = bytesOf(run.modelVersion)
  const options = { blockDims: dims, tau: run.tau, clip: run.clip, modelVersion, guardSeed: bytesOf(run.guardSeed) }
  const built = buildOrThrow(rowsOf(rowWords, dims), options)
  const queries = queryWords.map((words, q) => queryOf(words, built, BigInt(q + 1)))
  checkMainIndex(tally, place, run, built, queries)
  const engine = await openEngine(built.bytes, backend)
  const { scores, stages } = await scoreAll(engine, queries, dims.length)
  for (const expected of run.stages) {
    const q = expected.query
    const own = `${place}, query ${q}`
    for (const name of STAGE_NAMES)
      tally.check(`${own}, ${name}`, expected[name], stageHash(name, stages[q]!, dims, rowWords.length))
    for (const name of ['t', 'z', 'x'] as const) {
      const got = stages[q]!.map((block) => block?.[name] ?? 0)
      tally.checkList(`${own}, ${name}`, expected[name], got)
    }
    tally.check(`${own}, G`, expected.G, scores[q]!.exponentG)
    tally.check(`${own}, S`, expected['S'], sha256Of(scores[q]!.scores))
    for (const root of ['queryHash', 'scoresRoot', 'contextRoot'] as const)
      tally.check(`${own}, ${root}`, expected[root], hexOf(scores[q]![root]))
  }
  checkMainScores(tally, place, run, engine, scores)
  return { run, built, engine, scores }
}

function checkMainIndex(tally: Tally, place: string, run: MainRun, built: BuiltIndex, queries: readonly Query[]): void {
  const { file, info } = built
  tally.check(`${place}, nA`, run.nA, info.acceptedCount)
  tally.check(`${place}, rhoRef`, run.rhoRef, `${info.rhoRef}`)
  const layers = file.layers.map(({ d, e0, eMin, floor, sum }) => ({ d, e0, eMin, floor, T: `${sum}` }))
  tally.check(`${place}, layers`, run.layers, layers)
  tally.check(`${place}, codes`, run.codesSha256, sha256Of(file.codes))
  tally.check(`${place}, exponents`, run.exponentsSha256, sha256Of(file.exponents))
  tally.check(`${place}, N`, run.NSha256, sha256Of(squaredNorms(file.layout, info.rowCount, file.codes)))
  tally.check(`${place}, rho`, run.rhoSha256, sha256Of(file.rows.rho))
  tally.check(`${place}, guard`, run.guardSha256, sha256Of(file.guards))
  tally.check(`${place}, header`, run.indexHeader, hexOf(built.header))
  tally.check(`${place}, indexRoot`, run.indexRoot, hexOf(info.indexRoot))
  tally.check(`${place}, index file`, run.indexFileSha256, sha256Of(built.bytes))
  const queryFile = encodeQueryFile(queries, info.modelVersion)
  tally.check(`${place}, query file`, run.queryFileSha256, sha256Of(queryFile))
  tally.check(`${place}, queriesRoot`, run.queriesRoot, hexOf(queryFile.subarray(64, 96)))
}

function checkMainScores(
  tally: Tally,
  place: string,
  run: MainRun,
  engine: InfluenceEngine,
  scores: readonly Score[],
): void {
  const text = scores.map((score) => `${score.scores.join(',')}\n`).join('')
  tally.check(`${place}, all scores as text`, run.scoresTextSha256, sha256Of(new TextEncoder().encode(text)))
  tally.check(`${place}, all scores`, run.scoresSha256, sha256Of(...scores.map((score) => score.scores)))
  const roots = scores.map((score) => attributionOf(run, engine, score).root)
  tally.checkList(`${place}, attributionRoots`, run.attributionRoots, roots.map(hexOf))
  tally.check(`${place}, batchRoot`, run.batchRoot, hexOf(resultBatchRoot(roots)))
}

function attributionOf(run: MainRun, engine: InfluenceEngine, score: Score): Attribution {
  const result = engine.attributeScore(score, { k: run.K, tau: run.tau, level: run.level })
  if (isRefused(result)) throw new Error(`run ${run.name}: ${result.code}`)
  return result
}

/** Every score of every query, so that the first wrong one is named by its place. */
function checkScoresFile(
  tally: Tally,
  folder: string,
  { name, sha256 }: NonNullable<MainManifest['scores']>,
  { scores }: ScoredRun,
): void {
  const raw = new Uint8Array(readFileSync(`${folder}/${name}`))
  tally.check(`main, ${name}`, sha256, sha256Of(raw))
  const expected = strings(new BigInt64Array(raw.buffer))
  const rowCount = scores[0]!.scores.length
  for (const [q, score] of scores.entries()) {
    const own = expected.slice(q * rowCount, (q + 1) * rowCount)
    tally.checkList(`main, ${name}, query ${q}, S`, own, strings(score.scores))
  }
}

interface MainAttributions {
  /** Names the run: "run B". */
  readonly about: string
  readonly queries: readonly {
    readonly query: number
    readonly G: number
    readonly resultSha256: string
    readonly attributionRoot: string
    readonly dropped: readonly unknown[]
    readonly entries: readonly { row: number; score: string; B: string; weight: string }[]
  }[]
}

/** The entries of some queries, with levelled scores, of the one run that the file names. */
function checkMainAttributions(tally: Tally, folder: string, { run, built, engine, scores }: ScoredRun): void {
  const { about, queries } = readJson(`${folder}/attribution.json`) as MainAttributions
  if (/\brun (\w+)/.exec(about)?.[1] !== run.name) return
  for (const expected of queries) {
    const place = `main/attribution.json, query ${expected.query}`
    const score = scores[expected.query]!
    const result = attributionOf(run, engine, score)
    const eligible = levelScores(built.file, score.scores, run.level)
    const entries = result.entries.map(({ row, score, weight }) => {
      return JSON.stringify({ row, score: `${score}`, B: `${eligible.get(row)?.benefit}`, weight: `${weight}` })
    })
    tally.check(`${place}, G`, expected.G, score.exponentG)
    const wanted = expected.entries.map(({ row, score, B, weight }) => JSON.stringify({ row, score, B, weight }))
    tally.checkList(`${place}, entries`, wanted, entries)
    tally.check(`${place}, result`, expected.resultSha256, sha256Of(result.bytes))
    tally.check(`${place}, attributionRoot`, expected.attributionRoot, hexOf(result.root))
  }
}
