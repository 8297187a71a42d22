/** Method `rag`: similarities against BigInt, retrieval and citations, who is paid, and citation proofs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { type BuiltIndex, buildIndex, type GradientRow } from '../../../influence/buildIndex.ts'
import { wordsOf } from '../../../influence/quantise.ts'
import { createQuery } from '../../../influence/queryFile.ts'
import { decodeCitationProof, encodeCitationProof } from '../../../influence/rag/citationProof.ts'
import { citationsRootOf } from '../../../influence/rag/citations.ts'
import { RetrievalEngine } from '../../../influence/rag/retrievalEngine.ts'
import { similarityOf } from '../../../influence/rag/retrieve.ts'
import { verifyCitation } from '../../../influence/rag/verifyCitation.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { encodeResult } from '../../../influence/result.ts'
import type { CitationAttribution, CitationProof, Query } from '../../../influence/surface.ts'
import { openWasmBackend } from '../../../influence/wasm/wasmBackend.ts'
import { concat } from '../../../primitives/bytes.ts'
import { createNoise } from '../noise.ts'

const hash = await createFastKeccak()
const MODEL = new Uint8Array(32).fill(7)
const SEED = new Uint8Array(32).fill(9)

const rowOf = (values: readonly number[], row: number, orderKey = row): GradientRow => ({
  datanetId: 1n,
  rowId: BigInt(orderKey + 1),
  orderKey: BigInt(orderKey + 1),
  blocks: [wordsOf(Float32Array.from(values))],
})

function build(rows: readonly GradientRow[], tau = 0): BuiltIndex {
  const blockDims = [rows[0]!.blocks[0]!.length]
  const built = buildIndex(rows, { kind: 'retrieval', blockDims, modelVersion: MODEL, guardSeed: SEED, tau, hash })
  if (isRefused(built)) throw new Error(`${built.code}: ${built.expected} / ${built.got}`)
  return built
}

function queryFor(built: BuiltIndex, values: readonly number[]): Query {
  const query = createQuery([wordsOf(Float32Array.from(values))], built.file.layout, 3n, MODEL)
  if (isRefused(query)) throw new Error(query.code)
  return query
}

async function open(built: BuiltIndex): Promise<RetrievalEngine> {
  const engine = await RetrievalEngine.open(built.bytes, { hash })
  if (isRefused(engine)) throw new Error(engine.code)
  return engine
}

const valid = <T extends object>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(`${value.code}: ${value.expected} / ${value.got}`)
  return value
}

/** ⌊2^30 · Q² / (N_c · N_q)⌋ without a double. */
function exactSimilarity(chunk: Int8Array, query: Int8Array): bigint {
  const dotOf = (a: Int8Array, b: Int8Array) => a.reduce((sum, code, j) => sum + BigInt(code) * BigInt(b[j]!), 0n)
  const dot = dotOf(chunk, query)
  return dot <= 0n ? 0n : (2n ** 30n * dot * dot) / (dotOf(chunk, chunk) * dotOf(query, query))
}

const codes = (length: number) => fc.int8Array({ min: -127, max: 127, minLength: length, maxLength: length })

test('rag: the similarity of any dots and norms is the exact floor', () => {
  const size = fc.integer({ min: 1, max: 2 ** 31 - 1 })
  fc.assert(
    fc.property(size, size, fc.integer({ min: 0, max: 1000 }), (chunkNorm, queryNorm, part) => {
      const largest = Math.floor(Math.sqrt(chunkNorm) * Math.sqrt(queryNorm))
      const dot = Math.max(1, Math.floor((largest * part) / 1000))
      const exact = (2n ** 30n * BigInt(dot) ** 2n) / (BigInt(chunkNorm) * BigInt(queryNorm))
      assert.is(similarityOf(dot, chunkNorm, queryNorm), exact)
    }),
    { numRuns: 5000 },
  )
  // Exact quotients, where a double could land on either side of the integer.
  for (const norm of [1, 3, 7, 127 * 127, 2 ** 31 - 1, 1_000_003]) {
    assert.is(similarityOf(norm, norm, norm), 2n ** 30n)
    assert.is(similarityOf(1, norm, 1), 2n ** 30n / BigInt(norm))
    assert.is(similarityOf(-norm, norm, norm), 0n)
    assert.is(similarityOf(0, norm, norm), 0n)
  }
})

