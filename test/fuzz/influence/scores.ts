/** `influence/scores`: every back end against the BigInt oracle, from f32 words to the bytes of the result. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { type BuiltIndex, buildIndex } from '../../../influence/buildIndex.ts'
import { InfluenceEngine } from '../../../influence/engine.ts'
import { isRefused } from '../../../influence/refusal.ts'
import type { IndexSource, Query, Score } from '../../../influence/surface.ts'
import { equal, fromHex } from '../../../primitives/bytes.ts'
import type { Hasher } from '../../../primitives/hashes.ts'
import { queryOf, rowsOf } from '../../influence/conformance/vectorCases.ts'
import { oracleEntries } from '../../influence/oracle/attribution.ts'
import {
  type Commitments,
  commitmentsWith,
  type OracleIds,
  type OracleRoots,
  oracleIndexFile,
  oracleResultBytes,
  oracleRoots,
} from '../../influence/oracle/commitments.ts'
import { type OracleIndex, oracleIndex } from '../../influence/oracle/gradientIndex.ts'
import { type OracleScores, oracleScores } from '../../influence/oracle/scores.ts'
import type { FuzzSubject, OpenedSubject } from '../subject.ts'
import { namesOf, openBackends } from './openBackends.ts'
import { drawScoreCase, type ScoreCase, shrinkScoreCase } from './scoreCases.ts'

const MODEL = new Uint8Array(32).fill(7)

interface World {
  readonly hash: Hasher
  readonly commit: Commitments
  readonly backends: readonly ComputeBackend[]
  /** For indexes that are read from a file. */
  readonly folder: string
}

/** What the oracle says of one case. */
interface Expected {
  readonly index: OracleIndex
  readonly ids: OracleIds
  readonly indexRoot: Uint8Array
  readonly scores: readonly OracleScores[]
  readonly roots: readonly OracleRoots[]
}

export function buildScoreCase(own: ScoreCase, hash: Hasher): BuiltIndex {
  const rows = rowsOf(
    own.rows.map((words) => Uint32Array.from(words)),
    own.dims,
  )
  const guardSeed = fromHex(`0x${own.guardSeed}`)
  const { dims: blockDims, tau, clip } = own
  const built = buildIndex(rows, { blockDims, tau, clip, modelVersion: MODEL, guardSeed, hash })
  if (isRefused(built)) throw new Error(`the builder refused: ${built.code}`)
  return built
}

/** The ids that `rowsOf` gives when none are named. */
function idsOf(own: ScoreCase): OracleIds {
  const numbers = own.rows.map((_, row) => BigInt(row))
  return {
    datanetIds: numbers.map(() => 1n),
    rowIds: numbers.map((row) => row + 1n),
    orderKeys: numbers.map((row) => 2n ** 24n + row),
    modelVersion: MODEL,
    guardSeed: fromHex(`0x${own.guardSeed}`),
  }
}

function expect(own: ScoreCase, ids: OracleIds, commit: Commitments): Expected & { file: Uint8Array } {
  const index = oracleIndex({ ...own, guardSeed: ids.guardSeed })
  const scores = own.queries.map((words) => oracleScores(index, words))
  const file = oracleIndexFile(index, ids, commit)
  const roots = scores.map((score, q) => oracleRoots(score, BigInt(q + 1), MODEL, commit))
  return { index, ids, file, indexRoot: commit.hashOf(0x12, file.subarray(0, 176)), scores, roots }
}

function compareScore(score: Score, expected: OracleScores, roots: OracleRoots): string | undefined {
  if (score.exponentG !== expected.G) return `G ${score.exponentG}, not ${expected.G}`
  const row = expected.S.findIndex((value, k) => value !== score.scores[k])
  if (row >= 0) return `S of row ${row}: ${score.scores[row]}, not ${expected.S[row]}`
  for (const name of ['queryHash', 'scoresRoot', 'contextRoot'] as const) {
    if (!equal(score[name], roots[name])) return name
  }
  return undefined
}

