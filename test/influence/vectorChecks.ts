/** Checks one folder of influence vectors stage by stage against a back end; counts every check and names what differs. */
import { existsSync, readFileSync } from 'node:fs'
import type { ComputeBackend } from '../../influence/backends/kernels.ts'
import type { BuiltIndex } from '../../influence/buildIndex.ts'
import { InfluenceEngine } from '../../influence/engine.ts'
import { scaleOf, squaredNorms } from '../../influence/gradients/layers.ts'
import { NO_DUPLICATE } from '../../influence/indexFile.ts'
import { encodeQueryFile } from '../../influence/queryFile.ts'
import { isRefused } from '../../influence/refusal.ts'
import { resultBatchRoot } from '../../influence/result.ts'
import { findDuplicates, levelScores } from '../../influence/scoring/attribution.ts'
import type { BlockStages } from '../../influence/scoring/dataInf.ts'
import type { Attribution, Query, Score } from '../../influence/surface.ts'
import {
  buildOrThrow,
  bytesOf,
  hexOf,
  type OpenedCase,
  openCase,
  queryOf,
  rowsOf,
  STAGE_NAMES,
  sha256Of,
  stageHash,
  stageText,
  type VectorCase,
  type VectorResult,
} from './vectorCases.ts'

/** Counts checks; keeps the first differences as text with case, stage and index. */
export class Tally {
  checks = 0
  differ = 0
  readonly differences: string[] = []

  check(place: string, expected: unknown, got: unknown): void {
    this.checks++
    const [want, have] = [JSON.stringify(expected), JSON.stringify(got)]
    if (want === have) return
    this.differ++
    if (this.differences.length < 20) this.differences.push(`${place}: expected ${clip(want)}, got ${clip(have)}`)
  }

  /** Element by element, so that the index of the first difference is named. */
  checkList(place: string, expected: readonly unknown[], got: readonly unknown[]): void {
    const at = expected.findIndex((value, i) => value !== got[i])
    if (at < 0) this.check(`${place} length`, expected.length, got.length)
    else this.check(`${place}[${at}]`, expected[at], got[at] ?? null)
  }
}

const clip = (text: string | undefined): string =>
  text === undefined || text.length <= 90 ? `${text}` : `${text.slice(0, 90)}…`

const strings = (values: ArrayLike<bigint | number>): string[] => Array.from(values, (value) => `${value}`)

/** Stages that the engine showed, by query and block. */
type Stages = (BlockStages | undefined)[][]

async function scoreAll(engine: InfluenceEngine, queries: readonly Query[], blockCount: number) {
  const stages: Stages = queries.map(() => Array(blockCount).fill(undefined))
  const scores = await engine.scoreBatch(queries, (q, l, own) => {
    stages[q]![l] = own
  })
  for (const score of scores) if (isRefused(score)) throw new Error(`score refused: ${score.code}`)
  return { scores: scores as readonly Score[], stages }
}

export async function openEngine(bytes: Uint8Array, backend: ComputeBackend): Promise<InfluenceEngine> {
  const engine = await InfluenceEngine.open(bytes, { backend })
  if (isRefused(engine)) throw new Error(`${engine.code}: expected ${engine.expected}, got ${engine.got}`)
  return engine
}

/** One case of `pipeline.json`, `attribution.json`, `files.json` or `selftest.json`. */
export async function checkCase(
  tally: Tally,
  vector: VectorCase,
  folder: string,
  backend: ComputeBackend,
): Promise<void> {
  const opened = openCase(vector, folder)
  checkIndex(tally, vector, opened.built)
  const engine = await openEngine(opened.built.bytes, backend)
  const { scores, stages } = await scoreAll(engine, opened.queries, vector.dims.length)
  for (const expected of vector.results) {
    const q = expected.query
    const place = `${vector.name}, query ${q}`
    checkStages(tally, place, vector, expected, stages[q]!, opened)
    checkScore(tally, place, expected, opened.queries[q]!, scores[q]!)
    checkAttribution(tally, place, expected, opened, engine, scores[q]!)
  }
  await engine.close()
}

