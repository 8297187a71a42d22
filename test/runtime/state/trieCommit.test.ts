/** The bulk trie commit against `@ethereumjs/mpt` built from nothing, on keys that share prefixes and fit inline nodes. */
import { createMPT, verifyMerkleProof } from '@ethereumjs/mpt'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { equal, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { EMPTY_ROOT } from '../../../runtime/state/accountRecord.ts'
import { StateDataError } from '../../../runtime/state/rlpItem.ts'
import { commitTrie, type TrieChange } from '../../../runtime/state/trieCommit.ts'
import { decodeNode, hashTree } from '../../../runtime/state/trieNode.ts'
import { proveTrie, readTrie, walkTrie } from '../../../runtime/state/trieRead.ts'
import { propertyRuns } from '../../propertyRuns.ts'

const RUNS = propertyRuns(100)

/** Keys that differ late (inline leaves, long extensions), early, or at random places. */
const keyArbitrary = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 15, 30, 31), fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 0, 0, 1, 0x10))
  .map(([at, byte, tail]) => {
    const key = new Uint8Array(32)
    key[at] = byte
    key[31]! ^= tail
    return key
  })
const valueArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 255 }).map((byte) => Uint8Array.of(byte)) },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 20, maxLength: 40 }) },
)
const batchArbitrary = fc.array(fc.tuple(keyArbitrary, valueArbitrary), { maxLength: 24 }).map((pairs) => {
  const byKey = new Map(pairs.map(([key, value]) => [toHex(key), { key, value }]))
  return [...byKey.values()]
})

class World {
  readonly nodes = new Map<string, Uint8Array>()
  root = EMPTY_ROOT
  hashes = 0
  written = 0
  readonly read = (hash: Uint8Array) => this.nodes.get(toHex(hash))
  commit(changes: readonly TrieChange[]): void {
    this.root = commitTrie(this.root, changes, {
      read: this.read,
      write: (hash, node) => {
        this.written++
        this.nodes.set(toHex(hash), node)
      },
      keccak: (data) => {
        this.hashes++
        return keccak256(data)
      },
    })
  }
}

async function rootFromNothing(
  model: ReadonlyMap<string, { key: Uint8Array; value: Uint8Array }>,
): Promise<Uint8Array> {
  const trie = await createMPT()
  for (const { key, value } of model.values()) await trie.put(key, value)
  return trie.root()
}

function applyToModel(
  model: Map<string, { key: Uint8Array; value: Uint8Array }>,
  changes: readonly TrieChange[],
): void {
  for (const { key, value } of changes) {
    if (value === null) model.delete(toHex(key))
    else model.set(toHex(key), { key, value })
  }
}

test('trie commit: random batches give the root of a trie built from nothing, and read, walk and prove the same', async () => {
  let proofs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(batchArbitrary, { minLength: 1, maxLength: 4 }), async (batches) => {
      const world = new World()
      const model = new Map<string, { key: Uint8Array; value: Uint8Array }>()
      for (const batch of batches) {
        world.commit(batch)
        applyToModel(model, batch)
        assert.is(toHex(world.root), toHex(await rootFromNothing(model)))
      }
      const walked = [...walkTrie(world.root, world.read)]
      assert.is(walked.length, model.size)
      for (const { key, value } of walked) assert.ok(equal(model.get(toHex(key))!.value, value))
      for (const { key } of batches.flat()) {
        const expected = model.get(toHex(key))?.value
        const got = readTrie(world.root, key, world.read)
        assert.is(got && toHex(got), expected && toHex(expected))
        if (proofs++ > 60 || model.size === 0) continue
        const proven = await verifyMerkleProof(key, proveTrie(world.root, key, world.read), { root: world.root })
        assert.is(proven && toHex(proven), expected === undefined ? null : toHex(expected))
      }
    }),
    { numRuns: RUNS },
  )
  assert.ok(proofs > 60)
})

test('trie commit: each dirty node is hashed once and written once, and an unchanged trie not at all', () => {
  const world = new World()
  const changes = Array.from({ length: 500 }, (_, i) => ({
    key: keccak256(uintToBytes(i, 4)),
    value: uintToBytes(i, 40),
  }))
  world.commit(changes)
  assert.is(world.hashes, world.written)
  assert.is(new Set(world.nodes.keys()).size, world.written)
  const { root } = world
  world.commit(changes.slice(0, 50))
  world.commit([{ key: keccak256(uintToBytes(9_999, 4)), value: null }])
  assert.is(world.written, world.hashes)
  assert.ok(equal(root, world.root))
  assert.is(new Set(world.nodes.keys()).size, world.written)
})

test('trie commit: deleting everything gives the empty root; old roots stay readable', () => {
  const world = new World()
  const changes = Array.from({ length: 60 }, (_, i) => ({
    key: keccak256(uintToBytes(i, 4)),
    value: uintToBytes(i + 1, 8),
  }))
  world.commit(changes)
  const { root } = world
  world.commit(changes.map(({ key }) => ({ key, value: null })))
  assert.ok(equal(world.root, EMPTY_ROOT))
  assert.is([...walkTrie(root, world.read)].length, 60)
  assert.equal(proveTrie(world.root, changes[0]!.key, world.read), [])
})

test('trie commit: a missing node, a repeated key and a short key are refused', () => {
  const world = new World()
  const keys = Array.from({ length: 40 }, (_, i) => keccak256(uintToBytes(i, 4)))
  world.commit(keys.map((key) => ({ key, value: key })))
  const lost = [...world.nodes.keys()].find((hash) => hash !== toHex(world.root))!
  world.nodes.delete(lost)
  const error = catchError(() => world.commit(keys.map((key) => ({ key, value: null }))))
  assert.instance(error, StateDataError)
  assert.is((error as StateDataError).code, 'missing-node')
  const twice = { key: keys[0]!, value: keys[0]! }
  assert.throws(() => world.commit([twice, twice]), 'each key once')
  assert.throws(() => world.commit([{ key: Uint8Array.of(1), value: keys[0]! }]), 'trie change')
})

test('trie node: garbage is refused by a named error, and what is accepted encodes to the same bytes', () => {
  const world = new World()
  world.commit(Array.from({ length: 80 }, (_, i) => ({ key: uintToBytes(i * 37, 32), value: Uint8Array.of(i + 1) })))
  const seeds = [...world.nodes.values()]
  let accepted = 0
  fc.assert(
    fc.property(
      fc.nat(seeds.length - 1),
      fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 3 }),
      fc.nat(4),
      (pick, edits, cut) => {
        const bytes = seeds[pick]!.slice(0, seeds[pick]!.length - (cut === 4 ? 1 : 0))
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte
        try {
          const node = decodeNode(bytes)
          let last: Uint8Array = new Uint8Array(0)
          hashTree(node, keccak256, (_, raw) => {
            last = raw
          })
          assert.is(toHex(last), toHex(bytes))
          accepted++
        } catch (error) {
          if (!(error instanceof StateDataError)) throw error
        }
      },
    ),
    { numRuns: propertyRuns(1_000) },
  )
  assert.ok(accepted > 200, `${accepted} accepted`)
})

function catchError(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

test.run()
