/** Checks one case of the influence vectors stage by stage against a back end. */
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import type { BuiltIndex } from '../../../influence/buildIndex.ts'
import { InfluenceEngine } from '../../../influence/engine.ts'
import { scaleOf, squaredNorms } from '../../../influence/gradients/layers.ts'
import { NO_DUPLICATE } from '../../../influence/indexFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { levelScores } from '../../../influence/scoring/attribution.ts'
import { findDuplicates } from '../../../influence/scoring/payment.ts'
import type { BlockStages } from '../../../influence/scoring/scoringIndex.ts'
import type { Attribution, Query, Score } from '../../../influence/surface.ts'
import { strings, type Tally } from './tally.ts'
import {
  hexOf,
  type OpenedCase,
  openCase,
  STAGE_NAMES,
  sha256Of,
  stageHash,
  stageText,
  type VectorCase,
  type VectorResult,
} from './vectorCases.ts'

/** Stages that the engine showed, by query and block. */
type Stages = (BlockStages | undefined)[][]

export async function scoreAll(engine: InfluenceEngine, queries: readonly Query[], blockCount: number) {
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
