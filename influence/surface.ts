/** The types that cross the room's border (influence.md §11): queries, scores, attributions and the engine's calls. */
import type { Refused } from './refusal.ts'

export type Method = 'datainf' | 'span' | 'rag'
export type Backend = 'gpu' | 'wasm' | 'js'

export interface IndexInfo {
  readonly indexRoot: Uint8Array
  readonly modelVersion: Uint8Array
  readonly guardSeed: Uint8Array
  readonly rowCount: number
  /** Rows that are neither duplicates nor empty. */
  readonly acceptedCount: number
  /** Coordinates per block, without padding. */
  readonly blockDims: readonly number[]
  /** Code bytes of one row: every block padded to 16. */
  readonly rowBytes: number
  /** Guard threshold in 1/256 of cos²; 0 = off. */
  readonly tau: number
  /** 0 … 64, or 255 = off. */
  readonly clip: number
  readonly rhoRef: bigint
}

/** One job's quantised gradient. */
export interface Query {
  /** rowBytes codes: block by block, each padded with zeros to a multiple of 16. */
  readonly codes: Int8Array
  /** One per block. */
  readonly exponents: Int16Array
  /** uint256. */
  readonly jobId: bigint
  /** 32 bytes. */
  readonly modelVersion: Uint8Array
}

export interface Score {
  /** One per row: benefit · 2^exponentG. */
  readonly scores: BigInt64Array
  readonly exponentG: number
  readonly queryHash: Uint8Array
  readonly scoresRoot: Uint8Array
  readonly contextRoot: Uint8Array
  /** Who computed it; never part of a result. */
  readonly backend: Backend
}

export interface Entry {
  readonly row: number
  readonly datanetId: bigint
  readonly rowId: bigint
  /** Before levelling. */
  readonly score: bigint
  /** Parts per 2^32. */
  readonly weight: bigint
}

export type Unpaid =
  | 'notPositive'
  | 'belowTopK'
  /** Of the index, or of the corpus. */
  | 'duplicateInIndex'
  | 'duplicateInCandidates'
  | 'empty'
  | 'zeroWeight'
  /** `span`: the row owns spans of the answer, but longer ones of other rows cover every place of them. */
  | 'covered'
  /** `rag`: like the query, but not among the retrieved. */
  | 'notRetrieved'
  /** `rag`: retrieved, but not cited. */
  | 'notCited'

export interface UnpaidRow {
  readonly row: number
  readonly reason: Unpaid
  /** The row that a duplicate repeats. */
  readonly of?: number
}

/** An attribution result (influence.md §6.6): the canonical bytes, their root, and what they say. */
export interface Attribution {
  readonly method: Method
  readonly level: 0 | 1
  readonly k: number
  readonly tau: number
  readonly rowCount: number
  readonly exponentG: number
  /** indexRoot (datainf, rag) or corpusRoot (span). */
  readonly sourceRoot: Uint8Array
  readonly queryHash: Uint8Array
  readonly scoresRoot: Uint8Array
  readonly contextRoot: Uint8Array
  readonly bytes: Uint8Array
  /** hash(20 ‖ bytes). */
  readonly root: Uint8Array
  readonly entries: readonly Entry[]
  /** Every row without an entry and why, for the reward explainer; not in the bytes, so empty after decoding. */
  readonly unpaid: readonly UnpaidRow[]
}

export interface AttributionOptions {
  /** Paid rows at most, 1 … 256 (jobs of version 1: at most 64). Default 64. */
  readonly k?: number
  /** Guard threshold of this attribution, 0 … 256. Default: the index's own. */
  readonly tau?: number
  /** 1 divides scores by the length of the row's gradient (§6.2). Default 1. */
  readonly level?: 0 | 1
}

