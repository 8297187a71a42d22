/** Decoders of the methods `span` and `rag`: corpora, retrieval indexes and their proofs, with valid bytes to damage. */
import { createJsBackend } from '../../../influence/backends/jsBackend.ts'
import { buildIndex } from '../../../influence/buildIndex.ts'
import { NO_DUPLICATE } from '../../../influence/indexFile.ts'
import { decodeCitationProof, encodeCitationProof } from '../../../influence/rag/citationProof.ts'
import { RetrievalEngine } from '../../../influence/rag/retrievalEngine.ts'
import { verifyCitation } from '../../../influence/rag/verifyCitation.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { type BuiltCorpus, buildCorpus } from '../../../influence/span/buildCorpus.ts'
import { type CorpusFile, decodeCorpusFile, encodeCorpusFile } from '../../../influence/span/corpusFile.ts'
import { CORPUS_HEADER_BYTES, decodeCorpusHeader, encodeCorpusHeader } from '../../../influence/span/corpusHeader.ts'
import { corpusRoots, growCorpusTrees } from '../../../influence/span/corpusTrees.ts'
import { rowsWithText } from '../../../influence/span/findSpans.ts'
import { openCorpusAt } from '../../../influence/span/proof/corpusOpening.ts'
import { decodeOrderProof, encodeOrderProof, orderPlan } from '../../../influence/span/proof/orderProof.ts'
import { decodeSpanProof, encodeSpanProof } from '../../../influence/span/proof/spanProof.ts'
import { verifyOrder } from '../../../influence/span/proof/verifyOrder.ts'
import { verifySpan } from '../../../influence/span/proof/verifySpan.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import { suffixRanks } from '../../../influence/span/suffixArray.ts'
import { infoHashOf } from '../../../influence/span/tokenInfo.ts'
import type { OrderProof } from '../../../influence/surface.ts'
import type { Hasher } from '../../../primitives/hashes.ts'
import { textRowsOf } from '../../influence/conformance/spanChecks.ts'
import { queryOf, rowsOf } from '../../influence/conformance/vectorCases.ts'
import { type Decoder, refusedOr } from './decoder.ts'
import { repairIndex } from './repairIndex.ts'

const TOKENIZER = new Uint8Array(32).fill(5)
const output = (tokens: readonly number[]) => ({
  jobId: 1n,
  tokenizerHash: TOKENIZER,
  tokens: Uint32Array.from(tokens),
})
/** Everything counts: every piece of the answer is a span. */
const OPTIONS = { lMin: 2, iMin: 0 }

/** Rows of few tokens; the last text fills more than one leaf of the suffix array. */
const TEXTS: readonly (readonly (readonly number[])[])[] = [
  [[0, 1, 2, 1, 0], [1, 2, 1, 1], [0, 1, 2, 1, 0], []],
  [
    [3, 3, 3, 3, 0, 1],
    [0, 3, 3],
  ],
  [Array.from({ length: 520 }, (_, i) => (i * i) % 5), [1, 4, 4, 1, 0]],
]

const orThrow = <T>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(`a sample was refused: ${value.code}`)
  return value
}

function repairCorpus(bytes: Uint8Array, hash: Hasher): Uint8Array {
  const file = decodeCorpusFile(bytes)
  if (isRefused(file)) return bytes
  const { rowsRoot, textRoot, suffixRoot } = corpusRoots(growCorpusTrees(file, hash), file.text.length, hash)
  const out = bytes.slice()
  out.set(encodeCorpusHeader({ ...file.header, rowsRoot, textRoot, infoHash: infoHashOf(file.infoTable, hash) }))
  out.set(suffixRoot, CORPUS_HEADER_BYTES)
  return out
}

/** The file that a builder writes from the rows that this one says it holds; a repeated row has the tokens of the first. */
function rebuild({ rows, text, header }: CorpusFile, hash: Hasher): Uint8Array {
  const own = Array.from(rows.orderKeys, (orderKey, row) => {
    const original = rows.duplicateOf[row]!
    const start = rows.starts[original === NO_DUPLICATE ? row : original]!
    const tokens = text.slice(start, start + rows.lengths[row]!).map((symbol) => symbol - 1)
    return { datanetId: rows.datanetIds[row]!, rowId: rows.rowIds[row]!, orderKey, tokens }
  })
  const { tokenizerHash, vocabulary } = header
  return orThrow(buildCorpus(own, { tokenizerHash, vocabulary, hash })).bytes
}

/** What passes in full is what a builder writes, and must answer without a word. */
async function openFully(bytes: Uint8Array, hash: Hasher): Promise<Refused | Uint8Array> {
  const engine = await SpanEngine.open(bytes, { hash })
  if (isRefused(engine)) return engine
  const { tokenizerHash, vocabulary } = engine.info
  const answer = { jobId: 1n, tokenizerHash, tokens: Uint32Array.of(0, vocabulary - 1, 0) }
  if (isRefused(await engine.attribute(answer, OPTIONS))) throw new Error('a corpus that passed refused an answer')
  return rebuild(orThrow(decodeCorpusFile(bytes)), hash)
}

