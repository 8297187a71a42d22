/** Builds a gradient or retrieval index from f32 rows (influence.md §3.3): a pure function, so any two builders write the same bytes. */
import { compare, utf8 } from '../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../primitives/hashes.ts'
import { type BlockLayout, createBlockLayout } from './blockLayout.ts'
import { type Flags, flagRows, guardVectors } from './gradients/guard.ts'
import { applyFloors, clipFloors, countAccepted, levelRows, squaredNorms, sumLayers } from './gradients/layers.ts'
import {
  CLIP_MAX,
  CLIP_OFF,
  createRowTable,
  encodeIndexFile,
  encodeIndexHeader,
  encodeLayerTable,
  type IndexFile,
  type IndexHeader,
  type IndexKind,
  indexInfoOf,
  type Layer,
  layersHashOf,
  ROWS_MAX,
  type RowTable,
  rowLeafPreimage,
  TAU_MAX,
} from './indexFile.ts'
import { quantiseInto } from './quantise.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'
import type { IndexInfo } from './surface.ts'
import { treeRoot } from './tree.ts'

export const TAU_DEFAULT = 96
export const CLIP_DEFAULT = 4

/** One contribution's gradient, or the embedding of one of its chunks, in on-chain order. */
export interface GradientRow {
  readonly datanetId: bigint
  readonly rowId: bigint
  /** height · 2^24 + place in the block, by the chain's counter; strictly increasing, except over the chunks of one contribution. */
  readonly orderKey: bigint
  /** Withdrawn before training: keeps its place with codes 0; its words are not read. */
  readonly isWithdrawn?: boolean
  /** f32 bit patterns by block, in the order of `blockDims` (`wordsOf` turns floats into words). */
  readonly blocks: readonly Uint32Array[]
}

export interface BuildOptions {
  /** `retrieval`: rows are the embeddings of chunks, in one block, without clipping (§8). Default `gradient`. */
  readonly kind?: IndexKind
  /** Coordinates per block; blocks in the order of their parameter names as UTF-8 bytes (`blockOrder`). */
  readonly blockDims: readonly number[]
  /** 32 bytes: keccak256(chainId ‖ modelId ‖ number). */
  readonly modelVersion: Uint8Array
  /** 32 bytes: keccak256 of the seeds of the named Datanet versions. */
  readonly guardSeed: Uint8Array
  readonly tau?: number
  readonly clip?: number
  /** A faster keccak256 than the default, where many leaves are hashed. */
  readonly hash?: Hasher
}

export interface BuiltIndex {
  readonly kind: 'index'
  readonly bytes: Uint8Array
  /** The 176 bytes for `registerVersion`. */
  readonly header: Uint8Array
  readonly info: IndexInfo
  readonly file: IndexFile
}

export function buildIndex(rows: readonly GradientRow[], options: BuildOptions): BuiltIndex | Refused {
  const layout = createBlockLayout(options.blockDims)
  if (isRefused(layout)) return layout
  const tau = options.tau ?? TAU_DEFAULT
  const kind = options.kind ?? 'gradient'
  const clip = options.clip ?? (kind === 'retrieval' ? CLIP_OFF : CLIP_DEFAULT)
  const bad = checkOptions(rows, layout, options, tau, clip) ?? checkRows(rows, layout, kind)
  if (bad) return bad
  const { codes, exponents } = quantiseRows(rows, layout)
  const table = createRowTable(rows.length)
  for (const [row, { datanetId, rowId, orderKey }] of rows.entries()) {
    table.datanetIds[row] = datanetId
    table.rowIds[row] = rowId
    table.orderKeys[row] = orderKey
  }
  const { modelVersion, guardSeed, hash = keccak256 } = options
  const norms = squaredNorms(layout, rows.length, codes)
  const guards = guardVectors(layout, rows.length, codes, guardSeed)
  const flags = flagRows(guards, norms, layout.dims.length, tau)
  const rowFacts = { layout, table, codes, exponents, norms, guards, flags }
  return assembleIndex({ kind, ...rowFacts, modelVersion, guardSeed, tau, clip }, hash)
}

function checkOptions(
  rows: readonly GradientRow[],
  layout: BlockLayout,
  { kind, modelVersion, guardSeed }: BuildOptions,
  tau: number,
  clip: number,
): Refused | undefined {
  if (rows.length < 1 || rows.length > ROWS_MAX) return refuse('BadLimit', `1 … ${ROWS_MAX} rows`, rows.length)
  if (!(tau >= 0 && tau <= TAU_MAX && Number.isInteger(tau)))
    return refuse('BadParameter', `tau in 0 … ${TAU_MAX}`, tau)
  const isClip = Number.isInteger(clip) && ((clip >= 0 && clip <= CLIP_MAX) || clip === CLIP_OFF)
  if (!isClip) return refuse('BadParameter', `clip in 0 … ${CLIP_MAX} or ${CLIP_OFF}`, clip)
  if (kind === 'retrieval' && (layout.dims.length !== 1 || clip !== CLIP_OFF))
    return refuse('BadParameter', `one block, clip ${CLIP_OFF} for a retrieval index`, { dims: layout.dims, clip })
  if (modelVersion.length !== 32) return refuse('BadLength', '32 bytes of modelVersion', modelVersion.length)
  if (guardSeed.length !== 32) return refuse('BadLength', '32 bytes of guardSeed', guardSeed.length)
  return undefined
}

