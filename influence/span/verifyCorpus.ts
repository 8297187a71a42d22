/** Full verification of a corpus file (influence.md §7): everything recomputed from the text, and the suffix array checked. */
import { equal } from '../../primitives/bytes.ts'
import type { Hasher } from '../../primitives/hashes.ts'
import { NO_DUPLICATE } from '../indexFile.ts'
import { type Refused, refuse, refuseAt } from '../refusal.ts'
import { contentKey } from './buildCorpus.ts'
import type { CorpusFile } from './corpusFile.ts'
import { CORPUS_HEADER_BYTES } from './corpusHeader.ts'
import { type CorpusTrees, corpusRoots } from './corpusTrees.ts'
import { encodeOrderProof } from './proof/orderProof.ts'
import { proveDisorder } from './proof/proveDisorder.ts'
import { findDisorder } from './suffixArray.ts'
import { infoHashOf, tokenInfoOf } from './tokenInfo.ts'

/**
 * The reason why this file is not what a builder would have written, or `undefined`. `infoTable`: the token information
 * of the group's first corpus; absent, this is the first, and the table must follow from its text.
 */
export function verifyCorpus(
  file: CorpusFile,
  trees: CorpusTrees,
  infoTable: Uint8Array | undefined,
  hash: Hasher,
): Refused | undefined {
  return (
    checkText(file, hash) ??
    checkInfo(file, infoTable, hash) ??
    checkRoots(file, trees, hash) ??
    checkOrder(file, trees, hash)
  )
}

/** Rows in order, each where the one before ends, none repeated, every symbol a token of the vocabulary. */
function checkText(file: CorpusFile, hash: Hasher): Refused | undefined {
  const { header, rows, text } = file
  const firsts = new Map<string, number>()
  let at = 0
  for (let row = 0; row < header.rowCount; row++) {
    if (row > 0 && rows.orderKeys[row]! <= rows.orderKeys[row - 1]!)
      return refuse('BadOrder', `an order key above ${rows.orderKeys[row - 1]} at row ${row}`, rows.orderKeys[row])
    const original = rows.duplicateOf[row]!
    if (original !== NO_DUPLICATE) {
      const bad = checkDuplicate(file, row, original)
      if (bad) return bad
      continue
    }
    const end = at + rows.lengths[row]!
    if (rows.starts[row] !== at || end >= text.length)
      return refuse('ShapeMismatch', `row ${row} from ${at}, within the text`, [rows.starts[row], end])
    const bad = checkSymbols(text.subarray(at, end + 1), header.vocabulary, row)
    if (bad) return bad
    const key = contentKey(text.slice(at, end), hash)
    const first = firsts.get(key)
    if (first !== undefined) return refuse('FlagMismatch', `row ${row} as a duplicate of row ${first}`, 'none')
    firsts.set(key, row)
    at = end + 1
  }
  return at === text.length ? undefined : refuse('ShapeMismatch', `a text of ${at} symbols`, text.length)
}

/** The tokens of a duplicate are not in the file: that they equal the original's is checked against the Datanet's rows. */
function checkDuplicate({ rows }: CorpusFile, row: number, original: number): Refused | undefined {
  if (original >= row || rows.duplicateOf[original] !== NO_DUPLICATE)
    return refuse('FlagMismatch', `an original before row ${row}`, original)
  if (rows.lengths[row] !== rows.lengths[original])
    return refuse('FlagMismatch', `row ${row} as long as row ${original}`, rows.lengths[row])
  return rows.starts[row] === 0 ? undefined : refuse('FlagMismatch', `start 0 of row ${row}`, rows.starts[row])
}

/** Tokens of one row and the 0 that ends it. */
function checkSymbols(symbols: Uint32Array, vocabulary: number, row: number): Refused | undefined {
  const last = symbols.length - 1
  for (let i = 0; i < last; i++) {
    if (symbols[i]! < 1 || symbols[i]! > vocabulary)
      return refuse('CodeRange', `symbols 1 … ${vocabulary} in row ${row}`, symbols[i])
  }
  return symbols[last] === 0 ? undefined : refuse('CodeRange', `0 after row ${row}`, symbols[last])
}

function checkInfo(
  { header, infoTable, text }: CorpusFile,
  carried: Uint8Array | undefined,
  hash: Hasher,
): Refused | undefined {
  const expected = carried ?? tokenInfoOf(text, header.vocabulary)
  if (expected.length !== infoTable.length)
    return refuse('LevelMismatch', `${infoTable.length} bytes of token information`, expected.length)
  const token = expected.findIndex((info, i) => info !== infoTable[i])
  if (token >= 0) return refuseAt(`token ${token}`, 'LevelMismatch', `information ${expected[token]}`, infoTable[token])
  const infoHash = infoHashOf(infoTable, hash)
  if (equal(infoHash, header.infoHash)) return undefined
  return refuseAt('header, infoHash', 'RootMismatch', infoHash, header.infoHash)
}

function checkRoots({ header, commitment, text }: CorpusFile, trees: CorpusTrees, hash: Hasher): Refused | undefined {
  const roots = corpusRoots(trees, text.length, hash)
  const pairs: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ['header, rowsRoot', roots.rowsRoot, header.rowsRoot],
    ['header, textRoot', roots.textRoot, header.textRoot],
    ['suffix root', roots.suffixRoot, commitment.subarray(CORPUS_HEADER_BYTES)],
  ]
  const wrong = pairs.find(([, own, claimed]) => !equal(own, claimed))
  return wrong === undefined ? undefined : refuseAt(wrong[0], 'RootMismatch', wrong[1], wrong[2].slice())
}

/** A refusal that everybody can check: `proof` is an encoded order proof against the file's corpus root. */
export interface DisorderRefused extends Refused {
  readonly proof: Uint8Array
}

function checkOrder(file: CorpusFile, trees: CorpusTrees, hash: Hasher): DisorderRefused | undefined {
  const place = findDisorder(file.text, file.order)
  if (place === undefined) return undefined
  const where = `suffix array, place ${place}`
  const proof = encodeOrderProof(proveDisorder(file, trees, place, hash))
  return { ...refuseAt(where, 'BadOrder', 'a suffix before the next one', 'a later one'), proof }
}
