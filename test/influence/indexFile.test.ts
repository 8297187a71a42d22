/** The index file: round trips, and every damage refused with its code. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createBlockLayout } from '../../influence/blockLayout.ts'
import { type BuiltIndex, blockOrder, buildIndex, type GradientRow } from '../../influence/buildIndex.ts'
import { memoryCodes } from '../../influence/codeSource.ts'
import { InfluenceEngine } from '../../influence/engine.ts'
import { verifyIndex } from '../../influence/gradients/verifyIndex.ts'
import {
  decodeIndexFile,
  decodeIndexHeader,
  decodeLayerTable,
  encodeIndexHeader,
  encodeLayerTable,
  type IndexFile,
  indexInfoOf,
  indexRootOf,
  type Layer,
  layersHashOf,
  rowLeafPreimage,
} from '../../influence/indexFile.ts'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import { treeRoot } from '../../influence/tree.ts'
import { equal } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { bytesOf, openCase, type VectorCase } from './conformance/vectorCases.ts'

const vectors = JSON.parse(readFileSync(new URL('../vectors/influence/small/files.json', import.meta.url), 'utf8')) as {
  case: VectorCase
  indexFileHex: string
}
const FILE = bytesOf(vectors.indexFileHex)
const SECTIONS = { layers: 176, rows: 176 + 64, exponents: 176 + 64 + 120, guards: 176 + 64 + 120 + 12 }
const CODES = FILE.length - 3 * 32

async function openedCode(bytes: Uint8Array): Promise<string | undefined> {
  const file = decodeIndexFile(bytes)
  if (isRefused(file)) return file.code
  const verified = await verifyIndex(file, memoryCodes(file.codes, file.header.rowCount, file.header.rowBytes))
  return isRefused(verified) ? verified.code : undefined
}

/** The file with some bytes set, and its two commitments made to fit again: the forger's best effort. */
function forged(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = FILE.slice()
  change(bytes)
  const layersHash = layersHashOf(bytes.subarray(SECTIONS.layers, SECTIONS.rows))
  bytes.set(layersHash, 112)
  const file = decodeIndexFile(bytes)
  if (isRefused(file)) return bytes
  const leaves = Array.from({ length: file.header.rowCount }, (_, row) =>
    keccak256(rowLeafPreimage(file, row, file.codes.subarray(row * 32, (row + 1) * 32), keccak256)),
  )
  bytes.set(treeRoot(leaves, keccak256), 144)
  return bytes
}

test('index file: decodes to what was encoded', async () => {
  const { built } = openCase(vectors.case, '')
  const file = decodeIndexFile(FILE) as IndexFile
  assert.equal(file.bytes, built.bytes)
  assert.equal(file.header, built.file.header)
  assert.equal(encodeIndexHeader(file.header), FILE.slice(0, 176))
  assert.equal(encodeLayerTable(file.layers), FILE.slice(176, 240))
  assert.equal(indexInfoOf(file), built.info)
  assert.is(await openedCode(FILE), undefined)
})

test('index file: bytes at an odd address open as well', async () => {
  const odd = new Uint8Array(FILE.length + 1)
  odd.set(FILE, 1)
  assert.is(await openedCode(odd.subarray(1)), undefined)
})

