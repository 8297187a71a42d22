/** What an answer rests on, row by row: the pieces that it repeats of a row, or a row's chunks that were retrieved. */
import { toHex } from '../../primitives/bytes.ts'
import type { AttributionEvidence, EvidentSpan, RetrievedChunk } from '../backend.ts'
import type { Json } from '../json.ts'
import { plainFields } from './plainJson.ts'

/** A contribution, whatever its places in a source are. */
export interface RowId {
  readonly datanetId: bigint
  readonly rowId: bigint
}

export const rowKey = ({ datanetId, rowId }: RowId): string => `${datanetId}:${rowId}`

const isOf =
  (wanted: RowId) =>
  (one: RowId): boolean =>
    rowKey(one) === rowKey(wanted)

const TEXT = new TextDecoder()
/** Spans that one sentence quotes. */
const SPANS_QUOTED_MAX = 5

/** Text for people; the bytes too, since a piece may begin or end within a code point. */
function describeSpan(span: EvidentSpan): Json {
  return { ...plainFields(span), text: TEXT.decode(span.text), bytes: toHex(span.text) }
}

/** cos² from parts of 2^30, with four decimals. */
const cosineSquared = (score: bigint): string => (Number(score) / 2 ** 30).toFixed(4)

const describeChunk = (chunk: RetrievedChunk): Json => ({
  ...plainFields(chunk),
  cosineSquared: cosineSquared(chunk.score),
})

/** All of it, for the attribution of a job. */
export function describeEvidence(evidence: AttributionEvidence | undefined) {
  if (evidence === undefined) return {}
  if (evidence.kind === 'spans') {
    const { tokensMin, infoMin } = evidence
    return { spanTokensMin: tokensMin, spanInfoMin: infoMin, spans: evidence.spans.map(describeSpan) }
  }
  return { citationsMax: evidence.citationsMax, retrieved: evidence.retrieved.map(describeChunk) }
}

/** What of it concerns one row: fields for programs, and a sentence. */
export function evidenceOfRow(evidence: AttributionEvidence | undefined, row: RowId) {
  if (evidence === undefined) return { fields: {}, words: '' }
  if (evidence.kind === 'spans') {
    const spans = evidence.spans.filter(isOf(row))
    return { fields: { spans: spans.map(describeSpan) }, words: spans.length === 0 ? '' : quote(spans) }
  }
  const chunks = evidence.retrieved.filter(isOf(row))
  const words = chunks.map(
    ({ row: place, score, isCited }) =>
      `chunk ${place} was retrieved (cos² ${cosineSquared(score)}) and ${isCited ? '' : 'not '}cited`,
  )
  return { fields: { chunks: chunks.map(describeChunk) }, words: words.join('; ') }
}

function quote(spans: readonly EvidentSpan[]): string {
  const quoted = spans
    .slice(0, SPANS_QUOTED_MAX)
    .map(
      ({ start, length, info, text }) =>
        `${JSON.stringify(TEXT.decode(text))} (bytes ${start} to ${start + length - 1}, ${info} bits)`,
    )
  const rest = spans.length - quoted.length
  return `the answer repeats ${quoted.join(', ')}${rest > 0 ? ` and ${rest} more pieces of it` : ''}`
}