function checkRows(rows: readonly GradientRow[], layout: BlockLayout, kind: IndexKind): Refused | undefined {
  for (const [row, own] of rows.entries()) {
    const { blocks, isWithdrawn, orderKey } = own
    const before = rows[row - 1]
    if (
      before !== undefined &&
      orderKey <= before.orderKey &&
      !(kind === 'retrieval' && isSameContribution(before, own))
    )
      return refuse('BadOrder', `an order key above ${before.orderKey} at row ${row}`, orderKey)
    const dims = blocks.map((words) => words.length)
    if (!isWithdrawn && (dims.length !== layout.dims.length || dims.some((d, l) => d !== layout.dims[l]))) {
      return refuse('ShapeMismatch', layout.dims, dims)
    }
  }
  return undefined
}

/** Chunks of one contribution follow each other under its key. */
const isSameContribution = (a: GradientRow, b: GradientRow): boolean =>
  a.orderKey === b.orderKey && a.datanetId === b.datanetId && a.rowId === b.rowId

/** Step 1 of §3.3: a row with a word that is not finite becomes all zero, and so does a withdrawn one. */
function quantiseRows(rows: readonly GradientRow[], layout: BlockLayout): { codes: Int8Array; exponents: Int16Array } {
  const blockCount = layout.dims.length
  const codes = new Int8Array(rows.length * layout.rowBytes)
  const exponents = new Int16Array(rows.length * blockCount)
  for (const [row, { blocks, isWithdrawn }] of rows.entries()) {
    if (isWithdrawn) continue
    const own = codes.subarray(row * layout.rowBytes, (row + 1) * layout.rowBytes)
    for (const [l, words] of blocks.entries()) {
      const exponent = quantiseInto(words, own.subarray(layout.offsets[l]!))
      if (exponent === undefined) {
        own.fill(0)
        exponents.fill(0, row * blockCount, (row + 1) * blockCount)
        break
      }
      exponents[row * blockCount + l] = exponent
    }
  }
  return { codes, exponents }
}

/** Rows as the quantiser left them, with their guard vectors and flags. */
export interface QuantisedRows {
  readonly kind: IndexKind
  readonly layout: BlockLayout
  /** Identities; status, duplicateOf and rho are filled in place. */
  readonly table: RowTable
  readonly codes: Int8Array
  /** Before clipping; clipped in place. */
  readonly exponents: Int16Array
  /** N of every row and block, n × L. */
  readonly norms: Uint32Array
  readonly guards: Int8Array
  readonly flags: Flags
  readonly modelVersion: Uint8Array
  readonly guardSeed: Uint8Array
  readonly tau: number
  readonly clip: number
}

/** Steps 3–5 of §3.3 and the commitments. */
export function assembleIndex(input: QuantisedRows, hash: Hasher): BuiltIndex {
  const { layout, table, codes, exponents, norms, guards, flags, clip } = input
  const rowCount = table.status.length
  const blockCount = layout.dims.length
  table.status.set(flags.status)
  table.duplicateOf.set(flags.duplicateOf)
  const sums = { layout, rowCount, status: table.status, exponents, norms }
  const floors = clipFloors(sums, clip)
  applyFloors(sums, floors)
  const layers = sumLayers(sums, floors)
  const acceptedCount = countAccepted(table.status)
  const { rho, rhoRef } = levelRows(sums, layers, acceptedCount)
  table.rho.set(rho)
  const counts = { rowCount, acceptedCount, blockCount, rowBytes: layout.rowBytes, rhoRef }
  const header = commit(input, counts, layers, hash)
  const headerBytes = encodeIndexHeader(header)
  const parts = { headerBytes, header, layout, layers, rows: table, exponents, guards, codes }
  const file: IndexFile = { bytes: encodeIndexFile(parts), ...parts }
  return { kind: 'index', bytes: file.bytes, header: headerBytes, info: indexInfoOf(file, hash), file }
}

function commit(
  input: QuantisedRows,
  counts: Pick<IndexHeader, 'rowCount' | 'acceptedCount' | 'blockCount' | 'rowBytes' | 'rhoRef'>,
  layers: readonly Layer[],
  hash: Hasher,
): IndexHeader {
  const { layout, table, codes, exponents, guards, modelVersion, guardSeed, tau, clip } = input
  const layersHash = layersHashOf(encodeLayerTable(layers), hash)
  const open: IndexHeader = {
    kind: input.kind,
    clip,
    tau,
    ...counts,
    modelVersion,
    guardSeed,
    layersHash,
    rowsRoot: new Uint8Array(32),
  }
  const parts = { header: open, layout, layers, rows: table, exponents, guards }
  const leaves = Array.from({ length: counts.rowCount }, (_, row) => {
    const rowCodes = codes.subarray(row * counts.rowBytes, (row + 1) * counts.rowBytes)
    return hash(rowLeafPreimage(parts, row, rowCodes, hash))
  })
  return { ...open, rowsRoot: treeRoot(leaves, hash) }
}

/** The order of blocks: parameter names compared as UTF-8 bytes. */
export function blockOrder(names: readonly string[]): string[] {
  return [...names].sort((a, b) => compare(utf8(a), utf8(b)))
}
