/** The layer against a naive map, which judges, and `MerkleStateManager`: random operations, blocks and siblings. */
import { Account } from '@ethereumjs/util'
import fc from 'fast-check'
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
import { createLayer, type Layer } from '../../../runtime/state/overlayState.ts'
import { StateDataError } from '../../../runtime/state/rlpItem.ts'
import { createStateRoot } from '../../../runtime/state/stateRoot.ts'
import { propertyRuns } from '../../propertyRuns.ts'
import { ADDRESSES, naiveRoot, type Operation, SLOTS, ThreeModels } from './threeModels.ts'

const RUNS = propertyRuns(100)

const at = fc.nat(ADDRESSES.length - 1)
const wei = fc.bigInt({ min: 0n, max: 1n << 100n })
const value = fc.oneof(
  fc.constant(new Uint8Array(32)),
  fc.nat(70_000).map((n) => uintToBytes(n, 32)),
)
const only = <K extends string>(kind: K) => fc.constant({ kind })
const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('put' as const), at, nonce: fc.bigInt(0n, 9n), balanceWei: wei }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('balance' as const), at, balanceWei: wei }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('code' as const), at, code: fc.uint8Array({ maxLength: 3 }) }),
    },
    {
      weight: 14,
      arbitrary: fc.record({ kind: fc.constant('slot' as const), at, slot: fc.nat(SLOTS.length - 1), value }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wipe' as const), at }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), at }) },
    { weight: 4, arbitrary: only('checkpoint') },
    { weight: 2, arbitrary: only('commit') },
    { weight: 3, arbitrary: only('revert') },
    { weight: 2, arbitrary: only('transaction') },
    { weight: 1, arbitrary: only('sibling') },
    { weight: 1, arbitrary: only('block') },
    { weight: 1, arbitrary: only('flatten') },
  ),
  { minLength: 40, maxLength: 160 },
)

async function step(models: ThreeModels, operation: Operation): Promise<void> {
  switch (operation.kind) {
    case 'checkpoint':
      return models.checkpoint()
    case 'commit':
      return models.commit()
    case 'revert':
      return models.revert()
    case 'transaction':
      return models.endTransaction()
    case 'sibling':
      return scribble(models.layer.root === undefined ? createLayer(models.layer) : models.layer)
    case 'block':
    case 'flatten':
      return endBlock(models, operation.kind === 'flatten')
    default:
      return models.change(operation)
  }
}

/** A dropped candidate's writes: nobody else may see them. */
function scribble(layer: Layer): void {
  for (const address of ADDRESSES) {
    layer.setAccount(address.bytes, { ...EMPTY_ACCOUNT, nonce: 77n })
    layer.setStorage(address.bytes, SLOTS[0]!, Uint8Array.of(7))
    layer.wipeStorage(address.bytes)
    layer.setCode(address.bytes, Uint8Array.of(0xfe))
  }
}

/** Layers that are sealed but not yet in the store, oldest first. */
const pending = new WeakMap<ThreeModels, Layer[]>()

async function endBlock(models: ThreeModels, isFinal: boolean): Promise<void> {
  await models.endTransaction()
  const root = await naiveRoot(models.naive)
  assert.is(toHex(models.layer.seal().stateRoot), toHex(root))
  assert.is(toHex(await models.stock.getStateRoot()), toHex(root))
  const sealed = [...(pending.get(models) ?? []), models.layer]
  if (isFinal) {
    for (const layer of sealed) {
      models.finalized.apply(layer.seal())
      layer.flatten(createStateRoot(layer.root!, models.finalized))
    }
    compareFlatTables(models)
  }
  pending.set(models, isFinal ? [] : sealed)
  const sibling = createLayer(models.layer)
  models.layer = createLayer(models.layer)
  scribble(sibling)
  sibling.seal()
}

function compareFlatTables({ finalized, naive }: ThreeModels): void {
  for (const [index, address] of ADDRESSES.entries()) {
    const addressHash = keccak256(address.bytes)
    const rlp = finalized.account(addressHash)
    assert.is(rlp === undefined, !naive.has(index))
    for (const [slotIndex, slot] of SLOTS.entries()) {
      const flat = finalized.slot(addressHash, keccak256(slot))
      const expected = naive.get(index)?.slots.get(slotIndex)
      assert.is(flat && toHex(flat), expected && toHex(expected))
    }
  }
}

