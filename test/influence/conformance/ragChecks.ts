/** Checks `small/rag.json`: a retrieval index, similarities, citations and their results. */
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { squaredNorms } from '../../../influence/gradients/layers.ts'
import { NO_DUPLICATE } from '../../../influence/indexFile.ts'
import { RetrievalEngine } from '../../../influence/rag/retrievalEngine.ts'
import { verifyCitation } from '../../../influence/rag/verifyCitation.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { queryHashOf } from '../../../influence/scoring/context.ts'
import { findDuplicates } from '../../../influence/scoring/payment.ts'
import type { Query } from '../../../influence/surface.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { strings, type Tally } from './tally.ts'
import { buildOrThrow, bytesOf, hexOf, queryOf, rowsOf } from './vectorCases.ts'

interface CitationCase {
  readonly name: string
  readonly cited: readonly number[]
  readonly kr: number
  readonly K: number
  readonly tau: number
  readonly error?: string
  readonly S?: readonly string[]
  readonly retrieved?: readonly number[]
  readonly effective?: readonly number[]
  readonly dropped?: readonly (readonly [number, number])[]
  readonly entries?: readonly { row: number; score: string; weight: string }[]
  readonly scoresRoot?: string
  readonly contextRoot?: string
  readonly resultHex?: string
  readonly attributionRoot?: string
}

interface RagVectors {
  readonly dims: readonly number[]
  readonly tau: number
  readonly clip: number
  readonly guardSeed: string
  readonly modelVersion: string
  readonly rows: readonly (readonly string[])[]
  readonly query: readonly string[]
  readonly status: readonly number[]
  readonly dupOf: readonly (number | null)[]
  readonly indexHeader: string
  readonly indexRoot: string
  readonly queryHash: string
  readonly N: readonly string[]
  readonly cases: readonly CitationCase[]
}

const words = (hex: readonly string[]): Uint32Array => Uint32Array.from(hex, (word) => Number.parseInt(word, 16))

export async function checkCitations(tally: Tally, parsed: unknown, backend: ComputeBackend): Promise<void> {
  const vectors = parsed as RagVectors
  const { dims: blockDims, tau, clip } = vectors
  const built = buildOrThrow(rowsOf(vectors.rows.map(words), blockDims), {
    kind: 'retrieval',
    blockDims,
    tau,
    clip,
    guardSeed: bytesOf(vectors.guardSeed),
    modelVersion: bytesOf(vectors.modelVersion),
  })
  const { file, info } = built
  tally.checkList('rag, status', vectors.status, [...file.rows.status])
  const dupOf = vectors.dupOf.map((of) => of ?? NO_DUPLICATE)
  tally.checkList('rag, dupOf', dupOf, [...file.rows.duplicateOf])
  tally.check('rag, indexHeader', vectors.indexHeader, hexOf(built.header))
  tally.check('rag, indexRoot', vectors.indexRoot, hexOf(info.indexRoot))
  tally.checkList('rag, N', vectors.N, strings(squaredNorms(file.layout, info.rowCount, file.codes)))
  const query = queryOf(words(vectors.query), built, 1n)
  tally.check('rag, queryHash', vectors.queryHash, hexOf(queryHashOf(query, keccak256)))
  const engine = await RetrievalEngine.open(built.bytes, { backend })
  if (isRefused(engine)) throw new Error(`rag refused: ${engine.code}`)
  for (const own of vectors.cases) await checkCase(tally, `rag, ${own.name}`, engine, file.guards, query, own)
  await engine.close()
}

async function checkCase(
  tally: Tally,
  place: string,
  engine: RetrievalEngine,
  guards: Int8Array,
  query: Query,
  expected: CitationCase,
): Promise<void> {
  const { kr, K, tau, cited } = expected
  const got = await engine.attribute(query, cited, { kr, k: K, tau })
  if (isRefused(got)) {
    tally.check(`${place}, refusal`, expected.error, got.code)
    return
  }
  tally.checkList(`${place}, S`, expected.S!, strings(got.scores))
  const retrieved = await engine.retrieve(query, kr)
  const rows = isRefused(retrieved) ? retrieved.code : retrieved.map(({ row }) => row)
  tally.check(`${place}, retrieved`, expected.retrieved, rows)
  tally.check(`${place}, effective list`, expected.effective, got.cited)
  const candidates = got.cited.map((row) => ({ row, benefit: got.scores[row]! }))
  tally.check(`${place}, dropped`, expected.dropped, [...findDuplicates(guards, candidates, tau)])
  tally.check(
    `${place}, entries`,
    expected.entries!.map(({ row, score, weight }) => [row, '1', `${row + 1}`, score, weight]),
    got.entries.map(({ row, datanetId, rowId, score, weight }) => [
      row,
      ...[datanetId, rowId, score, weight].map(String),
    ]),
  )
  for (const root of ['scoresRoot', 'contextRoot'] as const)
    tally.check(`${place}, ${root}`, expected[root], hexOf(got[root]))
  tally.check(`${place}, result`, expected.resultHex, hexOf(got.bytes))
  tally.check(`${place}, attributionRoot`, expected.attributionRoot, hexOf(got.root))
  for (const row of got.scores.keys()) {
    const proof = await engine.proveCitation(query, row, cited, { kr, k: K, tau })
    const verified = isRefused(proof)
      ? proof
      : verifyCitation(proof, engine.info.indexRoot, bytesOf(expected.resultHex!))
    const found = isRefused(verified) ? verified.code : [`${verified.score}`, verified.isCited]
    tally.check(`${place}, proof of row ${row}`, [expected.S![row], expected.effective!.includes(row)], found)
  }
}
