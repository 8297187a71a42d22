/** Checks `small/span.json`: corpora with every commitment, matches of every position, spans, scores, results. */

import { NO_DUPLICATE } from '../../../influence/indexFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { decodeResult } from '../../../influence/result.ts'
import { buildCorpus, type TextRow } from '../../../influence/span/buildCorpus.ts'
import { type CorpusFile, decodeCorpusFile } from '../../../influence/span/corpusFile.ts'
import { CORPUS_HEADER_BYTES } from '../../../influence/span/corpusHeader.ts'
import { symbolsOf } from '../../../influence/span/findSpans.ts'
import { verifySpan } from '../../../influence/span/proof/verifySpan.ts'
import { findSharedPrefixes, sharingRange } from '../../../influence/span/sharedPrefixes.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import { matchLengths } from '../../../influence/span/suffixSearch.ts'
import { strings, type Tally } from './tally.ts'
import { bytesOf, hexOf, sha256Of } from './vectorCases.ts'

interface SpanOutput {
  readonly jobId: number
  readonly tokens: readonly number[]
  readonly M: readonly number[]
  readonly spans: readonly {
    readonly start: number
    readonly length: number
    readonly info: number
    readonly owner: number
    readonly position: number
    readonly lo: number
    readonly hi: number
  }[]
  readonly S: readonly string[]
  readonly entries: readonly { row: number; score: string; weight: string }[]
  readonly outputHash: string
  readonly scoresRoot: string
  readonly contextRoot: string
  readonly resultHex: string
  readonly attributionRoot: string
}

interface SpanCase {
  readonly name: string
  readonly vocabulary: number
  readonly tokenizerHash: string
  readonly Lmin: number
  readonly Imin: number
  readonly K: number
  readonly rows: readonly (readonly number[])[]
  readonly dupOf: readonly (number | null)[]
  readonly start: readonly number[]
  readonly textLength: number
  /** A table, or the entries that differ from `infoElsewhere`. */
  readonly info: readonly number[] | Readonly<Record<string, number>>
  readonly infoElsewhere?: number
  readonly SA: readonly number[]
  readonly suffixArraySha256: string
  readonly infoHash: string
  readonly rowsRoot: string
  readonly textRoot: string
  readonly saRoot: string
  readonly header: string
  readonly corpusRoot: string
  readonly outputs: readonly SpanOutput[]
}

/** Rows with the identity that the vectors give them. */
export const textRowsOf = (rows: readonly ArrayLike<number>[]): TextRow[] =>
  rows.map((tokens, row) => ({ datanetId: 1n, rowId: BigInt(row + 1), orderKey: 2n ** 24n + BigInt(row), tokens }))

export async function checkSpans(tally: Tally, parsed: unknown): Promise<void> {
  for (const own of (parsed as { cases: SpanCase[] }).cases) await checkCorpus(tally, `span, ${own.name}`, own)
}

async function checkCorpus(tally: Tally, place: string, own: SpanCase): Promise<void> {
  const { vocabulary } = own
  const built = buildCorpus(textRowsOf(own.rows), { tokenizerHash: bytesOf(own.tokenizerHash), vocabulary })
  if (isRefused(built)) throw new Error(`${place} refused: ${built.code}`)
  const { rows, text, order, infoTable, header, commitment } = built.file
  const dupOf = own.dupOf.map((of) => of ?? NO_DUPLICATE)
  tally.checkList(`${place}, dupOf`, dupOf, [...rows.duplicateOf])
  tally.checkList(`${place}, start`, own.start, [...rows.starts])
  tally.check(`${place}, textLength`, own.textLength, text.length)
  tally.checkList(`${place}, info`, tableOf(own), [...infoTable])
  tally.checkList(`${place}, SA`, own.SA, [...order])
  tally.check(`${place}, SA hash`, own.suffixArraySha256, sha256Of(BigUint64Array.from(order, BigInt)))
  for (const root of ['infoHash', 'rowsRoot', 'textRoot'] as const)
    tally.check(`${place}, ${root}`, own[root], hexOf(header[root]))
  tally.check(`${place}, header`, own.header, hexOf(commitment.subarray(0, CORPUS_HEADER_BYTES)))
  tally.check(`${place}, saRoot`, own.saRoot, hexOf(commitment.subarray(CORPUS_HEADER_BYTES)))
  tally.check(`${place}, corpusRoot`, own.corpusRoot, hexOf(built.info.corpusRoot))
  const decoded = decodeCorpusFile(built.bytes)
  tally.check(
    `${place}, file`,
    sha256Of(text, order),
    isRefused(decoded) ? decoded.code : sha256Of(decoded.text, decoded.order),
  )
  const engine = await SpanEngine.open(built.bytes)
  if (isRefused(engine)) throw new Error(`${place} refused: ${engine.code}`)
  for (const output of own.outputs) {
    const at = `${place}, output ${output.jobId}`
    checkMatches(tally, at, built.file, output)
    await checkOutput(tally, at, own, engine, output)
  }
}

