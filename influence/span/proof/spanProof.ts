/** The match proof of one span (influence.md §7) and its strict byte codec: every length follows from what was read before. */

import { type ByteReader, createByteReader } from '../../../primitives/byteReader.ts'
import { bytesToUint, concat, uintToBytes } from '../../../primitives/bytes.ts'
import { isRefused, type Refused, refuse, refuseShort } from '../../refusal.ts'
import type { Span, SpanProof } from '../../surface.ts'
import { treeHeight } from '../../tree.ts'
import { CORPUS_ROW_BYTES } from '../corpusFile.ts'
import { CORPUS_HEADER_BYTES, type CorpusHeader, decodeCorpusHeader } from '../corpusHeader.ts'
import { checkSpanParameters, encodeSpans, encodeWords, OUTPUT_TOKENS_MAX, SPAN_RECORD_BYTES } from '../outputHash.ts'
import { encodeOpening, type OpeningPlan, readOpening } from './corpusOpening.ts'

/** Domain, row number, table entry. */
export const OWNER_LEAF_BYTES = 5 + CORPUS_ROW_BYTES

/** Where a span and its two extensions stand in the suffix array. */
export type SpanPlaces = Pick<SpanProof, 'lo' | 'hi' | 'right' | 'left'>

/** The entries on both sides of every place, as far as they exist, and the symbols to compare. */
export function planOf({ lo, hi, right, left }: SpanPlaces, length: number, textLength: number): OpeningPlan {
  const beside = (place: number | undefined, symbols: number) =>
    place === undefined ? [] : [place - 1, place].map((entry) => ({ place: entry, symbols }))
  const around = [
    ...beside(lo, length),
    ...beside(hi, length),
    ...beside(right, length + 1),
    ...beside(left, length + 1),
  ]
  return { entries: around.filter(({ place }) => place >= 0 && place < textLength) }
}

export function encodeSpanProof(proof: SpanProof): Uint8Array {
  const { header, infoTable, jobId, tokens, lMin, iMin, spans, place, lo, hi, right, left } = proof
  const parameters = new Uint8Array(4)
  new DataView(parameters.buffer).setUint32(0, lMin | (iMin << 16), true)
  const places = [lo, hi, ...(right === undefined ? [] : [right]), ...(left === undefined ? [] : [left])]
  return concat(
    concat(header, encodeWords([tokens.length]), encodeWords(tokens), uintToBytes(jobId, 32), parameters),
    concat(encodeWords([spans.length]), encodeSpans(spans), encodeWords([place]), encodeWords(places), infoTable),
    encodeOpening(proof.opening),
    concat(proof.ownerLeaf, ...proof.ownerSiblings),
  )
}

/** Strict: the header must decode, spans must lie in the answer by ascending start, and no byte is left over. */
export function decodeSpanProof(bytes: Uint8Array): SpanProof | Refused {
  const reader = createByteReader(bytes)
  const headerBytes = reader.take(CORPUS_HEADER_BYTES)
  if (headerBytes === undefined) return refuseShort(reader)
  const header = decodeCorpusHeader(headerBytes)
  if (isRefused(header)) return header
  const answer = readAnswer(reader)
  if (isRefused(answer)) return answer
  const places = readPlaces(reader, answer.spans[answer.place]!, answer.tokens.length, header)
  if (isRefused(places)) return places
  const infoTable = reader.take(header.vocabulary)
  if (infoTable === undefined) return refuseShort(reader)
  const plan = planOf(places, answer.spans[answer.place]!.length, header.textLength)
  const opening = readOpening(reader, header, plan)
  if (isRefused(opening)) return opening
  const ownerLeaf = reader.take(OWNER_LEAF_BYTES)
  const ownerSiblings = reader.takeEach(Array(treeHeight(header.rowCount)).fill(32))
  if (ownerLeaf === undefined || ownerSiblings === undefined) return refuseShort(reader)
  if (reader.left() !== 0) return refuse('BadLength', bytes.length - reader.left(), bytes.length)
  return { header: headerBytes, infoTable, ...answer, ...places, opening, ownerLeaf, ownerSiblings }
}

type Answer = Pick<SpanProof, 'jobId' | 'tokens' | 'lMin' | 'iMin' | 'spans' | 'place'>

function readAnswer(reader: ByteReader): Answer | Refused {
  const count = reader.takeU32()
  if (count === undefined) return refuseShort(reader)
  if (count > OUTPUT_TOKENS_MAX) return refuse('BadLimit', `at most ${OUTPUT_TOKENS_MAX} tokens`, count)
  const tokenBytes = reader.take(4 * count)
  const jobId = reader.take(32)
  const lMin = reader.takeU16()
  const iMin = reader.takeU16()
  const spanCount = reader.takeU32()
  if (tokenBytes === undefined || jobId === undefined || lMin === undefined) return refuseShort(reader)
  if (iMin === undefined || spanCount === undefined) return refuseShort(reader)
  const bad = checkSpanParameters(lMin, iMin)
  if (bad) return bad
  const tokenView = new DataView(tokenBytes.buffer)
  const tokens = Uint32Array.from({ length: count }, (_, t) => tokenView.getUint32(4 * t, true))
  const spans = readSpans(reader, spanCount, count)
  if (isRefused(spans)) return spans
  const place = reader.takeU32()
  if (place === undefined) return refuseShort(reader)
  if (place >= spanCount) return refuse('BadLimit', `one of ${spanCount} spans`, place)
  return { jobId: bytesToUint(jobId), tokens, lMin, iMin, spans, place }
}

function readSpans(reader: ByteReader, spanCount: number, tokenCount: number): Span[] | Refused {
  if (spanCount > tokenCount) return refuse('BadLimit', `at most ${tokenCount} spans`, spanCount)
  const bytes = reader.take(SPAN_RECORD_BYTES * spanCount)
  if (bytes === undefined) return refuseShort(reader)
  const view = new DataView(bytes.buffer)
  const spans: Span[] = []
  for (let at = 0; at < bytes.length; at += SPAN_RECORD_BYTES) {
    const [start, length, info, owner] = [0, 4, 8, 12].map((field) => view.getUint32(at + field, true))
    const span = { start: start!, length: length!, info: info!, owner: owner!, position: 0 }
    const position = view.getBigUint64(at + 16, true)
    const before = spans.at(-1)
    if (position >> 32n !== 0n) return refuse('BadLimit', 'a position in the text', position)
    if (span.length < 1 || span.start + span.length > tokenCount)
      return refuse('BadLimit', `a span within ${tokenCount} tokens`, span)
    if (before !== undefined && span.start <= before.start)
      return refuse('BadOrder', `a start above ${before.start}`, span.start)
    spans.push({ ...span, position: Number(position) })
  }
  return spans
}

/** The right extension exists where the span does not end the answer, the left one where it does not begin it. */
function readPlaces(
  reader: ByteReader,
  { start, length }: Span,
  tokenCount: number,
  { textLength }: CorpusHeader,
): SpanPlaces | Refused {
  const lo = reader.takeU32()
  const hi = reader.takeU32()
  const right = start + length < tokenCount ? reader.takeU32() : 0
  const left = start > 0 ? reader.takeU32() : 0
  if (lo === undefined || hi === undefined || right === undefined || left === undefined) return refuseShort(reader)
  if (lo >= hi || hi > textLength) return refuse('BadLimit', `places lo < hi ≤ ${textLength}`, [lo, hi])
  if (right > textLength || left > textLength) return refuse('BadLimit', `places up to ${textLength}`, [right, left])
  return { lo, hi, right: start + length < tokenCount ? right : undefined, left: start > 0 ? left : undefined }
}
