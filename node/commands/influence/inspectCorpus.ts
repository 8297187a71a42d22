/** What a text corpus of method span says of itself. */
import { readFile } from 'node:fs/promises'
import pc from 'picocolors'
import { NO_DUPLICATE } from '../../../influence/indexFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { type CorpusFile, corpusInfoOf, decodeCorpusFile } from '../../../influence/span/corpusFile.ts'
import { CORPUS_HEADER_BYTES } from '../../../influence/span/corpusHeader.ts'
import { growCorpusTrees } from '../../../influence/span/corpusTrees.ts'
import { tokenInfoOf } from '../../../influence/span/tokenInfo.ts'
import { verifyCorpus } from '../../../influence/span/verifyCorpus.ts'
import { equal, toHex } from '../../../primitives/bytes.ts'
import { formatBytes, formatCount, table } from '../../cli/table.ts'
import type { Inspect } from './inspected.ts'

const ROWS_SHOWN_MAX = 16

export const inspectCorpus: Inspect = async (path, fileBytes, isAll, hash) => {
  const bytes = await readFile(path)
  const file = decodeCorpusFile(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))
  if (isRefused(file)) return file
  const facts = gather(file, fileBytes, corpusInfoOf(file, hash).corpusRoot)
  // A later corpus of a group carries the first one's table on, which the Datanet's first version decides.
  const carried = facts.isFirstOfGroup ? undefined : file.infoTable
  return {
    kind: 'inspected',
    text: describe(path, file, facts, isAll),
    plain: facts,
    verified: `text, rows, suffix array and roots are what a builder writes${
      carried === undefined ? '' : '; the token information is of an earlier corpus'
    }`,
    verify: async () => verifyCorpus(file, growCorpusTrees(file, hash), carried, hash) ?? 'valid',
    close: async () => {},
  }
}

type Facts = ReturnType<typeof gather>

function gather({ header, commitment, infoTable, rows, text }: CorpusFile, fileBytes: number, corpusRoot: Uint8Array) {
  const { rowCount, vocabulary, textLength } = header
  const lengths = [...rows.lengths].sort((a, b) => a - b)
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (const bits of infoTable) {
    if (bits > 0) least = Math.min(least, bits)
    most = Math.max(most, bits)
  }
  const datanets = new Map<string, number>()
  for (const id of rows.datanetIds) datanets.set(`${id}`, (datanets.get(`${id}`) ?? 0) + 1)
  return {
    kind: 'corpus',
    fileBytes,
    corpusRoot: toHex(corpusRoot),
    rowsRoot: toHex(header.rowsRoot),
    textRoot: toHex(header.textRoot),
    suffixRoot: toHex(commitment.subarray(CORPUS_HEADER_BYTES)),
    infoHash: toHex(header.infoHash),
    tokenizerHash: toHex(header.tokenizerHash),
    rowCount,
    duplicates: rows.duplicateOf.filter((of) => of !== NO_DUPLICATE).length,
    datanets: Object.fromEntries(datanets),
    vocabulary,
    textLength,
    /** Tokens: least, median, most. */
    rowTokens: [lengths[0]!, lengths[(lengths.length - 1) >> 1]!, lengths.at(-1)!],
    /** Bits of the tokens that occur: least, most. */
    tokenBits: [Math.min(least, most), most],
    isFirstOfGroup: equal(infoTable, tokenInfoOf(text, vocabulary)),
  }
}

function describe(path: string, { rows }: CorpusFile, facts: Facts, isAll: boolean): string {
  const line = (label: string, text: string) => `  ${pc.dim(label.padEnd(16))}${text}`
  const isBytes = /^0x0+$/.test(facts.tokenizerHash)
  const shown = Math.min(rows.starts.length, isAll ? Number.POSITIVE_INFINITY : ROWS_SHOWN_MAX)
  const cells = Array.from({ length: shown }, (_, row) => [
    `${row}`,
    `${rows.datanetIds[row]}`,
    `#${rows.rowIds[row]}`,
    `${rows.orderKeys[row]}`,
    `${rows.starts[row]}`,
    `${rows.lengths[row]}`,
    rows.duplicateOf[row] === NO_DUPLICATE ? '' : `row ${rows.duplicateOf[row]}`,
  ])
  const titles = ['row', 'Datanet', 'its row', 'order key', 'start', 'tokens', 'repeats']
  const more = rows.starts.length - shown
  return [
    `${pc.bold(path)}: text corpus, ${formatBytes(facts.fileBytes)}`,
    line('corpus root', facts.corpusRoot),
    line('rows root', facts.rowsRoot),
    line('text root', facts.textRoot),
    line('suffix root', facts.suffixRoot),
    line('information', `${facts.infoHash}${facts.isFirstOfGroup ? '' : ', carried on from an earlier corpus'}`),
    line('tokenizer', isBytes ? 'none: the tokens are UTF-8 bytes' : facts.tokenizerHash),
    line('rows', `${formatCount(facts.rowCount)}, of which ${formatCount(facts.duplicates)} repeat an earlier one`),
    line(
      'Datanets',
      Object.entries(facts.datanets)
        .map(([id, count]) => `${id} (${formatCount(count)} rows)`)
        .join(', '),
    ),
    line('text', `${formatCount(facts.textLength)} symbols, vocabulary ${formatCount(facts.vocabulary)}`),
    line('tokens a row', `${facts.rowTokens.map(formatCount).join(' … ')} (least, median, most)`),
    line('bits a token', `${facts.tokenBits.join(' … ')} of the tokens that occur`),
    '',
    table(
      titles.map((title, c) => ({ title, isRight: c < titles.length - 1 })),
      cells,
    ),
    ...(more > 0 ? [pc.dim(`… and ${formatCount(more)} more rows; --all shows them`)] : []),
  ].join('\n')
}