function tableOf({ info, infoElsewhere, vocabulary }: SpanCase): readonly number[] {
  if (Array.isArray(info)) return info
  const entries = info as Readonly<Record<string, number>>
  return Array.from({ length: vocabulary }, (_, token) => entries[token] ?? infoElsewhere!)
}

function checkMatches(
  tally: Tally,
  place: string,
  { text, order }: CorpusFile,
  { tokens, M, spans }: SpanOutput,
): void {
  const symbols = symbolsOf(Uint32Array.from(tokens))
  const prefixes = findSharedPrefixes(text, order)
  const { lengths, places } = matchLengths({ text, order, prefixes }, symbols)
  tally.checkList(`${place}, M`, M, [...lengths])
  for (const { start, length, lo, hi } of spans) {
    const { first, end } = sharingRange(prefixes, places[start]!, length)
    tally.check(`${place}, span at ${start}, lo and hi`, [lo, hi], [first, end])
  }
}

async function checkOutput(
  tally: Tally,
  place: string,
  { tokenizerHash, Lmin, Imin, K }: SpanCase,
  engine: SpanEngine,
  expected: SpanOutput,
): Promise<void> {
  const tokens = Uint32Array.from(expected.tokens)
  const output = { jobId: BigInt(expected.jobId), tokenizerHash: bytesOf(tokenizerHash), tokens }
  const options = { lMin: Lmin, iMin: Imin, k: K }
  const got = await engine.attribute(output, options)
  if (isRefused(got)) throw new Error(`${place} refused: ${got.code}`)
  tally.check(
    `${place}, spans`,
    expected.spans.map(({ start, length, info, owner, position }) => [start, length, info, owner, position]),
    got.spans.map(({ start, length, info, owner, position }) => [start, length, info, owner, position]),
  )
  tally.checkList(`${place}, S`, expected.S, strings(got.scores))
  tally.check(
    `${place}, entries`,
    expected.entries.map(({ row, score, weight }) => [row, '1', `${row + 1}`, score, weight]),
    got.entries.map(({ row, datanetId, rowId, score, weight }) => [
      row,
      ...[datanetId, rowId, score, weight].map(String),
    ]),
  )
  tally.check(`${place}, outputHash`, expected.outputHash, hexOf(got.queryHash))
  for (const root of ['scoresRoot', 'contextRoot'] as const)
    tally.check(`${place}, ${root}`, expected[root], hexOf(got[root]))
  tally.check(`${place}, result`, expected.resultHex, hexOf(got.bytes))
  tally.check(`${place}, attributionRoot`, expected.attributionRoot, hexOf(got.root))
  const decoded = decodeResult(bytesOf(expected.resultHex))
  tally.check(`${place}, decoded method`, 'span', isRefused(decoded) ? decoded.code : decoded.method)
  for (const span of expected.spans.keys()) {
    const proof = await engine.proveSpan(output, span, options)
    const verified = isRefused(proof) ? proof : verifySpan(proof, engine.info.corpusRoot, bytesOf(expected.resultHex))
    tally.check(`${place}, proof of span ${span}`, 'valid', isRefused(verified) ? verified.code : verified.kind)
  }
}
