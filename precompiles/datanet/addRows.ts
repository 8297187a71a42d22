/** Adding rows: by content, by reference, or by commit and reveal; one place per content hash (economy.md "Datanets"). */
import { concat, uintToBytes } from '../../primitives/bytes.ts'
import { decodeRow, ROW_BYTES_MAX } from '../../primitives/rows.ts'
import { requireAtMost } from '../callers.ts'
import { ensureContributor } from '../contributor/contract.ts'
import type { Frame } from '../dispatch.ts'
import { ROWS_PER_CALL_MAX } from '../limits.ts'
import { holdBonds, returnBonds } from './bonds.ts'
import { CURATION, datanetContract, ROW_STATUS } from './contract.ts'
import { takeOrderKeys } from './order.ts'
import { spendQuota } from './quota.ts'
import { callerId, type FoundDatanet, findDatanet, openDatanets } from './records.ts'

/** A row needs its length prefix and one byte of output. */
const ROW_BYTES_MIN = 5

interface NewRow {
  readonly rowId: bigint
  readonly contributorId: bigint
  readonly rowHash: Uint8Array
  readonly size: bigint
  readonly orderKey: bigint
  readonly readyAt: bigint
}

function requireBatch(list: readonly unknown[]): void {
  if (list.length === 0) throw datanetContract.error('NoRows')
  requireAtMost(list, ROWS_PER_CALL_MAX)
}

function requireCanonical(row: Uint8Array, index: number): void {
  const decoded = decodeRow(row)
  if ('kind' in decoded) throw datanetContract.error('BadRow', BigInt(index), decoded.code)
}

function writeRow({ host }: Frame, datanetId: bigint, datanet: FoundDatanet, row: NewRow): void {
  const { rowId, rowHash, orderKey, contributorId, readyAt, size } = row
  const storage = openDatanets(host)
  const status = datanet.curation === CURATION.open ? ROW_STATUS.accepted : ROW_STATUS.pending
  storage.rowIds.at(datanetId).at(rowHash).set(rowId)
  const fresh = { rowHash, orderKey, contributorId, readyAt, size, status, firstVersion: 0n, lastVersion: 0n }
  storage.rows.at(datanetId).at(rowId).store(fresh)
}

function countRows(datanet: FoundDatanet, added: number, lostPlaces: number): void {
  const { place, rowCount, acceptedCount, curation } = datanet
  const accepted = (curation === CURATION.open ? BigInt(added) : 0n) - BigInt(lostPlaces)
  place.store({ rowCount: rowCount + BigInt(added), acceptedCount: acceptedCount + accepted })
}

/** Places for rows that are shown at once: contributor, quota, bond and consecutive order keys. */
function placeRows(frame: Frame, datanetId: bigint, count: number) {
  const datanet = findDatanet(frame, datanetId)
  const contributorId = ensureContributor(frame.host, frame.call.caller)
  holdBonds(frame, datanet.rowBondWei, count)
  spendQuota(frame, contributorId, 'rows', BigInt(count))
  const { firstOrderKey, readyAt } = takeOrderKeys(frame, count)
  const rowAt = (index: number, rowHash: Uint8Array, size: number): NewRow => ({
    rowId: datanet.rowCount + 1n + BigInt(index),
    contributorId,
    rowHash,
    size: BigInt(size),
    orderKey: firstOrderKey + BigInt(index),
    readyAt,
  })
  return { datanet, rowAt }
}

/** A new row at the end of the order; an equal one that is there has an earlier key. */
function appendRow(frame: Frame, datanetId: bigint, datanet: FoundDatanet, row: NewRow): void {
  const known = openDatanets(frame.host).rowIds.at(datanetId).at(row.rowHash).get()
  if (known !== 0n) throw datanetContract.error('DuplicateRow', known)
  writeRow(frame, datanetId, datanet, row)
  datanet.place.order.push().set(row.rowId)
}

export function addRows(frame: Frame, datanetId: bigint, rows: readonly Uint8Array[]): bigint {
  const { host } = frame
  requireBatch(rows)
  const { datanet, rowAt } = placeRows(frame, datanetId, rows.length)
  rows.forEach((bytes, index) => {
    const rowHash = host.sha256(bytes)
    requireCanonical(bytes, index)
    const row = rowAt(index, rowHash, bytes.length)
    appendRow(frame, datanetId, datanet, row)
    const { rowId, contributorId, orderKey } = row
    datanetContract.emit(host, 'RowAdded', { datanetId, rowId, contributorId, rowHash, orderKey, row: bytes })
  })
  countRows(datanet, rows.length, 0)
  return datanet.rowCount + 1n
}

export function addRowRefs(
  frame: Frame,
  datanetId: bigint,
  refs: readonly { readonly rowHash: Uint8Array; readonly size: bigint }[],
): bigint {
  requireBatch(refs)
  const { datanet, rowAt } = placeRows(frame, datanetId, refs.length)
  if (datanet.curation === CURATION.open) throw datanetContract.error('RefsNeedCuration')
  refs.forEach(({ rowHash, size }, index) => {
    if (size < BigInt(ROW_BYTES_MIN) || size > BigInt(ROW_BYTES_MAX))
      throw datanetContract.error('BadRowSize', BigInt(index), BigInt(ROW_BYTES_MIN), BigInt(ROW_BYTES_MAX), size)
    const row = rowAt(index, rowHash, Number(size))
    appendRow(frame, datanetId, datanet, row)
    const { rowId, contributorId, orderKey } = row
    datanetContract.emit(frame.host, 'RowRefAdded', { datanetId, rowId, contributorId, rowHash, orderKey, size })
  })
  countRows(datanet, refs.length, 0)
  return datanet.rowCount + 1n
}

