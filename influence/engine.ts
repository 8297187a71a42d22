/** The influence engine: an opened index and a back end, answering scores, attributions and row proofs (influence.md §11). */
import type { Hasher } from '../primitives/hashes.ts'
import { createFastKeccak } from './backends/fastKeccak.ts'
import { createJsBackend } from './backends/jsBackend.ts'
import type { ComputeBackend, Kernels } from './backends/kernels.ts'
import type { OnStage } from './backends/stage.ts'
import { watchKernels } from './backends/watchKernels.ts'
import type { CodeSource } from './codeSource.ts'
import { leavesOfRows, normsOfRows, type Survey, splitLeaves } from './gradients/surveyCodes.ts'
import { verifyIndex } from './gradients/verifyIndex.ts'
import { encodeLayerTable, indexInfoOf, rowLeafPreimage } from './indexFile.ts'
import { type LocatedIndex, locateIndex } from './indexSource.ts'
import { checkQuery, QUERIES_MAX } from './queryFile.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'
import { SCORE_LEAF_ROWS } from './rowProof.ts'
import { attributeScores } from './scoring/attribution.ts'
import { contextHash, contextRootOf, encodeInt16, queryHashOf, scoreLeaves, scoresRootOf } from './scoring/context.ts'
import { scoreQueries } from './scoring/dataInf.ts'
import { prepareScoring, type RawScore, type ScoringIndex, type StageObserver } from './scoring/scoringIndex.ts'
import type {
  Attribution,
  AttributionOptions,
  IndexInfo,
  IndexSource,
  OpenedIndex,
  Query,
  RowProof,
  Score,
} from './surface.ts'
import { treeProof } from './tree.ts'

export interface EngineOptions {
  /** Where the dots run; the plain JavaScript twin by default. The engine does not close it. */
  readonly backend?: ComputeBackend
  /** `full` recomputes everything in the file (§4.1) and is what a validator does once per model version. */
  readonly verify?: 'full' | 'header'
  /** Bytes of codes that may stay in memory; a larger index is streamed from its file. Default: the back end's. */
  readonly memoryBytesMax?: number
  /** keccak256; a WebAssembly one by default. */
  readonly hash?: Hasher
  /** Told of each stage of opening and of every call as it begins. */
  readonly onStage?: OnStage
}

export class InfluenceEngine implements OpenedIndex {
  readonly info: IndexInfo
  readonly #index: ScoringIndex
  readonly #codes: CodeSource
  readonly #kernels: Kernels
  readonly #hash: Hasher
  readonly #onStage: OnStage
  /** Of all rows; made at the first proof when the file was not verified. */
  #leaves: Uint8Array | undefined

  private constructor(
    index: ScoringIndex,
    codes: CodeSource,
    leaves: Uint8Array | undefined,
    kernels: Kernels,
    hash: Hasher,
    onStage: OnStage,
  ) {
    this.info = indexInfoOf(index.tables, hash)
    this.#index = index
    this.#codes = codes
    this.#leaves = leaves
    this.#kernels = kernels
    this.#hash = hash
    this.#onStage = onStage
  }

