/** The header of a text corpus, "SPX1", and the root that binds it to its suffix array (influence.md §7). */
import { concat, equal } from '../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import { ROWS_MAX } from '../indexFile.ts'
import { type Refused, refuse } from '../refusal.ts'
import { DOMAIN, hashTagged } from '../tree.ts'

export const CORPUS_HEADER_BYTES = 176
/** Header and suffix-array root: what a chain needs to compute the corpus root. */
export const CORPUS_COMMITMENT_BYTES = CORPUS_HEADER_BYTES + 32
/** Token ids of one tokenizer: four times the largest vocabularies in use, and its table still fits a megabyte. */
export const VOCABULARY_MAX = 2 ** 20
/**
 * Symbols of one text: 2^27 need 1.6 GiB while the suffix array is built (`BUILD_BYTES_PER_SYMBOL`) and 2.1 GiB while the
 * corpus is open (`OPEN_BYTES_PER_SYMBOL`).
 */
export const TEXT_SYMBOLS_MAX = 2 ** 27

const MAGIC = Uint8Array.of(0x53, 0x50, 0x58, 0x31) // "SPX1"
const VERSION = 1

export interface CorpusHeader {
  readonly rowCount: number
  /** Token ids are below this; symbols are at most this. */
  readonly vocabulary: number
  /** |X| in symbols. */
  readonly textLength: number
  /** 32 bytes each. */
  readonly tokenizerHash: Uint8Array
  readonly infoHash: Uint8Array
  readonly rowsRoot: Uint8Array
  readonly textRoot: Uint8Array
}

export function encodeCorpusHeader(header: CorpusHeader): Uint8Array {
  const head = new Uint8Array(32)
  const view = new DataView(head.buffer)
  head.set(MAGIC)
  view.setUint16(4, VERSION, true)
  view.setUint32(8, header.rowCount, true)
  view.setUint32(12, header.vocabulary, true)
  view.setBigUint64(16, BigInt(header.textLength), true)
  const { tokenizerHash, infoHash, rowsRoot, textRoot } = header
  return concat(head, tokenizerHash, infoHash, rowsRoot, textRoot, new Uint8Array(16))
}

/** The 176 bytes; refuses every field outside its bounds and every reserved byte. */
export function decodeCorpusHeader(bytes: Uint8Array): CorpusHeader | Refused {
  if (bytes.length !== CORPUS_HEADER_BYTES) return refuse('BadLength', CORPUS_HEADER_BYTES, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!equal(bytes.subarray(0, 4), MAGIC)) return refuse('BadMagic', 'SPX1', view.getUint32(0, true))
  if (view.getUint16(4, true) !== VERSION) return refuse('BadVersion', VERSION, view.getUint16(4, true))
  const reserved = [bytes.subarray(6, 8), bytes.subarray(24, 32), bytes.subarray(160)]
  if (reserved.some((part) => part.some((byte) => byte !== 0))) return refuse('BadPadding', 0, 'reserved bytes')
  const rowCount = view.getUint32(8, true)
  if (rowCount < 1 || rowCount > ROWS_MAX) return refuse('BadLimit', `1 … ${ROWS_MAX} rows`, rowCount)
  const vocabulary = view.getUint32(12, true)
  if (vocabulary < 1 || vocabulary > VOCABULARY_MAX)
    return refuse('BadLimit', `1 … ${VOCABULARY_MAX} token ids`, vocabulary)
  const textLength = view.getBigUint64(16, true)
  if (textLength < 1n || textLength > BigInt(TEXT_SYMBOLS_MAX))
    return refuse('BadLimit', `1 … ${TEXT_SYMBOLS_MAX} symbols`, textLength)
  const part = (at: number) => bytes.slice(at, at + 32)
  const roots = { tokenizerHash: part(32), infoHash: part(64), rowsRoot: part(96), textRoot: part(128) }
  return { rowCount, vocabulary, textLength: Number(textLength), ...roots }
}

/** hash(30 ‖ header ‖ saRoot), from those 208 bytes. */
export const corpusRootOf = (commitment: Uint8Array, hash: Hasher = keccak256): Uint8Array =>
  hashTagged(DOMAIN.corpus, hash, commitment)
