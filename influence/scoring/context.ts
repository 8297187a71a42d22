/** Commitments of one query (influence.md §4.2, §4.3): queryHash, scoresRoot, contextRoot. */
import { uintToBytes } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { SCORE_LEAF_ROWS } from '../rowProof.ts'
import type { Query } from '../surface.ts'
import {
  byteTreeRoot,
  CODE_CHUNK_BYTES,
  CONTEXT_CHUNK_BYTES,
  DOMAIN,
  hashTagged,
  i32,
  int32s,
  treeRoot,
  u32,
} from '../tree.ts'

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** i16 values as little-endian bytes. */
export function encodeInt16(values: Int16Array): Uint8Array {
  if (IS_LITTLE_ENDIAN) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
  const out = new Uint8Array(2 * values.length)
  const view = new DataView(out.buffer)
  for (let i = 0; i < values.length; i++) view.setInt16(2 * i, values[i]!, true)
  return out
}

/** Root over the codes of a query. */
const codeRootOf = (codes: Int8Array, hash: Hasher): Uint8Array =>
  byteTreeRoot(DOMAIN.codeChunk, new Uint8Array(codes.buffer, codes.byteOffset, codes.length), CODE_CHUNK_BYTES, hash)

/** What `respond` commits to. */
export function queryHashOf(query: Query, hash: Hasher, codeRoot = codeRootOf(query.codes, hash)): Uint8Array {
  const jobId = uintToBytes(query.jobId, 32)
  const exponents = encodeInt16(query.exponents)
  return hashTagged(DOMAIN.query, hash, query.modelVersion, jobId, u32(query.exponents.length), exponents, codeRoot)
}

/** Preimages of the score leaves: 128 scores each, zeros included. */
export function scoreLeaves(scores: BigInt64Array): Uint8Array[] {
  const leaves: Uint8Array[] = []
  for (let first = 0; first < scores.length; first += SCORE_LEAF_ROWS) {
    const part = scores.subarray(first, first + SCORE_LEAF_ROWS)
    const leaf = new Uint8Array(5 + 8 * part.length)
    const view = new DataView(leaf.buffer)
    view.setUint8(0, DOMAIN.scoreLeaf)
    view.setUint32(1, first, true)
    for (let i = 0; i < part.length; i++) view.setBigInt64(5 + 8 * i, part[i]!, true)
    leaves.push(leaf)
  }
  return leaves
}

export const scoresRootOf = (scores: BigInt64Array, hash: Hasher): Uint8Array =>
  treeRoot(scoreLeaves(scores).map(hash), hash)

/** `h`: little-endian i16 of H, block by block, padded like codes. */
export function contextRootOf(
  queryHash: Uint8Array,
  exponentG: number,
  x: Int32Array,
  h: Uint8Array,
  hash: Hasher,
): Uint8Array {
  return contextHash(queryHash, exponentG, x, byteTreeRoot(DOMAIN.contextChunk, h, CONTEXT_CHUNK_BYTES, hash), hash)
}

/** The context root from the root over H. */
export function contextHash(
  queryHash: Uint8Array,
  exponentG: number,
  x: Int32Array,
  directionRoot: Uint8Array,
  hash: Hasher,
): Uint8Array {
  return hashTagged(DOMAIN.context, hash, queryHash, i32(exponentG), int32s(x), directionRoot)
}
