/** Opens a store as a restarted node would and checks all that must hold of it, whatever happened before. */
import { RLP } from '@ethereumjs/rlp'
import * as assert from 'uvu/assert'
import { type ChainStore, openChainStore } from '../../node/storage/chainStore.ts'
import { type Head, openDatabase, openTables, type Table } from '../../node/storage/tables.ts'
import { bytesToUint, concat, equal, toHex } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { decodeAccount } from '../../runtime/state/accountRecord.ts'
import { decodeSlot } from '../../runtime/state/stateAt.ts'
import { walkTrie } from '../../runtime/state/trieRead.ts'

/** A block that a process said was committed. */
export interface Announcement {
  readonly height: number
  readonly hash: Uint8Array
}

const describeBlock = ({ height, hash }: Announcement): string => `block ${height} ${toHex(hash)}`

/** Everything announced is there, blocks link down to genesis, every index agrees, and the head's state is whole. */
export async function checkStore(
  folder: string,
  genesisHash: Uint8Array,
  announced: readonly Announcement[],
): Promise<Head | undefined> {
  const store = await openChainStore(folder, { genesisHash })
  const head = store.head()
  try {
    assert.is(store.recovery.kind, 'clean')
    for (const block of announced) {
      const header = store.header(block.height)
      assert.ok(
        head !== undefined && head.height >= block.height && header !== undefined,
        `lost ${describeBlock(block)}`,
      )
      assert.is(toHex(keccak256(header!)), toHex(block.hash), `another block than ${describeBlock(block)}`)
    }
    if (head !== undefined) checkBlocks(store, head)
  } finally {
    await store.close()
  }
  if (head !== undefined) await checkFlatTables(folder, head.stateRoot)
  return head
}

function checkBlocks(store: ChainStore, head: Head): void {
  let hash = head.hash
  for (let { height } = head; height >= 0; height--) {
    const header = store.header(height)
    assert.ok(header !== undefined, `no header at ${height}`)
    assert.is(toHex(keccak256(header!)), toHex(hash), `header ${height}`)
    const fields = RLP.decode(header!) as Uint8Array[]
    assert.is(Number(bytesToUint(fields[8]!)), height)
    assert.is(store.heightOf(hash), height)
    assert.ok(
      store.body(height) !== undefined && store.receipts(height) !== undefined,
      `no body or receipts at ${height}`,
    )
    assert.is(store.certificate(height) === undefined, height === 0)
    assert.ok(equal(store.stateAfter(height)!.root, fields[3]!), `state of ${height}`)
    hash = fields[0]!
  }
  assert.is(store.header(head.height + 1), undefined, 'nothing above the head')
}

/** The flat tables hold exactly the entries of the head's tries. */
async function checkFlatTables(folder: string, stateRoot: Uint8Array): Promise<void> {
  const db = await openDatabase(folder)
  try {
    const tables = await openTables(db)
    const read = (hash: Uint8Array) => tables.node.get(hash)
    const accounts: [Uint8Array, Uint8Array][] = []
    const slots: [Uint8Array, Uint8Array][] = []
    for (const { key, value } of walkTrie(stateRoot, read)) {
      accounts.push([key, value])
      const { storageRoot, codeHash } = decodeAccount(value)
      for (const slot of walkTrie(storageRoot, read)) slots.push([concat(key, slot.key), decodeSlot(slot.value)])
      const isCodeHeld = equal(codeHash, keccak256(new Uint8Array(0))) || tables.code.get(codeHash) !== undefined
      assert.ok(isCodeHeld, `code of ${toHex(key)}`)
    }
    await checkTable(tables.account, accounts)
    await checkTable(tables.slot, slots)
  } finally {
    await db.close()
  }
}

async function checkTable(table: Table, expected: readonly [Uint8Array, Uint8Array][]): Promise<void> {
  let count = 0
  for await (const [key, value] of table.entries()) {
    const entry = expected[count++]
    assert.ok(entry !== undefined && equal(entry[0], key) && equal(entry[1], value), `flat entry ${toHex(key)}`)
  }
  assert.is(count, expected.length)
}
