/** Synthetic indexes and queries of any size from a seed, for tests and benchmarks that need no meaning. */
import { type BuiltIndex, buildIndex } from '../../influence/buildIndex.ts'
import { createQuery } from '../../influence/queryFile.ts'
import { isRefused } from '../../influence/refusal.ts'
import type { Query } from '../../influence/surface.ts'

export interface Noise {
  /** −127 … 127. */
  code(): number
  /** The pattern of a normal f32 of either sign, between 2^−8 and 2^8 in size. */
  word(): number
}

/** xorshift32. */
export function createNoise(seed: number): Noise {
  let state = seed >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  return {
    code: () => (next() % 255) - 127,
    word: () => {
      const bits = next()
      return ((bits & 0x807fffff) | ((119 + ((bits >>> 23) & 15)) << 23)) >>> 0
    },
  }
}

export interface NoiseShape {
  readonly rowCount: number
  readonly dims: readonly number[]
  readonly queryCount: number
  readonly seed?: number
}

export interface NoiseCase {
  readonly built: BuiltIndex
  readonly queries: readonly Query[]
}

export function noiseCase({ rowCount, dims, queryCount, seed = 1 }: NoiseShape): NoiseCase {
  const noise = createNoise(seed)
  const blocks = () => dims.map((d) => Uint32Array.from({ length: d }, () => noise.word()))
  const modelVersion = new Uint8Array(32).fill(7)
  const rows = Array.from({ length: rowCount }, (_, row) => ({
    datanetId: 1n,
    rowId: BigInt(row + 1),
    orderKey: BigInt(row + 1),
    blocks: blocks(),
  }))
  const built = buildIndex(rows, { blockDims: dims, modelVersion, guardSeed: new Uint8Array(32).fill(9) })
  if (isRefused(built)) throw new Error(built.code)
  const queries = Array.from({ length: queryCount }, (_, q) => {
    const query = createQuery(blocks(), built.file.layout, BigInt(q + 1), modelVersion)
    if (isRefused(query)) throw new Error(query.code)
    return query
  })
  return { built, queries }
}
