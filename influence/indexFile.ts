/** The gradient index file (influence.md §4.1): header, layer table, row table, sections; encoding and strict decoding. */
import { concat, equal } from '../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../primitives/hashes.ts'
import { BLOCKS_MAX, type BlockLayout, createBlockLayout, ROW_BYTES_MAX } from './blockLayout.ts'
import { isRefused, type Refused, refuse, refuseAt } from './refusal.ts'
import type { IndexInfo } from './surface.ts'
import { byteTreeRoot, CODE_CHUNK_BYTES, DOMAIN, hashTagged, u32 } from './tree.ts'

export const INDEX_HEADER_BYTES = 176
export const LAYER_BYTES = 32
export const ROW_ENTRY_BYTES = 40
export const GUARD_BYTES = 256
/** U and Z stay below 2^54; chunked i32 sums. */
export const ROWS_MAX = 2 ** 20
export const TAU_MAX = 256
export const CLIP_MAX = 64
export const CLIP_OFF = 255
/** The floor of a block that is not clipped. */
export const NO_FLOOR = -32768
export const NO_DUPLICATE = 0xffffffff
/** Row statuses. */
export const ACCEPTED = 0
export const DUPLICATE = 1
export const EMPTY = 2

const MAGIC = Uint8Array.of(0x44, 0x5a, 0x49, 0x31) // "DZI1"
const VERSION = 1
/** Codes begin at a multiple of this, so that a file maps onto aligned GPU reads. */
const CODES_ALIGNMENT = 64

export type IndexKind = 'gradient' | 'retrieval'
const KINDS: Readonly<Record<number, IndexKind>> = { 1: 'gradient', 3: 'retrieval' }
const KIND_BYTES: Readonly<Record<IndexKind, number>> = { gradient: 1, retrieval: 3 }

export interface IndexHeader {
  readonly kind: IndexKind
  readonly clip: number
  readonly rowCount: number
  readonly acceptedCount: number
  readonly blockCount: number
  readonly tau: number
  readonly rowBytes: number
  readonly rhoRef: bigint
  /** 32 bytes each. */
  readonly modelVersion: Uint8Array
  readonly guardSeed: Uint8Array
  readonly layersHash: Uint8Array
  readonly rowsRoot: Uint8Array
}

export interface Layer {
  readonly d: number
  readonly e0: number
  readonly eMin: number
  readonly floor: number
  /** T = Σ N · 4^(e0−e) over live rows, below 2^131. */
  readonly sum: bigint
}

/** The table of rows, column by column. */
export interface RowTable {
  readonly datanetIds: BigUint64Array
  readonly rowIds: BigUint64Array
  readonly orderKeys: BigUint64Array
  readonly rho: BigUint64Array
  /** Row that a duplicate repeats, else NO_DUPLICATE. */
  readonly duplicateOf: Uint32Array
  readonly status: Uint8Array
}

/** Everything in an index file but the codes. */
export interface IndexTables {
  readonly headerBytes: Uint8Array
  readonly header: IndexHeader
  readonly layout: BlockLayout
  readonly layers: readonly Layer[]
  readonly rows: RowTable
  /** rowCount × blockCount, row by row, after clipping. */
  readonly exponents: Int16Array
  /** rowCount × 256. */
  readonly guards: Int8Array
}