test('index file: every damage with commitments made to fit has its code', async () => {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer)
  const cases: [string, string, (bytes: Uint8Array) => void][] = [
    ['magic', 'BadMagic', (bytes) => bytes.set([0x58])],
    ['version', 'BadVersion', (bytes) => bytes.set([2], 4)],
    ['kind', 'WrongKind', (bytes) => bytes.set([2], 6)],
    ['clip', 'BadLimit', (bytes) => bytes.set([65], 7)],
    ['no rows', 'BadLimit', (bytes) => view(bytes).setUint32(8, 0, true)],
    ['more rows', 'BadLength', (bytes) => view(bytes).setUint32(8, 4, true)],
    ['accepted rows', 'FlagMismatch', (bytes) => view(bytes).setUint32(12, 3, true)],
    ['tau', 'BadLimit', (bytes) => view(bytes).setUint16(20, 257, true)],
    ['lower tau', 'FlagMismatch', (bytes) => view(bytes).setUint16(20, 0, true)],
    ['reserved bytes of the header', 'BadPadding', (bytes) => bytes.set([1], 47)],
    ['rhoRef', 'LevelMismatch', (bytes) => bytes.set([bytes[32]! ^ 1], 32)],
    ['rowBytes', 'BadLimit', (bytes) => view(bytes).setUint32(24, 33, true)],
    ['d = 0', 'BadLimit', (bytes) => view(bytes).setUint32(SECTIONS.layers, 0, true)],
    ['a larger d', 'LayerMismatch', (bytes) => view(bytes).setUint32(SECTIONS.layers, 17, true)],
    ['e0', 'LayerMismatch', (bytes) => bytes.set([bytes[SECTIONS.layers + 4]! ^ 1], SECTIONS.layers + 4)],
    ['floor', 'LayerMismatch', (bytes) => bytes.set([bytes[SECTIONS.layers + 8]! ^ 1], SECTIONS.layers + 8)],
    ['reserved bytes of a layer', 'BadPadding', (bytes) => bytes.set([1], SECTIONS.layers + 10)],
    ['top bits of T', 'LayerMismatch', (bytes) => bytes.set([1], SECTIONS.layers + 31)],
    ['order', 'BadOrder', (bytes) => view(bytes).setBigUint64(SECTIONS.rows + 16, 2n ** 60n, true)],
    ['rho', 'LevelMismatch', (bytes) => bytes.set([bytes[SECTIONS.rows + 24]! ^ 1], SECTIONS.rows + 24)],
    ['dupOf', 'FlagMismatch', (bytes) => view(bytes).setUint32(SECTIONS.rows + 32, 0, true)],
    ['status', 'FlagMismatch', (bytes) => bytes.set([1], SECTIONS.rows + 36)],
    ['reserved bytes of a row', 'BadPadding', (bytes) => bytes.set([1], SECTIONS.rows + 39)],
    ['exponent', 'LayerMismatch', (bytes) => view(bytes).setInt16(SECTIONS.exponents, 9, true)],
    ['exponent below the floor', 'LayerMismatch', (bytes) => view(bytes).setInt16(SECTIONS.exponents, -20, true)],
    ['exponent out of range', 'CodeRange', (bytes) => view(bytes).setInt16(SECTIONS.exponents, 156, true)],
    ['guard vector', 'GuardMismatch', (bytes) => bytes.set([5], SECTIONS.guards + 300)],
    ['before the codes', 'BadPadding', (bytes) => bytes.set([1], CODES - 1)],
    ['padding code', 'BadPadding', (bytes) => bytes.set([1], CODES + 3)],
    ['code −128', 'CodeRange', (bytes) => bytes.set([0x80], CODES)],
    ['no large code', 'CodeRange', (bytes) => bytes.set([1, 1, 1], CODES)],
    ['exponent of a zero block', 'CodeRange', (bytes) => bytes.set([0, 0, 0], CODES)],
    ['another code', 'GuardMismatch', (bytes) => bytes.set([(bytes[CODES + 1]! + 1) & 63], CODES + 1)],
    ['longer', 'BadLength', () => {}],
  ]
  for (const [name, code, change] of cases) {
    const bytes = forged(change)
    const own = name === 'longer' ? Uint8Array.of(...bytes, 0) : bytes
    assert.is(await openedCode(own), code, name)
  }
})

test('layer table: a length that is no whole number of layers is refused', () => {
  const table = FILE.slice(SECTIONS.layers, SECTIONS.rows)
  assert.is((decodeLayerTable(table) as Layer[]).length, 2)
  for (let length = 1; length < 32; length++) {
    assert.is((decodeLayerTable(table.slice(0, length)) as Refused).code, 'BadLength')
  }
})

test('index file: roots that do not fit are refused', async () => {
  for (const at of [112, 144]) {
    const bytes = FILE.slice()
    bytes[at]! ^= 1
    assert.is(await openedCode(bytes), 'RootMismatch')
  }
})

test('index file: every truncation and every flipped byte is refused, or is another index', async () => {
  for (let length = 0; length < FILE.length; length += 7) {
    assert.is(await openedCode(FILE.slice(0, length)), 'BadLength', `${length} bytes`)
  }
  let others = 0
  for (let at = 0; at < FILE.length; at++) {
    const bytes = FILE.slice()
    bytes[at]! ^= 1 << (at & 7)
    if ((await openedCode(bytes)) !== undefined) continue
    // Only these stand for themselves: model version and seed (unused while D ≤ 256), and a tau that flags the same rows.
    assert.ok((at >= 48 && at < 112) || at === 20, `byte ${at}`)
    assert.not.ok(equal(indexRootOf(bytes.subarray(0, 176)), indexRootOf(FILE.subarray(0, 176))))
    others++
  }
  assert.is(others, 65)
})

test('index file: garbage never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const head = FILE.slice(0, Math.min(FILE.length, 8 + (bytes[0] ?? 0)))
      for (const own of [bytes, Uint8Array.of(...head, ...bytes)]) {
        const file = decodeIndexFile(own)
        assert.ok(isRefused(file))
      }
    }),
    { numRuns: 300 },
  )
})

