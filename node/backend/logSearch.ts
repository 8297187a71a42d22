/** Finds logs by the store's index of addresses and topics, window by window, oldest first. */
import { setImmediate } from 'node:timers/promises'
import type { LogQuery, TooMany } from '../../rpc/backend.ts'
import type { PlacedLog } from '../../rpc/chainTypes.ts'
import { placeLogs } from '../../rpc/format/receipt.ts'
import { matchesLog } from '../../rpc/logMatch.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import type { LogSubject } from '../storage/tables.ts'
import type { RecentBlocks, WholeBlock } from './recentBlocks.ts'

/** Heights of one step: the index gives at most one key a height and subject, 10,000 keys of 60 bytes. */
const WINDOW = 10_000
/** Blocks read between two turns of the event loop: a few milliseconds. */
const BLOCKS_A_TURN = 32

/** Heights of the window in which one of the subjects occurs. */
async function heightsOf(
  store: ChainReader,
  subjects: readonly LogSubject[],
  from: number,
  to: number,
): Promise<Set<number>> {
  const heights = new Set<number>()
  for (const subject of subjects)
    for (const height of await store.logHeights(subject, from, to, to - from + 1)) heights.add(height)
  return heights
}

/** Each group must match; none means that every height is a candidate. */
function groupsOf(query: LogQuery): LogSubject[][] {
  const addresses = query.addresses.map((address): LogSubject => ({ kind: 'address', address }))
  const topics = query.topics.map((wanted, position) =>
    wanted.map((topic): LogSubject => ({ kind: 'topic', position, topic })),
  )
  return [addresses, ...topics].filter((group) => group.length > 0)
}

async function candidates(
  store: ChainReader,
  groups: readonly LogSubject[][],
  from: number,
  to: number,
): Promise<number[]> {
  if (groups.length === 0) return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  let held: Set<number> | undefined
  for (const group of groups) {
    const heights = await heightsOf(store, group, from, to)
    held = held === undefined ? heights : new Set([...held].filter((height) => heights.has(height)))
    if (held.size === 0) return []
  }
  return [...(held ?? [])].sort((a, b) => a - b)
}

function matchesIn({ block, receipts }: WholeBlock, query: LogQuery): PlacedLog[] {
  const found: PlacedLog[] = []
  let firstLogIndex = 0
  for (const [i, receipt] of receipts.entries()) {
    const placed = placeLogs(block.header, block.transactions[i]!.hash, i, receipt, firstLogIndex)
    firstLogIndex += placed.length
    found.push(...placed.filter((log) => matchesLog(log, query.addresses, query.topics)))
  }
  return found
}

export async function searchLogs(
  store: ChainReader,
  blocks: RecentBlocks,
  query: LogQuery,
): Promise<readonly PlacedLog[] | TooMany> {
  const groups = groupsOf(query)
  const found: PlacedLog[] = []
  let read = 0
  for (let from = query.fromHeight; from <= query.toHeight; from += WINDOW)
    for (const height of await candidates(store, groups, from, Math.min(from + WINDOW - 1, query.toHeight))) {
      if (query.signal?.aborted) return found
      const header = blocks.header(height)
      if (header?.bloom.every((byte) => byte === 0) ?? true) continue
      found.push(...matchesIn(blocks.whole(height)!, query))
      if (found.length > query.logsMax) return { kind: 'tooMany', height }
      if (++read % BLOCKS_A_TURN === 0) await setImmediate()
    }
  return found
}