function checkIndex(tally: Tally, { name, index }: VectorCase, { file, header, info }: BuiltIndex): void {
  const { layout, rows, layers } = file
  const n = file.header.rowCount
  const L = layout.dims.length
  tally.check(`${name}, nA`, index.nA, info.acceptedCount)
  tally.checkList(`${name}, status`, index.status, [...rows.status])
  const dupOf = index.dupOf.map((of) => of ?? NO_DUPLICATE)
  tally.checkList(`${name}, dupOf`, dupOf, [...rows.duplicateOf])
  tally.checkList(`${name}, exponents`, index.exponents.flat(), [...file.exponents])
  const layerText = layers.map(({ e0, eMin, floor, sum }) => JSON.stringify({ e0, eMin, floor, T: `${sum}` }))
  tally.checkList(
    `${name}, layers`,
    index.layers.map(({ e0, eMin, floor, T }) => JSON.stringify({ e0, eMin, floor, T })),
    layerText,
  )
  tally.checkList(`${name}, rho`, index.rho, strings(rows.rho))
  tally.check(`${name}, rhoRef`, index.rhoRef, `${info.rhoRef}`)
  if (index.codes) {
    const codes = Array.from({ length: n }, (_, i) =>
      layout.dims.flatMap((d, l) => [...file.codes.subarray(i * layout.rowBytes + layout.offsets[l]!).subarray(0, d)]),
    )
    tally.checkList(`${name}, codes`, index.codes.flat(), codes.flat())
  }
  if (index.N) tally.checkList(`${name}, N`, index.N.flat(), strings(squaredNorms(layout, n, file.codes)))
  if (index.guard) {
    const guards = Array.from({ length: n }, (_, i) =>
      Buffer.from(file.guards.slice(256 * i, 256 * (i + 1))).toString('hex'),
    )
    tally.checkList(`${name}, guard`, index.guard, guards)
  }
  tally.check(`${name}, guardSha256`, index.guardSha256, sha256Of(file.guards))
  tally.check(`${name}, codesSha256`, index.codesSha256, sha256Of(file.codes))
  tally.check(`${name}, indexHeader`, index.indexHeader, hexOf(header))
  tally.check(`${name}, indexRoot`, index.indexRoot, hexOf(info.indexRoot))
  tally.check(`${name}, indexFileSha256`, index.indexFileSha256, sha256Of(file.bytes))
  tally.check(`${name}, blocks`, index.layers.length, L)
}

function checkStages(
  tally: Tally,
  place: string,
  { dims }: VectorCase,
  expected: VectorResult,
  stages: readonly (BlockStages | undefined)[],
  { built, queries }: OpenedCase,
): void {
  const n = built.info.rowCount
  const query = queries[expected.query]!
  if (expected.queryExponents) tally.checkList(`${place}, exponents`, expected.queryExponents, [...query.exponents])
  for (const [l, block] of (expected.blocks ?? []).entries()) {
    for (const name of STAGE_NAMES) {
      tally.checkList(`${place}, block ${l}, ${name}`, block[name], stageText(name, stages[l], dims[l]!, n))
    }
    for (const name of ['t', 'z', 'x'] as const) {
      tally.check(`${place}, block ${l}, ${name}`, block[name], stages[l]?.[name] ?? 0)
    }
    const layer = built.file.layers[l]!
    if (layer.sum === 0n) continue
    tally.check(`${place}, block ${l}, scale`, [block.M31, block.xl], [`${scaleOf(layer).m31}`, scaleOf(layer).xl])
  }
  if (!expected.stages) return
  for (const name of STAGE_NAMES) {
    tally.check(`${place}, ${name}`, expected.stages[name], stageHash(name, stages, dims, n))
  }
  for (const name of ['t', 'z', 'x'] as const) {
    tally.checkList(
      `${place}, ${name}`,
      expected.stages[name],
      stages.map((own) => own?.[name] ?? 0),
    )
  }
}

function checkScore(tally: Tally, place: string, expected: VectorResult, query: Query, score: Score): void {
  tally.check(`${place}, G`, expected.G, score.exponentG)
  tally.checkList(`${place}, S`, expected.S, strings(score.scores))
  if (expected.stages) tally.check(`${place}, S hash`, expected.stages.S, sha256Of(score.scores))
  tally.check(`${place}, queryHash`, expected.queryHash, hexOf(score.queryHash))
  tally.check(`${place}, scoresRoot`, expected.scoresRoot, hexOf(score.scoresRoot))
  tally.check(`${place}, contextRoot`, expected.contextRoot, hexOf(score.contextRoot))
  tally.check(`${place}, jobId`, `${expected.query + 1}`, `${query.jobId}`)
}

function checkAttribution(
  tally: Tally,
  place: string,
  expected: VectorResult,
  { built }: OpenedCase,
  engine: InfluenceEngine,
  score: Score,
): void {
  const { K, tau, level, B, dropped, entries, resultHex, attributionRoot } = expected.attribution
  const eligible = levelScores(built.file, score.scores, level)
  const benefits = [...eligible.values()].map(({ row, benefit }) => [`${row}`, `${benefit}`])
  tally.check(`${place}, B`, Object.entries(B), benefits)
  const ranked = [...eligible.values()].sort((a, b) =>
    a.benefit === b.benefit ? a.row - b.row : a.benefit > b.benefit ? -1 : 1,
  )
  tally.check(`${place}, dropped`, dropped, [...findDuplicates(built.file.guards, ranked.slice(0, 4 * K), tau)])
  const result = engine.attributeScore(score, { k: K, tau, level })
  if (isRefused(result)) throw new Error(`${place}: ${result.code}`)
  tally.check(`${place}, entries`, entries, entriesText(result))
  tally.check(`${place}, result bytes`, resultHex, hexOf(result.bytes))
  tally.check(`${place}, attributionRoot`, attributionRoot, hexOf(result.root))
}

