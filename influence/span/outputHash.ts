/** What a job commits to for method `span` (influence.md §7): its answer as tokens, and the list of spans found in it. */
import { equal, uintToBytes } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { type Refused, refuse } from '../refusal.ts'
import type { OutputTokens, Span } from '../surface.ts'
import { DOMAIN, hashTagged, u32 } from '../tree.ts'

/** Tokens of one answer: a score stays below 2^16 · 2^8, and the slowest text to match takes seconds. */
export const OUTPUT_TOKENS_MAX = 2 ** 16
export const SPAN_RECORD_BYTES = 24
/** The tokenizer of corpora whose tokens are UTF-8 bytes. */
export const BYTE_TOKENIZER = new Uint8Array(32)
export const BYTE_VOCABULARY = 256
/** Defaults and bounds of the parameters; both are u16 in the context. */
export const L_MIN_DEFAULT = 8
export const I_MIN_DEFAULT = 64
const PARAMETER_MAX = 65_535

/** What `respond` commits to: hash(37 ‖ jobId ‖ tokenizerHash ‖ u32 m ‖ u32 tokens …). */
export function outputHashOf({ jobId, tokenizerHash, tokens }: OutputTokens, hash: Hasher): Uint8Array {
  return hashTagged(DOMAIN.output, hash, uintToBytes(jobId, 32), tokenizerHash, u32(tokens.length), encodeWords(tokens))
}

/** u32 values as little-endian bytes. */
export function encodeWords(words: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(4 * words.length)
  const view = new DataView(out.buffer)
  for (let i = 0; i < words.length; i++) view.setUint32(4 * i, words[i]!, true)
  return out
}

/** 24 bytes each: u32 s, u32 length, u32 info, u32 owner row, u64 p. There may be as many as tokens: no spread. */
export function encodeSpans(spans: readonly Span[]): Uint8Array {
  const out = new Uint8Array(SPAN_RECORD_BYTES * spans.length)
  const view = new DataView(out.buffer)
  for (const [i, { start, length, info, owner, position }] of spans.entries()) {
    const at = SPAN_RECORD_BYTES * i
    view.setUint32(at, start, true)
    view.setUint32(at + 4, length, true)
    view.setUint32(at + 8, info, true)
    view.setUint32(at + 12, owner, true)
    view.setBigUint64(at + 16, BigInt(position), true)
  }
  return out
}

/** contextRoot of a result: hash(38 ‖ outputHash ‖ u16 Lmin ‖ u16 Imin ‖ u32 count ‖ records). */
export function spansRootOf(
  outputHash: Uint8Array,
  { lMin, iMin, spans }: { lMin: number; iMin: number; spans: readonly Span[] },
  hash: Hasher,
): Uint8Array {
  const head = new Uint8Array(4)
  const view = new DataView(head.buffer)
  view.setUint16(0, lMin, true)
  view.setUint16(2, iMin, true)
  return hashTagged(DOMAIN.spans, hash, outputHash, head, u32(spans.length), encodeSpans(spans))
}

export function checkSpanParameters(lMin: number, iMin: number): Refused | undefined {
  if (!Number.isInteger(lMin) || lMin < 1 || lMin > PARAMETER_MAX)
    return refuse('BadParameter', `lMin in 1 … ${PARAMETER_MAX}`, lMin)
  const isInfo = Number.isInteger(iMin) && iMin >= 0 && iMin <= PARAMETER_MAX
  return isInfo ? undefined : refuse('BadParameter', `iMin in 0 … ${PARAMETER_MAX}`, iMin)
}

/** Is this an answer that the corpus's tokenizer could have given? */
export function checkOutput(
  { jobId, tokenizerHash, tokens }: OutputTokens,
  corpus: { readonly tokenizerHash: Uint8Array; readonly vocabulary: number },
): Refused | undefined {
  if (jobId < 0n || jobId >> 256n !== 0n) return refuse('BadLimit', 'a uint256 job id', jobId)
  if (!equal(tokenizerHash, corpus.tokenizerHash)) return refuse('ModelMismatch', corpus.tokenizerHash, tokenizerHash)
  if (tokens.length > OUTPUT_TOKENS_MAX) return refuse('BadLimit', `at most ${OUTPUT_TOKENS_MAX} tokens`, tokens.length)
  const wrong = tokens.find((token) => token >= corpus.vocabulary)
  return wrong === undefined ? undefined : refuse('CodeRange', `token ids below ${corpus.vocabulary}`, wrong)
}

/** The tokens of an answer for corpora of UTF-8 bytes. */
export const byteOutput = (jobId: bigint, answer: Uint8Array): OutputTokens => ({
  jobId,
  tokenizerHash: BYTE_TOKENIZER,
  tokens: Uint32Array.from(answer),
})

/** Do these tokens say the answer that was posted? For corpora of UTF-8 bytes. */
export function checkByteOutput({ tokens }: OutputTokens, answer: Uint8Array): Refused | undefined {
  const at = tokens.findIndex((token, i) => token !== answer[i])
  if (at < 0 && tokens.length === answer.length) return undefined
  return refuse('DecodeMismatch', 'tokens that are the bytes of the answer', at < 0 ? tokens.length : { at })
}
