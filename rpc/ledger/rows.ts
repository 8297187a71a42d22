/** Rows of Datanets: their records, their content, and the order in which a model version's index holds them. */

import { ROW_STATUS } from '../../precompiles/datanet/contract.ts'
import { enumName } from '../../precompiles/words.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { contentIdText } from '../../primitives/contentId.ts'
import { decodeRow } from '../../primitives/rows.ts'
import type { Backend } from '../backend.ts'
import { refused } from '../rpcError.ts'
import { DATANET, MODEL } from './natives.ts'
import { nativeEvents, readNative } from './readNative.ts'

export type RowStatus = keyof typeof ROW_STATUS

/** What the native gives in one call. */
const PAGE = 256n
/** Rows of an index that one answer walks: 256 calls of about a millisecond. */
const INDEX_ROWS_MAX = 65_536

export const rowStatus = (status: number): RowStatus => enumName(ROW_STATUS, status)

export async function readRow(backend: Backend, datanetId: bigint, rowId: bigint) {
  const row = await readNative(backend, DATANET, 'getRow', [datanetId, rowId])
  return row === undefined || row.status === 0 ? undefined : { ...row, status: rowStatus(row.status) }
}

/** Canonical bytes of a row: from the log that carried it, else from the content store; `undefined` when neither has it. */
export async function readRowBytes(
  backend: Backend,
  datanetId: bigint,
  rowId: bigint,
  rowHash: string,
): Promise<Uint8Array | undefined> {
  const [added] = await nativeEvents(backend, DATANET, 'RowAdded', { datanetId, rowId })
  return added === undefined ? backend.content.get(fromHex(rowHash)) : fromHex(added.args.row)
}

/** A row's content for people and programs: texts, canonical bytes, content id. */
export function describeContent(rowHash: string, canonical: Uint8Array | undefined) {
  const contentId = contentIdText(fromHex(rowHash))
  const row = canonical === undefined ? undefined : decodeRow(canonical)
  if (canonical === undefined || row === undefined || 'kind' in row) return { contentId, bytes: null }
  const text = new TextDecoder()
  return { contentId, bytes: toHex(canonical), input: text.decode(row.input), output: text.decode(row.output) }
}

export interface IndexedRow {
  readonly datanetId: bigint
  readonly version: bigint
  readonly rowId: bigint
  readonly contributorId: bigint
  /** As it is now: it may have been withdrawn since. */
  readonly status: RowStatus
}

/** The rows of a model version's Datanets by their order on chain: also the order of an index or corpus. */
export async function readIndexRows(backend: Backend, versionId: `0x${string}`): Promise<IndexedRow[]> {
  const version = await readNative(backend, MODEL, 'getVersion', [versionId])
  const rows: (IndexedRow & { readonly orderKey: bigint })[] = []
  for (const { datanetId, version: number } of version?.spec.datanets ?? [])
    for (let start = 0n; ; start += PAGE) {
      const page = (await readNative(backend, DATANET, 'versionRows', [datanetId, number, start, PAGE])) ?? []
      for (const { rowId, contributorId, orderKey, status } of page)
        rows.push({ datanetId, version: number, rowId, contributorId, orderKey, status: rowStatus(status) })
      if (rows.length > INDEX_ROWS_MAX) throw refused(`the index has more than ${INDEX_ROWS_MAX} rows`)
      if (page.length < Number(PAGE)) break
    }
  return rows.sort((a, b) => (a.orderKey < b.orderKey ? -1 : a.orderKey > b.orderKey ? 1 : 0))
}

/** Rows of a Datanet that this contributor added, among its first `rowsMax`. */
export async function readRowsOf(backend: Backend, datanetId: bigint, contributorId: bigint, rowsMax: bigint) {
  const own = []
  for (let start = 1n; start <= rowsMax; start += PAGE) {
    const page = (await readNative(backend, DATANET, 'getRows', [datanetId, start, PAGE])) ?? []
    for (const row of page) if (row.contributorId === contributorId) own.push({ ...row, status: rowStatus(row.status) })
    if (page.length < Number(PAGE)) break
  }
  return own
}
