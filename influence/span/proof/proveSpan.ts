/** Makes the match proof of one span of an answer (influence.md §7). */
import assert from 'node:assert'
import type { Hasher } from '../../../primitives/hashes.ts'
import { isRefused, type Refused, refuse } from '../../refusal.ts'
import type { OutputTokens, SpanOptions, SpanProof } from '../../surface.ts'
import { attributeSpans } from '../attributeSpans.ts'
import { textRowLeaf } from '../corpusFile.ts'
import { CORPUS_HEADER_BYTES } from '../corpusHeader.ts'
import { type Corpus, plainSpan, symbolsOf } from '../findSpans.ts'
import { placeOf } from '../suffixSearch.ts'
import { hashRule, pathOf } from '../treeOpening.ts'
import { openCorpusAt } from './corpusOpening.ts'
import { planOf } from './spanProof.ts'
import { verifySpan } from './verifySpan.ts'

/** `place` numbers the spans of the attribution under the same options. */
export function proveSpan(
  corpus: Corpus,
  output: OutputTokens,
  place: number,
  options: SpanOptions,
  hash: Hasher,
): SpanProof | Refused {
  const found = attributeSpans(corpus, output, options, hash)
  if (isRefused(found)) return found
  const span = found.spans[place]
  if (span === undefined) return refuse('BadLimit', `one of ${found.spans.length} spans`, place)
  const { file, trees } = corpus
  const { jobId, tokens } = output
  const symbols = symbolsOf(tokens)
  const { start, length, lo, hi, owner } = span
  const right = start + length < tokens.length ? symbols.subarray(start, start + length + 1) : undefined
  const left = start > 0 ? symbols.subarray(start - 1, start + length) : undefined
  const placed = (pattern: Uint32Array | undefined) => (pattern === undefined ? undefined : placeOf(file, pattern).at)
  const places = { lo, hi, right: placed(right), left: placed(left) }
  const proof: SpanProof = {
    header: file.commitment.slice(0, CORPUS_HEADER_BYTES),
    infoTable: file.infoTable.slice(),
    jobId,
    tokens,
    lMin: found.lMin,
    iMin: found.iMin,
    spans: found.spans.map(plainSpan),
    place,
    ...places,
    opening: openCorpusAt(corpus, planOf(places, length, file.text.length)),
    ownerLeaf: textRowLeaf(file.rows, owner),
    ownerSiblings: pathOf(trees.rows, owner, hashRule(hash)),
  }
  const verified = verifySpan(proof, found.sourceRoot, found.bytes, hash)
  assert(!isRefused(verified), `a proof of our own is refused with ${isRefused(verified) && verified.code}`)
  return proof
}
