/** The retrieval index of a rag version: chunks of its rows with their embeddings, quantised (influence.md §8). */

import { createBlockLayout } from '../influence/blockLayout.ts'
import { type BuiltIndex, buildIndex } from '../influence/buildIndex.ts'
import { CLIP_OFF } from '../influence/indexFile.ts'
import { wordsOf } from '../influence/quantise.ts'
import { createQuery } from '../influence/queryFile.ts'
import { isRefused, type Refused } from '../influence/refusal.ts'
import type { Query } from '../influence/surface.ts'
import type { Row } from '../primitives/rows.ts'
import { chunksOf, promptShares } from './chunks.ts'
import type { Embeddings } from './surface.ts'
import type { RowPlace, VersionIndexOptions } from './versionIndex.ts'

export interface PlacedChunk extends RowPlace {
  readonly text: Uint8Array
}

/** The chunks of rows, in their order; a withdrawn row has none. */
export function chunkRows(
  rows: readonly (RowPlace & { readonly row: Row })[],
  contextTokens: number,
): readonly PlacedChunk[] {
  const { chunkBytesMax } = promptShares(contextTokens)
  return rows
    .filter(({ isWithdrawn }) => isWithdrawn !== true)
    .flatMap(({ row, ...place }) => chunksOf(row, chunkBytesMax).map((text) => ({ ...place, text })))
}

/** The words of one embedding: a view. */
export function embeddingWords({ values, width }: Embeddings, at: number): Uint32Array {
  return wordsOf(values.subarray(at * width, (at + 1) * width))
}

/** Embeddings of the chunks, in the same order, → index file and header. */
export function buildVersionChunks(
  embeddings: Embeddings,
  chunks: readonly PlacedChunk[],
  options: VersionIndexOptions,
): BuiltIndex | Refused {
  if (chunks.length !== embeddings.count)
    throw new RangeError(`${chunks.length} chunks for ${embeddings.count} embeddings`)
  const rows = chunks.map(({ datanetId, rowId, orderKey }, i) => ({
    ...{ datanetId, rowId, orderKey },
    blocks: [embeddingWords(embeddings, i)],
  }))
  return buildIndex(rows, { ...options, kind: 'retrieval', clip: CLIP_OFF, blockDims: [embeddings.width] })
}

/** A question's embedding → the query whose hash `respond` commits. */
export function buildChunkQuery(embedding: Embeddings, jobId: bigint, modelVersion: Uint8Array): Query | Refused {
  const layout = createBlockLayout([embedding.width])
  return isRefused(layout) ? layout : createQuery([embeddingWords(embedding, 0)], layout, jobId, modelVersion)
}
