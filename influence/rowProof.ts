/** A row proof (influence.md §11) and its strict byte codec: every length follows from the header and the row number. */
import { concat } from '../primitives/bytes.ts'
import { decodeIndexHeader, GUARD_BYTES, INDEX_HEADER_BYTES, LAYER_BYTES, ROW_ENTRY_BYTES } from './indexFile.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'
import type { RowProof } from './surface.ts'
import { i32, int32s, treeHeight } from './tree.ts'

/** Rows of one score leaf (§4.3). */
export const SCORE_LEAF_ROWS = 128

/** Byte lengths of the parts of a proof, in the order of the codec. */
export interface ProofLengths {
  readonly layerTable: number
  readonly rowLeaf: number
  readonly rowSiblings: number
  readonly codes: number
  readonly x: number
  readonly h: number
  readonly scoreLeaf: number
  readonly scoreSiblings: number
}

export function proofLengths(
  header: { rowCount: number; blockCount: number; rowBytes: number },
  row: number,
): ProofLengths {
  const { rowCount, blockCount, rowBytes } = header
  const first = row - (row % SCORE_LEAF_ROWS)
  return {
    layerTable: blockCount * LAYER_BYTES,
    rowLeaf: 1 + 4 + ROW_ENTRY_BYTES + 2 * blockCount + GUARD_BYTES + 32,
    rowSiblings: 32 * treeHeight(rowCount),
    codes: rowBytes,
    x: 4 * blockCount,
    h: 2 * rowBytes,
    scoreLeaf: 1 + 4 + 8 * Math.min(SCORE_LEAF_ROWS, rowCount - first),
    scoreSiblings: 32 * treeHeight(Math.ceil(rowCount / SCORE_LEAF_ROWS)),
  }
}

export function encodeRowProof(proof: RowProof): Uint8Array {
  const { header, layerTable, rowLeaf, rowSiblings, codes, exponentG, x, h, scoreLeaf, scoreSiblings } = proof
  const context = [i32(exponentG), int32s(x), h]
  return concat(header, layerTable, rowLeaf, ...rowSiblings, codes, ...context, scoreLeaf, ...scoreSiblings)
}

/** Strict: the header must decode, and the total length must be exactly what header and row number ask for. */
export function decodeRowProof(bytes: Uint8Array): RowProof | Refused {
  if (bytes.length < INDEX_HEADER_BYTES) return refuse('BadLength', `at least ${INDEX_HEADER_BYTES}`, bytes.length)
  const header = decodeIndexHeader(bytes.subarray(0, INDEX_HEADER_BYTES))
  if (isRefused(header)) return header
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const rowAt = INDEX_HEADER_BYTES + header.blockCount * LAYER_BYTES + 1
  if (bytes.length < rowAt + 4) return refuse('BadLength', `at least ${rowAt + 4}`, bytes.length)
  const row = view.getUint32(rowAt, true)
  if (row >= header.rowCount) return refuse('BadLimit', `a row below ${header.rowCount}`, row)
  const lengths = proofLengths(header, row)
  const total = Object.values(lengths).reduce((sum, length) => sum + length, INDEX_HEADER_BYTES + 4)
  if (bytes.length !== total) return refuse('BadLength', total, bytes.length)
  let at = 0
  const take = (length: number): Uint8Array => {
    at += length
    return bytes.slice(at - length, at)
  }
  const takeHashes = (length: number) => Array.from({ length: length / 32 }, () => take(32))
  const takeInt = (): number => {
    at += 4
    return view.getInt32(at - 4, true)
  }
  return {
    header: take(INDEX_HEADER_BYTES),
    layerTable: take(lengths.layerTable),
    rowLeaf: take(lengths.rowLeaf),
    rowSiblings: takeHashes(lengths.rowSiblings),
    codes: take(lengths.codes),
    exponentG: takeInt(),
    x: Int32Array.from({ length: header.blockCount }, takeInt),
    h: take(lengths.h),
    scoreLeaf: take(lengths.scoreLeaf),
    scoreSiblings: takeHashes(lengths.scoreSiblings),
  }
}
