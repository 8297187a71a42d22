/** Every refusal code of the influence room, produced by hostile input: where it can, through the real child process. */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createQuery, decodeQueryFile, encodeQueryFile } from '../../../influence/queryFile.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { decodeResult, encodeResult } from '../../../influence/result.ts'
import { checkByteOutput } from '../../../influence/span/outputHash.ts'
import type { OpenedIndex, OpenedRetrieval, Query } from '../../../influence/surface.ts'
import { treeRoot } from '../../../influence/tree.ts'
import { verifyRow } from '../../../influence/verifyRow.ts'
import { concat } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { repairIndex } from '../../fuzz/influence/repairIndex.ts'
import { inFolder } from '../../node/inFolder.ts'
import { buildOrThrow, queryOf, rowsOf } from '../conformance/vectorCases.ts'
import { noiseCase } from '../noise.ts'
import { engineOf, orThrow } from '../properties/engines.ts'
import { withWatchedWorker } from './watchedWorker.ts'

const { built, queries } = noiseCase({ rowCount: 5, dims: [6, 20], queryCount: 2 })
const query = queries[0]!
const { layout } = built.file
const engine = await engineOf(built)
const result = orThrow(await engine.attribute(query))
const proof = orThrow(await engine.proveRow(query, 1))

const chunks = ['3f800000', '3f000000', 'bf800000'].map((word) => Uint32Array.of(Number.parseInt(word, 16), 0x3f800000))
const retrieval = buildOrThrow(rowsOf(chunks, [2]), {
  kind: 'retrieval',
  blockDims: [2],
  tau: 0,
  clip: 255,
  modelVersion: new Uint8Array(32),
  guardSeed: new Uint8Array(32),
})

/** Sections of this index: 5 rows, 2 blocks, 48 bytes of codes a row. */
const AT = { layers: 176, rows: 240, exponents: 240 + 5 * 40, guards: 240 + 5 * 40 + 5 * 4 }
const CODES = built.bytes.length - 5 * 48

