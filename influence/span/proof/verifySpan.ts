/**
 * `verifySpan` (influence.md §7): that one span of an attested list stands in the corpus, where it stands first, whose it
 * is, that it cannot be longer on either side, and that the scores of the result follow from the list.
 */
import { concat, equal } from '../../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../../primitives/hashes.ts'
import { NO_DUPLICATE } from '../../indexFile.ts'
import { isRefused, type Refused, refuse } from '../../refusal.ts'
import { decodeResult } from '../../result.ts'
import type { Attribution, Span, SpanProof } from '../../surface.ts'
import { DOMAIN, rootFromProof, u32 } from '../../tree.ts'
import { type CorpusHeader, decodeCorpusHeader } from '../corpusHeader.ts'
import { scoreOwners, sumInfo, symbolsOf } from '../findSpans.ts'
import { checkOutput, outputHashOf, spansRootOf } from '../outputHash.ts'
import { infoHashOf } from '../tokenInfo.ts'
import { type ShownCorpus, showCorpus } from './corpusOpening.ts'
import { decodeSpanProof, encodeSpanProof, planOf } from './spanProof.ts'

export interface VerifiedSpan {
  readonly kind: 'valid'
  readonly span: Span
  /** The whole list; only `span` is proved. */
  readonly spans: readonly Span[]
}

/**
 * Checks a proof against a corpus root and a result. The caller answers for both: `corpusRoot` comes from the chain, and
 * `resultBytes` must hash to the job's attributionRoot.
 */
export function verifySpan(
  proof: SpanProof,
  corpusRoot: Uint8Array,
  resultBytes: Uint8Array,
  hash: Hasher = keccak256,
): VerifiedSpan | Refused {
  const shaped = decodeSpanProof(encodeSpanProof(proof))
  if (isRefused(shaped)) return shaped
  const header = decodeCorpusHeader(shaped.header)
  if (isRefused(header)) return header
  const result = decodeResult(resultBytes, hash)
  if (isRefused(result)) return result
  if (result.method !== 'span') return refuse('WrongKind', 'span', result.method)
  if (!equal(result.sourceRoot, corpusRoot)) return refuse('RootMismatch', corpusRoot, result.sourceRoot)
  const span = shaped.spans[shaped.place]!
  const shown = showCorpus(
    shaped.header,
    header,
    planOf(shaped, span.length, header.textLength),
    shaped.opening,
    corpusRoot,
    hash,
  )
  if (isRefused(shown)) return shown
  const bad =
    checkAnswer(shaped, header, result, hash) ??
    checkSpan(shaped, span) ??
    checkMatch(shaped, span, shown, header.textLength) ??
    checkOwner(shaped, span, header, hash) ??
    checkScores(shaped, result)
  return bad ?? { kind: 'valid', span, spans: shaped.spans }
}

/** The answer and the list of spans are the result's. */
function checkAnswer(proof: SpanProof, header: CorpusHeader, result: Attribution, hash: Hasher): Refused | undefined {
  const infoHash = infoHashOf(proof.infoTable, hash)
  if (!equal(infoHash, header.infoHash)) return refuse('ProofMismatch', header.infoHash, infoHash)
  const output = { jobId: proof.jobId, tokenizerHash: header.tokenizerHash, tokens: proof.tokens }
  const bad = checkOutput(output, header)
  if (bad) return bad
  const outputHash = outputHashOf(output, hash)
  if (!equal(outputHash, result.queryHash)) return refuse('ProofMismatch', result.queryHash, outputHash)
  const spansRoot = spansRootOf(outputHash, proof, hash)
  return equal(spansRoot, result.contextRoot) ? undefined : refuse('ProofMismatch', result.contextRoot, spansRoot)
}

function checkSpan({ tokens, infoTable, lMin, iMin }: SpanProof, span: Span): Refused | undefined {
  if (span.length < lMin) return refuse('ScoreMismatch', `a span of at least ${lMin} tokens`, span.length)
  const info = sumInfo(infoTable, tokens.subarray(span.start, span.start + span.length))
  if (span.info !== info) return refuse('ScoreMismatch', info, span.info)
  return info < iMin ? refuse('ScoreMismatch', `information of at least ${iMin}`, info) : undefined
}

