/** A validator's check of a corpus: the output texts of the rows on chain, each in its place, and nothing else. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isRefused } from '../../../influence/refusal.ts'
import { buildCorpus } from '../../../influence/span/buildCorpus.ts'
import { BYTE_TOKENIZER } from '../../../influence/span/outputHash.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import { checkCorpus } from '../../../node/attester/checkCorpus.ts'
import { utf8 } from '../../../primitives/bytes.ts'
import type { VersionRow } from '../../../studio/chain/datanet.ts'
import { buildVersionCorpus, firstInfoTable } from '../../../studio/versionCorpus.ts'

const TEXTS = ['to be or not to be', 'a stitch in time', 'to be or not to be', 'naïve façade']
const rowsOf = (...withdrawn: readonly number[]): VersionRow[] =>
  TEXTS.map((output, i) => ({
    ...{
      datanetId: 3n,
      rowId: BigInt(i + 1),
      contributorId: 1n,
      orderKey: BigInt(10 * i),
      isWithdrawn: withdrawn.includes(i),
    },
    row: { input: utf8(`prompt ${i}`), output: utf8(output) },
  }))
const INFO = firstInfoTable(rowsOf())

function corpusOf(rows: readonly VersionRow[]) {
  const built = buildVersionCorpus(rows, INFO)
  if (isRefused(built)) throw new Error(built.code)
  return built
}
const reasonOf = (file: Parameters<typeof checkCorpus>[0], rows: readonly VersionRow[]) =>
  checkCorpus(file, rows)?.reason

test('corpus: the output texts of the rows pass, duplicates and letters of several bytes among them', async () => {
  const { file, bytes } = corpusOf(rowsOf())
  assert.is(checkCorpus(file, rowsOf()), undefined)
  const opened = await SpanEngine.open(bytes, { infoTable: INFO })
  assert.not.ok(isRefused(opened))
})

test('corpus: a row withdrawn before has no text, one withdrawn since keeps it; a live row cannot be emptied', async () => {
  for (const withdrawn of [[1], [0], [1, 3], [0, 1, 2, 3]]) {
    const { file, bytes } = corpusOf(rowsOf(...withdrawn))
    assert.is(checkCorpus(file, rowsOf(...withdrawn)), undefined)
    assert.not.ok(isRefused(await SpanEngine.open(bytes, { infoTable: INFO })), `${withdrawn}`)
    assert.is(checkCorpus(corpusOf(rowsOf()).file, rowsOf(...withdrawn)), undefined)
    const live = checkCorpus(file, rowsOf())
    assert.match(live!.reason, `row ${withdrawn[0]} of the corpus is not the output of row ${withdrawn[0]! + 1}`)
  }
})

test('corpus: another text, another row, another order key, too few rows are named', () => {
  const rows = rowsOf()
  const { file } = corpusOf(rows)
  const changed = (i: number, change: Partial<VersionRow>) =>
    rows.map((row, at) => (at === i ? { ...row, ...change } : row))
  const row = { input: utf8(''), output: utf8('a stitch in tine') }
  assert.match(reasonOf(file, changed(1, { row }))!, 'row 1 of the corpus is not the output of row 2 of Datanet 3')
  assert.match(reasonOf(file, changed(2, { row }))!, 'row 2 of the corpus is not the output')
  assert.match(reasonOf(file, changed(3, { rowId: 9n }))!, 'row 3 of the corpus is not row 9')
  assert.match(reasonOf(file, changed(3, { orderKey: 31n }))!, 'row 3 of the corpus is not row 4')
  assert.match(reasonOf(file, rows.slice(1))!, 'the corpus has 4 rows, the Datanet versions 3')
  const wide = buildCorpus(
    rows.map(({ row: { output }, ...place }) => ({ ...place, tokens: output })),
    { tokenizerHash: BYTE_TOKENIZER, vocabulary: 300 },
  )
  if (isRefused(wide)) throw new Error(wide.code)
  assert.match(reasonOf(wide.file, rows)!, '300 token ids, UTF-8 bytes have 256')
})

test('token information: counted over the first version’s rows, whatever is withdrawn or copied later', async () => {
  assert.equal(firstInfoTable(rowsOf(0, 1)), INFO)
  const copies = [...rowsOf(), { ...rowsOf()[1]!, rowId: 9n, orderKey: 90n }]
  assert.equal(firstInfoTable(copies), INFO)
  // All rows live: what a corpus of its own text carries.
  const own = buildCorpus(
    rowsOf().map(({ row, ...place }) => ({ ...place, tokens: row.output })),
    { tokenizerHash: BYTE_TOKENIZER, vocabulary: 256 },
  )
  assert.equal(isRefused(own) ? own : own.file.infoTable, INFO)
  const later = corpusOf(rowsOf(1))
  assert.ok(isRefused(await SpanEngine.open(later.bytes)), 'without the first table it is not the first corpus')
})

test.run()
