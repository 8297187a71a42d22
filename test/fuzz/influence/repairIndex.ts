/** Makes the commitments of a damaged index file fit again, as a forger would. */
import {
  decodeIndexFile,
  INDEX_HEADER_BYTES,
  LAYER_BYTES,
  layersHashOf,
  rowLeafPreimage,
} from '../../../influence/indexFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { treeRoot } from '../../../influence/tree.ts'
import type { Hasher } from '../../../primitives/hashes.ts'

/** A file too broken for that comes back as it is. */
export function repairIndex(bytes: Uint8Array, hash: Hasher): Uint8Array {
  if (bytes.length < INDEX_HEADER_BYTES) return bytes
  const out = bytes.slice()
  const blockCount = new DataView(out.buffer).getUint32(16, true)
  out.set(layersHashOf(out.subarray(INDEX_HEADER_BYTES, INDEX_HEADER_BYTES + blockCount * LAYER_BYTES), hash), 112)
  const file = decodeIndexFile(out, hash)
  if (isRefused(file)) return out
  const { rowCount, rowBytes } = file.header
  const codesOf = (row: number) => file.codes.subarray(row * rowBytes, (row + 1) * rowBytes)
  const leaves = Array.from({ length: rowCount }, (_, row) => hash(rowLeafPreimage(file, row, codesOf(row), hash)))
  out.set(treeRoot(leaves, hash), 144)
  return out
}