/** The opening of one row's score; `rowProof.ts` has its byte codec. */
export interface RowProof {
  /** 176 bytes. */
  readonly header: Uint8Array
  /** 32 bytes a block. */
  readonly layerTable: Uint8Array
  /** Preimage of the row's leaf: domain, row number, table entry, exponents, guard vector, codeRoot. */
  readonly rowLeaf: Uint8Array
  /** From the leaf upwards. */
  readonly rowSiblings: readonly Uint8Array[]
  /** rowBytes. */
  readonly codes: Uint8Array
  /** Of the query's context: G, x by block, and h as little-endian i16, padded like the codes. */
  readonly exponentG: number
  readonly x: Int32Array
  readonly h: Uint8Array
  /** Preimage of the score leaf: domain, first row, scores. */
  readonly scoreLeaf: Uint8Array
  readonly scoreSiblings: readonly Uint8Array[]
}

/** Index file bytes, or the path of a local file that holds them and must not change while it is open. */
export type IndexSource = Uint8Array | { readonly path: string }

/** An opened index, in this process (`InfluenceEngine`) or in the worker (`openInfluenceWorker`). */
export interface OpenedIndex {
  readonly info: IndexInfo
  score(query: Query): Promise<Score | Refused>
  /** Query by query exactly what `score` gives. */
  scoreBatch(queries: readonly Query[]): Promise<readonly (Score | Refused)[]>
  attribute(query: Query, options?: AttributionOptions): Promise<Attribution | Refused>
  /** The opening of one row's score, for `verifyRow`. */
  proveRow(query: Query, row: number): Promise<RowProof | Refused>
  close(): Promise<void>
}

/** What a corpus of verbatim texts says of itself (influence.md §7). */
export interface CorpusInfo {
  readonly corpusRoot: Uint8Array
  /** 32 bytes; zero = the tokens are UTF-8 bytes. */
  readonly tokenizerHash: Uint8Array
  /** Of the token information table, which later versions of the group carry on. */
  readonly infoHash: Uint8Array
  readonly rowCount: number
  /** Token ids are below this. */
  readonly vocabulary: number
  /** Symbols of the text X. */
  readonly textLength: number
}

/** One job's answer as tokens of the corpus's tokenizer. */
export interface OutputTokens {
  /** uint256. */
  readonly jobId: bigint
  /** 32 bytes. */
  readonly tokenizerHash: Uint8Array
  readonly tokens: Uint32Array
}

export interface SpanOptions {
  /** Tokens of the shortest span. Default 8. */
  readonly lMin?: number
  /** Information of the poorest span. Default 64. */
  readonly iMin?: number
  /** Paid rows at most, 1 … 256. Default 64. */
  readonly k?: number
}

/** A maximal piece of the answer that stands word for word in the corpus. */
export interface Span {
  /** First token of it in the answer. */
  readonly start: number
  /** In tokens. */
  readonly length: number
  /** Σ of the token information table over it. */
  readonly info: number
  /** The first row on chain that holds it. */
  readonly owner: number
  /** Its first place in the text X. */
  readonly position: number
}

/** Result of method `span`, with what a reader is shown; only its hash is in the bytes. */
export interface SpanAttribution extends Attribution {
  readonly lMin: number
  readonly iMin: number
  /** By ascending start. */
  readonly spans: readonly Span[]
  /** Of all rows. */
  readonly scores: BigInt64Array
}

/** A node of the suffix-array tree that a proof does not open. */
export interface SuffixNode {
  readonly hash: Uint8Array
  /** Smallest position below it; 2^64 − 1 for padding. */
  readonly min: bigint
}

/** Leaves of the suffix array and of the text, each set opened by one path; which leaves follows from the positions. */
export interface CorpusOpening {
  /** Preimages, ascending: domain, u64 first index, u64 positions. */
  readonly suffixLeaves: readonly Uint8Array[]
  /** From left to right. */
  readonly suffixSiblings: readonly SuffixNode[]
  /** Bytes of the chunks of X, ascending. */
  readonly textChunks: readonly Uint8Array[]
  readonly textSiblings: readonly Uint8Array[]
}

