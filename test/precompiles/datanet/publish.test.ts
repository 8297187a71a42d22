/** Versions of a Datanet: which rows, in which order, under which root and seed, over how many calls. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { append, type Frontier, leafHash, rootOf } from '../../../precompiles/datanet/frontier.ts'
import { concat, fromHex, toHex, uintToBytes, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { rowHash } from '../../../primitives/rows.ts'
import { account, expectRefused, freshWorld, send, view, type World } from '../world.ts'
import { alice, bob, datanet, hexRow, identity, owner, REVEAL_WINDOW_S, row } from './netWorld.ts'

function openWorld(curation = 0): World {
  const world = freshWorld({ params: { revealWindowS: REVEAL_WINDOW_S } })
  send(world, datanet, 'createDatanet', ['net', '', '', curation, 0n, ''], owner)
  send(world, identity, 'register', [], alice)
  return world
}
const add = (world: World, from: { from: Uint8Array }, ...texts: string[]) =>
  send(world, datanet, 'addRows', [1n, texts.map(hexRow)], from)
const publish = (world: World, places: bigint, from = owner) =>
  send(world, datanet, 'publishVersion', [1n, places], from)

interface VersionRow {
  readonly rowId: bigint
  readonly contributorId: bigint
  readonly orderKey: bigint
  readonly rowHash: string
}
interface VersionInfo {
  readonly root: string
  readonly count: bigint
  readonly seed: string
  readonly startHeight: bigint
}
const versionOf = (world: World, version: bigint) => view(world, datanet, 'versionOf', [1n, version]) as VersionInfo
const rowsOf = (world: World, version: bigint) =>
  view(world, datanet, 'versionRows', [1n, version, 0n, 256n]) as VersionRow[]

/** The tree written down plainly: all leaves, padded to a power of two, hashed level by level. */
function plainRoot(leaves: readonly Uint8Array[]): Uint8Array {
  let level = [...leaves]
  while ((level.length & (level.length - 1)) !== 0) level.push(keccak256(Uint8Array.of(0x50)))
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      keccak256(concat(Uint8Array.of(0x51), level[2 * i]!, level[2 * i + 1]!)),
    )
  return keccak256(concat(Uint8Array.of(0x52), uintToBytes(leaves.length, 8), level[0]!))
}

test('frontier: its root is that of the plain tree, for 1 to 70 leaves', () => {
  const frontier: Frontier = { count: 0n, peaks: [] }
  const leaves: Uint8Array[] = []
  for (let n = 1; n <= 70; n++) {
    const leaf = keccak256(uintToBytes(n, 4))
    leaves.push(leaf)
    append(keccak256, frontier, leaf)
    assert.is(toHex(rootOf(keccak256, frontier)), toHex(plainRoot(leaves)), `${n} leaves`)
  }
})

test('publishVersion: one call freezes what is old enough, and root and seed say so', () => {
  const world = openWorld()
  add(world, alice, 'a', 'b')
  add(world, bob, 'c')
  expectRefused(world, datanet, 'publishVersion', [1n, 9n], owner, 'NothingToPublish', [1])
  world.mine(REVEAL_WINDOW_S + 1n)
  add(world, bob, 'young')
  const { result, events } = publish(world, 100n)
  assert.is(result, 1n)
  assert.equal(
    events.map(({ name }) => name),
    ['VersionStarted', 'VersionPublished'],
  )
  const info = versionOf(world, 1n)
  assert.is(info.seed, toHex(world.block.parentHash))
  assert.is(info.count, 3n)
  const rows = rowsOf(world, 1n)
  assert.equal(
    rows.map(({ rowId, contributorId }) => [rowId, contributorId]),
    [
      [1n, 2n],
      [2n, 2n],
      [3n, 3n],
    ],
  )
  const leaves = rows.map((entry) => leafHash(keccak256, { ...entry, rowHash: fromHex(entry.rowHash) }))
  assert.is(info.root, toHex(plainRoot(leaves)))
  assert.equal(view(world, datanet, 'versionRow', [1n, 1n, 2n]), { ...rows[2]!, status: 2 })
  expectRefused(world, datanet, 'versionRow', [1n, 1n, 3n], {}, 'UnknownIndex', [3, 3])
  expectRefused(world, datanet, 'versionOf', [1n, 2n], {}, 'UnknownVersion', [1, 2])
})

