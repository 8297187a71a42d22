/** Real little chains for storage tests: layers sealed over the store itself, headers of 20 fields, blocks committed. */
import { RLP } from '@ethereumjs/rlp'
import type { ChainStore, FinalizedBlock } from '../../node/storage/chainStore.ts'
import { concat, uintToBytes } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { EMPTY_ACCOUNT, EMPTY_ROOT } from '../../runtime/state/accountRecord.ts'
import { createMemoryState } from '../../runtime/state/memoryState.ts'
import { createLayer, type Layer } from '../../runtime/state/overlayState.ts'
import { createStateRoot } from '../../runtime/state/stateRoot.ts'

export const addressOf = (number: number): Uint8Array => concat(new Uint8Array(16), uintToBytes(number, 4))
export const slotOf = (number: number): Uint8Array => uintToBytes(number, 32)

/** What block `height` of the test chain does: ten accounts touched, two slots each, some code, one deletion in seven. */
export function writeBlock(layer: Layer, height: number): void {
  for (let i = 0; i < 10; i++) {
    const address = addressOf((height * 7 + i * 3) % 97)
    const before = layer.accountOf(address) ?? EMPTY_ACCOUNT
    layer.setAccount(address, {
      ...before,
      nonce: before.nonce + 1n,
      balanceWei: before.balanceWei + BigInt(height + i),
    })
    layer.setStorage(address, slotOf(i), uintToBytes(height + 1, 8))
    layer.setStorage(address, slotOf((height + i) % 5), height % 3 === 0 ? new Uint8Array(0) : uintToBytes(i + 1, 2))
  }
  if (height % 7 === 3) layer.setAccount(addressOf((height * 7) % 97), undefined)
  if (height % 5 === 0) layer.setCode(addressOf(height % 97), uintToBytes(height + 1, 100))
}

/** The test chain's block `height` on a sealed layer. */
export function blockOf(layer: Layer, height: number, parentHash: Uint8Array): FinalizedBlock {
  const changes = layer.seal()
  const fields: Uint8Array[] = Array.from({ length: 20 }, () => new Uint8Array(0))
  fields[0] = parentHash
  fields[3] = changes.stateRoot
  fields[8] =
    height === 0 ? new Uint8Array(0) : Uint8Array.from(Buffer.from(height.toString(16).padStart(8, '0'), 'hex'))
  const header = RLP.encode(fields)
  const hash = keccak256(header)
  const transactionHashes = [0, 1].map((index) => keccak256(concat(hash, Uint8Array.of(index))))
  return {
    height,
    hash,
    header,
    body: concat(uintToBytes(height, 4), new Uint8Array(200)),
    receipts: concat(uintToBytes(height, 4), new Uint8Array(50)),
    transactionHashes,
    logs: [{ address: addressOf(height % 3), topics: [slotOf(height % 2), slotOf(7)] }],
    ...(height === 0
      ? {}
      : { certificate: { candidate: uintToBytes(height, 80), finalization: uintToBytes(height, 120) } }),
    changes,
  }
}

export const GENESIS: FinalizedBlock = genesisBlock()

function genesisBlock(): FinalizedBlock {
  const layer = createLayer(createStateRoot(EMPTY_ROOT, createMemoryState()))
  writeBlock(layer, 0)
  return blockOf(layer, 0, new Uint8Array(32))
}

/** Commits blocks up to `height` on top of the store's head, each executed on the store's own state. */
export async function growChain(store: ChainStore, height: number): Promise<void> {
  if (store.head() === undefined) await store.commitBlock(GENESIS)
  for (let head = store.head()!; head.height < height; head = store.head()!) {
    const layer = createLayer(createStateRoot(head.stateRoot, store.state))
    writeBlock(layer, head.height + 1)
    await store.commitBlock(blockOf(layer, head.height + 1, head.hash))
  }
}