/** A parsed index file in memory; guards and codes are views of `bytes`. */
export interface IndexFile extends IndexTables {
  readonly bytes: Uint8Array
  /** rowCount × rowBytes. */
  readonly codes: Int8Array
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export function encodeIndexHeader(header: IndexHeader): Uint8Array {
  const head = new Uint8Array(48)
  const view = viewOf(head)
  head.set(MAGIC)
  view.setUint16(4, VERSION, true)
  view.setUint8(6, KIND_BYTES[header.kind])
  view.setUint8(7, header.clip)
  view.setUint32(8, header.rowCount, true)
  view.setUint32(12, header.acceptedCount, true)
  view.setUint32(16, header.blockCount, true)
  view.setUint16(20, header.tau, true)
  view.setBigUint64(24, BigInt(header.rowBytes), true)
  view.setBigUint64(32, header.rhoRef, true)
  return concat(head, header.modelVersion, header.guardSeed, header.layersHash, header.rowsRoot)
}

/** The 176 bytes that `registerVersion` receives; refuses every field outside its bounds and every reserved byte. */
export function decodeIndexHeader(bytes: Uint8Array): IndexHeader | Refused {
  if (bytes.length !== INDEX_HEADER_BYTES) return refuse('BadLength', INDEX_HEADER_BYTES, bytes.length)
  const view = viewOf(bytes)
  if (!equal(bytes.subarray(0, 4), MAGIC)) return refuse('BadMagic', 'DZI1', view.getUint32(0, true))
  if (view.getUint16(4, true) !== VERSION) return refuse('BadVersion', VERSION, view.getUint16(4, true))
  const kind = KINDS[view.getUint8(6)]
  if (kind === undefined) return refuse('WrongKind', '1 or 3', view.getUint8(6))
  if (view.getUint16(22, true) !== 0 || view.getBigUint64(40, true) !== 0n)
    return refuse('BadPadding', 0, 'reserved bytes')
  const part = (at: number) => bytes.slice(at, at + 32)
  const header: IndexHeader = {
    kind,
    clip: view.getUint8(7),
    rowCount: view.getUint32(8, true),
    acceptedCount: view.getUint32(12, true),
    blockCount: view.getUint32(16, true),
    tau: view.getUint16(20, true),
    rowBytes: Number(view.getBigUint64(24, true)),
    rhoRef: view.getBigUint64(32, true),
    modelVersion: part(48),
    guardSeed: part(80),
    layersHash: part(112),
    rowsRoot: part(144),
  }
  return checkHeaderLimits(header) ?? header
}

function checkHeaderLimits(header: IndexHeader): Refused | undefined {
  const { kind, clip, rowCount, acceptedCount, blockCount, tau, rowBytes } = header
  if (clip > CLIP_MAX && clip !== CLIP_OFF) return refuse('BadLimit', `clip 0 … ${CLIP_MAX} or ${CLIP_OFF}`, clip)
  if (rowCount < 1 || rowCount > ROWS_MAX) return refuse('BadLimit', `1 … ${ROWS_MAX} rows`, rowCount)
  if (acceptedCount > rowCount) return refuse('BadLimit', `at most ${rowCount} accepted rows`, acceptedCount)
  if (blockCount < 1 || blockCount > BLOCKS_MAX) return refuse('BadLimit', `1 … ${BLOCKS_MAX} blocks`, blockCount)
  if (tau > TAU_MAX) return refuse('BadLimit', `tau in 0 … ${TAU_MAX}`, tau)
  // An embedding is one block, and its length plays no part.
  if (kind === 'retrieval' && (blockCount !== 1 || clip !== CLIP_OFF))
    return refuse('BadLimit', `one block, clip ${CLIP_OFF} in a retrieval index`, { blockCount, clip })
  if (rowBytes > ROW_BYTES_MAX || rowBytes % 16 !== 0 || rowBytes < blockCount * 16) {
    return refuse('BadLimit', `rowBytes in ${blockCount * 16} … ${ROW_BYTES_MAX}, a multiple of 16`, rowBytes)
  }
  return undefined
}

/** hash(12 ‖ header): what the chain stores. */
export const indexRootOf = (headerBytes: Uint8Array, hash: Hasher = keccak256): Uint8Array =>
  hashTagged(DOMAIN.index, hash, headerBytes)

export const layersHashOf = (layerTable: Uint8Array, hash: Hasher = keccak256): Uint8Array =>
  hashTagged(DOMAIN.layers, hash, layerTable)

export function encodeLayerTable(layers: readonly Layer[]): Uint8Array {
  const out = new Uint8Array(layers.length * LAYER_BYTES)
  const view = viewOf(out)
  for (const [l, layer] of layers.entries()) {
    const at = l * LAYER_BYTES
    view.setUint32(at, layer.d, true)
    view.setInt16(at + 4, layer.e0, true)
    view.setInt16(at + 6, layer.eMin, true)
    view.setInt16(at + 8, layer.floor, true)
    view.setBigUint64(at + 12, layer.sum & 0xffffffffffffffffn, true)
    view.setBigUint64(at + 20, (layer.sum >> 64n) & 0xffffffffffffffffn, true)
    view.setUint32(at + 28, Number(layer.sum >> 128n), true)
  }
  return out
}

export function decodeLayerTable(bytes: Uint8Array): Layer[] | Refused {
  if (bytes.length % LAYER_BYTES !== 0) return refuse('BadLength', `a multiple of ${LAYER_BYTES}`, bytes.length)
  const view = viewOf(bytes)
  const layers: Layer[] = []
  for (let at = 0; at < bytes.length; at += LAYER_BYTES) {
    if (view.getUint16(at + 10, true) !== 0) return refuse('BadPadding', 0, view.getUint16(at + 10, true))
    const low = view.getBigUint64(at + 12, true)
    const middle = view.getBigUint64(at + 20, true)
    layers.push({
      d: view.getUint32(at, true),
      e0: view.getInt16(at + 4, true),
      eMin: view.getInt16(at + 6, true),
      floor: view.getInt16(at + 8, true),
      sum: low | (middle << 64n) | (BigInt(view.getUint32(at + 28, true)) << 128n),
    })
  }
  return layers
}

export function encodeRowEntry(rows: RowTable, row: number): Uint8Array {
  const out = new Uint8Array(ROW_ENTRY_BYTES)
  const view = viewOf(out)
  view.setBigUint64(0, rows.datanetIds[row]!, true)
  view.setBigUint64(8, rows.rowIds[row]!, true)
  view.setBigUint64(16, rows.orderKeys[row]!, true)
  view.setBigUint64(24, rows.rho[row]!, true)
  view.setUint32(32, rows.duplicateOf[row]!, true)
  view.setUint8(36, rows.status[row]!)
  return out
}

export function createRowTable(rowCount: number): RowTable {
  return {
    datanetIds: new BigUint64Array(rowCount),
    rowIds: new BigUint64Array(rowCount),
    orderKeys: new BigUint64Array(rowCount),
    rho: new BigUint64Array(rowCount),
    duplicateOf: new Uint32Array(rowCount).fill(NO_DUPLICATE),
    status: new Uint8Array(rowCount),
  }
}

function decodeRowTable(bytes: Uint8Array): RowTable | Refused {
  const view = viewOf(bytes)
  const rows = createRowTable(bytes.length / ROW_ENTRY_BYTES)
  for (let row = 0; row * ROW_ENTRY_BYTES < bytes.length; row++) {
    const at = row * ROW_ENTRY_BYTES
    rows.datanetIds[row] = view.getBigUint64(at, true)
    rows.rowIds[row] = view.getBigUint64(at + 8, true)
    rows.orderKeys[row] = view.getBigUint64(at + 16, true)
    rows.rho[row] = view.getBigUint64(at + 24, true)
    rows.duplicateOf[row] = view.getUint32(at + 32, true)
    rows.status[row] = view.getUint8(at + 36)
    if (bytes[at + 37] !== 0 || bytes[at + 38] !== 0 || bytes[at + 39] !== 0) {
      return refuse('BadPadding', 0, `reserved bytes of row ${row}`)
    }
  }
  return rows
}

/** Byte offsets of the sections; each follows from the counts. */
function sectionsOf(rowCount: number, blockCount: number, rowBytes: number) {
  const layers = INDEX_HEADER_BYTES
  const rows = layers + blockCount * LAYER_BYTES
  const exponents = rows + rowCount * ROW_ENTRY_BYTES
  const guards = exponents + rowCount * blockCount * 2
  const padding = guards + rowCount * GUARD_BYTES
  const codes = Math.ceil(padding / CODES_ALIGNMENT) * CODES_ALIGNMENT
  return { layers, rows, exponents, guards, padding, codes, end: codes + rowCount * rowBytes }
}

/** Joins the sections into the file. */
export function encodeIndexFile(file: Omit<IndexFile, 'bytes'>): Uint8Array {
  const { rowCount, blockCount, rowBytes } = file.header
  const at = sectionsOf(rowCount, blockCount, rowBytes)
  const out = new Uint8Array(at.end)
  out.set(file.headerBytes)
  out.set(encodeLayerTable(file.layers), at.layers)
  for (let row = 0; row < rowCount; row++) out.set(encodeRowEntry(file.rows, row), at.rows + row * ROW_ENTRY_BYTES)
  const view = viewOf(out)
  for (const [i, exponent] of file.exponents.entries()) view.setInt16(at.exponents + 2 * i, exponent, true)
  out.set(new Uint8Array(file.guards.buffer, file.guards.byteOffset, file.guards.length), at.guards)
  out.set(new Uint8Array(file.codes.buffer, file.codes.byteOffset, file.codes.length), at.codes)
  return out
}

/** Where the codes of a file with this header begin, and how long the file must be. */
export function indexExtent({ rowCount, blockCount, rowBytes }: IndexHeader): { codesAt: number; fileBytes: number } {
  const { codes, end } = sectionsOf(rowCount, blockCount, rowBytes)
  return { codesAt: codes, fileBytes: end }
}

/**
 * Splits what stands before the codes of a file of `fileBytes` bytes into its sections, and checks what needs no
 * recomputation: magic, lengths, limits, reserved bytes and the layer table's hash. `verifyIndex` checks everything else.
 */
export function decodeIndexTables(
  bytes: Uint8Array,
  fileBytes: number,
  hash: Hasher = keccak256,
): IndexTables | Refused {
  if (bytes.length < INDEX_HEADER_BYTES) return refuse('BadLength', `at least ${INDEX_HEADER_BYTES}`, bytes.length)
  const headerBytes = bytes.slice(0, INDEX_HEADER_BYTES)
  const header = decodeIndexHeader(headerBytes)
  if (isRefused(header)) return header
  const at = sectionsOf(header.rowCount, header.blockCount, header.rowBytes)
  if (fileBytes !== at.end) return refuse('BadLength', at.end, fileBytes)
  if (bytes.subarray(at.padding, at.codes).some((byte) => byte !== 0))
    return refuse('BadPadding', 0, 'before the codes')
  const layerTable = bytes.subarray(at.layers, at.rows)
  if (!equal(layersHashOf(layerTable, hash), header.layersHash)) {
    return refuseAt('layer table', 'RootMismatch', header.layersHash, layersHashOf(layerTable, hash))
  }
  const layers = decodeLayerTable(layerTable)
  if (isRefused(layers)) return layers
  const layout = createBlockLayout(layers.map(({ d }) => d))
  if (isRefused(layout)) return layout
  if (layout.rowBytes !== header.rowBytes) return refuse('LayerMismatch', layout.rowBytes, header.rowBytes)
  const rows = decodeRowTable(bytes.subarray(at.rows, at.exponents))
  if (isRefused(rows)) return rows
  const exponents = decodeExponents(bytes.subarray(at.exponents, at.guards))
  const guards = new Int8Array(bytes.buffer, bytes.byteOffset + at.guards, header.rowCount * GUARD_BYTES)
  return { headerBytes, header, layout, layers, rows, exponents, guards }
}

/** A whole file in memory; checks what `decodeIndexTables` checks. */
export function decodeIndexFile(bytes: Uint8Array, hash: Hasher = keccak256): IndexFile | Refused {
  const tables = decodeIndexTables(bytes, bytes.length, hash)
  if (isRefused(tables)) return tables
  const { codesAt } = indexExtent(tables.header)
  return { ...tables, bytes, codes: new Int8Array(bytes.buffer, bytes.byteOffset + codesAt, bytes.length - codesAt) }
}

/** Little-endian i16 values, whatever the alignment of the bytes and the order of the machine. */
export function decodeExponents(bytes: Uint8Array): Int16Array {
  const view = viewOf(bytes)
  const exponents = new Int16Array(bytes.length / 2)
  for (let i = 0; i < exponents.length; i++) exponents[i] = view.getInt16(2 * i, true)
  return exponents
}

/** The preimage of a row's leaf, 333 + 2L bytes; `rowCodes` are its codes. */
export function rowLeafPreimage(
  file: Omit<IndexTables, 'headerBytes'>,
  row: number,
  rowCodes: Int8Array,
  hash: Hasher,
): Uint8Array {
  const { blockCount } = file.header
  const exponents = new Uint8Array(2 * blockCount)
  const view = viewOf(exponents)
  for (let l = 0; l < blockCount; l++) view.setInt16(2 * l, file.exponents[row * blockCount + l]!, true)
  const guard = new Uint8Array(file.guards.buffer, file.guards.byteOffset + row * GUARD_BYTES, GUARD_BYTES)
  const codes = new Uint8Array(rowCodes.buffer, rowCodes.byteOffset, rowCodes.length)
  const codeRoot = byteTreeRoot(DOMAIN.codeChunk, codes, CODE_CHUNK_BYTES, hash)
  return concat(Uint8Array.of(DOMAIN.rowLeaf), u32(row), encodeRowEntry(file.rows, row), exponents, guard, codeRoot)
}

export function indexInfoOf(file: IndexTables, hash: Hasher = keccak256): IndexInfo {
  const { modelVersion, guardSeed, rowCount, acceptedCount, rowBytes, tau, clip, rhoRef } = file.header
  return {
    indexRoot: indexRootOf(file.headerBytes, hash),
    modelVersion,
    guardSeed,
    rowCount,
    acceptedCount,
    blockDims: file.layout.dims,
    rowBytes,
    tau,
    clip,
    rhoRef,
  }
}
