/** What becomes of a row: the owner's judgement on pending ones, and a contributor's withdrawal (economy.md). */
import { requireAtMost } from '../callers.ts'
import type { Frame } from '../dispatch.ts'
import { ROWS_PER_CALL_MAX } from '../limits.ts'
import { forfeitBonds, returnBonds } from './bonds.ts'
import { datanetContract, ROW_STATUS } from './contract.ts'
import { callerId, findDatanet, findRow, openDatanets, requireOwner } from './records.ts'

export function curate(frame: Frame, datanetId: bigint, rowIds: readonly bigint[], isAccepted: boolean): void {
  if (rowIds.length === 0) throw datanetContract.error('NoRows')
  requireAtMost(rowIds, ROWS_PER_CALL_MAX)
  const datanet = findDatanet(frame, datanetId)
  requireOwner(frame, datanet)
  const contributorIds = rowIds.map((rowId) => {
    const { place, status, contributorId } = findRow(frame, datanetId, rowId)
    if (status !== ROW_STATUS.pending) throw datanetContract.error('WrongRowStatus', rowId, status)
    place.status.set(isAccepted ? ROW_STATUS.accepted : ROW_STATUS.rejected)
    return contributorId
  })
  if (isAccepted) {
    datanet.place.acceptedCount.set(datanet.acceptedCount + BigInt(rowIds.length))
    returnBonds(frame, datanet.rowBondWei, contributorIds)
  } else forfeitBonds(frame, datanet.rowBondWei, rowIds.length)
  datanetContract.emit(frame.host, isAccepted ? 'RowsAccepted' : 'RowsRejected', { datanetId, rowIds })
}

export function withdrawRow(frame: Frame, datanetId: bigint, rowId: bigint): void {
  const { host, call } = frame
  const datanet = findDatanet(frame, datanetId)
  const row = findRow(frame, datanetId, rowId)
  if (callerId(frame) !== row.contributorId)
    throw datanetContract.error('NotContributor', row.contributorId, call.caller)
  if (row.status === ROW_STATUS.accepted) datanet.place.acceptedCount.set(datanet.acceptedCount - 1n)
  else if (row.status === ROW_STATUS.pending) forfeitBonds(frame, datanet.rowBondWei, 1)
  else throw datanetContract.error('WrongRowStatus', rowId, row.status)
  const lastVersion = row.firstVersion === 0n ? 0n : newestWith(frame, datanetId, datanet.versionCount, row.orderKey)
  row.place.store({ status: ROW_STATUS.withdrawn, lastVersion })
  if (row.firstVersion !== 0n) datanet.place.withdrawn.push().set(rowId)
  datanetContract.emit(host, 'RowWithdrawn', { datanetId, rowId })
}

/** The newest version that holds a row of some version: the one at work, when it has walked past the row already. */
function newestWith({ host }: Frame, datanetId: bigint, versionCount: bigint, orderKey: bigint): bigint {
  const { startHeight, count, lastOrderKey } = openDatanets(host).drafts.at(datanetId).load()
  return startHeight !== 0n && count !== 0n && orderKey <= lastOrderKey ? versionCount + 1n : versionCount
}
