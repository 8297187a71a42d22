/** IDatanet: the table of its functions, and opening a Datanet. */
import { utf8 } from '../../primitives/bytes.ts'
import { ensureContributor } from '../contributor/contract.ts'
import { defineNative, type Frame, type Native } from '../dispatch.ts'
import { LABEL_BYTES_MAX, METADATA_BYTES_MAX } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { readParams } from '../params/contract.ts'
import { addRowRefs, addRows, commitRows, revealRows } from './addRows.ts'
import { CURATION, datanetContract } from './contract.ts'
import { curate, withdrawRow } from './curation.ts'
import { publishVersion } from './publish.ts'
import { quotaOf, spendQuota } from './quota.ts'
import { openDatanets } from './records.ts'
import {
  commitOf,
  draftOf,
  getDatanet,
  getRow,
  getRows,
  payees,
  versionOf,
  versionRow,
  versionRows,
  withdrawnRows,
} from './views.ts'

function requireShort(field: string, text: string, maxBytes: number): void {
  const bytes = utf8(text).length
  if (bytes > maxBytes) throw datanetContract.error('TextTooLong', field, BigInt(maxBytes), BigInt(bytes))
}

function requireBond(host: NativeHost, curation: bigint, rowBondWei: bigint): void {
  if (curation === CURATION.open) {
    if (rowBondWei !== 0n) throw datanetContract.error('BondNeedsCuration')
    return
  }
  const { rowBondWeiMin, rowBondWeiMax } = readParams(host, ['rowBondWeiMin', 'rowBondWeiMax'])
  if (rowBondWei < rowBondWeiMin || rowBondWei > rowBondWeiMax)
    throw datanetContract.error('BondOutOfBounds', rowBondWeiMin, rowBondWeiMax, rowBondWei)
}

function createDatanet(
  frame: Frame,
  name: string,
  domain: string,
  licence: string,
  curation: bigint,
  rowBondWei: bigint,
  metadata: string,
): bigint {
  const { call, host } = frame
  if (name === '') throw datanetContract.error('EmptyName')
  requireShort('name', name, LABEL_BYTES_MAX)
  requireShort('domain', domain, LABEL_BYTES_MAX)
  requireShort('licence', licence, LABEL_BYTES_MAX)
  requireShort('metadata', metadata, METADATA_BYTES_MAX)
  if (curation > CURATION.validators) throw datanetContract.error('UnknownCuration', curation)
  if (curation === CURATION.validators) throw datanetContract.error('CurationNotOffered', curation)
  requireBond(host, curation, rowBondWei)
  const ownerId = ensureContributor(host, call.caller)
  spendQuota(frame, ownerId, 'datanets', 1n)
  const storage = openDatanets(host)
  const datanetId = storage.datanetCount.get() + 1n
  storage.datanetCount.set(datanetId)
  const counts = { rowCount: 0n, acceptedCount: 0n, versionCount: 0n, createdAt: call.block.timestamp }
  storage.datanets.at(datanetId).store({ ownerId, curation, ...counts, rowBondWei, name, domain, licence, metadata })
  datanetContract.emit(host, 'DatanetCreated', {
    datanetId,
    ownerId,
    curation,
    rowBondWei,
    name,
    domain,
    licence,
    metadata,
  })
  return datanetId
}

export const datanet: Native = defineNative('IDatanet', datanetContract, {
  createDatanet,
  addRows,
  addRowRefs,
  commitRows,
  revealRows,
  curate,
  withdrawRow,
  publishVersion,
  datanetCount: ({ host }) => openDatanets(host).datanetCount.get(),
  getDatanet,
  getRow,
  getRows,
  rowIdByHash: ({ host }, datanetId, rowHash) => openDatanets(host).rowIds.at(datanetId).at(rowHash).get(),
  commitOf,
  versionOf,
  draftOf,
  versionRow,
  versionRows,
  withdrawnRows,
  payees,
  quotaOf,
  liabilities: ({ host }) => openDatanets(host).bondsHeldWei.get(),
})
