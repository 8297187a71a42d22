/** `influence/citations`: method `rag` on every back end against BigInt, from embeddings to result bytes and proofs. */
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { buildIndex } from '../../../influence/buildIndex.ts'
import { RetrievalEngine } from '../../../influence/rag/retrievalEngine.ts'
import { verifyCitation } from '../../../influence/rag/verifyCitation.ts'
import { isRefused } from '../../../influence/refusal.ts'
import type { CitationAttribution, Query } from '../../../influence/surface.ts'
import { equal } from '../../../primitives/bytes.ts'
import type { Hasher } from '../../../primitives/hashes.ts'
import { queryOf, rowsOf } from '../../influence/conformance/vectorCases.ts'
import {
  oracleCitationEntries,
  oracleCitationsRoot,
  oracleCited,
  oracleRetrieval,
} from '../../influence/oracle/citations.ts'
import {
  type Commitments,
  commitmentsWith,
  oracleIndexFile,
  oracleQueryHash,
  oracleResultBytes,
  oracleScoresRoot,
} from '../../influence/oracle/commitments.ts'
import { oracleIndex, quantise } from '../../influence/oracle/gradientIndex.ts'
import type { Random } from '../random.ts'
import type { FuzzSubject } from '../subject.ts'
import { namesOf, openBackends } from './openBackends.ts'
import { drawScoreCase, type ScoreCase, shrinkScoreCase } from './scoreCases.ts'

/** A scores case whose blocks are one, and what is asked of it. */
export interface CitationCase extends ScoreCase {
  readonly kr: number
  readonly k: number
  /** Rows that the provider names; any, so that lists that break the rules are among them. */
  readonly cited: readonly number[]
}

const MODEL = new Uint8Array(32).fill(3)

function draw(random: Random): CitationCase {
  const own = drawScoreCase(random)
  const row = () => random.int(0, own.rows.length - 1)
  const named = Array.from({ length: random.int(0, 4) }, row)
  return {
    ...own,
    dims: [own.dims.reduce((sum, d) => sum + d, 0)],
    queries: own.queries.slice(0, 1),
    clip: 255,
    memoryBytesMax: null,
    kr: random.pick([1, 2, 16, 1024]),
    k: random.pick([1, 2, 64]),
    cited: random.oneIn(2) ? [] : [...new Set(named)].sort((a, b) => (random.oneIn(12) ? b - a : a - b)),
  }
}

interface Expected {
  readonly cited: readonly number[] | undefined
  readonly S: readonly bigint[]
  readonly retrieved: readonly number[]
  readonly bytes: Uint8Array
  readonly file: Uint8Array
}

function expect(own: CitationCase, commit: Commitments): Expected {
  const guardSeed = Uint8Array.from(Buffer.from(own.guardSeed, 'hex'))
  const numbers = own.rows.map((_, row) => BigInt(row))
  const ids = {
    datanetIds: numbers.map(() => 1n),
    rowIds: numbers.map((row) => row + 1n),
    orderKeys: numbers.map((row) => 2n ** 24n + row),
    modelVersion: MODEL,
    guardSeed,
  }
  const index = oracleIndex({ ...own, guardSeed })
  const file = oracleIndexFile(index, ids, commit, 3)
  const query = quantise(own.queries[0]!)!
  const { S, retrieved } = oracleRetrieval(index, query, own.kr)
  const cited = oracleCited(retrieved, own.cited)
  const queryHash = oracleQueryHash([query], 1n, MODEL, commit)
  const { tau } = own.attributions[0] ?? own
  const facts = {
    method: 3,
    options: { k: own.k, tau, level: 0 as const },
    rowCount: own.rows.length,
    G: 0,
    roots: {
      queryHash,
      scoresRoot: oracleScoresRoot(S, commit),
      contextRoot: oracleCitationsRoot(queryHash, own.kr, cited ?? [], commit),
    },
    entries: oracleCitationEntries(index, S, cited ?? [], { kr: own.kr, k: own.k, tau }),
  }
  const bytes = oracleResultBytes(facts, commit.hashOf(0x12, file.subarray(0, 176)), ids)
  return { cited, S, retrieved, bytes, file }
}

