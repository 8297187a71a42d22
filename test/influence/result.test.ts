/** Attribution results and query files: strict decoders, every rule with its refusal. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkQuery, decodeQueryFile } from '../../influence/queryFile.ts'
import { isRefused } from '../../influence/refusal.ts'
import { decodeResult, encodeResult, resultRoot } from '../../influence/result.ts'
import type { Attribution, Query } from '../../influence/surface.ts'
import { bytesOf, openCase, type VectorCase } from './conformance/vectorCases.ts'

const FOLDER = new URL('../vectors/influence/small', import.meta.url).pathname
const read = <T>(name: string): T => JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8')) as T
const all = [...read<{ cases: VectorCase[] }>('pipeline').cases, ...read<{ cases: VectorCase[] }>('attribution').cases]
const many = bytesOf(all.find(({ name }) => name === 'many rows')!.results[0]!.attribution.resultHex)
const files = read<{ case: VectorCase; queryFileHex: string }>('files')

const codeOf = (value: unknown): string => (isRefused(value) ? value.code : 'valid')

test('result: every result of the vectors decodes and encodes back to the same bytes', () => {
  let count = 0
  for (const { results } of all) {
    for (const { attribution } of results) {
      const bytes = bytesOf(attribution.resultHex)
      const decoded = decodeResult(bytes) as Attribution
      assert.equal(encodeResult(decoded), bytes)
      assert.equal(decoded.root, bytesOf(attribution.attributionRoot))
      assert.equal(resultRoot(bytes), decoded.root)
      assert.is(decoded.entries.length, attribution.entries.length)
      count++
    }
  }
  assert.ok(count > 40, `${count} results`)
})

test('result: every rule of the decoder refuses', () => {
  const ENTRY = 152
  const changes: [string, string, (view: DataView) => void][] = [
    ['magic', 'BadMagic', (view) => view.setUint8(0, 0)],
    ['version', 'BadVersion', (view) => view.setUint16(4, 2, true)],
    ['method 0', 'BadParameter', (view) => view.setUint8(6, 0)],
    ['method 4', 'BadParameter', (view) => view.setUint8(6, 4)],
    ['level', 'BadParameter', (view) => view.setUint8(7, 2)],
    ['K = 0', 'BadParameter', (view) => view.setUint16(8, 0, true)],
    ['K = 257', 'BadParameter', (view) => view.setUint16(8, 257, true)],
    ['entries above K', 'BadLimit', (view) => view.setUint16(8, 7, true)],
    ['tau', 'BadParameter', (view) => view.setUint16(10, 257, true)],
    ['reserved', 'BadPadding', (view) => view.setUint16(22, 1, true)],
    ['count', 'BadLength', (view) => view.setUint16(20, 7, true)],
    ['reserved of an entry', 'BadPadding', (view) => view.setUint32(ENTRY + 4, 1, true)],
    ['row beyond n', 'BadLimit', (view) => view.setUint32(ENTRY, 150, true)],
    ['row twice', 'BadOrder', (view) => view.setUint32(ENTRY, view.getUint32(ENTRY + 40, true), true)],
    ['score 0', 'BadLimit', (view) => view.setBigInt64(ENTRY + 24, 0n, true)],
    ['score below 0', 'BadLimit', (view) => view.setBigInt64(ENTRY + 24, -1n, true)],
    ['weight 0', 'BadLimit', (view) => view.setBigUint64(ENTRY + 32, 0n, true)],
    ['weights that increase', 'BadOrder', (view) => view.setBigUint64(ENTRY + 32, 1n, true)],
    ['weight sum', 'BadLimit', (view) => view.setBigUint64(ENTRY + 32, view.getBigUint64(ENTRY + 32, true) + 1n, true)],
  ]
  for (const [name, code, change] of changes) {
    const bytes = many.slice()
    change(new DataView(bytes.buffer))
    assert.is(codeOf(decodeResult(bytes)), code, name)
  }
  assert.is(codeOf(decodeResult(many)), 'valid')
  for (let length = 0; length < many.length; length++)
    assert.is(codeOf(decodeResult(many.slice(0, length))), 'BadLength')
  assert.is(codeOf(decodeResult(Uint8Array.of(...many, 0))), 'BadLength')
})

test('result: what decodes is canonical, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(many.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), (changes) => {
      const bytes = many.slice()
      for (const [at, byte] of changes) bytes[at] = byte
      const decoded = decodeResult(bytes)
      if (!isRefused(decoded)) assert.equal(encodeResult(decoded), bytes)
    }),
    { numRuns: 2000 },
  )
})

test('query file: damages are refused with their code', () => {
  const { built } = openCase(files.case, '')
  const { layout } = built.file
  const bytes = bytesOf(files.queryFileHex)
  const decoded = decodeQueryFile(bytes, layout)
  assert.not.ok(isRefused(decoded))
  // A Buffer's slice shares memory where a Uint8Array's copies.
  assert.equal(decodeQueryFile(Buffer.from(bytes), layout), decoded)
  const changes: [string, number, number][] = [
    ['BadMagic', 0, 0],
    ['BadVersion', 4, 9],
    ['BadPadding', 6, 1],
    ['BadLength', 8, 3],
    ['BadLimit', 9, 255],
    ['ShapeMismatch', 12, 3],
    ['ShapeMismatch', 16, 64],
    ['BadPadding', 24, 1],
    ['RootMismatch', 32, 1],
    ['RootMismatch', 64, 1],
    ['RootMismatch', 96, 1],
    ['BadPadding', 180, 1],
    ['CodeRange', 160, 200],
    ['CodeRange', 192, 0x80],
    ['BadPadding', 195, 1],
  ]
  for (const [code, at, byte] of changes) {
    const own = bytes.slice()
    own[at] = byte
    assert.is(codeOf(decodeQueryFile(own, layout)), code, `byte ${at}`)
  }
  for (let length = 0; length < bytes.length; length += 5) {
    assert.is(codeOf(decodeQueryFile(bytes.slice(0, length), layout)), 'BadLength')
  }
})

test('query: what does not fit the index is refused', () => {
  const { built, queries } = openCase(files.case, '')
  const { layout } = built.file
  const model = built.info.modelVersion
  const query = queries[0]!
  const cases: [string, Query][] = [
    ['ModelMismatch', { ...query, modelVersion: new Uint8Array(32) }],
    ['ShapeMismatch', { ...query, codes: query.codes.slice(16) }],
    ['ShapeMismatch', { ...query, exponents: new Int16Array(3) }],
    ['BadLimit', { ...query, jobId: 2n ** 256n }],
    ['CodeRange', { ...query, exponents: Int16Array.of(query.exponents[0]!, 156) }],
    ['CodeRange', { ...query, codes: query.codes.map((code) => code >> 1) }],
    ['CodeRange', { ...query, codes: new Int8Array(query.codes.length) }],
  ]
  for (const [code, own] of cases) assert.is(codeOf(checkQuery(own, layout, model)), code)
  assert.is(checkQuery(query, layout, model), undefined)
})

test.run()
