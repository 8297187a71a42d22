/** Kernels over one index in WebAssembly: step by step as the other back ends, or steps 3 to 9 in one go. */
import assert from 'node:assert/strict'
import type { KernelInput, KernelOptions, Kernels } from '../backends/kernels.ts'
import type { OnStage } from '../backends/stage.ts'
import type { RawScore, ScoringIndex, StageObserver } from '../scoring/scoringIndex.ts'
import type { Query } from '../surface.ts'
import { holdCodes } from './heldCodes.ts'
import { collectGarbage } from './lanes/collectGarbage.ts'
import { LaneMemory } from './lanes/laneMemory.ts'
import type { Lanes } from './lanes/lanes.ts'
import { sumColumns, sumRows } from './productTables.ts'
import { queryBytes } from './scoreLayout.ts'
import { scoreInGroups } from './scoreRun.ts'
import { allocateTables, type ScoringTables, tableBytes, writeTables } from './scoringTables.ts'
import type { WasmIndex } from './wasmIndex.ts'

/** Codes, tables of the scalar steps and one query's values: 4 GiB less room for operands and working memory. */
const HELD_BYTES_MAX = 3.5 * 2 ** 30
/** Above this, tables and values leave no room for codes: the scalar steps stay with the host. */
const VALUE_BYTES_MAX = 2 ** 30

/** Opens kernels over an index; its codes are read here unless they are to be streamed. */
export async function openWasmKernels(
  lanes: Lanes,
  input: KernelInput,
  { memoryBytesMax = HELD_BYTES_MAX }: KernelOptions = {},
): Promise<Kernels> {
  const memory = new LaneMemory(lanes)
  try {
    const valueBytes = tableBytes(input.rowCount, input.offsets.length) + queryBytes(input)
    const isScoring = valueBytes <= VALUE_BYTES_MAX
    const codeBytesMax = HELD_BYTES_MAX - (isScoring ? valueBytes : 0)
    const codes = await holdCodes(memory, input.codes, Math.min(memoryBytesMax, codeBytesMax))
    const index = { ...input, lanes, memory, codes }
    return isScoring ? new ScoringKernels(index) : new WasmKernels(index)
  } catch (error) {
    memory.close()
    throw error
  }
}

class WasmKernels implements Kernels {
  readonly backend = 'wasm'
  protected readonly index: WasmIndex
  #isClosed = false

  constructor(index: WasmIndex) {
    this.index = index
  }

  protected alone<T>(work: () => Promise<T>): Promise<T> {
    return this.index.lanes.alone(() => {
      assert(!this.#isClosed, 'kernels were used after their close')
      return work()
    })
  }

  async dotRows(vectors: Int8Array, count: number): Promise<Int32Array> {
    const sums = new Int32Array(count * this.index.offsets.length * this.index.rowCount)
    await this.alone(() => sumRows(this.index, vectors, count, sums))
    return sums
  }

  async dotRowsWide(vectors: Int16Array, count: number): Promise<Float64Array> {
    const sums = new Float64Array(count * this.index.offsets.length * this.index.rowCount)
    await this.alone(() => sumRows(this.index, vectors, count, sums))
    return sums
  }

  async mixRows(weights: Int16Array, count: number): Promise<Float64Array> {
    const sums = new Float64Array(count * this.index.rowBytes)
    await this.alone(() => sumColumns(this.index, weights, count, sums))
    return sums
  }

  /** Behind the work that is under way. */
  close(): void {
    void this.index.lanes.alone(async () => {
      if (!this.#isClosed) this.index.memory.close()
      this.#isClosed = true
    })
  }
}

/** Where the tables of the scalar steps have room beside the codes. */
class ScoringKernels extends WasmKernels {
  readonly #tables: ScoringTables
  /** What the tables are of: an engine has one. */
  #scoring: ScoringIndex | undefined

  constructor(index: WasmIndex) {
    super(index)
    this.#tables = allocateTables(index.memory, index.rowCount, index.offsets.length)
  }

  scoreQueries(
    scoring: ScoringIndex,
    queries: readonly Query[],
    observe?: StageObserver,
    onStage: OnStage = () => {},
  ): Promise<RawScore[]> {
    return this.alone(() => {
      if (this.#scoring !== scoring) {
        writeTables(this.index.memory, this.#tables, scoring)
        // What opening has left behind makes room for the values of a batch.
        collectGarbage()
      }
      this.#scoring = scoring
      return scoreInGroups({ index: this.index, scoring, tables: this.#tables, onStage }, queries, observe)
    })
  }
}