/** A proof of disorder as it would be, of two neighbours that are in order. */
function accuse({ file }: BuiltCorpus, hash: Hasher): Uint8Array {
  const { text, order } = file
  const place = 1
  const ranks = suffixRanks(order)
  const [a, b] = [order[place]!, order[place + 1]!]
  const followers: OrderProof['followers'] = text[a] === text[b] ? [ranks[a + 1], ranks[b + 1]] : undefined
  const corpus = { file, trees: growCorpusTrees(file, hash), ownRows: rowsWithText(file.rows) }
  const opening = openCorpusAt(corpus, orderPlan({ place, followers }))
  const header = file.commitment.slice(0, CORPUS_HEADER_BYTES)
  return encodeOrderProof({ header, place, followers, opening })
}

async function spanDecoders(built: BuiltCorpus, place: number, hash: Hasher): Promise<Decoder[]> {
  const { corpusRoot } = built.info
  const engine = orThrow(await SpanEngine.open(built.bytes, { hash }))
  const answer = output([0, 1, 2, 1, 1, 3, 3, 3])
  const result = orThrow(await engine.attribute(answer, OPTIONS))
  const proof = encodeSpanProof(orThrow(await engine.proveSpan(answer, 0, OPTIONS)))
  const accusation = accuse(built, hash)
  return [
    {
      name: `span proof ${place}, verified`,
      valid: [proof],
      decode: (bytes) => {
        const own = decodeSpanProof(bytes)
        const verdict = isRefused(own) ? own : verifySpan(own, corpusRoot, result.bytes, hash)
        return isRefused(verdict) ? verdict : proof
      },
    },
    {
      // The corpus is honest: no proof, damaged or not, may show a disorder.
      name: `order proof ${place}, verified`,
      valid: [accusation],
      decode: (bytes) => {
        const own = decodeOrderProof(bytes)
        const verdict = isRefused(own) ? own : verifyOrder(own, corpusRoot, hash)
        return isRefused(verdict) ? verdict : new Uint8Array(0)
      },
    },
    { name: `span proof ${place}`, valid: [proof], decode: (b) => refusedOr(decodeSpanProof(b), encodeSpanProof) },
    {
      name: `order proof ${place}`,
      valid: [accusation],
      decode: (b) => refusedOr(decodeOrderProof(b), encodeOrderProof),
    },
  ]
}

export async function corpusDecoders(hash: Hasher): Promise<Decoder[]> {
  const corpora = TEXTS.map((rows) =>
    orThrow(buildCorpus(textRowsOf(rows), { tokenizerHash: TOKENIZER, vocabulary: 5, hash })),
  )
  const valid = corpora.map(({ bytes }) => bytes)
  const headers = valid.map((bytes) => bytes.slice(0, CORPUS_HEADER_BYTES))
  const repair = (bytes: Uint8Array) => repairCorpus(bytes, hash)
  const proofs = await Promise.all(corpora.map((built, place) => spanDecoders(built, place, hash)))
  return [
    { name: 'corpus file', valid, decode: (bytes) => refusedOr(decodeCorpusFile(bytes), encodeCorpusFile), repair },
    { name: 'corpus file, opened', valid, decode: (bytes) => openFully(bytes, hash), repair },
    { name: 'corpus header', valid: headers, decode: (b) => refusedOr(decodeCorpusHeader(b), encodeCorpusHeader) },
    ...proofs.flat(),
  ]
}

export async function retrievalDecoders(hash: Hasher): Promise<Decoder[]> {
  const words = [
    [1, 2, 3],
    [3, 2, 1],
    [-1, 2, 0],
    [1, 2, 3],
  ].map((row) => new Uint32Array(Float32Array.from(row).buffer))
  const modelVersion = new Uint8Array(32)
  const options = {
    kind: 'retrieval',
    blockDims: [3],
    tau: 96,
    clip: 255,
    modelVersion,
    guardSeed: modelVersion,
  } as const
  const built = orThrow(buildIndex(rowsOf(words, [3]), options))
  const engine = orThrow(await RetrievalEngine.open(built.bytes, { backend: createJsBackend(), hash }))
  const query = queryOf(words[0]!, built, 1n)
  const result = orThrow(await engine.attribute(query, []))
  const proof = encodeCitationProof(orThrow(await engine.proveCitation(query, 1, [])))
  const open = async (bytes: Uint8Array): Promise<Refused | Uint8Array> => {
    const own = await RetrievalEngine.open(bytes, { backend: createJsBackend(), hash })
    return isRefused(own) ? own : bytes
  }
  return [
    { name: 'retrieval index, opened', valid: [built.bytes], decode: open, repair: (b) => repairIndex(b, hash) },
    { name: 'citation proof', valid: [proof], decode: (b) => refusedOr(decodeCitationProof(b), encodeCitationProof) },
    {
      name: 'citation proof, verified',
      valid: [proof],
      decode: (bytes) => {
        const own = decodeCitationProof(bytes)
        const verdict = isRefused(own) ? own : verifyCitation(own, built.info.indexRoot, result.bytes, hash)
        return isRefused(verdict) ? verdict : proof
      },
    },
  ]
}