async function compareReads(models: ThreeModels): Promise<void> {
  for (const [index, address] of ADDRESSES.entries()) {
    const expected = models.naive.get(index)
    const got = await models.layer.getAccount(address)
    assert.is(got?.nonce, expected?.nonce)
    assert.is(got?.balance, expected?.balanceWei)
    assert.is(toHex(await models.layer.getCode(address)), toHex(expected?.code ?? EMPTY_BYTES))
    for (const [slotIndex, slot] of SLOTS.entries()) {
      const held = expected?.slots.get(slotIndex) ?? EMPTY_BYTES
      assert.is(toHex(await models.layer.getStorage(address, slot)), toHex(held))
      if (models.wipedSince.has(index)) continue
      const original = models.original.get(index)?.slots.get(slotIndex) ?? EMPTY_BYTES
      assert.is(toHex(models.layer.originalStorageAt(address.bytes, slot)), toHex(original))
    }
  }
}

test('overlay state: random operations over many blocks agree with the naive map and the stock manager', async () => {
  let blocks = 0
  await fc.assert(
    fc.asyncProperty(operations, async (list) => {
      const models = new ThreeModels()
      for (const [index, operation] of list.entries()) {
        await step(models, operation)
        if (operation.kind === 'block' || operation.kind === 'flatten') blocks++
        if (index % 16 === 0) await compareReads(models)
      }
      await compareReads(models)
      await endBlock(models, true)
    }),
    { numRuns: RUNS },
  )
  assert.ok(blocks > RUNS, `${blocks} blocks`)
})

function freshLayer(): Layer {
  return createLayer(createStateRoot(EMPTY_ROOT, createMemoryState()))
}
const [alice, bob] = ADDRESSES as [(typeof ADDRESSES)[0], (typeof ADDRESSES)[0]]

test('overlay state: a root is refused inside a block, and writes after it', async () => {
  const layer = freshLayer()
  await assertRejects(layer.getStateRoot(), /seal the layer/)
  layer.setAccount(alice.bytes, EMPTY_ACCOUNT)
  layer.begin()
  assert.throws(() => layer.seal(), /open checkpoint/)
  layer.keep()
  assert.throws(() => createLayer(layer).seal(), /parent is not sealed/)
  const { stateRoot } = layer.seal()
  assert.ok(equal(await layer.getStateRoot(), stateRoot))
  assert.ok(await createLayer(layer).hasStateRoot(stateRoot))
  assert.not(await layer.hasStateRoot(new Uint8Array(32)))
  assert.throws(() => layer.setAccount(alice.bytes, undefined), /sealed/)
  assert.throws(() => layer.setStorage(alice.bytes, SLOTS[0]!, Uint8Array.of(1)), /sealed/)
  await assertRejects(layer.setStateRoot(EMPTY_ROOT), /another root/)
})

test('overlay state: an abort that leaves checkpoints open is rolled back to a depth', () => {
  const layer = freshLayer()
  layer.setAccount(alice.bytes, { ...EMPTY_ACCOUNT, balanceWei: 5n })
  const depth = layer.begin()
  layer.setAccount(alice.bytes, { ...EMPTY_ACCOUNT, balanceWei: 6n })
  layer.begin()
  layer.setStorage(alice.bytes, SLOTS[1]!, Uint8Array.of(9))
  layer.begin()
  layer.setCode(bob.bytes, Uint8Array.of(1, 2))
  layer.undoTo(depth)
  assert.is(layer.accountOf(alice.bytes)!.balanceWei, 5n)
  assert.is(layer.storageAt(alice.bytes, SLOTS[1]!).length, 0)
  assert.is(layer.accountOf(bob.bytes), undefined)
  const changes = layer.seal()
  assert.equal([changes.codes.length, changes.slots.length, changes.accounts.length], [0, 0, 1])
  assert.throws(() => layer.undo(), /without a checkpoint/)
})

