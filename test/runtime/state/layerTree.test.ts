/** Layers as a tree over a moving store: competing children, some still being written, while one line becomes final. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { EMPTY_ACCOUNT, EMPTY_BYTES, EMPTY_ROOT, trimZeros } from '../../../runtime/state/accountRecord.ts'
import { createMemoryState } from '../../../runtime/state/memoryState.ts'
import { createLayer, type Layer } from '../../../runtime/state/overlayState.ts'
import { createStateRoot, type StateRoot } from '../../../runtime/state/stateRoot.ts'
import { propertyRuns } from '../../propertyRuns.ts'
import { ADDRESSES, copyNaive, type NaiveState, naiveRoot, SLOTS } from './threeModels.ts'

const RUNS = propertyRuns(60)

/** One block's state beside what a plain map says of it; `isOpen` while it is being written. */
interface Node {
  readonly layer: Layer
  readonly parent: Node | undefined
  readonly naive: NaiveState
  isOpen: boolean
}

interface Tree {
  readonly store: ReturnType<typeof createMemoryState>
  base: StateRoot
  /** What is final. */
  root: Node | undefined
  naive: NaiveState
  nodes: Node[]
}

type Step =
  | { readonly kind: 'open'; readonly pick: number }
  | {
      readonly kind: 'write'
      readonly pick: number
      readonly at: number
      readonly slot: number
      readonly value: number
    }
  | { readonly kind: 'remove' | 'wipe'; readonly pick: number; readonly at: number }
  | { readonly kind: 'seal' | 'finalize'; readonly pick: number }

const pick = fc.nat(99)
const at = fc.nat(ADDRESSES.length - 1)
const slot = fc.nat(SLOTS.length - 1)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('open' as const), pick }) },
    {
      weight: 16,
      arbitrary: fc.record({ kind: fc.constant('write' as const), pick, at, slot, value: fc.nat(3) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'wipe' as const), pick, at }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('seal' as const), pick }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('finalize' as const), pick }) },
  ),
  { minLength: 60, maxLength: 160 },
)

const choose = <T>(items: readonly T[], n: number): T | undefined => items[n % items.length]
const isBelow = (node: Node, ancestor: Node | undefined): boolean =>
  node.parent === ancestor || (node.parent !== undefined && isBelow(node.parent, ancestor))

async function take(tree: Tree, step: Step): Promise<boolean> {
  const open = choose(
    tree.nodes.filter((node) => node.isOpen),
    step.pick,
  )
  switch (step.kind) {
    case 'open':
      openChild(tree, step.pick)
      return false
    case 'finalize':
      return finalize(tree, step.pick)
    case 'seal':
      if (open !== undefined) await seal(open)
      return false
    default:
      if (open !== undefined) write(open, step)
      return false
  }
}

/** On the final block or any sealed one. */
function openChild(tree: Tree, n: number): void {
  const parent = choose([undefined, ...tree.nodes.filter((node) => !node.isOpen)], n)
  const layer = createLayer(parent?.layer ?? tree.base)
  tree.nodes.push({
    layer,
    parent: parent ?? tree.root,
    naive: copyNaive(parent?.naive ?? tree.naive),
    isOpen: true,
  })
}

function write({ layer, naive }: Node, step: Extract<Step, { at: number }>): void {
  const { bytes } = ADDRESSES[step.at]!
  const account = naive.get(step.at)
  if (step.kind === 'write') {
    const held = account ?? { nonce: 0n, balanceWei: 0n, code: EMPTY_BYTES, slots: new Map<number, Uint8Array>() }
    const value = trimZeros(uintToBytes(step.value, 2))
    held.nonce++
    if (value.length === 0) held.slots.delete(step.slot)
    else held.slots.set(step.slot, value)
    naive.set(step.at, held)
    layer.setAccount(bytes, { ...(layer.accountOf(bytes) ?? EMPTY_ACCOUNT), nonce: held.nonce })
    layer.setStorage(bytes, SLOTS[step.slot]!, value)
  } else if (step.kind === 'wipe') {
    account?.slots.clear()
    layer.wipeStorage(bytes)
  } else {
    naive.delete(step.at)
    layer.setAccount(bytes, undefined)
  }
}

async function seal(node: Node): Promise<void> {
  node.isOpen = false
  assert.is(toHex(node.layer.seal().stateRoot), toHex(await naiveRoot(node.naive)))
}

/** A sealed child of the final block: its siblings go, the others read on through the store. */
function finalize(tree: Tree, n: number): boolean {
  const { root, store } = tree
  const next = choose(
    tree.nodes.filter((node) => node.parent === root && !node.isOpen),
    n,
  )
  if (next === undefined) return false
  store.apply(next.layer.seal())
  tree.base = createStateRoot(next.layer.root!, store)
  next.layer.flatten(tree.base)
  tree.root = next
  tree.naive = next.naive
  tree.nodes = tree.nodes.filter((node) => isBelow(node, next))
  return true
}

function compareReads({ nodes, naive, store }: Tree): void {
  for (const node of nodes)
    for (const [index, { bytes }] of ADDRESSES.entries()) {
      const expected = node.naive.get(index)
      assert.is(node.layer.accountOf(bytes)?.nonce, expected?.nonce)
      for (const [slotIndex, key] of SLOTS.entries())
        assert.is(toHex(node.layer.storageAt(bytes, key)), toHex(expected?.slots.get(slotIndex) ?? EMPTY_BYTES))
    }
  for (const [index, { bytes }] of ADDRESSES.entries())
    assert.is(store.account(keccak256(bytes)) !== undefined, naive.has(index))
}

test('layer tree: each line of blocks sees itself only, before and after ancestors become final', async () => {
  let finals = 0
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const store = createMemoryState()
      const base = createStateRoot(EMPTY_ROOT, store)
      const tree: Tree = { store, base, root: undefined, naive: new Map(), nodes: [] }
      for (const step of list)
        if (await take(tree, step)) {
          finals++
          compareReads(tree)
        }
      compareReads(tree)
      for (const node of tree.nodes) if (node.isOpen) await seal(node)
    }),
    { numRuns: RUNS },
  )
  assert.ok(finals > RUNS, `${finals} blocks became final`)
})

test.run()