test('publishVersion: only the owner, and at least one place a call', () => {
  const world = openWorld()
  add(world, alice, 'a')
  world.mine(REVEAL_WINDOW_S + 1n)
  expectRefused(world, datanet, 'publishVersion', [1n, 9n], alice, 'NotOwner', [1, toHex(account(2))])
  expectRefused(world, datanet, 'publishVersion', [1n, 0n], owner, 'ZeroRows')
  expectRefused(world, datanet, 'publishVersion', [2n, 1n], owner, 'UnknownDatanet', [2])
})

test('publishVersion: rows that came after the first call stay out, and its seed stays', () => {
  const world = openWorld()
  add(world, alice, 'a', 'b', 'c')
  world.mine(REVEAL_WINDOW_S + 1n)
  const seed = toHex(world.block.parentHash)
  assert.is(publish(world, 2n).result, 0n)
  assert.is((view(world, datanet, 'draftOf', [1n]) as { cursor: bigint }).cursor, 2n)
  add(world, bob, 'late')
  world.mine(10n * REVEAL_WINDOW_S)
  assert.is(publish(world, 2n).result, 1n)
  assert.is(versionOf(world, 1n).seed, seed)
  assert.equal(
    rowsOf(world, 1n).map(({ rowId }) => rowId),
    [1n, 2n, 3n],
  )
  assert.is((view(world, datanet, 'draftOf', [1n]) as { startHeight: bigint }).startHeight, 0n)
  assert.is(publish(world, 100n).result, 2n)
  assert.is(versionOf(world, 2n).count, 4n)
})

test("publishVersion: a revealed row stands at its commit's place, a hidden commit leaves no gap", () => {
  const world = openWorld()
  const salt = keccak256(utf8('s'))
  const commit = (text: string) =>
    toHex(keccak256(concat(uintToBytes(2, 8), uintToBytes(1, 8), rowHash(row(text)), salt)))
  send(world, datanet, 'commitRows', [1n, [commit('hidden'), commit('shown')]], alice)
  add(world, bob, 'b')
  send(world, datanet, 'revealRows', [1n, [hexRow('shown')], [toHex(salt)]], alice)
  world.mine(REVEAL_WINDOW_S + 1n)
  publish(world, 100n)
  assert.equal(
    rowsOf(world, 1n).map(({ rowId }) => rowId),
    [2n, 1n],
  )
})

test('publishVersion: while a reveal may still come, no row behind its commit is frozen', () => {
  const world = openWorld()
  const salt = keccak256(utf8('s'))
  const commit = toHex(keccak256(concat(uintToBytes(2, 8), uintToBytes(1, 8), rowHash(row('x')), salt)))
  send(world, datanet, 'commitRows', [1n, [commit]], alice)
  add(world, bob, 'x')
  world.mine(REVEAL_WINDOW_S)
  expectRefused(world, datanet, 'publishVersion', [1n, 9n], owner, 'NothingToPublish')
  send(world, datanet, 'revealRows', [1n, [hexRow('x')], [toHex(salt)]], alice)
  world.mine(1n)
  publish(world, 9n)
  assert.equal(
    rowsOf(world, 1n).map(({ contributorId }) => contributorId),
    [2n],
  )
})

