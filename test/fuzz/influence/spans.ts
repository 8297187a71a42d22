/** `influence/spans`: method `span` against the slow way, from rows to roots, result bytes and match proofs. */
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { type BuiltCorpus, buildCorpus } from '../../../influence/span/buildCorpus.ts'
import { verifySpan } from '../../../influence/span/proof/verifySpan.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import type { OutputTokens, SpanAttribution } from '../../../influence/surface.ts'
import { equal } from '../../../primitives/bytes.ts'
import type { Hasher } from '../../../primitives/hashes.ts'
import { textRowsOf } from '../../influence/conformance/spanChecks.ts'
import { oraclePay } from '../../influence/oracle/attribution.ts'
import {
  type Commitments,
  commitmentsWith,
  oracleResultBytes,
  oracleScoresRoot,
} from '../../influence/oracle/commitments.ts'
import { type OracleCorpus, oracleCorpus, oracleOutputHash, oracleSpansRoot } from '../../influence/oracle/spans.ts'
import { naiveSpans } from '../../influence/span/spanOracle.ts'
import type { Random } from '../random.ts'
import type { FuzzSubject } from '../subject.ts'

export interface SpanCase {
  readonly vocabulary: number
  /** Token ids. */
  readonly rows: readonly (readonly number[])[]
  readonly output: readonly number[]
  readonly lMin: number
  readonly iMin: number
  readonly k: number
}

const TOKENIZER = new Uint8Array(32).fill(5)
const JOB_ID = 9n

/** Few symbols, so that pieces repeat; rows that repeat others in part or as a whole; now and then a text of two leaves. */
function draw(random: Random): SpanCase {
  const vocabulary = random.pick([1, 2, 3, 5, 256])
  const token = () => random.int(0, Math.min(vocabulary, 4) - 1)
  const line = (most: number) => Array.from({ length: random.int(0, most) }, token)
  const rows: number[][] = []
  const isLong = random.oneIn(30)
  for (let left = random.int(1, 8); left > 0; left--) {
    const earlier = rows.length > 0 ? random.pick(rows) : []
    rows.push(random.pick([line(isLong ? 150 : 14), line(14), [...earlier], [...earlier.slice(2), ...line(4)]]))
  }
  const piece = () => {
    const row = random.pick(rows)
    const from = random.int(0, row.length)
    return row.slice(from, random.int(from, row.length))
  }
  const output = [...piece(), ...line(3), ...piece(), ...line(3), ...piece()]
  return {
    vocabulary,
    rows,
    output: output.slice(0, 40),
    lMin: random.pick([1, 2, 3, 8]),
    iMin: random.pick([0, 1, 3, 64]),
    k: random.pick([1, 2, 64, 256]),
  }
}

function compareCorpus({ file, info }: BuiltCorpus, expected: OracleCorpus): string | undefined {
  const lists: [string, ArrayLike<number>, readonly number[]][] = [
    ['dupOf', file.rows.duplicateOf, expected.dupOf.map((of) => of ?? 0xffffffff)],
    ['starts', file.rows.starts, expected.starts],
    ['text', file.text, expected.text],
    ['suffix array', file.order, expected.order],
    ['token information', file.infoTable, expected.info],
  ]
  for (const [name, got, wanted] of lists) if (Array.from(got).join() !== wanted.join()) return name
  return equal(info.corpusRoot, expected.corpusRoot) ? undefined : 'corpusRoot'
}

function compareResult(own: SpanCase, result: SpanAttribution, corpus: OracleCorpus, commit: Commitments) {
  const { spans, scores } = naiveSpans(own.rows, own.output, corpus.info, own.lMin, own.iMin)
  if (JSON.stringify(result.spans) !== JSON.stringify(spans)) return `spans ${JSON.stringify(result.spans)}`
  const S = scores.map(BigInt)
  if (result.scores.join() !== S.join()) return `scores ${result.scores.join()}`
  const queryHash = oracleOutputHash(JOB_ID, TOKENIZER, own.output, commit)
  const roots = {
    queryHash,
    scoresRoot: oracleScoresRoot(S, commit),
    contextRoot: oracleSpansRoot(queryHash, { ...own, spans }, commit),
  }
  const facts = {
    method: 2,
    options: { k: own.k, tau: 0, level: 0 as const },
    rowCount: own.rows.length,
    G: 0,
    roots,
    entries: oraclePay(S, S, own.k, () => false),
  }
  const ids = { datanetIds: own.rows.map(() => 1n), rowIds: own.rows.map((_, row) => BigInt(row + 1)) }
  return equal(result.bytes, oracleResultBytes(facts, corpus.corpusRoot, ids)) ? undefined : 'result bytes'
}

async function proveAll(
  engine: SpanEngine,
  output: OutputTokens,
  own: SpanCase,
  result: SpanAttribution,
  hash: Hasher,
) {
  for (const place of result.spans.keys()) {
    const proof = await engine.proveSpan(output, place, own)
    if (isRefused(proof)) return `proof of span ${place} refused: ${proof.code}`
    const verdict = verifySpan(proof, engine.info.corpusRoot, result.bytes, hash)
    if (isRefused(verdict)) return `proof of span ${place} does not verify: ${verdict.code}`
    if (JSON.stringify(verdict.span) !== JSON.stringify(result.spans[place]))
      return `proof of span ${place}: another span`
  }
  return undefined
}

async function check(own: SpanCase, hash: Hasher, commit: Commitments): Promise<string | undefined> {
  const rows = textRowsOf(own.rows)
  const built = buildCorpus(rows, { tokenizerHash: TOKENIZER, vocabulary: own.vocabulary, hash })
  if (isRefused(built)) return `the builder refused: ${built.code}`
  const ids = {
    datanetIds: rows.map(({ datanetId }) => datanetId),
    rowIds: rows.map(({ rowId }) => rowId),
    orderKeys: rows.map(({ orderKey }) => orderKey),
  }
  const corpus = oracleCorpus({ ...own, tokenizerHash: TOKENIZER, ...ids }, commit)
  const difference = compareCorpus(built, corpus)
  if (difference !== undefined) return difference
  const engine = await SpanEngine.open(built.bytes, { hash })
  if (isRefused(engine)) return `refused the corpus: ${engine.code}`
  const output = { jobId: JOB_ID, tokenizerHash: TOKENIZER, tokens: Uint32Array.from(own.output) }
  const result = await engine.attribute(output, own)
  if (isRefused(result)) return `refused the answer: ${result.code}`
  return compareResult(own, result, corpus, commit) ?? (await proveAll(engine, output, own, result, hash))
}

function* shrink(own: SpanCase): Generator<SpanCase> {
  const { rows, output } = own
  for (const at of rows.keys()) if (rows.length > 1) yield { ...own, rows: rows.filter((_, i) => i !== at) }
  for (const at of output.keys()) yield { ...own, output: output.filter((_, i) => i !== at) }
  for (const [i, row] of rows.entries()) {
    for (const at of row.keys())
      yield {
        ...own,
        rows: rows.with(
          i,
          row.filter((_, j) => j !== at),
        ),
      }
  }
}

export const spans: FuzzSubject<SpanCase> = {
  name: 'influence/spans',
  says: 'method span against the slow way: corpus, spans, scores, result, match proofs',
  async open() {
    const hash = await createFastKeccak()
    const commit = commitmentsWith(hash)
    return {
      compares: ['plain arrays', 'suffix array'],
      notRun: [],
      draw,
      check: (own) => check(own, hash, commit),
      shrink,
      close: () => {},
    }
  },
}
