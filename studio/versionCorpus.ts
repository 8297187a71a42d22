/**
 * The corpus of a span version: the output texts of its rows as UTF-8 bytes, in on-chain order (influence.md §7). What a
 * contributor wrote as an answer is what an answer can repeat; prompts are the askers' words. A row withdrawn before the
 * corpus is built keeps its place with no text.
 */
import type { Refused } from '../influence/refusal.ts'
import { type BuiltCorpus, buildCorpus } from '../influence/span/buildCorpus.ts'
import { BYTE_TOKENIZER, BYTE_VOCABULARY } from '../influence/span/outputHash.ts'
import { tokenInfoOf } from '../influence/span/tokenInfo.ts'
import { concat, toHex } from '../primitives/bytes.ts'
import type { Row } from '../primitives/rows.ts'

export interface CorpusRow {
  readonly datanetId: bigint
  readonly rowId: bigint
  readonly orderKey: bigint
  readonly isWithdrawn: boolean
  readonly row: Row
}

/** `infoTable`: of the first versions of the same Datanets (`firstInfoTable`), so that no later copy changes it. */
export function buildVersionCorpus(rows: readonly CorpusRow[], infoTable: Uint8Array): BuiltCorpus | Refused {
  const texts = rows.map(({ row, ...place }) => ({ ...place, tokens: row.output }))
  return buildCorpus(texts, { tokenizerHash: BYTE_TOKENIZER, vocabulary: BYTE_VOCABULARY, infoTable })
}

/**
 * How much each byte says, counted over the first versions of the Datanets that a version names (influence.md §7). All
 * their rows count, those withdrawn since too: the table must never change. It holds statistics and no text.
 */
export function firstInfoTable(rows: readonly { readonly row: Row }[]): Uint8Array {
  const texts = new Map(rows.map(({ row }) => [toHex(row.output), row.output]))
  const counted = concat(...texts.values())
  return tokenInfoOf(
    Uint32Array.from(counted, (byte) => byte + 1),
    BYTE_VOCABULARY,
  )
}
