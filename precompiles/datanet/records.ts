/** Reading Datanets: the variables, the refusals for what does not exist, and who owns what. */
import { contributorContract } from '../contributor/contract.ts'
import type { Frame } from '../dispatch.ts'
import { datanetStorage } from '../generated/datanet.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'
import { datanetContract, ROW_STATUS } from './contract.ts'

export const openDatanets = (host: NativeHost) => openStorage(datanetStorage, host)

/** The place and the numbers of an existing Datanet. */
export function findDatanet({ host }: Frame, datanetId: bigint) {
  const place = openDatanets(host).datanets.at(datanetId)
  const numbers = place.pick(
    'ownerId',
    'curation',
    'rowCount',
    'acceptedCount',
    'versionCount',
    'createdAt',
    'rowBondWei',
  )
  if (numbers.ownerId === 0n) throw datanetContract.error('UnknownDatanet', datanetId)
  return { place, ...numbers }
}
export type FoundDatanet = ReturnType<typeof findDatanet>

/** Contributor number of the caller; 0 when it has none. */
export function callerId({ host, call }: Frame): bigint {
  return contributorContract.call(host, 0n, 'idOf', call.caller)
}

export function requireOwner(frame: Frame, datanet: FoundDatanet): void {
  if (callerId(frame) !== datanet.ownerId) throw datanetContract.error('NotOwner', datanet.ownerId, frame.call.caller)
}

/** Values of a row that exists. */
export function findRow({ host }: Frame, datanetId: bigint, rowId: bigint) {
  const place = openDatanets(host).rows.at(datanetId).at(rowId)
  const values = place.load()
  if (values.status === ROW_STATUS.none) throw datanetContract.error('UnknownRow', datanetId, rowId)
  return { place, ...values }
}
