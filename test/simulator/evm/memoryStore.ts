/** The chain store of a simulated node: the tables of the real one in memory, one batch a block. */

import { type Certificate, type ChainReader, stateRootOf } from '../../../node/storage/chainReader.ts'
import type { FinalizedBlock } from '../../../node/storage/chainStore.ts'
import type { LogSubject } from '../../../node/storage/tables.ts'
import { bytesToUint, equal, toHex } from '../../../primitives/bytes.ts'
import { createMemoryState } from '../../../runtime/state/memoryState.ts'
import { readList } from '../../../runtime/state/rlpItem.ts'
import { isRootHeld, stateAt } from '../../../runtime/state/stateAt.ts'
import type { SeenAccount } from '../invariants/supplyLedger.ts'

export interface MemoryStore extends ChainReader {
  commit(block: FinalizedBlock): void
  /** By hashed address. */
  accounts(): ReadonlyMap<string, SeenAccount>
}

/** RLP(nonce, balance, storageRoot, codeHash). */
const ACCOUNT_FIELDS = 4

export function createMemoryStore(genesis: FinalizedBlock): MemoryStore {
  const state = createMemoryState()
  const addressHashes = new Map<string, Uint8Array>()
  const blocks: FinalizedBlock[] = []
  const heights = new Map<string, number>()
  const certificates: (Certificate | undefined)[] = []
  const commit = (block: FinalizedBlock) => {
    state.apply(block.changes)
    for (const { addressHash } of block.changes.accounts) addressHashes.set(toHex(addressHash), addressHash)
    heights.set(toHex(block.hash), blocks.length)
    certificates.push(block.certificate)
    blocks.push(block)
  }
  commit(genesis)
  const hasLog = ({ logs }: FinalizedBlock, subject: LogSubject) =>
    logs.some(({ address, topics }) =>
      subject.kind === 'address'
        ? equal(address, subject.address)
        : topics[subject.position] !== undefined && equal(topics[subject.position]!, subject.topic),
    )
  return {
    state,
    commit,
    accounts() {
      const accounts = new Map<string, SeenAccount>()
      for (const [name, addressHash] of addressHashes) {
        const rlp = state.account(addressHash)
        if (rlp === undefined) continue
        const [nonce, balance] = readList(rlp, ACCOUNT_FIELDS)
        accounts.set(name, { nonce: bytesToUint(nonce!.body), balanceWei: bytesToUint(balance!.body) })
      }
      return accounts
    },
    head() {
      const { height, hash, changes } = blocks.at(-1)!
      return { height, hash, stateRoot: changes.stateRoot }
    },
    header: (height) => blocks[height]?.header,
    body: (height) => blocks[height]?.body,
    receipts: (height) => blocks[height]?.receipts,
    certificate: (height) => certificates[height],
    heightOf: (hash) => heights.get(toHex(hash)),
    transaction(hash) {
      for (const { height, transactionHashes } of blocks) {
        const index = transactionHashes.findIndex((own) => equal(own, hash))
        if (index >= 0) return { height, index }
      }
      return undefined
    },
    logHeights: async (subject, from, to, countMax) =>
      blocks
        .filter((block) => block.height >= from && block.height <= to && hasLog(block, subject))
        .slice(0, countMax)
        .map(({ height }) => height),
    /** Nobody puts content here. */
    content: () => undefined,
    stateAfter(height) {
      const header = blocks[height]?.header
      const root = header && stateRootOf(header)
      return root === undefined || !isRootHeld(root, state) ? undefined : { root, state: stateAt(root, state) }
    },
  }
}