test('overlay state: the original value survives a wipe that is taken back', () => {
  const layer = freshLayer()
  layer.setAccount(alice.bytes, EMPTY_ACCOUNT)
  layer.setStorage(alice.bytes, SLOTS[0]!, Uint8Array.of(5))
  layer.startTransaction()
  layer.begin()
  layer.wipeStorage(alice.bytes)
  layer.setStorage(alice.bytes, SLOTS[0]!, Uint8Array.of(6))
  assert.is(layer.originalStorageAt(alice.bytes, SLOTS[0]!).length, 0)
  layer.undo()
  layer.setStorage(alice.bytes, SLOTS[0]!, Uint8Array.of(7))
  assert.equal(layer.originalStorageAt(alice.bytes, SLOTS[0]!), Uint8Array.of(5))
})

test('overlay state: accounts and values are copies, in and out', async () => {
  const layer = freshLayer()
  const account = new Account(1n, 2n, EMPTY_ROOT.slice(), keccak256(EMPTY_BYTES))
  const value = uintToBytes(3, 32)
  await layer.putAccount(alice, account)
  layer.setStorage(alice.bytes, SLOTS[0]!, value)
  account.balance = 99n
  account.codeHash.fill(1)
  value.fill(9)
  const out = (await layer.getAccount(alice))!
  assert.is(out.balance, 2n)
  assert.not(out.isContract())
  out.storageRoot.fill(3)
  assert.ok(equal((await layer.getAccount(alice))!.storageRoot, EMPTY_ROOT))
  assert.equal(layer.storageAt(alice.bytes, SLOTS[0]!), Uint8Array.of(3))
})

test('overlay state: storage needs an account, a 32-byte slot and at most 32 bytes', () => {
  const layer = freshLayer()
  assert.throws(() => layer.setStorage(alice.bytes, SLOTS[0]!, Uint8Array.of(1)), /does not exist/)
  layer.setAccount(alice.bytes, EMPTY_ACCOUNT)
  assert.throws(() => layer.setStorage(alice.bytes, Uint8Array.of(1), Uint8Array.of(1)), /32 bytes/)
  assert.throws(() => layer.setStorage(alice.bytes, SLOTS[0]!, new Uint8Array(33)), /32 bytes/)
})

test('overlay state: writes that change nothing leave no account change', () => {
  const store = createMemoryState()
  const first = createLayer(createStateRoot(EMPTY_ROOT, store))
  first.setAccount(alice.bytes, { ...EMPTY_ACCOUNT, nonce: 1n })
  first.setStorage(alice.bytes, SLOTS[2]!, Uint8Array.of(8))
  store.apply(first.seal())
  const second = createLayer(createStateRoot(first.root!, store))
  second.setAccount(alice.bytes, { ...second.accountOf(alice.bytes)! })
  second.setStorage(alice.bytes, SLOTS[2]!, Uint8Array.of(8))
  second.setAccount(bob.bytes, undefined)
  const changes = second.seal()
  assert.ok(equal(changes.stateRoot, first.root!))
  assert.equal([changes.accounts.length, changes.nodes.length, changes.wiped.length], [0, 0, 0])
})

test('account record: garbage is refused, and what is accepted encodes to the same bytes', () => {
  const whole = encodeAccount({ ...EMPTY_ACCOUNT, nonce: 300n, balanceWei: 10n ** 20n })
  assert.equal(decodeAccount(whole).balanceWei, 10n ** 20n)
  let accepted = 0
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(9), (index, byte, cut) => {
      const bytes = whole.slice(0, whole.length - (cut === 9 ? 1 : 0))
      bytes[index % bytes.length] = byte
      try {
        assert.is(toHex(encodeAccount(decodeAccount(bytes))), toHex(bytes))
        accepted++
      } catch (error) {
        if (!(error instanceof StateDataError)) throw error
      }
    }),
    { numRuns: 1_000 },
  )
  assert.ok(accepted > 100)
})

async function assertRejects(promise: Promise<unknown>, pattern: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.instance(error, Error)
  assert.match((error as Error).message, pattern)
}

test.run()