test('rag: scores of codes equal those of plain BigInt sums', () => {
  fc.assert(
    fc.property(codes(24), codes(24), (chunk, query) => {
      const dot = chunk.reduce((sum, code, j) => sum + code * query[j]!, 0)
      const normOf = (own: Int8Array) => own.reduce((sum, code) => sum + code * code, 0)
      assert.is(similarityOf(dot, normOf(chunk), normOf(query)), exactSimilarity(chunk, query))
    }),
  )
})

const values = (width: number) => fc.array(fc.integer({ min: -9, max: 9 }), { minLength: width, maxLength: width })
const drawn = fc
  .integer({ min: 1, max: 20 })
  .chain((width) => fc.record({ rows: fc.array(values(width), { minLength: 1, maxLength: 12 }), query: values(width) }))

test('rag: retrieval, citations and proofs of random indexes hold', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, fc.integer({ min: 1, max: 6 }), fc.nat(), async ({ rows, query }, kr, pick) => {
      const built = build(rows.map((own, row) => rowOf(own, row)))
      const engine = await open(built)
      const own = queryFor(built, query)
      const { codes: all, header } = built.file
      const exact = rows.map((_, row) =>
        exactSimilarity(all.subarray(row * header.rowBytes, (row + 1) * header.rowBytes), own.codes),
      )
      const ranked = [...exact.keys()].filter((row) => exact[row]! > 0n)
      ranked.sort((a, b) => (exact[a] === exact[b] ? a - b : exact[a]! > exact[b]! ? -1 : 1))
      const retrieved = valid(await engine.retrieve(own, kr))
      assert.equal(
        retrieved.map(({ row, score }) => [row, score]),
        ranked.slice(0, kr).map((row) => [row, exact[row]!]),
      )
      const cited = retrieved.map(({ row }) => row).filter((row) => (pick >> row) & 1)
      cited.sort((a, b) => a - b)
      const found = valid(await engine.attribute(own, cited, { kr }))
      assert.equal([...found.scores], exact)
      const expected = cited.length > 0 ? cited : retrieved.map(({ row }) => row).sort((a, b) => a - b)
      assert.equal(found.cited, expected)
      assert.equal(new Set(found.entries.map(({ row }) => row)), new Set(expected))
      for (const row of rows.keys()) {
        const proof = valid(await engine.proveCitation(own, row, cited, { kr }))
        const verified = valid(verifyCitation(proof, built.info.indexRoot, found.bytes, hash))
        assert.equal(verified, { kind: 'valid', row, score: exact[row]!, isCited: expected.includes(row) })
        assert.equal(decodeCitationProof(encodeCitationProof(proof)), proof)
      }
    }),
    { numRuns: 100 },
  )
})

/** Rows that point, one after another, further away from the query [1, 0]. */
const FAN = build(Array.from({ length: 8 }, (_, row) => rowOf([8, row], row)))
const FAN_QUERY = queryFor(FAN, [1, 0])

test('rag: lists that are not ascending, not distinct or not retrieved are BadCitation', async () => {
  const engine = await open(FAN)
  for (const cited of [[1, 0], [2, 2], [0, 4], [8], [-1], [0.5], [0, 1, 2, 3, 4]]) {
    assert.is(((await engine.attribute(FAN_QUERY, cited, { kr: 4 })) as Refused).code, 'BadCitation', `${cited}`)
    assert.is(((await engine.proveCitation(FAN_QUERY, 0, cited, { kr: 4 })) as Refused).code, 'BadCitation')
  }
  valid(await engine.attribute(FAN_QUERY, [0, 3], { kr: 4 }))
})

test('rag: wrong parameters and foreign queries are refused with their code', async () => {
  const engine = await open(FAN)
  for (const options of [{ kr: 0 }, { kr: 1025 }, { kr: 1.5 }, { k: 0 }, { k: 257 }, { tau: -1 }, { tau: 257 }]) {
    const found = await engine.attribute(FAN_QUERY, [], options)
    assert.is((found as Refused).code, 'BadParameter', JSON.stringify(options))
  }
  assert.is(((await engine.retrieve(FAN_QUERY, 0)) as Refused).code, 'BadParameter')
  const foreign = { ...FAN_QUERY, modelVersion: new Uint8Array(32) }
  assert.is(((await engine.retrieve(foreign)) as Refused).code, 'ModelMismatch')
  assert.is(((await engine.retrieve({ ...FAN_QUERY, codes: new Int8Array(32) })) as Refused).code, 'ShapeMismatch')
  for (const row of [-1, 8, 0.5])
    assert.is(((await engine.proveCitation(FAN_QUERY, row, [])) as Refused).code, 'BadLimit')
})

