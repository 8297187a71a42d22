/** The product's integer engine on a set of gradients: build the index, score the queries, attribute. */
import { openBackend } from '../../influence/backends/openBackend.ts'
import { type BuiltIndex, buildIndex } from '../../influence/buildIndex.ts'
import { InfluenceEngine } from '../../influence/engine.ts'
import { wordsOf } from '../../influence/quantise.ts'
import { createQuery } from '../../influence/queryFile.ts'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import type { Attribution, AttributionOptions, Query } from '../../influence/surface.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { GradientSet } from './floatMethods.ts'

const MODEL_VERSION = new Uint8Array(32)
const WHOLE = 2 ** 32

export interface IntegerOptions {
  readonly tau?: number
  readonly clip?: number
  /** Seeds the guard's sketch. */
  readonly guardSeed?: number
}

export interface IntegerRun {
  readonly built: BuiltIndex
  /** S as it stands in the result. */
  readonly exact: readonly BigInt64Array[]
  /** The same as doubles. */
  readonly scores: readonly Float64Array[]
  /** Shares of pay per query and row, from the weights of the attribution. */
  shares(options?: AttributionOptions): Promise<Float64Array[]>
  attribution(query: number, options?: AttributionOptions): Promise<Attribution>
  close(): Promise<void>
}

function must<T>(value: T | Refused): T {
  if (isRefused(value)) throw new RangeError(`refused: ${JSON.stringify(value)}`)
  return value
}

const wordBlocks = (blocks: readonly Float32Array[], dims: readonly number[], at: number): Uint32Array[] =>
  blocks.map((block, l) => wordsOf(block.slice(at * dims[l]!, (at + 1) * dims[l]!)))

export function buildOf(set: GradientSet, { tau = 96, clip = 4, guardSeed = 1 }: IntegerOptions = {}): BuiltIndex {
  const rows = Array.from({ length: set.rowCount }, (_, i) => ({
    datanetId: 1n,
    rowId: BigInt(i),
    orderKey: BigInt(i + 1),
    blocks: wordBlocks(set.rows, set.dims, i),
  }))
  const seed = keccak256(utf8(`quality ${guardSeed}`))
  return must(buildIndex(rows, { blockDims: set.dims, modelVersion: MODEL_VERSION, guardSeed: seed, tau, clip }))
}

export async function runInteger(set: GradientSet, options: IntegerOptions = {}): Promise<IntegerRun> {
  const built = buildOf(set, options)
  // One thread: the experiments run beside other work, and every back end gives the same bits.
  const backend = await openBackend('cpu', false, 1)
  const engine = must(await InfluenceEngine.open(built.bytes, { verify: 'header', backend }))
  const queries: Query[] = Array.from({ length: set.queryCount }, (_, q) =>
    must(createQuery(wordBlocks(set.queries, set.dims, q), built.file.layout, BigInt(q), MODEL_VERSION)),
  )
  const raw = (await engine.scoreBatch(queries)).map((score) => must(score))
  const attribution = async (q: number, how?: AttributionOptions) => must(await engine.attribute(queries[q]!, how))
  return {
    built,
    exact: raw.map(({ scores }) => scores),
    scores: raw.map((score) => Float64Array.from(score.scores, Number)),
    attribution,
    shares: async (how) => {
      const out: Float64Array[] = []
      for (const q of queries.keys()) {
        const shares = new Float64Array(set.rowCount)
        for (const { row, weight } of (await attribution(q, how)).entries) shares[row] = Number(weight) / WHOLE
        out.push(shares)
      }
      return out
    },
    close: async () => {
      await engine.close()
      backend.close()
    },
  }
}
