/** Queries: quantising an answer's gradient, checking it against an index, and the query file (influence.md §4.2). */
import { bytesToUint, concat, equal, uintToBytes } from '../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../primitives/hashes.ts'
import { type BlockLayout, checkCodes } from './blockLayout.ts'
import { decodeExponents } from './indexFile.ts'
import { quantiseInto } from './quantise.ts'
import { type Refused, refuse } from './refusal.ts'
import { encodeInt16, queryHashOf } from './scoring/context.ts'
import type { Query } from './surface.ts'
import { treeRoot } from './tree.ts'

export const QUERY_HEADER_BYTES = 96
/** Buffers of a batch. */
export const QUERIES_MAX = 1024

const MAGIC = Uint8Array.of(0x44, 0x5a, 0x51, 0x31) // "DZQ1"
const VERSION = 1
const CODES_ALIGNMENT = 64

/** Quantises the gradient of an answer's loss; refuses NaN and infinity. */
export function createQuery(
  blocks: readonly Uint32Array[],
  layout: BlockLayout,
  jobId: bigint,
  modelVersion: Uint8Array,
): Query | Refused {
  const dims = blocks.map((words) => words.length)
  if (dims.length !== layout.dims.length || dims.some((d, l) => d !== layout.dims[l])) {
    return refuse('ShapeMismatch', layout.dims, dims)
  }
  const codes = new Int8Array(layout.rowBytes)
  const exponents = new Int16Array(layout.dims.length)
  for (const [l, words] of blocks.entries()) {
    const exponent = quantiseInto(words, codes.subarray(layout.offsets[l]!))
    if (exponent === undefined) return refuse('NonFinite', 'finite words', `NaN or infinity in block ${l}`)
    exponents[l] = exponent
  }
  return { codes, exponents, jobId, modelVersion }
}

/** Does this query fit the index, and could the quantiser have written it? */
export function checkQuery(query: Query, layout: BlockLayout, modelVersion: Uint8Array): Refused | undefined {
  if (!equal(query.modelVersion, modelVersion)) return refuse('ModelMismatch', modelVersion, query.modelVersion)
  if (query.codes.length !== layout.rowBytes) return refuse('ShapeMismatch', layout.rowBytes, query.codes.length)
  if (query.exponents.length !== layout.dims.length)
    return refuse('ShapeMismatch', layout.dims.length, query.exponents.length)
  if (query.jobId < 0n || query.jobId >> 256n !== 0n) return refuse('BadLimit', 'a uint256 job id', query.jobId)
  return checkCodes(layout, 1, query.codes, query.exponents)
}

/** Writes queries of one model version into a file. */
export function encodeQueryFile(
  queries: readonly Query[],
  modelVersion: Uint8Array,
  hash: Hasher = keccak256,
): Uint8Array {
  const blockCount = queries[0]?.exponents.length ?? 0
  const rowBytes = queries[0]?.codes.length ?? 0
  const head = new Uint8Array(32)
  const view = new DataView(head.buffer)
  head.set(MAGIC)
  view.setUint16(4, VERSION, true)
  view.setUint32(8, queries.length, true)
  view.setUint32(12, blockCount, true)
  view.setBigUint64(16, BigInt(rowBytes), true)
  const root = treeRoot(
    queries.map((query) => queryHashOf(query, hash)),
    hash,
  )
  const front = concat(
    concat(head, modelVersion, root),
    ...queries.map(({ jobId }) => uintToBytes(jobId, 32)),
    ...queries.map(({ exponents }) => encodeInt16(exponents)),
  )
  const padding = new Uint8Array((CODES_ALIGNMENT - (front.length % CODES_ALIGNMENT)) % CODES_ALIGNMENT)
  const codes = queries.map((query) => new Uint8Array(query.codes.buffer, query.codes.byteOffset, query.codes.length))
  return concat(front, padding, ...codes)
}

/** Reads a query file for an index of this layout; strict in every byte. */
export function decodeQueryFile(file: Uint8Array, layout: BlockLayout, hash: Hasher = keccak256): Query[] | Refused {
  // A Buffer's slice would share memory where a Uint8Array's copies.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length)
  if (bytes.length < QUERY_HEADER_BYTES) return refuse('BadLength', `at least ${QUERY_HEADER_BYTES}`, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!equal(bytes.subarray(0, 4), MAGIC)) return refuse('BadMagic', 'DZQ1', view.getUint32(0, true))
  if (view.getUint16(4, true) !== VERSION) return refuse('BadVersion', VERSION, view.getUint16(4, true))
  if (view.getUint16(6, true) !== 0 || view.getBigUint64(24, true) !== 0n)
    return refuse('BadPadding', 0, 'reserved bytes')
  const count = view.getUint32(8, true)
  if (count < 1 || count > QUERIES_MAX) return refuse('BadLimit', `1 … ${QUERIES_MAX} queries`, count)
  const blockCount = view.getUint32(12, true)
  if (blockCount !== layout.dims.length) return refuse('ShapeMismatch', layout.dims.length, blockCount)
  const rowBytes = view.getBigUint64(16, true)
  if (rowBytes !== BigInt(layout.rowBytes)) return refuse('ShapeMismatch', layout.rowBytes, rowBytes)
  const queries = readQueries(bytes, count, layout)
  if (!Array.isArray(queries)) return queries
  const root = treeRoot(
    queries.map((query) => queryHashOf(query, hash)),
    hash,
  )
  return equal(root, bytes.subarray(64, 96)) ? queries : refuse('RootMismatch', bytes.slice(64, 96), root)
}

function readQueries(bytes: Uint8Array, count: number, layout: BlockLayout): Query[] | Refused {
  const blockCount = layout.dims.length
  const exponentsAt = QUERY_HEADER_BYTES + 32 * count
  const paddingAt = exponentsAt + 2 * blockCount * count
  const codesAt = Math.ceil(paddingAt / CODES_ALIGNMENT) * CODES_ALIGNMENT
  const length = codesAt + count * layout.rowBytes
  if (bytes.length !== length) return refuse('BadLength', length, bytes.length)
  if (bytes.subarray(paddingAt, codesAt).some((byte) => byte !== 0)) return refuse('BadPadding', 0, 'before the codes')
  const modelVersion = bytes.slice(32, 64)
  const queries: Query[] = []
  for (let q = 0; q < count; q++) {
    const query: Query = {
      codes: new Int8Array(bytes.slice(codesAt + q * layout.rowBytes, codesAt + (q + 1) * layout.rowBytes).buffer),
      exponents: decodeExponents(
        bytes.subarray(exponentsAt + 2 * blockCount * q, exponentsAt + 2 * blockCount * (q + 1)),
      ),
      jobId: bytesToUint(bytes.subarray(QUERY_HEADER_BYTES + 32 * q, QUERY_HEADER_BYTES + 32 * (q + 1))),
      modelVersion,
    }
    const bad = checkQuery(query, layout, modelVersion)
    if (bad) return bad
    queries.push(query)
  }
  return queries
}