test('rag: rows say why they are not paid', async () => {
  const rows = [
    [8, 0],
    [0, 0],
    [8, 0],
    [8, 1],
    [8, 2],
    [8, 3],
    [-8, 1],
    [0, 8],
  ]
  const built = build(
    rows.map((own, row) => rowOf(own, row)),
    256,
  )
  const engine = await open(built)
  const found = valid(await engine.attribute(queryFor(built, [1, 0]), [0, 3, 4], { kr: 3, k: 1 }))
  assert.equal(
    found.entries.map(({ row }) => row),
    [0],
  )
  assert.equal(found.unpaid, [
    { row: 1, reason: 'empty' },
    { row: 2, reason: 'duplicateInIndex', of: 0 },
    { row: 3, reason: 'belowTopK' },
    { row: 4, reason: 'belowTopK' },
    { row: 5, reason: 'notRetrieved' },
    { row: 6, reason: 'notPositive' },
    { row: 7, reason: 'notPositive' },
  ])
  const some = valid(await engine.attribute(queryFor(built, [1, 0]), [0], { kr: 3 }))
  assert.equal(
    some.unpaid.find(({ row }) => row === 3),
    { row: 3, reason: 'notCited' },
  )
  // 8·8 / (√64 · √65) is 0.992: cos² is above 200/256.
  const guarded = valid(await engine.attribute(queryFor(built, [1, 0]), [0, 3, 4], { kr: 3, tau: 200 }))
  assert.equal(guarded.unpaid[2], { row: 3, reason: 'duplicateInCandidates', of: 0 })
})

test('rag: a query that is like no chunk pays nobody', async () => {
  const engine = await open(FAN)
  const found = valid(await engine.attribute(queryFor(FAN, [-1, 0]), []))
  assert.is(found.entries.length + found.retrieved.length + found.cited.length, 0)
})

test('rag: chunks of one contribution share its key, others must rise', () => {
  const [a, b] = [
    [1, 2],
    [3, 4],
  ]
  const shared = build([rowOf(a!, 0, 5), rowOf(b!, 1, 5), rowOf(a!, 2, 6)])
  assert.is(shared.file.rows.rowIds[1], 6n)
  const options = { blockDims: [2], modelVersion: MODEL, guardSeed: SEED }
  const code = (rows: readonly GradientRow[], kind: 'gradient' | 'retrieval') =>
    (buildIndex(rows, { ...options, kind }) as Refused).code
  assert.is(code([rowOf(a!, 0, 5), rowOf(b!, 1, 5)], 'gradient'), 'BadOrder')
  assert.is(code([rowOf(a!, 0, 5), rowOf(b!, 1, 4)], 'retrieval'), 'BadOrder')
  assert.is(code([rowOf(a!, 0, 5), { ...rowOf(b!, 1, 5), rowId: 9n }], 'retrieval'), 'BadOrder')
  const two = { blockDims: [1, 1], modelVersion: MODEL, guardSeed: SEED, kind: 'retrieval' } as const
  assert.is((buildIndex([rowOf(a!, 0)], two) as Refused).code, 'BadParameter')
  assert.is((buildIndex([rowOf(a!, 0)], { ...options, kind: 'retrieval', clip: 4 }) as Refused).code, 'BadParameter')
})

test('rag: a gradient index is no retrieval index', async () => {
  const built = valid(buildIndex([rowOf([1, 2], 0)], { blockDims: [2], modelVersion: MODEL, guardSeed: SEED }))
  assert.is(((await RetrievalEngine.open((built as BuiltIndex).bytes)) as Refused).code, 'WrongKind')
})

