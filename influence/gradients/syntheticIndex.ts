/** Gradient indexes and queries of noise, of any size and from a seed, for measuring: no training, no meaning. */
import type { Hasher } from '../../primitives/hashes.ts'
import { createBlockLayout } from '../blockLayout.ts'
import { assembleIndex, type BuiltIndex, CLIP_DEFAULT } from '../buildIndex.ts'
import { createXorshift } from '../gpu/operatorTable.ts'
import { createRowTable, NO_DUPLICATE } from '../indexFile.ts'
import { isRefused, type Refused } from '../refusal.ts'
import type { Query } from '../surface.ts'
import { guardVectors } from './guard.ts'
import { squaredNorms } from './layers.ts'

export interface SyntheticShape {
  readonly rowCount: number
  /** Coordinates per block. */
  readonly blockDims: readonly number[]
  /** Guard threshold that the header names; no row of noise is like another one. */
  readonly tau: number
  readonly queryCount: number
  readonly seed: number
}

export interface SyntheticIndex {
  readonly kind: 'synthetic'
  readonly built: BuiltIndex
  readonly queries: readonly Query[]
}

/** Exponents lie in 0 … 7, as of gradients whose lengths differ by a factor of 128. */
const EXPONENT_MASK = 7
/** Every block holds this code, so that its peak is at least 64. */
const PEAK = 100

export function createSyntheticIndex(shape: SyntheticShape, hash: Hasher): SyntheticIndex | Refused {
  const { rowCount, blockDims, tau, queryCount, seed } = shape
  const layout = createBlockLayout(blockDims)
  if (isRefused(layout)) return layout
  const next = createXorshift(seed >>> 0 || 1)
  const noiseRows = (count: number) => {
    const codes = new Int8Array(count * layout.rowBytes)
    const exponents = new Int16Array(count * blockDims.length)
    for (let row = 0; row < count; row++) {
      for (const [l, d] of blockDims.entries()) {
        const start = row * layout.rowBytes + layout.offsets[l]!
        for (let j = start; j < start + d; j++) codes[j] = (next() % 255) - 127
        codes[start] = PEAK
        exponents[row * blockDims.length + l] = next() & EXPONENT_MASK
      }
    }
    return { codes, exponents }
  }
  const rows = noiseRows(rowCount)
  const table = createRowTable(rowCount)
  for (let row = 0; row < rowCount; row++) {
    table.datanetIds[row] = 1n
    table.rowIds[row] = BigInt(row + 1)
    table.orderKeys[row] = BigInt(row + 1)
  }
  const modelVersion = new Uint8Array(32).fill(1)
  const guardSeed = new Uint8Array(32).fill(2)
  const norms = squaredNorms(layout, rowCount, rows.codes)
  const guards = guardVectors(layout, rowCount, rows.codes, guardSeed)
  const flags = { status: new Uint8Array(rowCount), duplicateOf: new Uint32Array(rowCount).fill(NO_DUPLICATE) }
  const built = assembleIndex(
    {
      kind: 'gradient',
      layout,
      table,
      ...rows,
      norms,
      guards,
      flags,
      modelVersion,
      guardSeed,
      tau,
      clip: CLIP_DEFAULT,
    },
    hash,
  )
  const queries = Array.from(
    { length: queryCount },
    (_, q): Query => ({ ...noiseRows(1), jobId: BigInt(q), modelVersion }),
  )
  return { kind: 'synthetic', built, queries }
}
