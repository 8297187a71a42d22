/** Builds a corpus from the rows of Datanet versions (influence.md §7): pure, so any two builders write the same bytes. */
import { concat } from '../../primitives/bytes.ts'
import { type Hasher, keccak256 } from '../../primitives/hashes.ts'
import { NO_DUPLICATE, ROWS_MAX } from '../indexFile.ts'
import { isRefused, type Refused, refuse } from '../refusal.ts'
import type { CorpusInfo } from '../surface.ts'
import {
  bytesOfWords,
  type CorpusFile,
  type CorpusParts,
  corpusInfoOf,
  createTextRows,
  encodeCorpusFile,
  type TextRows,
} from './corpusFile.ts'
import { type CorpusHeader, encodeCorpusHeader, TEXT_SYMBOLS_MAX, VOCABULARY_MAX } from './corpusHeader.ts'
import { corpusRoots, growCorpusTrees } from './corpusTrees.ts'
import { buildSuffixArray } from './suffixArray.ts'
import { infoHashOf, tokenInfoOf } from './tokenInfo.ts'

/** One contribution's text, in on-chain order. */
export interface TextRow {
  readonly datanetId: bigint
  readonly rowId: bigint
  /** height · 2^24 + place in the block, by the chain's counter; strictly increasing. */
  readonly orderKey: bigint
  /** Token ids; a UTF-8 corpus takes the bytes themselves. */
  readonly tokens: ArrayLike<number>
  /** Withdrawn before the version was made: keeps its place without text; its tokens are not read. */
  readonly isWithdrawn?: boolean
}

export interface CorpusOptions {
  /** 32 bytes; `BYTE_TOKENIZER` = UTF-8 bytes. */
  readonly tokenizerHash: Uint8Array
  readonly vocabulary: number
  /** The table of the group's first corpus, which later ones carry on; absent: this is the first. */
  readonly infoTable?: Uint8Array
  /** A faster keccak256 than the default, where many leaves are hashed. */
  readonly hash?: Hasher
}

export interface BuiltCorpus {
  readonly kind: 'corpus'
  readonly bytes: Uint8Array
  /** The 208 bytes, header and suffix-array root, from which a chain computes the corpus root. */
  readonly commitment: Uint8Array
  readonly info: CorpusInfo
  readonly file: CorpusFile
}

const NO_TOKENS: ArrayLike<number> = []
const tokensOf = (row: TextRow): ArrayLike<number> => (row.isWithdrawn ? NO_TOKENS : row.tokens)

export function buildCorpus(rows: readonly TextRow[], options: CorpusOptions): BuiltCorpus | Refused {
  const { tokenizerHash, vocabulary, infoTable, hash = keccak256 } = options
  const bad = checkOptions(rows, options) ?? checkRows(rows, vocabulary)
  if (bad) return bad
  const joined = joinRows(rows, hash)
  if (isRefused(joined)) return joined
  const { table, text } = joined
  const order = buildSuffixArray(text, vocabulary + 1)
  const info = infoTable ?? tokenInfoOf(text, vocabulary)
  const trees = growCorpusTrees({ rows: table, text, order }, hash)
  const { rowsRoot, textRoot, suffixRoot } = corpusRoots(trees, text.length, hash)
  const counts = { rowCount: rows.length, vocabulary, textLength: text.length }
  const header: CorpusHeader = { ...counts, tokenizerHash, infoHash: infoHashOf(info, hash), rowsRoot, textRoot }
  const commitment = concat(encodeCorpusHeader(header), suffixRoot)
  const parts: CorpusParts = { header, commitment, infoTable: info, rows: table, text, order }
  const file: CorpusFile = { bytes: encodeCorpusFile(parts), ...parts }
  return { kind: 'corpus', bytes: file.bytes, commitment, info: corpusInfoOf(file, hash), file }
}

function checkOptions(
  rows: readonly TextRow[],
  { tokenizerHash, vocabulary, infoTable }: CorpusOptions,
): Refused | undefined {
  if (rows.length < 1 || rows.length > ROWS_MAX) return refuse('BadLimit', `1 … ${ROWS_MAX} rows`, rows.length)
  if (tokenizerHash.length !== 32) return refuse('BadLength', '32 bytes of tokenizerHash', tokenizerHash.length)
  if (!Number.isInteger(vocabulary) || vocabulary < 1 || vocabulary > VOCABULARY_MAX)
    return refuse('BadLimit', `1 … ${VOCABULARY_MAX} token ids`, vocabulary)
  if (infoTable !== undefined && infoTable.length !== vocabulary)
    return refuse('BadLength', `${vocabulary} bytes of token information`, infoTable.length)
  return undefined
}

function checkRows(rows: readonly TextRow[], vocabulary: number): Refused | undefined {
  for (const [row, own] of rows.entries()) {
    const before = rows[row - 1]
    if (before !== undefined && own.orderKey <= before.orderKey)
      return refuse('BadOrder', `an order key above ${before.orderKey} at row ${row}`, own.orderKey)
    const tokens = tokensOf(own)
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!
      if (!(Number.isInteger(token) && token >= 0 && token < vocabulary))
        return refuse('CodeRange', `token ids below ${vocabulary} in row ${row}`, token)
    }
  }
  return undefined
}

/** The text of all rows that repeat no earlier one, and the table of all. */
function joinRows(rows: readonly TextRow[], hash: Hasher): { table: TextRows; text: Uint32Array } | Refused {
  const table = createTextRows(rows.length)
  table.duplicateOf.fill(NO_DUPLICATE)
  const firsts = new Map<string, number>()
  const kept: Uint32Array[] = []
  let length = 0
  for (const [row, own] of rows.entries()) {
    table.datanetIds[row] = own.datanetId
    table.rowIds[row] = own.rowId
    table.orderKeys[row] = own.orderKey
    const symbols = Uint32Array.from(tokensOf(own), (token) => token + 1)
    table.lengths[row] = symbols.length
    const key = contentKey(symbols, hash)
    const first = firsts.get(key)
    if (first !== undefined) {
      table.duplicateOf[row] = first
      continue
    }
    firsts.set(key, row)
    table.starts[row] = length
    length += symbols.length + 1
    if (length > TEXT_SYMBOLS_MAX) return refuse('BadLimit', `a text of at most ${TEXT_SYMBOLS_MAX} symbols`, length)
    kept.push(symbols)
  }
  const text = new Uint32Array(length)
  let at = 0
  for (const symbols of kept) {
    text.set(symbols, at)
    at += symbols.length + 1
  }
  return { table, text }
}

/** Equal for equal sequences of symbols only: a collision of keccak256 that nobody can make. */
export const contentKey = (symbols: Uint32Array, hash: Hasher): string =>
  Buffer.from(hash(bytesOfWords(symbols))).toString('base64')