test('rag: the WebAssembly twin and a streamed file give the same bytes', async () => {
  const noise = createNoise(8)
  const width = 100
  const line = () => Array.from({ length: width }, () => noise.code())
  const built = build(Array.from({ length: 300 }, (_, row) => rowOf(line(), row)))
  const query = queryFor(built, line())
  const expected = valid(await (await open(built)).attribute(query, []))
  const folder = await mkdtemp(join(tmpdir(), 'rag-'))
  const path = join(folder, 'index')
  await writeFile(path, built.bytes)
  const wasm = await openWasmBackend({ lanes: 2 })
  try {
    for (const options of [
      { backend: wasm },
      { memoryBytesMax: 4096 },
      { backend: wasm, memoryBytesMax: 4096, verify: 'header' as const },
    ]) {
      const engine = valid(await RetrievalEngine.open({ path }, { hash, ...options }))
      assert.equal(valid(await engine.attribute(query, [])), expected)
      valid(await engine.proveCitation(query, 299, []))
      await engine.close()
    }
  } finally {
    wasm.close()
    await rm(folder, { recursive: true })
  }
})

const FAN_RESULT: CitationAttribution = valid(await (await open(FAN)).attribute(FAN_QUERY, [1, 3], { kr: 4 }))
const FAN_PROOF: CitationProof = valid(await (await open(FAN)).proveCitation(FAN_QUERY, 3, [1, 3], { kr: 4 }))

const verdict = (proof: CitationProof, bytes = FAN_RESULT.bytes): string => {
  const verified = verifyCitation(proof, FAN.info.indexRoot, bytes, hash)
  return isRefused(verified) ? verified.code : verified.kind
}

test('citation proof: every changed byte, and every shorter or longer string, is refused', () => {
  const bytes = encodeCitationProof(FAN_PROOF)
  const verdictOf = (changed: Uint8Array): string => {
    const proof = decodeCitationProof(changed)
    if (isRefused(proof)) return proof.code
    assert.equal(encodeCitationProof(proof), changed)
    return verdict(proof)
  }
  assert.is(verdictOf(bytes), 'valid')
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at]! ^= 1 << (at & 7)
    assert.is.not(verdictOf(changed), 'valid', `byte ${at}`)
    assert.is.not(verdictOf(bytes.slice(0, at)), 'valid', `${at} bytes`)
  }
  assert.is(verdictOf(concat(bytes, Uint8Array.of(0))), 'BadLength')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 900 }), (garbage) => verdictOf(garbage) !== 'valid'))
})

test('citation proof: attested scores, lists and queries that differ are refused with what is wrong', () => {
  assert.is(verdict({ ...FAN_PROOF, cited: [3, 1] }), 'BadCitation')
  assert.is(verdict({ ...FAN_PROOF, cited: [1, 2, 3] }), 'ProofMismatch')
  assert.is(verdict({ ...FAN_PROOF, cited: [1, 2, 3, 4, 5] }), 'BadLimit')
  assert.is(verdict({ ...FAN_PROOF, kr: 5 }), 'ProofMismatch')
  assert.is(verdict({ ...FAN_PROOF, kr: 0 }), 'BadParameter')
  assert.is(verdict({ ...FAN_PROOF, jobId: 4n }), 'ProofMismatch')
  const scoreLeaf = FAN_PROOF.scoreLeaf.slice()
  scoreLeaf[5 + 8 * 3]! ^= 1
  const scoresRoot = rootOfOneLeaf(scoreLeaf)
  assert.is(verdict({ ...FAN_PROOF, scoreLeaf }, encodeResult({ ...FAN_RESULT, scoresRoot })), 'ScoreMismatch')
  const list = { ...FAN_PROOF, cited: [1, 2] }
  const contextRoot = citationsRootOf(FAN_RESULT.queryHash, 4, [1, 2], hash)
  const attested = encodeResult({ ...FAN_RESULT, contextRoot })
  const verified = valid(verifyCitation(list, FAN.info.indexRoot, attested, hash))
  assert.is(verified.isCited, false)
  assert.is(verdict(FAN_PROOF, encodeResult({ ...FAN_RESULT, method: 'datainf' })), 'WrongKind')
  assert.is(verdict(FAN_PROOF, encodeResult({ ...FAN_RESULT, sourceRoot: MODEL })), 'RootMismatch')
  assert.is(verdict(FAN_PROOF, encodeResult({ ...FAN_RESULT, queryHash: MODEL })), 'ProofMismatch')
})

/** hash(02 ‖ u32 1 ‖ hash(leaf)). */
const rootOfOneLeaf = (leaf: Uint8Array): Uint8Array => hash(concat(Uint8Array.of(2, 1, 0, 0, 0), hash(leaf)))

test.run()
