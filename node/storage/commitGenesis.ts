/** Writes block 0 into a new store. */
import { encodeBody } from '../../runtime/block/block.ts'
import { encodeHeader } from '../../runtime/block/header.ts'
import type { GenesisBlock } from '../../runtime/execution/genesisBlock.ts'
import type { ChainStore } from './chainStore.ts'
import { encodeReceipts } from './receiptList.ts'

/** Does nothing when the store has a head already. */
export async function commitGenesis(store: ChainStore, genesis: GenesisBlock): Promise<void> {
  if (store.head() !== undefined) return
  await store.commitBlock({
    height: 0,
    hash: genesis.hash,
    header: encodeHeader(genesis.header),
    body: encodeBody([]),
    receipts: encodeReceipts([]),
    transactionHashes: [],
    logs: [],
    changes: genesis.changes,
  })
}