/** The match proof (a)–(d) of one span; `span/proof/spanProof.ts` has its byte codec. */
export interface SpanProof {
  /** 176 bytes. */
  readonly header: Uint8Array
  /** One byte a token id. */
  readonly infoTable: Uint8Array
  /** The answer, and the list of its spans that the result's contextRoot holds. */
  readonly jobId: bigint
  readonly tokens: Uint32Array
  readonly lMin: number
  readonly iMin: number
  readonly spans: readonly Span[]
  /** Which of the spans is proved. */
  readonly place: number
  /** Suffixes lo … hi−1 begin with the span. */
  readonly lo: number
  readonly hi: number
  /** Where the span with its next token, and with the token before it, would stand in the suffix array; both do not. */
  readonly right: number | undefined
  readonly left: number | undefined
  readonly opening: CorpusOpening
  /** Preimage of the owner's row leaf. */
  readonly ownerLeaf: Uint8Array
  readonly ownerSiblings: readonly Uint8Array[]
}

/** Shows that a committed suffix array is not sorted; `span/proof/orderProof.ts` has its byte codec. */
export interface OrderProof {
  /** 176 bytes. */
  readonly header: Uint8Array
  /** Entries place and place + 1 are in the wrong order. */
  readonly place: number
  /**
   * When both begin with the same symbol: where the suffixes that follow it stand, the first not before the second.
   * `undefined` for the empty suffix.
   */
  readonly followers: readonly [number | undefined, number | undefined] | undefined
  readonly opening: CorpusOpening
}

/** An opened corpus, in this process (`SpanEngine`) or in the worker. */
export interface OpenedCorpus {
  readonly info: CorpusInfo
  attribute(output: OutputTokens, options?: SpanOptions): Promise<SpanAttribution | Refused>
  /** The match proof of one span of `attribute(output, options)`, for `verifySpan`. */
  proveSpan(output: OutputTokens, place: number, options?: SpanOptions): Promise<SpanProof | Refused>
  close(): Promise<void>
}

/** A chunk that is like the query. */
export interface RetrievedRow {
  readonly row: number
  readonly datanetId: bigint
  readonly rowId: bigint
  /** cos² in 2^−30. */
  readonly score: bigint
}

export interface CitationOptions {
  /** Chunks retrieved at most. Default 16. */
  readonly kr?: number
  readonly k?: number
  /** Guard threshold, 0 … 256. Default: the index's own. */
  readonly tau?: number
}

/** Result of method `rag`, with what a reader is shown; only its hash is in the bytes. */
export interface CitationAttribution extends Attribution {
  readonly kr: number
  /** By descending score. */
  readonly retrieved: readonly RetrievedRow[]
  /** The effective list, ascending: all retrieved rows where the provider named none. */
  readonly cited: readonly number[]
  /** Of all rows: cos² in 2^−30. */
  readonly scores: BigInt64Array
}

/** The opening of one chunk's similarity; `rag/citationProof.ts` has its byte codec. */
export interface CitationProof {
  /** 176 bytes. */
  readonly header: Uint8Array
  /** 32 bytes: the one block. */
  readonly layerTable: Uint8Array
  readonly rowLeaf: Uint8Array
  readonly rowSiblings: readonly Uint8Array[]
  /** rowBytes. */
  readonly codes: Uint8Array
  readonly jobId: bigint
  readonly queryExponent: number
  /** rowBytes. */
  readonly queryCodes: Uint8Array
  readonly kr: number
  /** The effective list. */
  readonly cited: readonly number[]
  /** Preimage of the score leaf: domain, first row, scores. */
  readonly scoreLeaf: Uint8Array
  readonly scoreSiblings: readonly Uint8Array[]
}

/** An opened retrieval index, in this process (`RetrievalEngine`) or in the worker. */
export interface OpenedRetrieval {
  readonly info: IndexInfo
  /** The first kr chunks with a positive score, by descending score. */
  retrieve(query: Query, kr?: number): Promise<readonly RetrievedRow[] | Refused>
  /** `cited`: the provider's list, ascending; empty = all retrieved. Refuses a list that breaks the rules with `BadCitation`. */
  attribute(query: Query, cited: readonly number[], options?: CitationOptions): Promise<CitationAttribution | Refused>
  /** The opening of one row's score beside the citations of `attribute`, for `verifyCitation`. */
  proveCitation(
    query: Query,
    row: number,
    cited: readonly number[],
    options?: CitationOptions,
  ): Promise<CitationProof | Refused>
  close(): Promise<void>
}
