/** Row gradients and chain facts → a gradient index: what the trainer publishes and a validator recomputes. */
import { type BuiltIndex, buildIndex } from '../../influence/buildIndex.ts'
import { wordsOf } from '../../influence/quantise.ts'
import type { Refused } from '../../influence/refusal.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import type { RowGradients } from '../surface.ts'
import type { VersionRow } from './datanet.ts'

export interface IndexFacts {
  /** 32 bytes each. */
  readonly modelVersion: Uint8Array
  readonly guardSeed: Uint8Array
  readonly tau: number
  readonly clip: number
  readonly hash?: Hasher
}

/** `gradients` are of `rows`, in the same order. */
export function buildVersionIndex(
  rows: readonly VersionRow[],
  gradients: RowGradients,
  facts: IndexFacts,
): BuiltIndex | Refused {
  const words = gradients.blocks.map((block) => wordsOf(block))
  const gradientRows = rows.map(({ datanetId, rowId, orderKey, isWithdrawn }, i) => ({
    datanetId,
    rowId,
    orderKey,
    isWithdrawn,
    blocks: words.map((block, l) => {
      const dim = gradients.blockDims[l]!
      return block.subarray(i * dim, (i + 1) * dim)
    }),
  }))
  return buildIndex(gradientRows, { ...facts, blockDims: gradients.blockDims })
}