export function commitRows(frame: Frame, datanetId: bigint, commits: readonly Uint8Array[]): bigint {
  const { host, call } = frame
  requireBatch(commits)
  const { place } = findDatanet(frame, datanetId)
  const contributorId = ensureContributor(host, call.caller)
  spendQuota(frame, contributorId, 'rows', BigInt(commits.length))
  const { firstOrderKey, readyAt: revealBy } = takeOrderKeys(frame, commits.length)
  const mine = openDatanets(host).commits.at(datanetId).at(contributorId)
  commits.forEach((commitHash, index) => {
    const commit = mine.at(commitHash)
    if (commit.orderKey.get() !== 0n) throw datanetContract.error('CommitExists', commitHash)
    const orderPlace = place.order.length()
    place.order.push().set(0n)
    commit.store({ orderKey: firstOrderKey + BigInt(index), place: orderPlace, revealBy, rowId: 0n })
  })
  datanetContract.emit(host, 'RowsCommitted', {
    datanetId,
    contributorId,
    firstOrderKey,
    revealBy,
    commits,
  })
  return firstOrderKey
}

/** keccak256(contributorId[8] ‖ datanetId[8] ‖ rowHash[32] ‖ salt[32]). */
function commitPreimage(contributorId: bigint, datanetId: bigint, rowHash: Uint8Array, salt: Uint8Array): Uint8Array {
  return concat(uintToBytes(contributorId, 8), uintToBytes(datanetId, 8), rowHash, salt)
}

function findCommit({ host, call }: Frame, datanetId: bigint, contributorId: bigint, commitHash: Uint8Array) {
  const place = openDatanets(host).commits.at(datanetId).at(contributorId).at(commitHash)
  const commit = place.load()
  if (commit.orderKey === 0n) throw datanetContract.error('UnknownCommit', commitHash)
  if (commit.rowId !== 0n) throw datanetContract.error('AlreadyRevealed', commit.rowId)
  if (call.block.timestamp > commit.revealBy) throw datanetContract.error('RevealTooLate', commit.revealBy)
  return { ...commit, revealedAs: place.rowId }
}

/**
 * An equal row with an earlier key keeps its place; one with a later key loses it. Returns 1 when that one had been
 * accepted. No version can hold it: see `takeOrderKeys`.
 */
function takePlaceOf(frame: Frame, datanetId: bigint, datanet: FoundDatanet, row: NewRow): number {
  const storage = openDatanets(frame.host)
  const knownId = storage.rowIds.at(datanetId).at(row.rowHash).get()
  if (knownId === 0n) return 0
  const known = storage.rows.at(datanetId).at(knownId)
  const { orderKey, status, contributorId } = known.load()
  if (orderKey < row.orderKey) throw datanetContract.error('DuplicateRow', knownId)
  if (status === ROW_STATUS.accepted || status === ROW_STATUS.pending) known.status.set(ROW_STATUS.duplicate)
  if (status === ROW_STATUS.pending) returnBonds(frame, datanet.rowBondWei, [contributorId])
  datanetContract.emit(frame.host, 'RowDuplicate', { datanetId, rowId: knownId, firstRowId: row.rowId })
  return status === ROW_STATUS.accepted ? 1 : 0
}

export function revealRows(
  frame: Frame,
  datanetId: bigint,
  rows: readonly Uint8Array[],
  salts: readonly Uint8Array[],
): bigint {
  const { host } = frame
  requireBatch(rows)
  if (rows.length !== salts.length)
    throw datanetContract.error('LengthMismatch', BigInt(rows.length), BigInt(salts.length))
  const datanet = findDatanet(frame, datanetId)
  holdBonds(frame, datanet.rowBondWei, rows.length)
  const contributorId = callerId(frame)
  let lostPlaces = 0
  rows.forEach((bytes, index) => {
    const rowHash = host.sha256(bytes)
    requireCanonical(bytes, index)
    const commitHash = host.keccak(commitPreimage(contributorId, datanetId, rowHash, salts[index]!))
    const { orderKey, place, revealBy, revealedAs } = findCommit(frame, datanetId, contributorId, commitHash)
    const rowId = datanet.rowCount + 1n + BigInt(index)
    const row = { rowId, contributorId, rowHash, size: BigInt(bytes.length), orderKey, readyAt: revealBy }
    lostPlaces += takePlaceOf(frame, datanetId, datanet, row)
    writeRow(frame, datanetId, datanet, row)
    datanet.place.order.at(place).set(rowId)
    revealedAs.set(rowId)
    datanetContract.emit(host, 'RowAdded', { datanetId, rowId, contributorId, rowHash, orderKey, row: bytes })
  })
  countRows(datanet, rows.length, lostPlaces)
  return datanet.rowCount + 1n
}
