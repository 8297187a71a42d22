/** Commits the test chain's blocks as fast as it can and announces each once it is committed, until it is killed. */

import { openChainStore } from '../../node/storage/chainStore.ts'
import { toHex } from '../../primitives/bytes.ts'
import { GENESIS, growChain } from './storageWorld.ts'

const store = await openChainStore(process.argv[2]!, { genesisHash: GENESIS.hash })
for (let height = (store.head()?.height ?? -1) + 1; ; height++) {
  await growChain(store, height)
  process.stdout.write(`block ${height} ${toHex(store.head()!.hash)}\n`)
}
