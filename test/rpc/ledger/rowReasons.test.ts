/** The reward explainer's words for span and rag: pieces of the answer, chunks that were retrieved, rows paid for several. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { utf8 } from '../../../primitives/bytes.ts'
import type { AttributionEvidence, ScoredRow } from '../../../rpc/backend.ts'
import { describeEvidence } from '../../../rpc/ledger/evidence.ts'
import { explainPaid, explainUnpaid, type IndexPlace, type Verdict } from '../../../rpc/ledger/rowReasons.ts'

const place = (rowId: bigint, row: number | null = null): IndexPlace => ({
  ...{ datanetId: 1n, version: 1n, rowId, contributorId: 10n + rowId, status: 'accepted', row },
})
const entry = (row: number, rowId: bigint, weight: bigint, rank: number) => ({
  ...{ row, datanetId: 1n, rowId, score: 1_000n - BigInt(rank), weight },
  ...{ rank, contributorId: 10n + rowId, rewardWei: weight },
})
const HALF = 1n << 31n

const span = (start: number, text: string, info: number, row: number) => ({
  ...{ start, length: utf8(text).length, info, row, datanetId: 1n, rowId: BigInt(row + 1), text: utf8(text) },
})
const SPANS: AttributionEvidence = {
  ...{ kind: 'spans', tokensMin: 8, infoMin: 64 },
  spans: [span(4, 'to be or not', 70, 0), span(30, 'a stitch in time', 90, 1), span(60, 'not to be', 66, 0)],
}
const spanVerdict: Verdict = { method: 'span', evidence: SPANS, paid: [entry(0, 1n, HALF, 1), entry(1, 2n, HALF, 2)] }

test('span: a paid row is told its pieces of the answer, with places and bits', () => {
  const told = explainPaid(place(1n), [spanVerdict.paid[0]!], spanVerdict)
  assert.is(
    told.explanation,
    `rank 1, score 999, 50 % of the contributors' part; the answer repeats "to be or not" (bytes 4 to 15, 70 bits), ` +
      '"not to be" (bytes 60 to 68, 66 bits)',
  )
  assert.equal(
    told.spans!.map((one) => (one as { text: string; bytes: string }).text),
    ['to be or not', 'not to be'],
  )
  assert.is(told.row, 0)
})

test('span: unpaid rows are told in words of texts, not of gradients', () => {
  const scored = (reason: NonNullable<ScoredRow['unpaid']>['reason'], ofRow?: number): ScoredRow => ({
    ...{ row: 2, datanetId: 1n, rowId: 3n, score: 0n, rank: 3, weight: 0n },
    unpaid: { reason, ...(ofRow !== undefined && { ofRow }) },
  })
  const told = (one: ScoredRow) => explainUnpaid(place(3n, 2), one, () => place(1n, 0), spanVerdict).explanation
  assert.match(told(scored('notPositive')), /^the answer repeats no piece of it .* first to hold; rank 3, score 0/)
  assert.match(
    told(scored('duplicateInIndex', 0)),
    /^an earlier row has the same text .*: row 1 of Datanet 1, by contributor 11/,
  )
  assert.match(told(scored('empty')), /^it has no text in the corpus/)
  assert.match(told(scored('covered')), /longer pieces of other rows cover/)
})

const RETRIEVED: AttributionEvidence = {
  ...{ kind: 'citations', citationsMax: 16 },
  retrieved: [
    { row: 4, datanetId: 1n, rowId: 2n, score: 1n << 30n, isCited: true },
    { row: 5, datanetId: 1n, rowId: 2n, score: 3n << 28n, isCited: true },
    { row: 0, datanetId: 1n, rowId: 1n, score: 1n << 29n, isCited: false },
  ],
}
const ragVerdict: Verdict = { method: 'rag', evidence: RETRIEVED, paid: [entry(4, 2n, HALF, 1), entry(5, 2n, HALF, 2)] }

test('rag: a row that is paid for two chunks gets one reason with both, and the sum', () => {
  const [first, second] = ragVerdict.paid
  const told = explainPaid(place(2n), [first!, second!], ragVerdict)
  assert.equal([told.weight, told.rewardWei, told.row, told.rank], [`${2n * HALF}`, `${2n * HALF}`, 4, 1])
  assert.match(
    told.explanation,
    /^rank 1, score 999, 100 % of the contributors' part for 2 chunks; chunk 4 was retrieved/,
  )
  assert.match(told.explanation, 'chunk 5 was retrieved (cos² 0.7500) and cited')
  assert.is(told.chunks!.length, 2)
})

test('rag: a row that was retrieved and not cited, or is not like the question, is told so', () => {
  const scored = { row: 0, datanetId: 1n, rowId: 1n, score: 1n << 29n, rank: 3, weight: 0n } as const
  const told = explainUnpaid(place(1n, 0), { ...scored, unpaid: { reason: 'notCited' } }, () => undefined, ragVerdict)
  assert.match(told.explanation, /^it was retrieved, but the answer does not cite it; .*cos² 0.5000\) and not cited$/)
  const far = explainUnpaid(place(3n, 6), { ...scored, unpaid: { reason: 'notPositive' } }, () => undefined, ragVerdict)
  assert.match(far.explanation, /^it is not like the question/)
  assert.equal(far.chunks, [])
})

test('evidence: nothing for datainf; spans with text and bytes, chunks with cos², for the others', () => {
  assert.equal(describeEvidence(undefined), {})
  const spans = describeEvidence(SPANS) as { spanInfoMin: number; spans: Record<string, unknown>[] }
  assert.is(spans.spanInfoMin, 64)
  const { text, bytes, rowId, length } = spans.spans[1]!
  assert.equal([text, rowId, length], ['a stitch in time', '2', 16])
  assert.is(bytes, '0x612073746974636820696e2074696d65')
  const rag = describeEvidence(RETRIEVED) as { retrieved: Record<string, unknown>[] }
  assert.equal(
    rag.retrieved.map(({ cosineSquared, isCited }) => [cosineSquared, isCited]),
    [
      ['1.0000', true],
      ['0.7500', true],
      ['0.5000', false],
    ],
  )
})

test.run()