const entriesText = (result: Attribution) =>
  result.entries.map(({ row, datanetId, rowId, score, weight }) => ({
    row,
    datanetId: `${datanetId}`,
    rowId: `${rowId}`,
    score: `${score}`,
    weight: `${weight}`,
  }))

interface MainRun {
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

interface MainManifest {
  readonly file: { name: string; sha256: string }
  readonly rows: number
  readonly queries: number
  readonly dims: readonly number[]
  readonly runs: readonly MainRun[]
}

/** The main set: 900 rows and 100 queries, in both runs. */
export async function checkMain(tally: Tally, folder: string, backend: ComputeBackend): Promise<void> {
  const manifest = JSON.parse(readFileSync(`${folder}/manifest.json`, 'utf8')) as MainManifest
  const raw = new Uint8Array(readFileSync(`${folder}/${manifest.file.name}`))
  tally.check('main, input file', manifest.file.sha256, sha256Of(raw))
  const words = new Uint32Array(raw.buffer)
  const rows = gather(words, manifest.rows, 0, manifest.dims)
  const queries = gather(
    words,
    manifest.queries,
    manifest.rows * manifest.dims.reduce((sum, d) => sum + d, 0),
    manifest.dims,
  )
  for (const run of manifest.runs) await checkMainRun(tally, folder, manifest, run, rows, queries, backend)
}

/** The file holds block after block; a row's words are its part of each. */
function gather(words: Uint32Array, count: number, start: number, dims: readonly number[]): Uint32Array[] {
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
  folder: string,
  { dims }: MainManifest,
  run: MainRun,
  rowWords: readonly Uint32Array[],
  queryWords: readonly Uint32Array[],
  backend: ComputeBackend,
): Promise<void> {
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
    for (const name of STAGE_NAMES) {
      tally.check(`${place}, query ${q}, ${name}`, expected[name], stageHash(name, stages[q]!, dims, rowWords.length))
    }
    for (const name of ['t', 'z', 'x'] as const) {
      tally.checkList(
        `${place}, query ${q}, ${name}`,
        expected[name],
        stages[q]!.map((own) => own?.[name] ?? 0),
      )
    }
    tally.check(`${place}, query ${q}, G`, expected.G, scores[q]!.exponentG)
    tally.check(`${place}, query ${q}, S`, expected['S'], sha256Of(scores[q]!.scores))
    for (const root of ['queryHash', 'scoresRoot', 'contextRoot'] as const) {
      tally.check(`${place}, query ${q}, ${root}`, expected[root], hexOf(scores[q]![root]))
    }
  }
  checkMainScores(tally, place, folder, run, engine, scores)
  await engine.close()
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
  folder: string,
  run: MainRun,
  engine: InfluenceEngine,
  scores: readonly Score[],
): void {
  const text = scores.map((score) => `${score.scores.join(',')}\n`).join('')
  tally.check(`${place}, all scores as text`, run.scoresTextSha256, sha256Of(new TextEncoder().encode(text)))
  tally.check(`${place}, all scores`, run.scoresSha256, sha256Of(...scores.map((score) => score.scores)))
  if (run.name === 'A') {
    const expected = new BigInt64Array(new Uint8Array(readFileSync(`${folder}/scores.i64`)).buffer)
    const got = scores.flatMap((score) => [...score.scores])
    tally.checkList(`${place}, scores.i64`, strings(expected), strings(got))
  }
  const roots = scores.map((score, q) => {
    const result = engine.attributeScore(score, { k: run.K, tau: run.tau, level: run.level })
    if (isRefused(result)) throw new Error(`query ${q}: ${result.code}`)
    return result.root
  })
  tally.checkList(`${place}, attributionRoots`, run.attributionRoots, roots.map(hexOf))
  tally.check(`${place}, batchRoot`, run.batchRoot, hexOf(resultBatchRoot(roots)))
}

/** Every case of `small/` that goes through the engine, and `main/` where the folder has it. */
export async function checkFolder(tally: Tally, folder: string, backend: ComputeBackend): Promise<number> {
  let cases = 0
  for (const name of ['pipeline', 'attribution', 'files']) {
    const path = `${folder}/small/${name}.json`
    if (!existsSync(path)) continue
    const parsed = JSON.parse(readFileSync(path, 'utf8')) as { cases?: VectorCase[]; case?: VectorCase }
    for (const vector of parsed.cases ?? [parsed.case!]) {
      await checkCase(tally, vector, `${folder}/small`, backend)
      cases++
    }
  }
  if (existsSync(`${folder}/main/manifest.json`)) {
    await checkMain(tally, `${folder}/main`, backend)
    cases++
  }
  return cases
}
