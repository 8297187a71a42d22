/** An opened retrieval index and a back end (influence.md §8): retrieval, attributions of citations, citation proofs. */
import assert from 'node:assert'
import type { Hasher } from '../../primitives/hashes.ts'
import { createFastKeccak } from '../backends/fastKeccak.ts'
import { createJsBackend } from '../backends/jsBackend.ts'
import type { ComputeBackend, Kernels } from '../backends/kernels.ts'
import type { CodeSource } from '../codeSource.ts'
import { leavesOfRows, normsOfRows, type Survey, splitLeaves } from '../gradients/surveyCodes.ts'
import { verifyIndex } from '../gradients/verifyIndex.ts'
import { encodeLayerTable, type IndexTables, indexInfoOf, rowLeafPreimage } from '../indexFile.ts'
import { type LocatedIndex, locateIndex } from '../indexSource.ts'
import { checkQuery } from '../queryFile.ts'
import { isRefused, type Refused, refuse } from '../refusal.ts'
import { SCORE_LEAF_ROWS } from '../rowProof.ts'
import { queryHashOf, scoreLeaves } from '../scoring/context.ts'
import type {
  CitationAttribution,
  CitationOptions,
  CitationProof,
  IndexInfo,
  IndexSource,
  OpenedRetrieval,
  Query,
  RetrievedRow,
} from '../surface.ts'
import { treeProof } from '../tree.ts'
import { attributeCitations, describeRows } from './attributeCitations.ts'
import { checkRetrieved, firstRows, KR_DEFAULT, similarities, squaredNorm } from './retrieve.ts'
import { verifyCitation } from './verifyCitation.ts'

export interface RetrievalEngineOptions {
  /** Where the dots run; the plain JavaScript twin by default. The engine does not close it. */
  readonly backend?: ComputeBackend
  readonly verify?: 'full' | 'header'
  /** Bytes of codes that may stay in memory; a larger index is streamed from its file. Default: the back end's. */
  readonly memoryBytesMax?: number
  /** keccak256; a WebAssembly one by default. */
  readonly hash?: Hasher
}

export class RetrievalEngine implements OpenedRetrieval {
  readonly info: IndexInfo
  readonly #tables: IndexTables
  readonly #codes: CodeSource
  /** N of every row. */
  readonly #norms: Uint32Array
  readonly #kernels: Kernels
  readonly #hash: Hasher
  /** Of all rows; made at the first proof when the file was not verified. */
  #leaves: Uint8Array | undefined

  private constructor(
    { tables, codes }: LocatedIndex,
    norms: Uint32Array,
    leaves: Uint8Array | undefined,
    kernels: Kernels,
    hash: Hasher,
  ) {
    this.info = indexInfoOf(tables, hash)
    this.#tables = tables
    this.#codes = codes
    this.#norms = norms
    this.#leaves = leaves
    this.#kernels = kernels
    this.#hash = hash
  }

  /** Opens a retrieval index; refuses a file that is not what a builder would have written. */
  static async open(source: IndexSource, options: RetrievalEngineOptions = {}): Promise<RetrievalEngine | Refused> {
    const hash = options.hash ?? (await createFastKeccak())
    const located = await locateIndex(source, hash)
    if (isRefused(located)) return located
    const engine = await RetrievalEngine.#openLocated(located, hash, options).catch(async (error: unknown) => {
      await located.codes.close()
      throw error
    })
    if (isRefused(engine)) await located.codes.close()
    return engine
  }

  static async #openLocated(
    located: LocatedIndex,
    hash: Hasher,
    { backend = createJsBackend(), verify = 'full', memoryBytesMax }: RetrievalEngineOptions,
  ): Promise<RetrievalEngine | Refused> {
    const { tables, codes } = located
    const { kind, rowCount, rowBytes } = tables.header
    if (kind !== 'retrieval') return refuse('WrongKind', 'retrieval', kind)
    const survey: Survey | Refused | undefined =
      verify === 'full' ? await verifyIndex(tables, codes, hash, backend.flagRows) : undefined
    if (isRefused(survey)) return survey
    const norms = survey?.norms ?? (await normsOfRows(tables, codes))
    const { offsets, paddedDims } = tables.layout
    const input = { rowCount, rowBytes, offsets, paddedDims, codes }
    const kernels = await backend.openKernels(input, memoryBytesMax === undefined ? {} : { memoryBytesMax })
    return new RetrievalEngine(located, norms, survey?.leaves, kernels, hash)
  }

  async retrieve(query: Query, kr = KR_DEFAULT): Promise<readonly RetrievedRow[] | Refused> {
    const bad = checkRetrieved(kr)
    if (bad) return bad
    const scores = await this.#score(query)
    return isRefused(scores) ? scores : describeRows(this.#tables, scores, firstRows(scores, kr))
  }

  async attribute(
    query: Query,
    cited: readonly number[],
    options: CitationOptions = {},
  ): Promise<CitationAttribution | Refused> {
    const scores = await this.#score(query)
    if (isRefused(scores)) return scores
    return attributeCitations(this.#tables, scores, queryHashOf(query, this.#hash), cited, options, this.#hash)
  }

  async proveCitation(
    query: Query,
    row: number,
    cited: readonly number[],
    options: CitationOptions = {},
  ): Promise<CitationProof | Refused> {
    const { rowCount } = this.info
    if (!Number.isInteger(row) || row < 0 || row >= rowCount) return refuse('BadLimit', `a row below ${rowCount}`, row)
    const found = await this.attribute(query, cited, options)
    if (isRefused(found)) return found
    const hash = this.#hash
    const tables = this.#tables
    this.#leaves ??= await leavesOfRows(tables, this.#codes, hash)
    const codes = new Int8Array(tables.header.rowBytes)
    await this.#codes.read(row, 1, codes)
    const scoreHashes = scoreLeaves(found.scores)
    const place = Math.floor(row / SCORE_LEAF_ROWS)
    const proof: CitationProof = {
      header: tables.headerBytes,
      layerTable: encodeLayerTable(tables.layers),
      rowLeaf: rowLeafPreimage(tables, row, codes, hash),
      rowSiblings: treeProof(splitLeaves(this.#leaves), row, hash),
      codes: new Uint8Array(codes.buffer),
      jobId: query.jobId,
      queryExponent: query.exponents[0]!,
      queryCodes: new Uint8Array(query.codes),
      kr: found.kr,
      cited: found.cited,
      scoreLeaf: scoreHashes[place]!,
      scoreSiblings: treeProof(scoreHashes.map(hash), place, hash),
    }
    const verified = verifyCitation(proof, this.info.indexRoot, found.bytes, hash)
    assert(!isRefused(verified), `a proof of our own is refused with ${isRefused(verified) && verified.code}`)
    return proof
  }

  async close(): Promise<void> {
    this.#kernels.close()
    await this.#codes.close()
  }

  /** cos² of all rows in 2^−30. */
  async #score(query: Query): Promise<BigInt64Array | Refused> {
    const { layout, rows } = this.#tables
    const bad = checkQuery(query, layout, this.info.modelVersion)
    if (bad) return bad
    const dots = await this.#kernels.dotRows(query.codes, 1)
    return similarities(rows.status, this.#norms, dots, squaredNorm(query.codes))
  }
}
