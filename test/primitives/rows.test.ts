/** Rows: canonical bytes are one to one with rows, and nothing else decodes. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, equal, toHex, uintToBytes, utf8 } from '../../primitives/bytes.ts'
import { contentIdText, splitContent } from '../../primitives/contentId.ts'
import { decodeRow, encodeRow, ROW_BYTES_MAX, type RowFault, rowHash } from '../../primitives/rows.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 })

function faultOf(bytes: Uint8Array): RowFault | 'row' {
  const row = decodeRow(bytes)
  return 'kind' in row ? row.code : 'row'
}

test('row: any text survives encoding, and the bytes are the documented ones', () => {
  fc.assert(
    fc.property(
      text,
      text.filter((t) => t !== ''),
      (input, output) => {
        const encoded = encodeRow({ input: utf8(input), output: utf8(output) })
        if ('kind' in encoded) return false
        const row = decodeRow(encoded)
        return !('kind' in row) && equal(row.input, utf8(input)) && equal(row.output, utf8(output))
      },
    ),
  )
  const encoded = encodeRow({ input: utf8('ab'), output: utf8('c') }) as Uint8Array
  assert.is(toHex(encoded), '0x00000002616263')
})

test('row: what decodes encodes to the same bytes, so a row has one form', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), fc.nat(20), (tail, inputLength) => {
      const bytes = concat(uintToBytes(inputLength, 4), tail)
      const row = decodeRow(bytes)
      return 'kind' in row || equal(encodeRow(row) as Uint8Array, bytes)
    }),
    { numRuns: 500 },
  )
})

test('row: the boundary between input and output is part of the hash', () => {
  const hash = (input: string, output: string) => {
    return toHex(rowHash(encodeRow({ input: utf8(input), output: utf8(output) }) as Uint8Array))
  }
  assert.is.not(hash('ab', 'c'), hash('a', 'bc'))
})

const refused: readonly [string, Uint8Array, RowFault][] = [
  ['nothing', new Uint8Array(0), 'RowTooShort'],
  ['a length alone', uintToBytes(0, 4), 'RowTooShort'],
  ['an empty output', concat(uintToBytes(1, 4), utf8('a')), 'RowOutputEmpty'],
  ['an input longer than the row', concat(uintToBytes(9, 4), utf8('abc')), 'RowInputLength'],
  ['an input of 4 GiB', concat(uintToBytes(0xffffffff, 4), utf8('abc')), 'RowInputLength'],
  ['a lone continuation byte', concat(uintToBytes(1, 4), Uint8Array.of(0x80), utf8('a')), 'RowNotUtf8'],
  ['an overlong slash', concat(uintToBytes(0, 4), Uint8Array.of(0xc0, 0xaf)), 'RowNotUtf8'],
  ['a surrogate', concat(uintToBytes(0, 4), Uint8Array.of(0xed, 0xa0, 0x80)), 'RowNotUtf8'],
  ['a character cut by the boundary', concat(uintToBytes(1, 4), utf8('é')), 'RowNotUtf8'],
  ['a byte too many', new Uint8Array(ROW_BYTES_MAX + 1), 'RowTooLong'],
]
for (const [name, bytes, fault] of refused)
  test(`row: ${name} is ${fault}`, () => {
    assert.is(faultOf(bytes), fault)
  })

test('row: the largest row decodes, and a view at an odd offset reads its own length', () => {
  const largest = concat(uintToBytes(3, 4), utf8('x'.repeat(ROW_BYTES_MAX - 4)))
  assert.is(faultOf(largest), 'row')
  const shifted = concat(Uint8Array.of(255, 255, 255), uintToBytes(1, 4), utf8('ab')).subarray(3)
  const row = decodeRow(shifted)
  assert.ok(!('kind' in row))
  assert.equal(row.output, utf8('b'))
})

test('row: encodeRow refuses what decodeRow would', () => {
  const long = encodeRow({ input: new Uint8Array(ROW_BYTES_MAX), output: utf8('a') })
  assert.ok('kind' in long && long.code === 'RowTooLong')
  const empty = encodeRow({ input: utf8('a'), output: new Uint8Array(0) })
  assert.ok('kind' in empty && empty.code === 'RowOutputEmpty')
})

test('row: a byte-order mark is content like any other', () => {
  const bytes = concat(uintToBytes(3, 4), utf8('\ufeff'), utf8('a'))
  const row = decodeRow(bytes)
  assert.ok(!('kind' in row))
  assert.is(row.input.length, 3)
})

test('row: its hash is the digest in its content id', () => {
  const bytes = encodeRow({ input: utf8('q'), output: utf8('a') }) as Uint8Array
  assert.is(contentIdText(rowHash(bytes)), contentIdText(splitContent(bytes).ref.digest))
})

test.run()
