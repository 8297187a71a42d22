/**
 * The corpus file (influence.md §7): commitment, token information, table of rows, text, suffix array; encoding and
 * strict decoding. The design fixes the commitments; the order of the sections is that of the preimages.
 *
 * ```
 * header 176 ‖ suffix-array root 32 ‖ information table, vocabulary × u8
 * row table   n × 40: u64 datanetId, u64 rowId, u64 orderKey, u64 start, u32 length, u32 dupOf (FFFFFFFF = none)
 * zero bytes up to the next multiple of 64
 * text X      |X| × u32
 * suffix array |X| × u32
 * ```
 */
import { concat } from '../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import { isRefused, type Refused, refuse, refuseAt } from '../refusal.ts'
import type { CorpusInfo } from '../surface.ts'
import { DOMAIN, u32, u64 } from '../tree.ts'
import {
  CORPUS_COMMITMENT_BYTES,
  CORPUS_HEADER_BYTES,
  type CorpusHeader,
  corpusRootOf,
  decodeCorpusHeader,
} from './corpusHeader.ts'
import { findForeignPosition } from './suffixArray.ts'

export const CORPUS_ROW_BYTES = 40
/** The text begins at a multiple of this, so that a file maps onto aligned words. */
const TEXT_ALIGNMENT = 64
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** The table of rows, column by column. */
export interface TextRows {
  readonly datanetIds: BigUint64Array
  readonly rowIds: BigUint64Array
  readonly orderKeys: BigUint64Array
  /** Position of the first symbol in X; 0 for duplicates. */
  readonly starts: Uint32Array
  /** In tokens. */
  readonly lengths: Uint32Array
  /** Row that a duplicate repeats, else NO_DUPLICATE. */
  readonly duplicateOf: Uint32Array
}

/** What the file holds besides its bytes. */
export interface CorpusParts {
  readonly header: CorpusHeader
  /** 208 bytes: header and suffix-array root. */
  readonly commitment: Uint8Array
  readonly infoTable: Uint8Array
  readonly rows: TextRows
  /** X: token + 1, and 0 after each row. */
  readonly text: Uint32Array
  /** SA: all positions of X by their suffixes. */
  readonly order: Uint32Array
}

export interface CorpusFile extends CorpusParts {
  readonly bytes: Uint8Array
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export function createTextRows(rowCount: number): TextRows {
  return {
    datanetIds: new BigUint64Array(rowCount),
    rowIds: new BigUint64Array(rowCount),
    orderKeys: new BigUint64Array(rowCount),
    starts: new Uint32Array(rowCount),
    lengths: new Uint32Array(rowCount),
    duplicateOf: new Uint32Array(rowCount),
  }
}

/** 40 bytes, as in the table and in the row's leaf. */
function encodeTextRow(rows: TextRows, row: number): Uint8Array {
  const out = new Uint8Array(CORPUS_ROW_BYTES)
  const view = viewOf(out)
  view.setBigUint64(0, rows.datanetIds[row]!, true)
  view.setBigUint64(8, rows.rowIds[row]!, true)
  view.setBigUint64(16, rows.orderKeys[row]!, true)
  view.setBigUint64(24, BigInt(rows.starts[row]!), true)
  view.setUint32(32, rows.lengths[row]!, true)
  view.setUint32(36, rows.duplicateOf[row]!, true)
  return out
}

/** The preimage of a row's leaf, 45 bytes. */
export const textRowLeaf = (rows: TextRows, row: number): Uint8Array =>
  concat(Uint8Array.of(DOMAIN.corpusRow), u32(row), encodeTextRow(rows, row))

/** Preimage of leaf j of the suffix array: domain, u64 first index, u64 positions. */
export function suffixLeaf(order: Uint32Array, first: number, end: number): Uint8Array {
  const out = new Uint8Array(9 + 8 * (end - first))
  const view = viewOf(out)
  out[0] = DOMAIN.suffixLeaf
  out.set(u64(BigInt(first)), 1)
  // The upper half of each u64 stays 0.
  for (let i = first; i < end; i++) view.setUint32(9 + 8 * (i - first), order[i]!, true)
  return out
}

/** u32 words as little-endian bytes, whatever the order of the machine. */
export function bytesOfWords(words: Uint32Array): Uint8Array {
  if (IS_LITTLE_ENDIAN) return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
  const out = new Uint8Array(4 * words.length)
  const view = viewOf(out)
  for (let i = 0; i < words.length; i++) view.setUint32(4 * i, words[i]!, true)
  return out
}

/** Little-endian words; a view where alignment and machine allow. */
export function wordsOfBytes(bytes: Uint8Array): Uint32Array {
  if (IS_LITTLE_ENDIAN && bytes.byteOffset % 4 === 0)
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const view = viewOf(bytes)
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true))
}

