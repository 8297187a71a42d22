/** The opening of one row of an index and of its score (influence.md §4, §11), which the proofs of all methods share. */
import { concat, equal } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { type BlockLayout, createBlockLayout } from '../blockLayout.ts'
import {
  ACCEPTED,
  decodeExponents,
  decodeLayerTable,
  type IndexHeader,
  indexRootOf,
  type Layer,
  layersHashOf,
  ROW_ENTRY_BYTES,
} from '../indexFile.ts'
import { isRefused, type Refused, refuse } from '../refusal.ts'
import { SCORE_LEAF_ROWS } from '../rowProof.ts'
import type { RowProof } from '../surface.ts'
import { byteTreeRoot, CODE_CHUNK_BYTES, DOMAIN, rootFromProof, u32 } from '../tree.ts'

export type RowOpening = Pick<RowProof, 'header' | 'layerTable' | 'rowLeaf' | 'rowSiblings' | 'codes'>
export type ScoreOpening = Pick<RowProof, 'scoreLeaf' | 'scoreSiblings'>

/** A row's leaf and codes, shown to be those of an index. */
export interface OpenedRow {
  readonly row: number
  readonly isAccepted: boolean
  readonly exponents: Int16Array
  readonly layout: BlockLayout
  readonly layers: readonly Layer[]
  readonly header: IndexHeader
}

/** Checks the opening of one row against an index root; `header` is the decoded header of the proof. */
export function openRow(
  proof: RowOpening,
  header: IndexHeader,
  indexRoot: Uint8Array,
  hash: Hasher,
): OpenedRow | Refused {
  const root = indexRootOf(proof.header, hash)
  if (!equal(root, indexRoot)) return refuse('RootMismatch', indexRoot, root)
  if (!equal(layersHashOf(proof.layerTable, hash), header.layersHash)) {
    return refuse('LayerMismatch', header.layersHash, layersHashOf(proof.layerTable, hash))
  }
  const layers = decodeLayerTable(proof.layerTable)
  if (isRefused(layers)) return layers
  const layout = createBlockLayout(layers.map(({ d }) => d))
  if (isRefused(layout)) return layout
  if (layout.rowBytes !== header.rowBytes) return refuse('LayerMismatch', layout.rowBytes, header.rowBytes)
  const { rowLeaf } = proof
  if (rowLeaf[0] !== DOMAIN.rowLeaf) return refuse('ProofMismatch', DOMAIN.rowLeaf, rowLeaf[0])
  const row = new DataView(rowLeaf.buffer, rowLeaf.byteOffset).getUint32(1, true)
  const codeRoot = byteTreeRoot(DOMAIN.codeChunk, proof.codes, CODE_CHUNK_BYTES, hash)
  if (!equal(rowLeaf.subarray(rowLeaf.length - 32), codeRoot)) {
    return refuse('ProofMismatch', rowLeaf.slice(rowLeaf.length - 32), codeRoot)
  }
  const rowsRoot = rootFromProof(hash(rowLeaf), row, proof.rowSiblings, header.rowCount, hash)
  if (!equal(rowsRoot, header.rowsRoot)) return refuse('ProofMismatch', header.rowsRoot, rowsRoot)
  const exponentsAt = 5 + ROW_ENTRY_BYTES
  const exponents = decodeExponents(rowLeaf.subarray(exponentsAt, exponentsAt + 2 * header.blockCount))
  return { row, isAccepted: rowLeaf[5 + 36] === ACCEPTED, exponents, layout, layers, header }
}

/** The score that a result's scoresRoot holds for this row. */
export function openScore(
  { scoreLeaf, scoreSiblings }: ScoreOpening,
  row: number,
  { rowCount }: IndexHeader,
  scoresRoot: Uint8Array,
  hash: Hasher,
): { readonly score: bigint } | Refused {
  const first = row - (row % SCORE_LEAF_ROWS)
  const prefix = concat(Uint8Array.of(DOMAIN.scoreLeaf), u32(first))
  if (!equal(scoreLeaf.subarray(0, 5), prefix)) return refuse('ProofMismatch', prefix, scoreLeaf.slice(0, 5))
  const leafCount = Math.ceil(rowCount / SCORE_LEAF_ROWS)
  const root = rootFromProof(hash(scoreLeaf), first / SCORE_LEAF_ROWS, scoreSiblings, leafCount, hash)
  if (!equal(root, scoresRoot)) return refuse('ProofMismatch', scoresRoot, root)
  const view = new DataView(scoreLeaf.buffer, scoreLeaf.byteOffset)
  return { score: view.getBigInt64(5 + 8 * (row % SCORE_LEAF_ROWS), true) }
}