test('publishVersion: pending and rejected rows stay out, accepted ones come in with the next version', () => {
  const world = openWorld(1)
  add(world, alice, 'a', 'b', 'c')
  send(world, datanet, 'curate', [1n, [2n], true], owner)
  send(world, datanet, 'curate', [1n, [3n], false], owner)
  world.mine(REVEAL_WINDOW_S + 1n)
  publish(world, 9n)
  assert.equal(
    rowsOf(world, 1n).map(({ rowId }) => rowId),
    [2n],
  )
  send(world, datanet, 'curate', [1n, [1n], true], owner)
  publish(world, 9n)
  assert.equal(
    rowsOf(world, 2n).map(({ rowId }) => rowId),
    [1n, 2n],
  )
})

test('withdrawRow: later versions leave the row out, the versions that hold it list it', () => {
  const world = openWorld()
  add(world, alice, 'a', 'b')
  world.mine(REVEAL_WINDOW_S + 1n)
  publish(world, 9n)
  publish(world, 9n)
  send(world, datanet, 'withdrawRow', [1n, 1n], alice)
  publish(world, 9n)
  const withdrawn = (version: bigint) => view(world, datanet, 'withdrawnRows', [1n, version, 0n])
  assert.equal([1n, 2n, 3n].map(withdrawn), [
    [[1n], 0n],
    [[1n], 0n],
    [[], 0n],
  ])
  assert.equal(
    rowsOf(world, 3n).map(({ rowId }) => rowId),
    [2n],
  )
})

test('withdrawRow: during a publication, before and after the walk has passed the row', () => {
  const world = openWorld()
  add(world, alice, 'a', 'b', 'c')
  world.mine(REVEAL_WINDOW_S + 1n)
  publish(world, 1n)
  send(world, datanet, 'withdrawRow', [1n, 1n], alice)
  send(world, datanet, 'withdrawRow', [1n, 2n], alice)
  publish(world, 9n)
  assert.equal(
    rowsOf(world, 1n).map(({ rowId }) => rowId),
    [1n, 3n],
  )
  assert.equal(view(world, datanet, 'withdrawnRows', [1n, 1n, 0n]), [[1n], 0n])
})

test('publishVersion: a draft that loses all its rows is abandoned, and the next one works', () => {
  const world = openWorld()
  add(world, alice, 'a', 'b')
  send(world, datanet, 'withdrawRow', [1n, 1n], alice)
  world.mine(REVEAL_WINDOW_S + 1n)
  assert.is(publish(world, 1n).result, 0n)
  send(world, datanet, 'withdrawRow', [1n, 2n], alice)
  const { result, events } = publish(world, 1n)
  assert.equal([result, events.map(({ name }) => name)], [0n, ['VersionAbandoned']])
  add(world, bob, 'c')
  world.mine(REVEAL_WINDOW_S + 1n)
  assert.is(publish(world, 9n).result, 1n)
})

test('publishVersion: any cutting into calls gives the same rows and root', () => {
  const build = () => {
    const world = openWorld()
    add(world, alice, ...Array.from({ length: 23 }, (_, i) => `r${i}`))
    world.mine(REVEAL_WINDOW_S + 1n)
    return world
  }
  const whole = build()
  publish(whole, 100n)
  const expected = versionOf(whole, 1n)
  const cuts = fc.array(fc.bigInt({ min: 1n, max: 9n }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(cuts, (pieces) => {
      const world = build()
      for (const places of pieces) if (publish(world, places).result === 1n) break
      while (versionCount(world) === 0n) publish(world, 7n)
      assert.is(versionOf(world, 1n).root, expected.root)
    }),
    { numRuns: 15 },
  )
})

const versionCount = (world: World): bigint =>
  (view(world, datanet, 'getDatanet', [1n]) as { versionCount: bigint }).versionCount

test('publishVersion: gas a row stays near 13,000, so 1,000 rows fit one transaction', () => {
  const world = openWorld()
  for (let batch = 0; batch < 2; batch++) add(world, alice, ...Array.from({ length: 100 }, (_, i) => `g${batch}-${i}`))
  world.mine(REVEAL_WINDOW_S + 1n)
  const { gasUsed } = publish(world, 1_000n)
  assert.ok(gasUsed / 200n < 16_000n, `${gasUsed / 200n} gas a row`)
})

test.run()
