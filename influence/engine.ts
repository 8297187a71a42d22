/** The influence engine: an opened index and a back end, answering scores, attributions and row proofs (influence.md §11). */
import { readFile } from 'node:fs/promises'
import type { Hasher } from '../primitives/hashes.ts'
import { createFastKeccak } from './backends/fastKeccak.ts'
import { createJsBackend } from './backends/jsBackend.ts'
import type { ComputeBackend, Kernels } from './backends/kernels.ts'
import { memoryCodes } from './codeSource.ts'
import { squaredNorms } from './gradients/layers.ts'
import { verifyIndex } from './gradients/verifyIndex.ts'
import { decodeIndexFile, encodeLayerTable, type IndexFile, indexInfoOf, rowLeafPreimage } from './indexFile.ts'
import { checkQuery, QUERIES_MAX } from './queryFile.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'
import { SCORE_LEAF_ROWS } from './rowProof.ts'
import { attributeScores } from './scoring/attribution.ts'
import { contextRootOf, encodeInt16, queryHashOf, scoreLeaves, scoresRootOf } from './scoring/context.ts'
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

/** Values that a batch may hold at once (P of all blocks): 2^24 doubles are 128 MiB. */
const BATCH_VALUES_MAX = 2 ** 24

export interface EngineOptions {
  /** Where the dots run; the plain JavaScript twin by default. The engine does not close it. */
  readonly backend?: ComputeBackend
  /** `full` recomputes everything in the file (§4.1) and is what a validator does once per model version. */
  readonly verify?: 'full' | 'header'
  /** keccak256; a WebAssembly one by default. */
  readonly hash?: Hasher
}

/** The index file could not be read. */
export class IndexReadError extends Error {
  readonly code = 'IndexRead'
  constructor(path: string, cause: unknown) {
    super(`cannot read the index file ${path}`, { cause })
    this.name = 'IndexReadError'
  }
}

async function readSource(source: IndexSource): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return plain(source)
  try {
    return plain(await readFile(source.path))
  } catch (cause) {
    throw new IndexReadError(source.path, cause)
  }
}

/** A Buffer's slice would share memory where a Uint8Array's copies. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export class InfluenceEngine implements OpenedIndex {
  readonly info: IndexInfo
  readonly #file: IndexFile
  readonly #index: ScoringIndex
  readonly #kernels: Kernels
  readonly #hash: Hasher
  /** Leaves of all rows, made at the first proof. */
  #rowHashes: readonly Uint8Array[] | undefined

  private constructor(file: IndexFile, index: ScoringIndex, kernels: Kernels, hash: Hasher) {
    this.info = indexInfoOf(file, hash)
    this.#file = file
    this.#index = index
    this.#kernels = kernels
    this.#hash = hash
  }

  /** Opens a gradient index; refuses a file that is not what a builder would have written. */
  static async open(source: IndexSource, options: EngineOptions = {}): Promise<InfluenceEngine | Refused> {
    const { backend = createJsBackend(), verify = 'full', hash = await createFastKeccak() } = options
    const file = decodeIndexFile(await readSource(source), hash)
    if (isRefused(file)) return file
    if (file.header.kind !== 'gradient') return refuse('WrongKind', 'gradient', file.header.kind)
    const bad = verify === 'full' ? await verifyIndex(file, hash, backend.flagRows) : undefined
    if (bad) return bad
    const { rowCount, rowBytes } = file.header
    const { offsets, paddedDims } = file.layout
    const codes = memoryCodes(file.codes, rowCount, rowBytes)
    const kernels = await backend.openKernels({ rowCount, rowBytes, offsets, paddedDims, codes })
    const norms = squaredNorms(file.layout, rowCount, file.codes)
    return new InfluenceEngine(file, prepareScoring(file, norms), kernels, hash)
  }

  async score(query: Query): Promise<Score | Refused> {
    const raw = await this.#raw(query)
    return isRefused(raw) ? raw : this.#commit(query, raw)
  }

  async scoreBatch(queries: readonly Query[], observe?: StageObserver): Promise<readonly (Score | Refused)[]> {
    if (queries.length > QUERIES_MAX) {
      return queries.map(() => refuse('BadLimit', `at most ${QUERIES_MAX} queries`, queries.length))
    }
    const out: (Score | Refused | undefined)[] = queries.map((query) => this.#check(query))
    const open = [...queries.keys()].filter((q) => out[q] === undefined)
    const size = Math.max(1, Math.floor(BATCH_VALUES_MAX / (this.info.rowCount * this.info.blockDims.length)))
    for (let first = 0; first < open.length; first += size) {
      const part = open.slice(first, first + size)
      const own: StageObserver = (q, l, stages) => observe?.(part[q]!, l, stages)
      const raws = await scoreQueries(
        this.#index,
        this.#kernels,
        part.map((q) => queries[q]!),
        own,
      )
      for (const [i, q] of part.entries()) out[q] = this.#commit(queries[q]!, raws[i]!)
    }
    return out as (Score | Refused)[]
  }

  async attribute(query: Query, options: AttributionOptions = {}): Promise<Attribution | Refused> {
    const score = await this.score(query)
    return isRefused(score) ? score : this.attributeScore(score, options)
  }

  /** The attribution of a score that is already there. */
  attributeScore(score: Score, options: AttributionOptions = {}): Attribution | Refused {
    return attributeScores(this.#file, this.info.indexRoot, score, options, this.#hash)
  }

  async proveRow(query: Query, row: number): Promise<RowProof | Refused> {
    const { rowCount } = this.info
    if (!Number.isInteger(row) || row < 0 || row >= rowCount) return refuse('BadLimit', `a row below ${rowCount}`, row)
    const raw = await this.#raw(query)
    if (isRefused(raw)) return raw
    const file = this.#file
    const hash = this.#hash
    this.#rowHashes ??= Array.from({ length: rowCount }, (_, i) => hash(rowLeafPreimage(file, i, hash)))
    const leaves = scoreLeaves(raw.scores)
    const place = Math.floor(row / SCORE_LEAF_ROWS)
    const { rowBytes } = file.header
    return {
      header: file.headerBytes,
      layerTable: encodeLayerTable(file.layers),
      rowLeaf: rowLeafPreimage(file, row, hash),
      rowSiblings: treeProof(this.#rowHashes, row, hash),
      codes: new Uint8Array(file.codes.slice(row * rowBytes, (row + 1) * rowBytes).buffer),
      exponentG: raw.exponentG,
      x: raw.x,
      h: encodeInt16(raw.h),
      scoreLeaf: leaves[place]!,
      scoreSiblings: treeProof(leaves.map(hash), place, hash),
    }
  }

  async close(): Promise<void> {
    this.#kernels.close()
  }

  #check(query: Query): Refused | undefined {
    return checkQuery(query, this.#file.layout, this.info.modelVersion)
  }

  async #raw(query: Query): Promise<RawScore | Refused> {
    const bad = this.#check(query)
    if (bad) return bad
    return (await scoreQueries(this.#index, this.#kernels, [query]))[0]!
  }

  #commit(query: Query, raw: RawScore): Score {
    const hash = this.#hash
    const queryHash = queryHashOf(query, hash)
    return {
      scores: raw.scores,
      exponentG: raw.exponentG,
      queryHash,
      scoresRoot: scoresRootOf(raw.scores, hash),
      contextRoot: contextRootOf(queryHash, raw.exponentG, raw.x, encodeInt16(raw.h), hash),
      backend: this.#kernels.backend,
    }
  }
}
