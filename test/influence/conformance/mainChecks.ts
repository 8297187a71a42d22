/** Checks the main set of the influence vectors: 900 rows and 100 queries, in two runs. */
import { readFileSync } from 'node:fs'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import type { BuiltIndex } from '../../../influence/buildIndex.ts'
import type { InfluenceEngine } from '../../../influence/engine.ts'
import { squaredNorms } from '../../../influence/gradients/layers.ts'
import { encodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { resultBatchRoot } from '../../../influence/result.ts'
import type { Query, Score } from '../../../influence/surface.ts'
import { openEngine, scoreAll } from './caseChecks.ts'
import { strings, type Tally } from './tally.ts'
import { buildOrThrow, bytesOf, hexOf, queryOf, rowsOf, STAGE_NAMES, sha256Of, stageHash } from './vectorCases.ts'

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