const changed = (bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array => {
  const out = bytes.slice()
  out.set(values, at)
  return out
}
/** With commitments that fit again: the forger's best effort. */
const forged = (at: number, ...values: readonly number[]): Uint8Array =>
  repairIndex(changed(built.bytes, at, ...values), keccak256)
const flipped = (at: number, bit = 1): Uint8Array => forged(at, built.bytes[at]! ^ bit)

/** Index files as they come from a trainer who lies, or a disk that rots. */
const INDEXES: readonly (readonly [string, string, Uint8Array])[] = [
  ['BadMagic', 'another format', changed(built.bytes, 0, 0x58)],
  ['BadVersion', 'a later version', changed(built.bytes, 4, 2)],
  ['WrongKind', 'no kind', changed(built.bytes, 6, 2)],
  ['WrongKind', 'a retrieval index', retrieval.bytes],
  ['BadLimit', 'a retrieval index of two blocks', changed(built.bytes, 6, 3)],
  ['BadLength', 'cut in the header', built.bytes.slice(0, 100)],
  ['BadLength', 'cut in the codes', built.bytes.slice(0, -1)],
  ['BadLength', 'longer', concat(built.bytes, Uint8Array.of(0))],
  ['BadLength', 'a million rows promised', changed(built.bytes, 8, 0, 0, 0x0f, 0)],
  ['BadPadding', 'a reserved byte', changed(built.bytes, 47, 1)],
  ['BadPadding', 'a code behind a block', forged(CODES + 6, 1)],
  ['BadLimit', 'no rows', changed(built.bytes, 8, 0, 0, 0, 0)],
  ['BadLimit', 'more rows than a format may have', changed(built.bytes, 8, 255, 255, 255, 255)],
  ['BadOrder', 'order keys that fall', forged(AT.rows + 16, 200)],
  ['LayerMismatch', 'another e0', flipped(AT.layers + 4)],
  ['LayerMismatch', 'another T', flipped(AT.layers + 12)],
  ['LayerMismatch', 'another exponent', flipped(AT.exponents)],
  ['GuardMismatch', 'another guard vector', flipped(AT.guards)],
  ['GuardMismatch', 'another code', flipped(CODES + 1)],
  ['FlagMismatch', 'a row called a duplicate', forged(AT.rows + 40 + 32, 0, 0, 0, 0, 1)],
  ['LevelMismatch', 'a longer row', flipped(AT.rows + 24)],
  ['LevelMismatch', 'another rhoRef', flipped(32)],
  ['RootMismatch', 'another rows root', changed(built.bytes, 144, built.bytes[144]! ^ 1)],
  ['RootMismatch', 'another layer table', changed(built.bytes, AT.layers + 4, built.bytes[AT.layers + 4]! ^ 1)],
  ['CodeRange', 'code −128', forged(CODES, 0x80)],
  ['CodeRange', 'an exponent beyond all floats', forged(AT.exponents, 0xff, 0x7f)],
]

const QUERIES: readonly (readonly [string, string, Query])[] = [
  ['ModelMismatch', 'of another model version', { ...query, modelVersion: new Uint8Array(32) }],
  ['ShapeMismatch', 'too few codes', { ...query, codes: query.codes.slice(1) }],
  ['ShapeMismatch', 'too many exponents', { ...query, exponents: Int16Array.of(0, 0, 0) }],
  ['BadLimit', 'a job id beyond uint256', { ...query, jobId: 2n ** 256n }],
  ['BadPadding', 'a code behind a block', { ...query, codes: query.codes.with(6, 1) }],
  ['CodeRange', 'code −128', { ...query, codes: query.codes.with(0, -128) }],
  ['CodeRange', 'an exponent beyond all floats', { ...query, exponents: Int16Array.of(32767, 0) }],
  ['CodeRange', 'codes that no quantiser gives', { ...query, codes: new Int8Array(48).fill(1, 0, 6) }],
]

const queryFile = encodeQueryFile(queries, query.modelVersion)
const decoded = (bytes: Uint8Array) => decodeQueryFile(bytes, layout)
const words = (value: number): Uint32Array => new Uint32Array(Float32Array.of(...Array(6).fill(value)).buffer)
const claim = (): unknown => {
  const scoreLeaf = changed(proof.scoreLeaf, 5 + 8, proof.scoreLeaf[5 + 8]! ^ 1)
  const scoresRoot = treeRoot([keccak256(scoreLeaf)], keccak256)
  return verifyRow({ ...proof, scoreLeaf }, built.info.indexRoot, encodeResult({ ...result, scoresRoot }))
}

/** What is refused before any worker is asked. */
const OTHERS: readonly (readonly [string, string, () => unknown])[] = [
  [
    'NonFinite',
    'a gradient with NaN',
    () => createQuery([words(NaN), new Uint32Array(20)], layout, 1n, query.modelVersion),
  ],
  ['ShapeMismatch', 'a gradient of another shape', () => createQuery([words(1)], layout, 1n, query.modelVersion)],
  ['BadMagic', 'a query file of another format', () => decoded(changed(queryFile, 0, 0))],
  ['BadVersion', 'a later query file', () => decoded(changed(queryFile, 4, 9))],
  ['BadLength', 'a cut query file', () => decoded(queryFile.slice(0, -1))],
  ['BadLimit', 'no queries', () => decoded(changed(queryFile, 8, 0, 0, 0, 0))],
  ['RootMismatch', 'a query file with another job id', () => decoded(changed(queryFile, 96, 1))],
  ['BadParameter', 'a result of method 4', () => decodeResult(changed(result.bytes, 6, 4))],
  [
    'BadOrder',
    'a result that names a row twice',
    () => decodeResult(changed(result.bytes, 152, ...result.bytes.slice(192, 196))),
  ],
  [
    'ProofMismatch',
    'a proof with another code',
    () => verifyRow({ ...proof, codes: changed(proof.codes, 0, 1) }, built.info.indexRoot, result.bytes),
  ],
  ['ScoreMismatch', 'a committed score that is not the recomputed one', claim],
  [
    'DecodeMismatch',
    'tokens that are not the answer',
    () =>
      checkByteOutput({ jobId: 1n, tokenizerHash: new Uint8Array(32), tokens: Uint32Array.of(65) }, Uint8Array.of(66)),
  ],
]

type Call = (opened: OpenedIndex, cited: OpenedRetrieval) => Promise<unknown>
const asking = queryOf(chunks[0]!, retrieval, 1n)
const CALLS: readonly (readonly [string, string, Call])[] = [
  ['BadParameter', 'K = 0', (opened) => opened.attribute(query, { k: 0 })],
  ['BadParameter', 'tau = 257', (opened) => opened.attribute(query, { tau: 257 })],
  ['BadLimit', 'a proof of a row that is not there', (opened) => opened.proveRow(query, 5)],
  ['BadCitation', 'a cited chunk that is not like the query', (_opened, cited) => cited.attribute(asking, [2])],
]

const codeOf = (value: unknown): string => (isRefused(value) ? value.code : 'accepted')
const produced = new Set<string>()
const check = (code: string, says: string, value: unknown): void => {
  assert.is(codeOf(value), code, says)
  // What was expected and what came: the cause by name.
  const { expected, got } = value as Refused
  assert.ok(expected !== undefined && got !== undefined, says)
  produced.add(code)
}

test('refusals: hostile index files, from memory and from disk, are refused by the child with their code', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'index')
    await withWatchedWorker({ backend: 'js' }, async ({ worker }) => {
      for (const [code, says, bytes] of INDEXES) {
        check(code, says, await worker.openIndex(bytes))
        await writeFile(path, bytes)
        check(code, says, await worker.openIndex({ path }))
      }
      const honest = orThrow(await worker.openIndex(built.bytes))
      assert.equal(orThrow(await honest.attribute(query)).root, result.root)
      assert.is(worker.status().crashes, 0)
    })
  }))

test('refusals: hostile queries and calls are refused by the child, and the next query is answered', () =>
  withWatchedWorker({ backend: 'js' }, async ({ worker }) => {
    const opened = orThrow(await worker.openIndex(built.bytes))
    const cited = orThrow(await worker.openRetrieval(retrieval.bytes))
    for (const [code, says, own] of QUERIES) check(code, says, await opened.attribute(own))
    for (const [code, says, call] of CALLS) check(code, says, await call(opened, cited))
    const batch = await opened.scoreBatch([query, ...QUERIES.map(([, , own]) => own), query])
    assert.equal(
      batch.slice(1, -1).map(codeOf),
      QUERIES.map(([code]) => code),
    )
    assert.equal([batch[0], batch.at(-1)], [await engine.score(query), await engine.score(query)])
    assert.equal(orThrow(await opened.attribute(query)).root, result.root)
    assert.is(worker.status().crashes, 0)
  }))

test('refusals: hostile files and proofs are refused with their code', () => {
  for (const [code, says, produce] of OTHERS) check(code, says, produce())
})

test('refusals: every code of the room was produced', () => {
  const source = readFileSync(new URL('../../../influence/refusal.ts', import.meta.url), 'utf8')
  const union = /export type InfluenceCode =([^\n]*(?:\n {2}\|[^\n]*)*)/.exec(source)![1]!
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code!)
  assert.ok(codes.length >= 21)
  assert.equal(
    codes.filter((code) => !produced.has(code)),
    [],
  )
})

test.run()
