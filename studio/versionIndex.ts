/** Hands a version's gradients to influence: row gradients → gradient index, query gradient → query. */

import { createBlockLayout } from '../influence/blockLayout.ts'
import { type BuiltIndex, buildIndex, type GradientRow } from '../influence/buildIndex.ts'
import { wordsOf } from '../influence/quantise.ts'
import { createQuery } from '../influence/queryFile.ts'
import { isRefused, type Refused } from '../influence/refusal.ts'
import type { Query } from '../influence/surface.ts'
import type { Hasher } from '../primitives/hashes.ts'
import type { RowGradients } from './surface.ts'

/** Where a row stands on chain. */
export interface RowPlace {
  readonly datanetId: bigint
  readonly rowId: bigint
  readonly orderKey: bigint
  /** Keeps its place with codes 0. */
  readonly isWithdrawn?: boolean
}

export interface VersionIndexOptions {
  readonly modelVersion: Uint8Array
  readonly guardSeed: Uint8Array
  readonly tau?: number
  readonly clip?: number
  readonly hash?: Hasher
}

/** The words of one row, block by block: views, not copies. */
export function rowWords(gradients: RowGradients, row: number): Uint32Array[] {
  return gradients.blocks.map((block, l) => {
    const dim = gradients.blockDims[l]!
    return wordsOf(block.subarray(row * dim, (row + 1) * dim))
  })
}

/** Gradients and places of the same rows, in on-chain order, → index file and the 176-byte header for `registerVersion`. */
export function buildVersionIndex(
  gradients: RowGradients,
  places: readonly RowPlace[],
  options: VersionIndexOptions,
): BuiltIndex | Refused {
  if (places.length !== gradients.rowCount)
    throw new RangeError(`${places.length} places for ${gradients.rowCount} rows of gradients`)
  const rows: GradientRow[] = places.map((place, row) => ({ ...place, blocks: rowWords(gradients, row) }))
  return buildIndex(rows, { ...options, blockDims: gradients.blockDims })
}

/** One answer's gradient (`queryGradient`) → the query whose hash `respond` commits. */
export function buildQuery(gradients: RowGradients, jobId: bigint, modelVersion: Uint8Array): Query | Refused {
  const layout = createBlockLayout(gradients.blockDims)
  return isRefused(layout) ? layout : createQuery(rowWords(gradients, 0), layout, jobId, modelVersion)
}