function compareAttribution(own: ScoreCase, engine: InfluenceEngine, score: Score, expected: Expected, q: number) {
  for (const options of own.attributions) {
    const result = engine.attributeScore(score, options)
    if (isRefused(result)) return `refused ${JSON.stringify(options)}: ${result.code}`
    const entries = oracleEntries(expected.index, expected.scores[q]!.S, options)
    const { G } = expected.scores[q]!
    const facts = { options, rowCount: own.rows.length, G, roots: expected.roots[q]!, entries }
    const bytes = oracleResultBytes(facts, expected.indexRoot, expected.ids)
    if (!equal(result.bytes, bytes)) return `result bytes for ${JSON.stringify(options)}`
  }
  return undefined
}

interface Given {
  readonly source: IndexSource
  readonly queries: readonly Query[]
}

/** All queries as one batch, and the first one alone. */
async function compareBackend(
  own: ScoreCase,
  { source, queries }: Given,
  expected: Expected,
  { backend, hash }: { backend: ComputeBackend; hash: Hasher },
): Promise<string | undefined> {
  const { memoryBytesMax } = own
  const engine = await InfluenceEngine.open(source, {
    backend,
    hash,
    ...(memoryBytesMax === null ? {} : { memoryBytesMax }),
  })
  if (isRefused(engine)) return `refused the index: ${engine.code}`
  try {
    const scores = [...(await engine.scoreBatch(queries)), await engine.score(queries[0]!)]
    for (const [place, score] of scores.entries()) {
      const q = place % queries.length
      const at = place < queries.length ? `query ${q} in a batch of ${queries.length}` : 'query 0 alone'
      if (isRefused(score)) return `${at} refused: ${score.code}`
      const difference =
        compareScore(score, expected.scores[q]!, expected.roots[q]!) ??
        compareAttribution(own, engine, score, expected, q)
      if (difference !== undefined) return `${at}: ${difference}`
    }
    return undefined
  } finally {
    await engine.close()
  }
}

async function check(own: ScoreCase, { hash, commit, backends, folder }: World): Promise<string | undefined> {
  const built = buildScoreCase(own, hash)
  const expected = expect(own, idsOf(own), commit)
  if (!equal(built.bytes, expected.file)) {
    const at = built.bytes.findIndex((byte, i) => byte !== expected.file[i])
    return `index file: byte ${at} of ${built.bytes.length}`
  }
  const queries = own.queries.map((words, q) => queryOf(Uint32Array.from(words), built, BigInt(q + 1)))
  const path = join(folder, 'index')
  if (own.memoryBytesMax !== null) writeFileSync(path, built.bytes)
  const source = own.memoryBytesMax === null ? built.bytes : { path }
  for (const backend of backends) {
    const difference = await compareBackend(own, { source, queries }, expected, { backend, hash })
    if (difference !== undefined) return `${backend.backend}: ${difference}`
  }
  return undefined
}

/** The subject over these back ends; it closes them. */
export async function compareScores(
  backends: readonly ComputeBackend[],
  notRun: readonly string[] = [],
): Promise<OpenedSubject<ScoreCase>> {
  const hash = await createFastKeccak()
  const folder = mkdtempSync(join(tmpdir(), 'openledger-fuzz-'))
  const world = { hash, commit: commitmentsWith(hash), backends, folder }
  return {
    compares: ['BigInt oracle', ...namesOf(backends)],
    notRun,
    draw: drawScoreCase,
    check: (own) => check(own, world),
    shrink: shrinkScoreCase,
    close: () => {
      for (const backend of backends) backend.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export const scores: FuzzSubject<ScoreCase> = {
  name: 'influence/scores',
  says: 'all back ends against a BigInt oracle: index file, scores, roots, results',
  open: async (options) => {
    const { backends, notRun } = await openBackends(options)
    return compareScores(backends, notRun)
  },
}
