/** A small synthetic set with meaning: rows and queries of planted classes, for what influence.md §6.7 says of pay. */
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { type BuiltIndex, buildIndex } from '../../../influence/buildIndex.ts'
import { wordsOf } from '../../../influence/quantise.ts'
import type { AttributionOptions } from '../../../influence/surface.ts'
import { queryOf, rowsOf } from '../conformance/vectorCases.ts'
import { engineOf, orThrow } from './engines.ts'

/** Standard normal numbers from a seed: Box and Muller over xorshift32. */
export function createGaussian(seed: number): () => number {
  let state = seed >>> 0 || 1
  const uniform = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 0.5) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

export interface PlantedSet {
  readonly dims: readonly number[]
  readonly rows: readonly (readonly number[])[]
  readonly queries: readonly (readonly number[])[]
}

const CLASSES = 6
/** Rows keep this much of their class; the rest is their own. */
const CLASS_PART = 0.6

/** D = 4 × 48 = 192 coordinates, so that the guard vector is the row itself. */
export function plantedSet(seed: number, rowCount = 96, queryCount = 12): PlantedSet {
  const gaussian = createGaussian(seed)
  const dims = [48, 48, 48, 48]
  const line = () => Array.from({ length: 192 }, gaussian)
  const centres = Array.from({ length: CLASSES }, line)
  const member = (i: number) => mix(centres[i % CLASSES]!, CLASS_PART, line())
  return {
    dims,
    rows: Array.from({ length: rowCount }, (_, i) => member(i)),
    queries: Array.from({ length: queryCount }, (_, i) => member(i)),
  }
}

/** part · a + √(1 − part²) · b. */
export const mix = (a: readonly number[], part: number, b: readonly number[]): number[] =>
  a.map((x, j) => part * x + Math.sqrt(1 - part * part) * b[j]!)

export function buildSet({ dims, rows }: Pick<PlantedSet, 'dims' | 'rows'>, tau = 96, clip = 4): BuiltIndex {
  const words = rows.map((row) => wordsOf(Float32Array.from(row)))
  const options = { blockDims: dims, tau, clip, modelVersion: new Uint8Array(32), guardSeed: new Uint8Array(32), hash }
  return orThrow(buildIndex(rowsOf(words, dims), options))
}

const hash = await createFastKeccak()

/** What each row is paid in all queries together, in wholes. */
export async function payOf(
  set: PlantedSet,
  { tau, clip, ...options }: { tau?: number; clip?: number } & AttributionOptions = {},
): Promise<number[]> {
  const built = buildSet(set, tau, clip)
  const engine = await engineOf(built)
  const queries = set.queries.map((values, q) => queryOf(wordsOf(Float32Array.from(values)), built, BigInt(q)))
  const pay = set.rows.map(() => 0)
  for (const score of await engine.scoreBatch(queries)) {
    const { entries } = orThrow(engine.attributeScore(orThrow(score), options))
    for (const { row, weight } of entries) pay[row]! += Number(weight) / 2 ** 32
  }
  return pay
}
