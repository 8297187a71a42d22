/** The texts of a retrieval index: cut again from the rows on chain, one beside each row of the index. */
import { toHex } from '../../primitives/bytes.ts'
import { chunkRows } from '../versionChunks.ts'
import { type ChainClient, ChainRefusal } from './client.ts'
import { readNamedRows } from './namedRows.ts'
import { contextTokensOf, type VersionBy } from './version.ts'

/**
 * By place in the index. A row that was withdrawn after the index was built is in it, one that was withdrawn before is not;
 * both are right. Throws `ChainRefusal` when the index does not follow the rows.
 */
export async function readChunkTexts(
  client: ChainClient,
  version: VersionBy<'rag'>,
  baseContextTokens: number,
): Promise<Uint8Array[]> {
  const { rows } = await readNamedRows(client, version.info.spec.datanets)
  const withdrawn = new Set(rows.filter((row) => row.isWithdrawn).map(placeKey))
  const all = rows.map((row) => ({ ...row, isWithdrawn: false }))
  const chunks = chunkRows(all, contextTokensOf(version.adapter, baseContextTokens))
  const { datanetIds, rowIds, orderKeys } = version.index.rows
  const named = new Set(Array.from(rowIds, (rowId, i) => placeKey({ datanetId: datanetIds[i]!, rowId })))
  const held = chunks.filter((chunk) => named.has(placeKey(chunk)) || !withdrawn.has(placeKey(chunk)))
  const at = held.findIndex(
    ({ datanetId, rowId, orderKey }, i) =>
      datanetIds[i] !== datanetId || rowIds[i] !== rowId || orderKeys[i] !== orderKey,
  )
  if (at >= 0 || held.length !== rowIds.length) throw differs(version, at < 0 ? held.length : at)
  return held.map(({ text }) => text)
}

const placeKey = ({ datanetId, rowId }: { readonly datanetId: bigint; readonly rowId: bigint }) =>
  `${datanetId}:${rowId}`

const differs = (version: VersionBy<'rag'>, at: number): ChainRefusal =>
  new ChainRefusal('ChunkMismatch', `index of ${toHex(version.id)}: chunk ${at} is not that of its row`, version.info)