test('index header: decodes strictly, any bytes either refused or encoded back to the same', () => {
  assert.is((decodeIndexHeader(FILE.subarray(0, 175)) as Refused).code, 'BadLength')
  assert.is((decodeIndexHeader(FILE.subarray(0, 177)) as Refused).code, 'BadLength')
  fc.assert(
    fc.property(fc.nat(175), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const bytes = FILE.slice(0, 176)
      bytes[at] = byte
      const header = decodeIndexHeader(bytes)
      if (!isRefused(header)) assert.equal(encodeIndexHeader(header), bytes)
    }),
    { numRuns: 500 },
  )
})

test('engine: full verification refuses what the header check lets pass, and a retrieval index is no gradient index', async () => {
  const bytes = forged((own) => own.set([(own[CODES + 1]! + 1) & 63], CODES + 1))
  const full = await InfluenceEngine.open(bytes)
  assert.is(isRefused(full) && full.code, 'GuardMismatch')
  assert.not.ok(isRefused(await InfluenceEngine.open(bytes, { verify: 'header' })))
  const options = { blockDims: [4], modelVersion: new Uint8Array(32), guardSeed: new Uint8Array(32) }
  const chunk = { datanetId: 1n, rowId: 1n, orderKey: 1n, blocks: [Uint32Array.of(0x3f800000, 0, 0, 0)] }
  const built = buildIndex([chunk], { ...options, kind: 'retrieval' })
  assert.not.ok(isRefused(built))
  const retrieval = await InfluenceEngine.open((built as BuiltIndex).bytes)
  assert.is(isRefused(retrieval) && retrieval.code, 'WrongKind')
})

test('index header: a retrieval index has one block and no clip', () => {
  // The file has two blocks.
  const refused = decodeIndexHeader(forged((own) => own.set([3, 255], 6)).subarray(0, 176))
  assert.is((refused as Refused).code, 'BadLimit')
})

test('engine: a file that is not there is an IndexRead error', async () => {
  try {
    await InfluenceEngine.open({ path: '/nonexistent/index' })
    assert.unreachable()
  } catch (error) {
    assert.is((error as { code: string }).code, 'IndexRead')
  }
})

const row = (orderKey: bigint, values: readonly number[]): GradientRow => ({
  datanetId: 1n,
  rowId: orderKey,
  orderKey,
  blocks: [new Uint32Array(new Float32Array(values).buffer)],
})

test('build: shapes, order and parameters are refused before any work', () => {
  const options = { blockDims: [2], modelVersion: new Uint8Array(32), guardSeed: new Uint8Array(32) }
  const one = row(1n, [1, 2])
  const cases: [string, ReturnType<typeof buildIndex>][] = [
    ['BadLimit', buildIndex([], options)],
    ['BadOrder', buildIndex([one, row(1n, [3, 4])], options)],
    ['ShapeMismatch', buildIndex([row(1n, [1, 2, 3])], options)],
    ['BadLimit', buildIndex([one], { ...options, blockDims: [] })],
    ['BadLimit', buildIndex([one], { ...options, blockDims: [131_073] })],
    ['BadParameter', buildIndex([one], { ...options, tau: 257 })],
    ['BadParameter', buildIndex([one], { ...options, clip: 65 })],
    ['BadLength', buildIndex([one], { ...options, guardSeed: new Uint8Array(8) })],
  ]
  for (const [code, result] of cases) assert.is(isRefused(result) && result.code, code)
})

test('build: a withdrawn row keeps its place as an empty one', async () => {
  const options = { blockDims: [2], modelVersion: new Uint8Array(32), guardSeed: new Uint8Array(32) }
  const withdrawn: GradientRow = { datanetId: 1n, rowId: 2n, orderKey: 2n, isWithdrawn: true, blocks: [] }
  const built = buildIndex([row(1n, [1, 2]), withdrawn, row(3n, [-2, 1])], options)
  if (isRefused(built)) throw new Error(built.code)
  assert.equal([...built.file.rows.status], [0, 2, 0])
  assert.is(built.info.acceptedCount, 2)
  assert.is(await openedCode(built.bytes), undefined)
})

test('build: blocks are ordered by their names as UTF-8 bytes', () => {
  // U+FF5E sorts before U+1F600 in UTF-8, after it in UTF-16.
  assert.equal(blockOrder(['b', '\u{1f600}', 'a.2', '～', 'a.10']), ['a.10', 'a.2', 'b', '～', '\u{1f600}'])
})

test('layout: a row may hold 2^26 bytes and no more', () => {
  assert.not.ok(isRefused(createBlockLayout(Array(512).fill(131_072))))
  assert.is((createBlockLayout(Array(513).fill(131_072)) as Refused).code, 'BadLimit')
  assert.is((createBlockLayout(Array(4097).fill(1)) as Refused).code, 'BadLimit')
})

test.run()
