/** openledger_getDatanet(s) and openledger_getRow(s): Datanets with their versions, rows with their content. */
import { CURATION } from '../../../precompiles/datanet/contract.ts'
import { enumName } from '../../../precompiles/words.ts'
import type { Backend } from '../../backend.ts'
import type { Json } from '../../json.ts'
import { DATANET } from '../../ledger/natives.ts'
import { plainFields } from '../../ledger/plainJson.ts'
import { readNative } from '../../ledger/readNative.ts'
import { describeContent, readRow, readRowBytes, rowStatus } from '../../ledger/rows.ts'
import { param, withDefault } from '../../params/param.ts'
import { id, looseCount } from '../../params/shapes.ts'
import { type MethodTable, method } from '../method.ts'

/** As the native gives them: 256 records a call. */
const ROWS_MAX = 256
const DATANETS_MAX = 100
/** Newest versions that an answer shows. */
const VERSIONS_SHOWN_MAX = 32n

async function datanetOf(backend: Backend, datanetId: bigint): Promise<Json> {
  const info = await readNative(backend, DATANET, 'getDatanet', [datanetId])
  if (info === undefined) return null
  const versions: Json[] = []
  const oldest = info.versionCount > VERSIONS_SHOWN_MAX ? info.versionCount - VERSIONS_SHOWN_MAX + 1n : 1n
  for (let number = info.versionCount; number >= oldest; number--) {
    const version = await readNative(backend, DATANET, 'versionOf', [datanetId, number])
    if (version !== undefined) versions.push(plainFields(version))
  }
  return { ...plainFields(info), curation: enumName(CURATION, info.curation), versions }
}

async function datanets(backend: Backend, start: bigint, count: number): Promise<Json> {
  const total = (await readNative(backend, DATANET, 'datanetCount', [])) ?? 0n
  const first = start > 0n ? start : 1n
  const shown: Json[] = []
  for (let id = first; id <= total && shown.length < count; id++) {
    const info = await readNative(backend, DATANET, 'getDatanet', [id])
    if (info !== undefined) shown.push({ ...plainFields(info), curation: enumName(CURATION, info.curation) })
  }
  return { total: total.toString(), datanets: shown }
}

async function rowWithContent(backend: Backend, datanetId: bigint, rowId: bigint): Promise<Json> {
  const row = await readRow(backend, datanetId, rowId)
  if (row === undefined) return null
  const canonical = await readRowBytes(backend, datanetId, rowId, row.rowHash)
  return { datanetId: datanetId.toString(), ...plainFields(row), ...describeContent(row.rowHash, canonical) }
}

async function rows(backend: Backend, datanetId: bigint, start: bigint, count: number): Promise<Json> {
  const first = start > 0n ? start : 1n
  const page = await readNative(backend, DATANET, 'getRows', [datanetId, first, BigInt(count)])
  return page?.map((row) => ({ ...plainFields(row), status: rowStatus(row.status) })) ?? null
}

const datanetId = param('datanetId', id)

export const datanetMethods: MethodTable = {
  openledger_getDatanet: method([datanetId], ({ backend }, wanted) => datanetOf(backend, wanted)),
  openledger_getDatanets: method(
    [withDefault('start', id, 1n), withDefault('count', looseCount(DATANETS_MAX), DATANETS_MAX)],
    ({ backend }, start, count) => datanets(backend, start, count),
  ),
  openledger_getRow: method([datanetId, param('rowId', id)], ({ backend }, wanted, rowId) =>
    rowWithContent(backend, wanted, rowId),
  ),
  /** Records without content: it comes row by row. */
  openledger_getRows: method(
    [datanetId, withDefault('start', id, 1n), withDefault('count', looseCount(ROWS_MAX), ROWS_MAX)],
    ({ backend }, wanted, start, count) => rows(backend, wanted, start, count),
  ),
}
