/** The RPC server's reads of blocks, receipts and logs, from the chain store. */
import type { ChainReads } from '../../rpc/backend.ts'
import type { BlockHeader } from '../../rpc/chainTypes.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import { searchLogs } from './logSearch.ts'
import type { RecentBlocks } from './recentBlocks.ts'

/** Tells of blocks once they are on the disk, in order; the answer ends it. */
export type OnFinalized = (listener: (height: number) => void) => () => void

/** The store must hold block 0. */
export function createChainReads(store: ChainReader, blocks: RecentBlocks, onFinalized: OnFinalized): ChainReads {
  const head = (): BlockHeader => blocks.header(store.head()!.height)!
  // After a rewind the store still knows later blocks by hash: they are not announced.
  const isAnnounced = (height: number) => height <= store.head()!.height
  // One subscription for all: waiting clients come and go by the thousand.
  const listeners = new Set<(header: BlockHeader) => void>()
  onFinalized((height) => {
    const header = blocks.header(height)!
    for (const listener of listeners) listener(header)
  })
  return {
    head,
    nextBaseFeeWei: (parent) => blocks.nextBaseFeeWei(parent.number),
    header: (height) => blocks.header(height),
    block: (height) => blocks.whole(height)?.block,
    receipts: (height) => blocks.whole(height)?.receipts,
    heightOf(hash) {
      const height = store.heightOf(hash)
      return height !== undefined && isAnnounced(height) ? height : undefined
    },
    placeOf(hash) {
      const place = store.transaction(hash)
      return place !== undefined && isAnnounced(place.height) ? place : undefined
    },
    logs: (query) => searchLogs(store, blocks, query),
    onBlock(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