  /** Opens a gradient index; refuses a file that is not what a builder would have written. */
  static async open(source: IndexSource, options: EngineOptions = {}): Promise<InfluenceEngine | Refused> {
    const hash = options.hash ?? (await createFastKeccak())
    options.onStage?.('reading the index')
    const located = await locateIndex(source, hash)
    if (isRefused(located)) return located
    const engine = await InfluenceEngine.#openLocated(located, hash, options).catch(async (error: unknown) => {
      await located.codes.close()
      throw error
    })
    if (isRefused(engine)) await located.codes.close()
    return engine
  }

  static async #openLocated(
    { tables, codes }: LocatedIndex,
    hash: Hasher,
    { backend = createJsBackend(), verify = 'full', memoryBytesMax, onStage = () => {} }: EngineOptions,
  ): Promise<InfluenceEngine | Refused> {
    const { kind, rowCount, rowBytes } = tables.header
    if (kind !== 'gradient') return refuse('WrongKind', 'gradient', kind)
    const survey: Survey | Refused | undefined =
      verify === 'full' ? await verifyIndex(tables, codes, hash, backend.flagRows, onStage) : undefined
    if (isRefused(survey)) return survey
    const norms = survey?.norms ?? (await normsOfRows(tables, codes))
    const { offsets, paddedDims } = tables.layout
    const input = { rowCount, rowBytes, offsets, paddedDims, codes }
    const kernels = await backend.openKernels(input, memoryBytesMax === undefined ? {} : { memoryBytesMax })
    const watched = watchKernels(kernels, onStage)
    return new InfluenceEngine(prepareScoring(tables, norms), codes, survey?.leaves, watched, hash, onStage)
  }

  async score(query: Query): Promise<Score | Refused> {
    const raw = await this.#raw(query)
    if (isRefused(raw)) return raw
    this.#onStage('commitments')
    return this.#commit(query, raw)
  }

  async scoreBatch(queries: readonly Query[], observe?: StageObserver): Promise<readonly (Score | Refused)[]> {
    if (queries.length > QUERIES_MAX) {
      return queries.map(() => refuse('BadLimit', `at most ${QUERIES_MAX} queries`, queries.length))
    }
    const out: (Score | Refused | undefined)[] = queries.map((query) => this.#check(query))
    const open = [...queries.keys()].filter((q) => out[q] === undefined)
    // Who observes has stages made again that nobody else needs.
    const own: StageObserver | undefined = observe && ((q, l, stages) => observe(open[q]!, l, stages))
    const wanted = open.map((q) => queries[q]!)
    const raws = await scoreQueries(this.#index, this.#kernels, wanted, own)
    this.#onStage('commitments')
    for (const [i, q] of open.entries()) out[q] = this.#commit(queries[q]!, raws[i]!)
    return out as (Score | Refused)[]
  }

  async attribute(query: Query, options: AttributionOptions = {}): Promise<Attribution | Refused> {
    const score = await this.score(query)
    return isRefused(score) ? score : this.attributeScore(score, options)
  }

  /** The attribution of a score that is already there. */
  attributeScore(score: Score, options: AttributionOptions = {}): Attribution | Refused {
    this.#onStage('attribution')
    return attributeScores(this.#index.tables, this.info.indexRoot, score, options, this.#hash)
  }

  async proveRow(query: Query, row: number): Promise<RowProof | Refused> {
    const { rowCount } = this.info
    if (!Number.isInteger(row) || row < 0 || row >= rowCount) return refuse('BadLimit', `a row below ${rowCount}`, row)
    const raw = await this.#raw(query)
    if (isRefused(raw)) return raw
    const { tables } = this.#index
    const hash = this.#hash
    this.#onStage('row proof')
    this.#leaves ??= await leavesOfRows(tables, this.#codes, hash)
    const codes = new Int8Array(tables.header.rowBytes)
    await this.#codes.read(row, 1, codes)
    const leaves = scoreLeaves(raw.scores)
    const place = Math.floor(row / SCORE_LEAF_ROWS)
    return {
      header: tables.headerBytes,
      layerTable: encodeLayerTable(tables.layers),
      rowLeaf: rowLeafPreimage(tables, row, codes, hash),
      rowSiblings: treeProof(splitLeaves(this.#leaves), row, hash),
      codes: new Uint8Array(codes.buffer),
      exponentG: raw.exponentG,
      x: raw.x,
      h: encodeInt16(raw.h),
      scoreLeaf: leaves[place]!,
      scoreSiblings: treeProof(leaves.map(hash), place, hash),
    }
  }

  async close(): Promise<void> {
    this.#kernels.close()
    await this.#codes.close()
  }

  #check(query: Query): Refused | undefined {
    return checkQuery(query, this.#index.tables.layout, this.info.modelVersion)
  }

  async #raw(query: Query): Promise<RawScore | Refused> {
    const bad = this.#check(query)
    if (bad) return bad
    return (await scoreQueries(this.#index, this.#kernels, [query]))[0]!
  }

  #commit(query: Query, { scores, exponentG, x, h, roots }: RawScore): Score {
    const hash = this.#hash
    const queryHash = queryHashOf(query, hash, roots?.codes)
    return {
      scores,
      exponentG,
      queryHash,
      scoresRoot: roots?.scores ?? scoresRootOf(scores, hash),
      contextRoot: roots
        ? contextHash(queryHash, exponentG, x, roots.directions, hash)
        : contextRootOf(queryHash, exponentG, x, encodeInt16(h), hash),
      backend: this.#kernels.backend,
    }
  }
}
