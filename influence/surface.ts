/** The types that cross the room's border (influence.md §11): queries, scores, attributions and the engine's calls. */
import type { Refused } from './refusal.ts'

export type Method = 'datainf' | 'span' | 'rag'
export type Backend = 'gpu' | 'js'

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

export type Unpaid = 'notPositive' | 'belowTopK' | 'duplicateInIndex' | 'duplicateInCandidates' | 'empty' | 'zeroWeight'

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

/** Index file bytes, or the path of a local file that holds them. */
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
