/** Method `span`: against the slow way, and who is paid when texts are copied, moved, withdrawn or absent. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { buildCorpus } from '../../../influence/span/buildCorpus.ts'
import { BYTE_TOKENIZER, byteOutput, checkByteOutput } from '../../../influence/span/outputHash.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import type { SpanAttribution, SpanOptions } from '../../../influence/surface.ts'
import { utf8 } from '../../../primitives/bytes.ts'
import { textRowsOf } from '../conformance/spanChecks.ts'
import { corpusOf, naiveSpans } from './spanOracle.ts'

const text = (words: string): number[] => [...utf8(words)]

async function attribute(
  rows: readonly (readonly number[])[],
  output: readonly number[],
  options: SpanOptions & { vocabulary?: number; infoTable?: Uint8Array } = {},
): Promise<SpanAttribution> {
  const built = corpusOf(rows, options)
  const engine = await SpanEngine.open(built.bytes, options)
  if (isRefused(engine)) throw new Error(engine.code)
  const found = await engine.attribute({ ...byteOutput(7n, Uint8Array.from(output)) }, options)
  if (isRefused(found)) throw new Error(found.code)
  return found
}

const letters = (maxLength: number) => fc.array(fc.nat(2), { maxLength })
const rowsOf = fc.array(letters(12), { minLength: 1, maxLength: 8 })

test('span: spans, owners and scores are those of plain search', async () => {
  await fc.assert(
    fc.asyncProperty(
      rowsOf,
      letters(24),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(6),
      async (rows, output, lMin, iMin) => {
        const { infoTable } = corpusOf(rows, { vocabulary: 3 }).file
        const expected = naiveSpans(rows, output, infoTable, lMin, iMin)
        const got = await attribute(rows, output, { vocabulary: 3, lMin, iMin })
        assert.equal(got.spans, expected.spans)
        assert.equal([...got.scores], expected.scores.map(BigInt))
        const paid = got.entries.map(({ row }) => row)
        const ranked = [...expected.scores.keys()].filter((row) => expected.scores[row]! > 0)
        ranked.sort((a, b) => expected.scores[b]! - expected.scores[a]! || a - b)
        assert.equal(paid, ranked)
        assert.is(paid.length + got.unpaid.length, rows.length)
      },
    ),
    { numRuns: 500 },
  )
})

test('span: the first contributor owns a span however often it is copied later, and the copies change no entry', async () => {
  const words = fc.array(fc.constantFrom(...text('abcdefgh ')), { minLength: 12, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(words, { minLength: 2, maxLength: 5 }),
      fc.nat(),
      fc.integer({ min: 1, max: 6 }),
      fc.boolean(),
      async (rows, pick, copies, isPadded) => {
        const copied = rows[pick % rows.length]!
        const output = [...text('so: '), ...copied, ...text('!')]
        const { infoTable } = corpusOf(rows).file
        const options = { lMin: 4, iMin: 1, infoTable }
        const alone = await attribute(rows, output, options)
        // Exact copies are duplicates; a copy with something before it is a row of its own.
        const copy = isPadded ? [...text('zz'), ...copied] : copied
        const later = await attribute([...rows, ...Array.from({ length: copies }, () => copy)], output, options)
        assert.equal(later.spans, alone.spans)
        assert.equal(later.entries, alone.entries)
        assert.ok(
          later.unpaid.every(
            ({ row, reason }) => row < rows.length || reason === 'duplicateInIndex' || reason === 'notPositive',
          ),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('span: an answer without spans pays nobody', async () => {
  const rows = [text('the quick brown fox'), text('jumps over')]
  for (const output of [[], text('zzz'), text('the quic')]) {
    const { entries, spans, unpaid } = await attribute(rows, output, { lMin: 9, iMin: 0 })
    assert.is(entries.length + spans.length, 0)
    assert.equal(
      unpaid.map(({ reason }) => reason),
      ['notPositive', 'notPositive'],
    )
  }
})

test('span: exchanging two equal rows moves the pay to the one that is now first', async () => {
  const [poem, other] = [text('one two three four five'), text('six seven eight nine')]
  const build = (ids: readonly bigint[]) => {
    const rows = [poem, other, poem].map((tokens, row) => ({
      datanetId: 1n,
      rowId: ids[row]!,
      orderKey: BigInt(row),
      tokens,
    }))
    const built = buildCorpus(rows, { tokenizerHash: BYTE_TOKENIZER, vocabulary: 256 })
    if (isRefused(built)) throw new Error(built.code)
    return built
  }
  const payOf = async (ids: readonly bigint[]) => {
    const engine = await SpanEngine.open(build(ids).bytes)
    const found = await (engine as SpanEngine).attribute(byteOutput(1n, Uint8Array.from(poem)), { iMin: 1 })
    return (found as SpanAttribution).entries.map(({ rowId, weight, score }) => ({ rowId, weight, score }))
  }
  const [first] = await payOf([10n, 20n, 30n])
  const [moved] = await payOf([30n, 20n, 10n])
  assert.is(first!.rowId, 10n)
  assert.equal(moved, { ...first!, rowId: 30n })
})

test('span: rows say why they are not paid', async () => {
  const rows = [text('abcdefghij'), text('cdefgh'), text(''), text('abcdefghij'), text('xyxyxyxyxy'), text('fghijk')]
  const { unpaid, entries } = await attribute(rows, text('abcdefghijk'), { lMin: 5, iMin: 1 })
  // "fghijk" is a span of its own; only its last letter is not covered by the longer one.
  assert.equal(
    entries.map(({ row }) => row),
    [0, 5],
  )
  assert.equal(unpaid, [
    { row: 1, reason: 'notPositive' },
    { row: 2, reason: 'empty' },
    { row: 3, reason: 'duplicateInIndex', of: 0 },
    { row: 4, reason: 'notPositive' },
  ])
  const covered = await attribute([text('abcdef'), text('defghi'), text('bcdefgh')], text('abcdefghi'), {
    lMin: 3,
    iMin: 1,
  })
  assert.equal(
    covered.spans.map(({ start, length, owner }) => [start, length, owner]),
    [
      [0, 6, 0],
      [1, 7, 2],
      [3, 6, 1],
    ],
  )
  const scores = [...covered.scores].map(Number)
  assert.ok(scores[0]! > 0 && scores[1]! > 0 && scores[2]! > scores[0]!)
})

test('span: a row whose span longer ones cover on both sides is covered', async () => {
  const rows = [text('abcdefgh'), text('ghijklmn'), text('fghi')]
  const { unpaid, spans } = await attribute(rows, text('abcdefghijklmn'), { lMin: 3, iMin: 1 })
  assert.is(spans.length, 3)
  assert.equal(unpaid, [{ row: 2, reason: 'covered' }])
})

test('span: K places go to the best, and equal scores to the earlier row', async () => {
  const rows = [text('aaaaaaaa'), text('bbbbbbbb'), text('cccccccccc')]
  const { entries, unpaid } = await attribute(rows, text('bbbbbbbb-aaaaaaaa-cccccccccc'), { lMin: 8, iMin: 1, k: 2 })
  assert.equal(
    entries.map(({ row }) => row),
    [2, 0],
  )
  assert.equal(unpaid, [{ row: 1, reason: 'belowTopK' }])
})

test('span: an answer of the largest size with as many spans as tokens is attributed and proved', async () => {
  const engine = (await SpanEngine.open(corpusOf([Array(30).fill(0), [1]], { vocabulary: 2 }).bytes)) as SpanEngine
  const output = byteOutput(1n, new Uint8Array(2 ** 16))
  const found = (await engine.attribute(output, { iMin: 0 })) as SpanAttribution
  assert.is(found.spans.length, 2 ** 16 - 29)
  assert.equal(found.spans.at(-1), { start: 2 ** 16 - 30, length: 30, info: 0, owner: 0, position: 0 })
  assert.not.ok(isRefused(await engine.proveSpan(output, 2 ** 16 - 30, { iMin: 0 })))
})

test('span: a withdrawn row keeps its place without text', () => {
  const [first, second] = textRowsOf([text('secret text'), text('other')])
  const built = buildCorpus([{ ...first!, isWithdrawn: true }, second!], {
    tokenizerHash: BYTE_TOKENIZER,
    vocabulary: 256,
  })
  if (isRefused(built)) throw new Error(built.code)
  assert.equal([...built.file.rows.lengths], [0, 5])
  assert.is(built.file.text.length, 1 + 6)
})

test('span: the token information of the first corpus is carried on, and another is refused', async () => {
  const first = corpusOf([text('hello world')])
  const { infoTable } = first.file
  const second = corpusOf([text('hello world'), text('hhhhhhhhhhhhhhhh')], { infoTable })
  assert.equal(second.info.infoHash, first.info.infoHash)
  assert.not.ok(isRefused(await SpanEngine.open(second.bytes, { infoTable })))
  assert.is(((await SpanEngine.open(second.bytes)) as Refused).code, 'LevelMismatch')
  for (const other of [infoTable.with(7, 1), infoTable.slice(1), new Uint8Array(0)])
    assert.is(((await SpanEngine.open(second.bytes, { infoTable: other })) as Refused).code, 'LevelMismatch')
})

test('span: wrong parameters and foreign answers are refused with their code', async () => {
  const engine = (await SpanEngine.open(corpusOf([text('hello')], { vocabulary: 128 }).bytes)) as SpanEngine
  const output = byteOutput(1n, utf8('hello'))
  const cases: [SpanOptions, object, string][] = [
    [{ lMin: 0 }, {}, 'BadParameter'],
    [{ lMin: 65_536 }, {}, 'BadParameter'],
    [{ iMin: -1 }, {}, 'BadParameter'],
    [{ iMin: 1.5 }, {}, 'BadParameter'],
    [{ k: 0 }, {}, 'BadParameter'],
    [{ k: 257 }, {}, 'BadParameter'],
    [{}, { tokenizerHash: new Uint8Array(32).fill(1) }, 'ModelMismatch'],
    [{}, { tokens: Uint32Array.of(128) }, 'CodeRange'],
    [{}, { tokens: new Uint32Array(2 ** 16 + 1) }, 'BadLimit'],
    [{}, { jobId: -1n }, 'BadLimit'],
    [{}, { jobId: 1n << 256n }, 'BadLimit'],
  ]
  for (const [options, change, code] of cases) {
    const found = await engine.attribute({ ...output, ...change }, options)
    assert.is(isRefused(found) && found.code, code)
    assert.is(((await engine.proveSpan({ ...output, ...change }, 0, options)) as Refused).code, code)
  }
  assert.is(((await engine.proveSpan(output, 0, {})) as Refused).code, 'BadLimit')
})

test('span: tokens that do not say the answer are DecodeMismatch', () => {
  const answer = utf8('grüße')
  assert.is(checkByteOutput(byteOutput(1n, answer), answer), undefined)
  for (const other of ['grüsse', 'grüß', 'grüße!', '']) {
    assert.is(checkByteOutput(byteOutput(1n, answer), utf8(other))?.code, 'DecodeMismatch')
  }
})

test('corpus: rows out of order, foreign tokens and bad options are refused with their code', () => {
  const rows = textRowsOf([text('a'), text('b')])
  const options = { tokenizerHash: BYTE_TOKENIZER, vocabulary: 256 }
  const code = (built: object) => (built as Refused).code
  assert.is(code(buildCorpus([], options)), 'BadLimit')
  assert.is(code(buildCorpus([rows[1]!, rows[0]!], options)), 'BadOrder')
  assert.is(code(buildCorpus([rows[0]!, rows[0]!], options)), 'BadOrder')
  for (const token of [256, -1, 0.5, Number.NaN])
    assert.is(code(buildCorpus([{ ...rows[0]!, tokens: [token] }], options)), 'CodeRange')
  assert.is(code(buildCorpus(rows, { ...options, vocabulary: 0 })), 'BadLimit')
  assert.is(code(buildCorpus(rows, { ...options, vocabulary: 2 ** 20 + 1 })), 'BadLimit')
  assert.is(code(buildCorpus(rows, { ...options, tokenizerHash: new Uint8Array(31) })), 'BadLength')
  assert.is(code(buildCorpus(rows, { ...options, infoTable: new Uint8Array(255) })), 'BadLength')
})

test.run()