/** (a), (b) and (d): exactly the suffixes lo … hi−1 begin with the span, the first place is theirs, and no longer one occurs. */
function checkMatch(proof: SpanProof, span: Span, shown: ShownCorpus, textLength: number): Refused | undefined {
  const symbols = symbolsOf(proof.tokens)
  const { start, length, position } = span
  const pattern = symbols.subarray(start, start + length)
  const { lo, hi, right, left } = proof
  const at = (place: number, own: Uint32Array) => compareSuffix(shown, place, own, textLength)
  const isRange =
    at(lo - 1, pattern) === 'smaller' &&
    at(lo, pattern) === 'begins' &&
    at(hi - 1, pattern) === 'begins' &&
    at(hi, pattern) === 'larger'
  if (!isRange) return refuse('ProofMismatch', 'the range of suffixes that begin with the span', [lo, hi])
  const least = shown.leastPosition(lo, hi)
  if (least !== BigInt(position)) return refuse('ProofMismatch', least, position)
  const isAbsent = (place: number | undefined, own: Uint32Array) =>
    place === undefined || (at(place - 1, own) === 'smaller' && at(place, own) === 'larger')
  if (!isAbsent(right, symbols.subarray(start, start + length + 1)))
    return refuse('ProofMismatch', 'neighbours that enclose the span and its next token', right)
  return isAbsent(left, symbols.subarray(Math.max(0, start - 1), start + length))
    ? undefined
    : refuse('ProofMismatch', 'neighbours that enclose the span and the token before it', left)
}

/** A suffix beside a pattern; outside the suffix array stand a smallest and a largest. */
function compareSuffix(
  shown: ShownCorpus,
  place: number,
  pattern: Uint32Array,
  textLength: number,
): 'smaller' | 'begins' | 'larger' {
  if (place < 0) return 'smaller'
  if (place >= textLength) return 'larger'
  const position = shown.positionAt(place)
  for (const [i, symbol] of pattern.entries()) {
    const own = shown.symbolAt(position + i)
    if (own === undefined || own < symbol) return 'smaller'
    if (own > symbol) return 'larger'
  }
  return 'begins'
}

/** (c): the owner's row holds the position. */
function checkOwner(proof: SpanProof, span: Span, header: CorpusHeader, hash: Hasher): Refused | undefined {
  const { ownerLeaf, ownerSiblings } = proof
  const prefix = concat(Uint8Array.of(DOMAIN.corpusRow), u32(span.owner))
  if (!equal(ownerLeaf.subarray(0, 5), prefix)) return refuse('ProofMismatch', prefix, ownerLeaf.slice(0, 5))
  if (span.owner >= header.rowCount) return refuse('BadLimit', `a row below ${header.rowCount}`, span.owner)
  const root = rootFromProof(hash(ownerLeaf), span.owner, ownerSiblings, header.rowCount, hash)
  if (!equal(root, header.rowsRoot)) return refuse('ProofMismatch', header.rowsRoot, root)
  const view = new DataView(ownerLeaf.buffer, ownerLeaf.byteOffset)
  const start = view.getBigUint64(5 + 24, true)
  const end = start + BigInt(view.getUint32(5 + 32, true))
  const isOwn = view.getUint32(5 + 36, true) === NO_DUPLICATE
  const position = BigInt(span.position)
  return isOwn && position >= start && position < end
    ? undefined
    : refuse('ProofMismatch', 'the row that holds the position', { start, end })
}

/** Every score in the result is what the list gives its row. */
function checkScores({ spans, tokens, infoTable }: SpanProof, { entries }: Attribution): Refused | undefined {
  const scores = scoreOwners(spans, tokens, infoTable)
  const wrong = entries.find(({ row, score }) => BigInt(scores.get(row) ?? 0) !== score)
  return wrong === undefined ? undefined : refuse('ScoreMismatch', scores.get(wrong.row) ?? 0, wrong.score)
}
