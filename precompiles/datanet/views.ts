/** What can be read of Datanets: themselves, rows, commits, versions, withdrawals, and who is paid for a row. */
import { requireAtMost } from '../callers.ts'
import type { Frame } from '../dispatch.ts'
import { ROW_PAYEES_MAX, ROWS_PAGE_MAX } from '../limits.ts'
import { pageOf } from '../paging.ts'
import { datanetContract, ROW_STATUS } from './contract.ts'
import { findDatanet, findRow, openDatanets } from './records.ts'

export function getDatanet(frame: Frame, datanetId: bigint) {
  const { place, ...numbers } = findDatanet(frame, datanetId)
  return { datanetId, ...numbers, ...place.pick('name', 'domain', 'licence', 'metadata') }
}

export function getRow(frame: Frame, datanetId: bigint, rowId: bigint) {
  const { place: _, ...row } = findRow(frame, datanetId, rowId)
  return { rowId, ...row }
}

export function getRows(frame: Frame, datanetId: bigint, start: bigint, count: bigint) {
  const { rowCount } = findDatanet(frame, datanetId)
  const first = start === 0n ? 1n : start
  return pageOf(frame.host, first, count, rowCount + 1n, ROWS_PAGE_MAX).map((rowId) => getRow(frame, datanetId, rowId))
}

export function commitOf({ host }: Frame, datanetId: bigint, contributorId: bigint, commitHash: Uint8Array) {
  const commit = openDatanets(host).commits.at(datanetId).at(contributorId).at(commitHash).load()
  if (commit.orderKey === 0n) throw datanetContract.error('UnknownCommit', commitHash)
  return commit
}

function findVersion(frame: Frame, datanetId: bigint, version: bigint) {
  const { versionCount } = findDatanet(frame, datanetId)
  if (version === 0n || version > versionCount) throw datanetContract.error('UnknownVersion', datanetId, version)
  return openDatanets(frame.host).versions.at(datanetId).at(version)
}

export function versionOf(frame: Frame, datanetId: bigint, version: bigint) {
  return { version, ...findVersion(frame, datanetId, version).load() }
}

export function draftOf(frame: Frame, datanetId: bigint) {
  findDatanet(frame, datanetId)
  const draft = openDatanets(frame.host).drafts.at(datanetId).load()
  return draft.startHeight === 0n ? { ...draft, seed: new Uint8Array(32) } : draft
}

export function versionRows(frame: Frame, datanetId: bigint, version: bigint, start: bigint, count: bigint) {
  const { rowIds, count: total } = findVersion(frame, datanetId, version)
  return pageOf(frame.host, start, count, total.get(), ROWS_PAGE_MAX).map((index) =>
    getRow(frame, datanetId, rowIds.at(index).get()),
  )
}

export function versionRow(frame: Frame, datanetId: bigint, version: bigint, index: bigint) {
  const { rowIds, count } = findVersion(frame, datanetId, version)
  const total = count.get()
  if (index >= total) throw datanetContract.error('UnknownIndex', total, index)
  return getRow(frame, datanetId, rowIds.at(index).get())
}

export function withdrawnRows(
  frame: Frame,
  datanetId: bigint,
  version: bigint,
  start: bigint,
): readonly [bigint[], bigint] {
  findVersion(frame, datanetId, version)
  const { withdrawn } = findDatanet(frame, datanetId).place
  const total = withdrawn.length()
  const walked = pageOf(frame.host, start, ROWS_PAGE_MAX, total, ROWS_PAGE_MAX)
  const rowIds = walked
    .map((index) => withdrawn.at(index).get())
    .filter((rowId) => {
      const { firstVersion, lastVersion } = findRow(frame, datanetId, rowId)
      return firstVersion <= version && version <= lastVersion
    })
  const next = start + BigInt(walked.length)
  return [rowIds, next < total ? next : 0n]
}

/** Total: whatever is asked, a row that earns nothing now has payee 0. */
export function payees({ host }: Frame, datanetIds: readonly bigint[], rowIds: readonly bigint[]): bigint[] {
  requireAtMost(rowIds, ROW_PAYEES_MAX)
  if (datanetIds.length !== rowIds.length)
    throw datanetContract.error('LengthMismatch', BigInt(datanetIds.length), BigInt(rowIds.length))
  const { rows } = openDatanets(host)
  return rowIds.map((rowId, i) => {
    const { status, contributorId } = rows.at(datanetIds[i]!).at(rowId).pick('status', 'contributorId')
    return status === ROW_STATUS.accepted ? contributorId : 0n
  })
}