async function compareBackend(
  own: CitationCase,
  bytes: Uint8Array,
  query: Query,
  expected: Expected,
  { backend, hash }: { backend: ComputeBackend; hash: Hasher },
): Promise<string | undefined> {
  const engine = await RetrievalEngine.open(bytes, { backend, hash })
  if (isRefused(engine)) return `refused the index: ${engine.code}`
  try {
    const retrieved = await engine.retrieve(query, own.kr)
    if (isRefused(retrieved)) return `refused to retrieve: ${retrieved.code}`
    const rows = retrieved.map(({ row }) => row)
    if (rows.join() !== expected.retrieved.join()) return `retrieved ${rows}, not ${expected.retrieved}`
    const options = { kr: own.kr, k: own.k, tau: (own.attributions[0] ?? own).tau }
    const result = await engine.attribute(query, own.cited, options)
    if (isRefused(result)) {
      return result.code === 'BadCitation' && expected.cited === undefined ? undefined : `refused: ${result.code}`
    }
    if (expected.cited === undefined) return `accepted the citations ${own.cited}`
    if (result.scores.join() !== expected.S.join()) return `scores ${result.scores.join()}, not ${expected.S.join()}`
    if (!equal(result.bytes, expected.bytes)) return 'result bytes'
    return await proveRow(engine, query, own, result, hash)
  } finally {
    await engine.close()
  }
}

async function proveRow(
  engine: RetrievalEngine,
  query: Query,
  own: CitationCase,
  result: CitationAttribution,
  hash: Hasher,
): Promise<string | undefined> {
  const row = own.rows.length - 1
  const options = { kr: own.kr, k: own.k, tau: result.tau }
  const proof = await engine.proveCitation(query, row, own.cited, options)
  if (isRefused(proof)) return `proof refused: ${proof.code}`
  const verdict = verifyCitation(proof, engine.info.indexRoot, result.bytes, hash)
  if (isRefused(verdict)) return `proof does not verify: ${verdict.code}`
  return verdict.score === result.scores[row] ? undefined : `proof of another score ${verdict.score}`
}

async function check(own: CitationCase, backends: readonly ComputeBackend[], hash: Hasher, commit: Commitments) {
  const rows = rowsOf(
    own.rows.map((words) => Uint32Array.from(words)),
    own.dims,
  )
  const guardSeed = Uint8Array.from(Buffer.from(own.guardSeed, 'hex'))
  const { dims: blockDims, tau } = own
  const built = buildIndex(rows, { kind: 'retrieval', blockDims, tau, clip: 255, modelVersion: MODEL, guardSeed, hash })
  if (isRefused(built)) return `the builder refused: ${built.code}`
  const expected = expect(own, commit)
  if (!equal(built.bytes, expected.file)) return 'index file'
  const query = queryOf(Uint32Array.from(own.queries[0]!), built, 1n)
  for (const backend of backends) {
    const difference = await compareBackend(own, built.bytes, query, expected, { backend, hash })
    if (difference !== undefined) return `${backend.backend}: ${difference}`
  }
  return undefined
}

export const citations: FuzzSubject<CitationCase> = {
  name: 'influence/citations',
  says: 'method rag on all back ends against BigInt: retrieval, citations, result, proofs',
  async open(options) {
    const { backends, notRun } = await openBackends(options)
    const hash = await createFastKeccak()
    const commit = commitmentsWith(hash)
    return {
      compares: ['BigInt oracle', ...namesOf(backends)],
      notRun,
      draw,
      check: (own) => check(own, backends, hash, commit),
      *shrink(own) {
        if (own.cited.length > 0) yield { ...own, cited: own.cited.slice(1) }
        for (const smaller of shrinkScoreCase(own)) {
          if (smaller.queries.length === 1 && smaller.dims.length === 1) yield { ...own, ...smaller }
        }
      },
      close: () => {
        for (const backend of backends) backend.close()
      },
    }
  },
}
