/** Chunks and prompts of retrieval: fixed cuts, and a best chunk that always fits before a question that is accepted. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, utf8 } from '../../primitives/bytes.ts'
import { chunksOf, promptOf, promptShares } from '../../studio/chunks.ts'
import { chunkRows } from '../../studio/versionChunks.ts'

const text = new TextDecoder()
const bounds = (maxOutputTokens: number) => ({ maxInputTokens: 100, maxOutputTokens })

test('chunks: input, newline and output in pieces of one length, nothing lost', () => {
  const row = { input: utf8('question'), output: utf8('a longer answer') }
  const chunks = chunksOf(row, 10)
  assert.equal(
    chunks.map((chunk) => text.decode(chunk)),
    ['question\na', ' longer an', 'swer'],
  )
  assert.equal(concat(...chunks), concat(row.input, utf8('\n'), row.output))
  assert.is(chunksOf(row, 100).length, 1)
})

test('chunks: rows keep their order and their place, a withdrawn row has none', () => {
  const rows = [1n, 2n, 3n].map((rowId) => ({
    ...{ datanetId: 7n, rowId, orderKey: 10n * rowId, isWithdrawn: rowId === 2n },
    row: { input: utf8('q'), output: utf8('x'.repeat(Number(rowId) * 10)) },
  }))
  const chunks = chunkRows(rows, 48)
  assert.equal(
    chunks.map(({ rowId, orderKey }) => [rowId, orderKey]),
    [
      [1n, 10n],
      [3n, 30n],
      [3n, 30n],
    ],
  )
})

test('shares: the best chunk, the longest question and an answer fit every context', () => {
  for (let context = 16; context <= 4_096; context++) {
    const { chunkBytesMax, questionBytesMax, answerTokensMin } = promptShares(context)
    assert.ok(chunkBytesMax >= 1 && questionBytesMax >= 1 && answerTokensMin >= 1, `${context}`)
    assert.is(chunkBytesMax + 1 + questionBytesMax + 1 + answerTokensMin, context)
  }
})

test('prompt: the best chunk stands next to the question; others come before it while the answer keeps its room', () => {
  const chunks = ['zero', 'one', 'two', 'three', 'four'].map(utf8)
  const retrieved = [3, 0, 4].map((row) => ({ row }))
  const all = promptOf(utf8('why?'), retrieved, chunks, 40, bounds(8))
  if ('kind' in all) throw new Error(all.code)
  assert.is(text.decode(all.prompt), 'four\nzero\nthree\nwhy?')
  assert.equal(all.cited, [0, 3, 4])
  const few = promptOf(utf8('why?'), retrieved, chunks, 40, bounds(25))
  if ('kind' in few) throw new Error(few.code)
  assert.equal([text.decode(few.prompt), few.cited], ['three\nwhy?', [3]])
  const ended = promptOf(
    utf8('why?'),
    [3, 5, 1].map((row) => ({ row })),
    [...chunks, utf8('x'.repeat(30))],
    40,
    bounds(8),
  )
  if ('kind' in ended) throw new Error(ended.code)
  assert.equal(ended.cited, [3], 'a worse chunk takes no place that a better one was too long for')
  const none = promptOf(utf8('why?'), [], chunks, 40, bounds(8))
  if ('kind' in none) throw new Error(none.code)
  assert.equal([text.decode(none.prompt), none.cited], ['why?', []])
})

test('prompt: the best chunk is there however long an answer is asked for; a longer question is refused', () => {
  const context = 96
  const { chunkBytesMax, questionBytesMax } = promptShares(context)
  const chunk = utf8('c'.repeat(chunkBytesMax))
  const longest = promptOf(utf8('q'.repeat(questionBytesMax)), [{ row: 0 }], [chunk], context, bounds(4_096))
  if ('kind' in longest) throw new Error(longest.code)
  assert.equal(longest.cited, [0])
  assert.ok(longest.prompt.length + 1 < context)
  const refused = promptOf(utf8('q'.repeat(questionBytesMax + 1)), [{ row: 0 }], [chunk], context, bounds(1))
  assert.is('kind' in refused && refused.code, 'InputTooLong')
})

test.run()
