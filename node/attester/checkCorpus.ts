/** A validator's check of a span version: the corpus holds the output texts of the Datanet rows, row by row (influence.md §7). */
import { NO_DUPLICATE } from '../../influence/indexFile.ts'
import type { CorpusFile } from '../../influence/span/corpusFile.ts'
import { BYTE_VOCABULARY } from '../../influence/span/outputHash.ts'
import type { VersionRow } from '../../studio/chain/datanet.ts'
import { type Objection, object } from './objection.ts'

/** The file itself (text, duplicates, suffix array, roots, token information) was verified when it was opened. */
export function checkCorpus(corpus: CorpusFile, rows: readonly VersionRow[]): Objection | undefined {
  const { header, rows: table } = corpus
  if (header.vocabulary !== BYTE_VOCABULARY)
    return object(`${header.vocabulary} token ids, UTF-8 bytes have ${BYTE_VOCABULARY}`)
  if (header.rowCount !== rows.length)
    return object(`the corpus has ${header.rowCount} rows, the Datanet versions ${rows.length}`)
  for (const [i, { datanetId, rowId, orderKey, isWithdrawn, row }] of rows.entries()) {
    const isSame = table.datanetIds[i] === datanetId && table.rowIds[i] === rowId && table.orderKeys[i] === orderKey
    if (!isSame) return object(`row ${i} of the corpus is not row ${rowId} of Datanet ${datanetId}`)
    // A row withdrawn before the corpus was built has no text; one withdrawn since still has.
    const isEmptied = isWithdrawn && table.lengths[i] === 0
    if (!isEmptied && !holdsText(corpus, i, row.output))
      return object(`row ${i} of the corpus is not the output of row ${rowId} of Datanet ${datanetId}`)
  }
  return undefined
}

function holdsText({ rows, text }: CorpusFile, row: number, bytes: Uint8Array): boolean {
  const original = rows.duplicateOf[row] === NO_DUPLICATE ? row : rows.duplicateOf[row]!
  if (rows.lengths[original] !== bytes.length) return false
  const start = rows.starts[original]!
  return bytes.every((byte, at) => text[start + at] === byte + 1)
}