function sectionsOf({ rowCount, vocabulary, textLength }: CorpusHeader) {
  const info = CORPUS_COMMITMENT_BYTES
  const rows = info + vocabulary
  const padding = rows + rowCount * CORPUS_ROW_BYTES
  const text = Math.ceil(padding / TEXT_ALIGNMENT) * TEXT_ALIGNMENT
  const order = text + 4 * textLength
  return { info, rows, padding, text, order, end: order + 4 * textLength }
}

/** Joins the sections into the file. */
export function encodeCorpusFile(parts: CorpusParts): Uint8Array {
  const at = sectionsOf(parts.header)
  const out = new Uint8Array(at.end)
  out.set(parts.commitment)
  out.set(parts.infoTable, at.info)
  const { rowCount } = parts.header
  for (let row = 0; row < rowCount; row++) out.set(encodeTextRow(parts.rows, row), at.rows + row * CORPUS_ROW_BYTES)
  out.set(bytesOfWords(parts.text), at.text)
  out.set(bytesOfWords(parts.order), at.order)
  return out
}

/**
 * Splits a file into its sections and checks what needs no recomputation: magic, lengths, limits, reserved bytes,
 * and that the suffix array holds every position once.
 * `verifyCorpus` checks everything else.
 */
export function decodeCorpusFile(bytes: Uint8Array): CorpusFile | Refused {
  if (bytes.length < CORPUS_COMMITMENT_BYTES) return refuse('BadLength', `≥ ${CORPUS_COMMITMENT_BYTES}`, bytes.length)
  const commitment = bytes.slice(0, CORPUS_COMMITMENT_BYTES)
  const header = decodeCorpusHeader(commitment.subarray(0, CORPUS_HEADER_BYTES))
  if (isRefused(header)) return header
  const at = sectionsOf(header)
  if (bytes.length !== at.end) return refuse('BadLength', at.end, bytes.length)
  if (bytes.subarray(at.padding, at.text).some((byte) => byte !== 0)) return refuse('BadPadding', 0, 'before the text')
  const rows = decodeTextRows(bytes.subarray(at.rows, at.padding), header)
  if (isRefused(rows)) return rows
  const text = wordsOfBytes(bytes.subarray(at.text, at.order))
  const order = wordsOfBytes(bytes.subarray(at.order))
  // What every later step rests on: it may then follow positions without a look at the end of the text.
  if (text.at(-1) !== 0) return refuse('CodeRange', '0 at the end of the text', text.at(-1))
  const foreign = findForeignPosition(order)
  if (foreign !== undefined)
    return refuseAt(`suffix array, place ${foreign}`, 'BadOrder', 'every position once', order[foreign])
  return { bytes, header, commitment, infoTable: bytes.subarray(at.info, at.rows), rows, text, order }
}

function decodeTextRows(bytes: Uint8Array, { rowCount, textLength }: CorpusHeader): TextRows | Refused {
  const view = viewOf(bytes)
  const rows = createTextRows(rowCount)
  for (let row = 0; row < rowCount; row++) {
    const at = row * CORPUS_ROW_BYTES
    rows.datanetIds[row] = view.getBigUint64(at, true)
    rows.rowIds[row] = view.getBigUint64(at + 8, true)
    rows.orderKeys[row] = view.getBigUint64(at + 16, true)
    const start = view.getBigUint64(at + 24, true)
    if (start >= BigInt(textLength)) return refuse('BadLimit', `a start below ${textLength} of row ${row}`, start)
    rows.starts[row] = Number(start)
    rows.lengths[row] = view.getUint32(at + 32, true)
    rows.duplicateOf[row] = view.getUint32(at + 36, true)
  }
  return rows
}

export function corpusInfoOf({ header, commitment }: CorpusParts, hash: Hasher = keccak256): CorpusInfo {
  const { tokenizerHash, infoHash, rowCount, vocabulary, textLength } = header
  return { corpusRoot: corpusRootOf(commitment, hash), tokenizerHash, infoHash, rowCount, vocabulary, textLength }
}
