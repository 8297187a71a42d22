/**
 * Freezing a version, a stretch at a time: accepted rows in order-key order go into a Merkle frontier (economy.md). The
 * seed is the parent hash of the first call's block; rows ordered in that block or later, or not older than the reveal
 * window, are out, so nobody knows the seed while writing rows and no hidden commit can still claim a frozen place.
 */
import type { Hasher } from '../../primitives/hashes.ts'
import type { Frame } from '../dispatch.ts'
import { ORDER_KEY_BITS, STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { datanetContract, ROW_STATUS } from './contract.ts'
import { append, type Frontier, leafHash, rootOf } from './frontier.ts'
import { type FoundDatanet, findDatanet, openDatanets, requireOwner } from './records.ts'

interface Draft {
  readonly seed: Uint8Array
  readonly startHeight: bigint
  readonly startedAt: bigint
  cursor: bigint
  readonly end: bigint
  count: bigint
  lastOrderKey: bigint
}

/** Hashing that is charged. */
const hasherOf =
  (host: NativeHost): Hasher =>
  (data) =>
    host.keccak(data)

/** Resumes the draft, or starts one at this block. */
function openDraft({ call, host }: Frame, datanetId: bigint, datanet: FoundDatanet): { draft: Draft; isNew: boolean } {
  const draft = { ...openDatanets(host).drafts.at(datanetId).load() }
  if (draft.startHeight !== 0n) return { draft, isNew: false }
  const { number, timestamp, parentHash: seed } = call.block
  const end = datanet.place.order.length()
  return {
    isNew: true,
    draft: { seed, startHeight: number, startedAt: timestamp, cursor: 0n, end, count: 0n, lastOrderKey: 0n },
  }
}

function loadFrontier(host: NativeHost, datanetId: bigint, count: bigint): Frontier {
  const stored = openDatanets(host).drafts.at(datanetId).peaks
  const peaks: Frontier['peaks'] = []
  for (let level = 0; count >> BigInt(level) > 0n; level++)
    if (((count >> BigInt(level)) & 1n) === 1n) peaks[level] = stored.at(BigInt(level)).get()
  return { count, peaks }
}

function storeFrontier(host: NativeHost, datanetId: bigint, frontier: Frontier, before: Frontier['peaks']): void {
  const stored = openDatanets(host).drafts.at(datanetId).peaks
  frontier.peaks.forEach((peak, level) => {
    const isPart = ((frontier.count >> BigInt(level)) & 1n) === 1n
    if (isPart && peak !== undefined && peak !== before[level]) stored.at(BigInt(level)).set(peak)
  })
}

/** Walks up to `places` of the order list; a row that is too young ends the walk, since all behind it are younger. */
function walk(frame: Frame, datanetId: bigint, datanet: FoundDatanet, draft: Draft, places: bigint): Frontier {
  const { host } = frame
  const storage = openDatanets(host)
  const version = datanet.versionCount + 1n
  const rows = storage.rows.at(datanetId)
  const { rowIds } = storage.versions.at(datanetId).at(version)
  const frontier = loadFrontier(host, datanetId, draft.count)
  const before = [...frontier.peaks]
  const keccak = hasherOf(host)
  for (let walked = 0n; walked < places && draft.cursor < draft.end; walked++) {
    host.charge(STEP_GAS)
    const rowId = datanet.place.order.at(draft.cursor++).get()
    if (rowId === 0n) continue
    const place = rows.at(rowId)
    const row = place.load()
    if (row.orderKey >> ORDER_KEY_BITS >= draft.startHeight || row.readyAt >= draft.startedAt) {
      draft.cursor = draft.end
      break
    }
    if (row.status !== ROW_STATUS.accepted) continue
    append(keccak, frontier, leafHash(keccak, { ...row, rowId }))
    rowIds.push().set(rowId)
    if (row.firstVersion === 0n) place.firstVersion.set(version)
    draft.lastOrderKey = row.orderKey
  }
  draft.count = frontier.count
  storeFrontier(host, datanetId, frontier, before)
  return frontier
}

export function publishVersion(frame: Frame, datanetId: bigint, places: bigint): bigint {
  const { host } = frame
  const datanet = findDatanet(frame, datanetId)
  requireOwner(frame, datanet)
  if (places === 0n) throw datanetContract.error('ZeroRows')
  const { draft, isNew } = openDraft(frame, datanetId, datanet)
  const version = datanet.versionCount + 1n
  if (isNew) datanetContract.emit(host, 'VersionStarted', { datanetId, version, seed: draft.seed, end: draft.end })
  const frontier = walk(frame, datanetId, datanet, draft, places)
  const kept = openDatanets(host).drafts.at(datanetId)
  if (draft.cursor < draft.end) {
    kept.store({ ...draft })
    return 0n
  }
  if (isNew && frontier.count === 0n) throw datanetContract.error('NothingToPublish', datanetId)
  kept.store({ ...draft, startHeight: 0n, startedAt: 0n, cursor: 0n, end: 0n, count: 0n, lastOrderKey: 0n })
  if (frontier.count === 0n) {
    datanetContract.emit(host, 'VersionAbandoned', { datanetId, version })
    return 0n
  }
  seal(frame, datanetId, datanet, draft, rootOf(hasherOf(host), frontier))
  return version
}

function seal(frame: Frame, datanetId: bigint, datanet: FoundDatanet, draft: Draft, root: Uint8Array): void {
  const { call, host } = frame
  const { seed, count, startHeight } = draft
  const version = datanet.versionCount + 1n
  const publishedAt = call.block.timestamp
  const place = openDatanets(host).versions.at(datanetId).at(version)
  place.store({ root, seed, count, startHeight, publishedAt })
  datanet.place.versionCount.set(version)
  datanetContract.emit(host, 'VersionPublished', { datanetId, version, root, count, seed })
}
