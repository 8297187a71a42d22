/** A user's own rows: what is read, and how bad lines are named. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CONTRIBUTORS_MAX, parseRowsFile } from '../../../node/demo/rowsFile.ts'

const FIELDS = ['contributor', 'input', 'output'] as const
const line = (row: unknown) => JSON.stringify(row)

test('rowsFile: good lines become rows, blank lines are skipped', () => {
  const text = `${line({ contributor: 'ann', input: 'a', output: 'b' })}\n\n${line({ contributor: 'bo', input: '', output: 'ü' })}\r\n`
  const file = parseRowsFile(text, FIELDS)
  assert.is(file.kind, 'rows')
  assert.equal(file.kind === 'rows' && file.rows.map((row) => row.contributor), ['ann', 'bo'])
})

test('rowsFile: each bad line is named by its number and its fault', () => {
  const cases: [string, RegExp][] = [
    ['{', /^line 2: not JSON/],
    ['[]', /^line 2: expected an object/],
    ['null', /^line 2: expected an object/],
    [line({ contributor: 'a', input: 1, output: 'b' }), /^line 2: expected a string "input", got 1/],
    [line({ contributor: 'a', input: 'x' }), /^line 2: expected a string "output"/],
    [line({ contributor: ' ', input: 'x', output: 'y' }), /^line 2: the contributor is empty/],
    [line({ contributor: 'a', input: 'x', output: '' }), /^line 2: RowTooShort|^line 2: RowOutputEmpty/],
    [line({ contributor: 'a', input: 'x', output: 'y', more: 1 }), /^line 2: unknown field "more"/],
    [line({ contributor: 'a', input: 'x'.repeat(70_000), output: 'y' }), /^line 2: RowTooLong/],
  ]
  const good = line({ contributor: 'ann', input: 'a', output: 'b' })
  const other = line({ contributor: 'ann', input: 'b', output: 'c' })
  for (const [bad, wanted] of cases) {
    const file = parseRowsFile(`${good}\n${bad}\n${other}`, FIELDS)
    assert.is(file.kind, 'invalid', bad)
    assert.match(file.kind === 'invalid' ? file.faults[0]! : '', wanted)
    assert.is(file.kind === 'invalid' && file.faults.length, 1)
  }
})

test('rowsFile: a row given twice and a row longer than the model reads are named by line', () => {
  const row = (contributor: string, input: string) => line({ contributor, input, output: 'é' })
  const text = [row('a', 'x'), row('b', 'x'), row('a', 'y'.repeat(8)), row('a', 'y'.repeat(9))].join('\n')
  assert.equal(parseRowsFile(text, FIELDS, 10), {
    kind: 'invalid',
    code: 'BadRows',
    faults: [
      'line 2: the same input and output as line 1',
      'line 4: input and output are 11 bytes, the model reads at most 10',
    ],
  })
})

test('rowsFile: an empty file, and more contributors than accounts, are refused', () => {
  assert.is(parseRowsFile('\n', FIELDS).kind, 'invalid')
  const many = Array.from({ length: CONTRIBUTORS_MAX + 1 }, (_, i) =>
    line({ contributor: `c${i}`, input: `x${i}`, output: 'y' }),
  )
  assert.is(parseRowsFile(many.join('\n'), FIELDS).kind, 'invalid')
  assert.is(parseRowsFile(many.slice(1).join('\n'), FIELDS).kind, 'rows')
})

test.run()
