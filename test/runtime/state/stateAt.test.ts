/** Past states and EIP-1186 proofs: older roots stay readable, and proofs verify with ethereumjs's own verifier. */
import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { equal, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import {
  decodeAccount,
  EMPTY_ACCOUNT,
  EMPTY_BYTES,
  EMPTY_ROOT,
  encodeAccount,
} from '../../../runtime/state/accountRecord.ts'
import { createMemoryState } from '../../../runtime/state/memoryState.ts'
import { createLayer } from '../../../runtime/state/overlayState.ts'
import { StateDataError } from '../../../runtime/state/rlpItem.ts'
import { isRootHeld, proveAccount, stateAt } from '../../../runtime/state/stateAt.ts'
import { createStateRoot } from '../../../runtime/state/stateRoot.ts'

const BLOCKS = 12
const ACCOUNTS = 20
const addressOf = (i: number) => new Uint8Array(20).fill(i + 1)
const slotOf = (i: number) => uintToBytes(i, 32)
const valueAt = (block: number, account: number, slot: number) => (block * 7 + account * 3 + slot) % 11

/** Twelve blocks; block b writes account (b + i) % 20, slots 0 … 3, and deletes one account. */
function build() {
  const store = createMemoryState()
  const roots: Uint8Array[] = []
  const snapshots: Map<string, bigint>[] = []
  let root = EMPTY_ROOT
  for (let block = 0; block < BLOCKS; block++) {
    const layer = createLayer(createStateRoot(root, store))
    for (let i = 0; i < 8; i++) {
      const address = addressOf((block + i) % ACCOUNTS)
      layer.setAccount(address, { ...EMPTY_ACCOUNT, nonce: BigInt(block) })
      for (let slot = 0; slot < 4; slot++)
        layer.setStorage(address, slotOf(slot), uintToBytes(valueAt(block, i, slot), 1))
    }
    layer.setAccount(addressOf((block * 3) % ACCOUNTS), undefined)
    store.apply(layer.seal())
    root = layer.root!
    roots.push(root)
    const all = Array.from({ length: ACCOUNTS }, (_, i) => addressOf(i))
    snapshots.push(
      new Map(
        all.flatMap(
          (address) =>
            [
              [`${toHex(address)} nonce`, layer.accountOf(address)?.nonce ?? -1n],
              ...[0, 1, 2, 3].map((slot): [string, bigint] => [
                `${toHex(address)} ${slot}`,
                BigInt(layer.storageAt(address, slotOf(slot))[0] ?? 0),
              ]),
            ] as [string, bigint][],
        ),
      ),
    )
  }
  return { store, roots, snapshots }
}

test('state at a root: every older block reads as it was when it was written', () => {
  const { store, roots, snapshots } = build()
  let deleted = 0
  for (const [block, root] of roots.entries()) {
    const layer = createLayer(createStateRoot(root, stateAt(root, store)))
    for (const [key, expected] of snapshots[block]!) {
      const [address, what] = key.split(' ') as [string, string]
      const bytes = Uint8Array.from(Buffer.from(address.slice(2), 'hex'))
      if (what === 'nonce') {
        assert.is(layer.accountOf(bytes)?.nonce ?? -1n, expected)
        if (expected === -1n) deleted++
      } else assert.is(BigInt(layer.storageAt(bytes, slotOf(Number(what)))[0] ?? 0), expected)
    }
  }
  assert.ok(deleted > BLOCKS)
})

test('state at a root: a block executed on an older root gives the root it gave then', () => {
  const { store, roots } = build()
  const layer = createLayer(createStateRoot(roots[3]!, stateAt(roots[3]!, store)))
  for (let i = 0; i < 8; i++) {
    const address = addressOf((4 + i) % ACCOUNTS)
    layer.setAccount(address, { ...EMPTY_ACCOUNT, nonce: 4n })
    for (let slot = 0; slot < 4; slot++) layer.setStorage(address, slotOf(slot), uintToBytes(valueAt(4, i, slot), 1))
  }
  layer.setAccount(addressOf(12), undefined)
  assert.is(toHex(layer.seal().stateRoot), toHex(roots[4]!))
})

test('account proof: values and absence verify against the root with the stock verifier', async () => {
  const { store, roots } = build()
  let present = 0
  for (const root of [roots[5]!, roots.at(-1)!]) {
    for (let i = 0; i < ACCOUNTS; i++) {
      const slots = [0, 1, 2, 9].map(slotOf)
      const proof = proveAccount(root, addressOf(i), slots, store)
      const proven = await verifyMerkleProof(addressOf(i), [...proof.accountProof], { root, useKeyHashing: true })
      assert.is(proven && toHex(proven), proof.account === undefined ? null : toHex(encodeAccount(proof.account)))
      for (const { slot, value, proof: nodes } of proof.storage) {
        const storageRoot = proof.account?.storageRoot ?? EMPTY_ROOT
        if (equal(storageRoot, EMPTY_ROOT)) {
          assert.equal([nodes.length, value.length], [0, 0])
          continue
        }
        const item = await verifyMerkleProof(slot, [...nodes], { root: storageRoot, useKeyHashing: true })
        assert.is(item && toHex(item), value.length === 0 ? null : toHex(RLP.encode(value)))
        if (value.length > 0) present++
      }
    }
  }
  assert.ok(present > 20)
})

test('state at a root: a root that is not held is named, not read as empty', () => {
  const { store, roots } = build()
  const unknown = keccak256(EMPTY_BYTES)
  assert.not(isRootHeld(unknown, store))
  assert.ok(isRootHeld(EMPTY_ROOT, store))
  assert.ok(isRootHeld(roots[0]!, store))
  for (const read of [
    () => stateAt(unknown, store).account(unknown),
    () => stateAt(unknown, store).slot(unknown, unknown),
    () => proveAccount(unknown, addressOf(1), [], store),
  ]) {
    try {
      read()
      assert.unreachable()
    } catch (error) {
      assert.instance(error, StateDataError)
      assert.is((error as StateDataError).code, 'missing-node')
    }
  }
  assert.is(decodeAccount(stateAt(roots[0]!, store).account(keccak256(addressOf(1)))!).nonce, 0n)
})

test.run()
