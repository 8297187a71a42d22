/** The texts of a retrieval index: cut again from the rows on chain, one beside each row of the index. */
import type { RowTable } from '../../influence/indexFile.ts'
import { toHex } from '../../primitives/bytes.ts'
import { chunkRows } from '../versionChunks.ts'
import { type ChainClient, ChainRefusal } from './client.ts'
import type { VersionRow } from './datanet.ts'
import { readNamedRows } from './namedRows.ts'
import { contextTokensOf, type VersionBy } from './version.ts'

/** By place in the index. Throws `ChainRefusal` when the index does not follow the rows. */
export async function readChunkTexts(
  client: ChainClient,
  version: VersionBy<'rag'>,
  baseContextTokens: number,
): Promise<Uint8Array[]> {
  const { rows } = await readNamedRows(client, version.info.spec.datanets)
  const texts = chunkTexts(rows, version.index.rows, contextTokensOf(version.adapter, baseContextTokens))
  if (typeof texts !== 'number') return texts
  const words = `index of ${toHex(version.id)}: chunk ${texts} is not that of its row`
  throw new ChainRefusal('ChunkMismatch', words, version.info)
}

/**
 * The texts of the index's chunks, or the first place that is not its row's. A row withdrawn after the index was built is in
 * it, one withdrawn before is not; both are right.
 */
export function chunkTexts(
  rows: readonly VersionRow[],
  { datanetIds, rowIds, orderKeys }: Pick<RowTable, 'datanetIds' | 'rowIds' | 'orderKeys'>,
  contextTokens: number,
): Uint8Array[] | number {
  const withdrawn = new Set(rows.filter((row) => row.isWithdrawn).map(placeKey))
  const named = new Set(Array.from(rowIds, (rowId, i) => placeKey({ datanetId: datanetIds[i]!, rowId })))
  const all = rows.map((row) => ({ ...row, isWithdrawn: false }))
  const held = chunkRows(all, contextTokens).filter((one) => named.has(placeKey(one)) || !withdrawn.has(placeKey(one)))
  const at = held.findIndex(
    ({ datanetId, rowId, orderKey }, i) =>
      datanetIds[i] !== datanetId || rowIds[i] !== rowId || orderKeys[i] !== orderKey,
  )
  if (at >= 0) return at
  return held.length === rowIds.length ? held.map(({ text }) => text) : held.length
}

const placeKey = ({ datanetId, rowId }: { readonly datanetId: bigint; readonly rowId: bigint }) =>
  `${datanetId}:${rowId}`
