/** IDatanet: rows in, curation, bonds, commit and reveal, quotas; each refusal with its facts and without a trace. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DATANET_ADDRESS, FEE_SPLIT_ADDRESS } from '../../../precompiles/addresses.ts'
import { feeSplitAbi } from '../../../precompiles/generated/feeSplit.ts'
import { concat, toHex, uintToBytes, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { rowHash } from '../../../primitives/rows.ts'
import { account, expectRefused, freshWorld, send, view, type World } from '../world.ts'
import { alice, bob, datanet, hexRow, identity, owner, REVEAL_WINDOW_S, row } from './netWorld.ts'

const feeSplit = { address: FEE_SPLIT_ADDRESS, abi: feeSplitAbi }

const hexHash = (text: string) => toHex(rowHash(row(text)))

function openWorld(params: Record<string, bigint> = {}): World {
  const world = freshWorld({ params: { revealWindowS: REVEAL_WINDOW_S, ...params } })
  for (const n of [1, 2, 3]) world.setBalance(account(n), 1_000n)
  return world
}

/** A Datanet of account 1; curation 0 Open, 1 Owner. */
function create(world: World, curation: number, bondWei = 0n): bigint {
  const args = ['net', 'strings', 'CC0-1.0', curation, bondWei, '{}']
  return send(world, datanet, 'createDatanet', args, owner).result as bigint
}

const statusOf = (world: World, id: bigint, rowId: bigint): number =>
  (view(world, datanet, 'getRow', [id, rowId]) as { status: number }).status

test('createDatanet: keeps what it was given and makes its owner a contributor', () => {
  const world = openWorld()
  const id = create(world, 1, 5n)
  const info = view(world, datanet, 'getDatanet', [id]) as Record<string, unknown>
  assert.is(info['ownerId'], 1n)
  assert.is(info['name'], 'net')
  assert.is(info['rowBondWei'], 5n)
  assert.is(info['licence'], 'CC0-1.0')
  assert.is(view(world, identity, 'idOf', [toHex(account(1))]), 1n)
  assert.is(view(world, datanet, 'datanetCount'), 1n)
})

test('createDatanet: refuses what it cannot keep', () => {
  const world = openWorld({ datanetsPerAccountDay: 1n })
  const with_ = (change: Record<number, unknown>) => ['net', 'd', 'l', 0, 0n, ''].map((arg, i) => change[i] ?? arg)
  const refuse = (change: Record<number, unknown>, error: string, args?: readonly unknown[]) =>
    expectRefused(world, datanet, 'createDatanet', with_(change), owner, error, args)
  refuse({ 0: '' }, 'EmptyName')
  refuse({ 0: 'é'.repeat(33) }, 'TextTooLong', ['name', 64, 66])
  refuse({ 5: 'x'.repeat(2_049) }, 'TextTooLong', ['metadata', 2_048, 2_049])
  refuse({ 3: 2 }, 'CurationNotOffered', [2])
  refuse({ 3: 3 }, 'UnknownCuration', [3])
  refuse({ 4: 1n }, 'BondNeedsCuration')
  refuse({ 3: 1, 4: 101n * 10n ** 18n }, 'BondOutOfBounds', [0n, 100n * 10n ** 18n, 101n * 10n ** 18n])
  create(world, 0)
  const midnight = (world.block.timestamp / 86_400n + 1n) * 86_400n
  refuse({}, 'QuotaExceeded', [1, midnight])
})

test('addRows: content in the event, order keys by height and place, accepted at once when open', () => {
  const world = openWorld()
  const id = create(world, 0)
  const { result, events } = send(world, datanet, 'addRows', [id, [hexRow('a'), hexRow('b')]], alice)
  assert.is(result, 1n)
  const firstKey = world.block.number << 24n
  assert.equal(
    events.map(({ args }) => [args['rowId'], args['contributorId'], args['orderKey'], args['row'], args['rowHash']]),
    [
      [1n, 2n, firstKey, hexRow('a'), hexHash('a')],
      [2n, 2n, firstKey + 1n, hexRow('b'), hexHash('b')],
    ],
  )
  const { firstVersion, ...stored } = view(world, datanet, 'getRow', [id, 2n]) as Record<string, unknown>
  assert.is(firstVersion, 0n)
  assert.is(stored['size'], row('b').length)
  assert.is(stored['status'], 2)
  world.mine()
  send(world, datanet, 'addRows', [id, [hexRow('c')]], bob)
  const rows = view(world, datanet, 'getRows', [id, 0n, 9n]) as { orderKey: bigint }[]
  assert.equal(
    rows.map(({ orderKey }) => orderKey),
    [firstKey, firstKey + 1n, world.block.number << 24n],
  )
  assert.is((view(world, datanet, 'getDatanet', [id]) as { acceptedCount: bigint }).acceptedCount, 3n)
})

test('addRows: the counter runs over all Datanets of a block', () => {
  const world = openWorld()
  const [first, second] = [create(world, 0), create(world, 0)]
  send(world, datanet, 'addRows', [first, [hexRow('a'), hexRow('b')]], alice)
  send(world, datanet, 'addRows', [second, [hexRow('a')]], alice)
  const { orderKey } = view(world, datanet, 'getRow', [second, 1n]) as { orderKey: bigint }
  assert.is(orderKey, (world.block.number << 24n) + 2n)
})

test('addRows: refuses what is no row, is there already, or is too much', () => {
  const world = openWorld({ rowsPerAccountDay: 3n })
  const id = create(world, 0)
  const refuse = (rows: readonly unknown[], error: string, args?: readonly unknown[], options = alice) =>
    expectRefused(world, datanet, 'addRows', [id, rows], options, error, args)
  refuse([], 'NoRows')
  refuse([hexRow('a'), '0x0000000041'.slice(0, 10)], 'BadRow', [1, 'RowTooShort'])
  refuse(['0x00000000ff'], 'BadRow', [0, 'RowNotUtf8'])
  refuse(['0x0000000141'], 'BadRow', [0, 'RowOutputEmpty'])
  refuse([hexRow('a'), hexRow('a')], 'DuplicateRow', [1])
  send(world, datanet, 'addRows', [id, [hexRow('a'), hexRow('b')]], alice)
  refuse([hexRow('c'), hexRow('b')], 'DuplicateRow', [2], bob)
  refuse([hexRow('c'), hexRow('d')], 'QuotaExceeded', [3, (world.block.timestamp / 86_400n + 1n) * 86_400n])
  refuse(Array(257).fill('0x'), 'TooMany', [256, 257])
  expectRefused(world, datanet, 'addRows', [9n, [hexRow('z')]], alice, 'UnknownDatanet', [9])
  refuse([hexRow('c')], 'WrongBond', [0, 1], { ...bob, wei: 1n } as typeof bob)
  world.mine(86_400n)
  send(world, datanet, 'addRows', [id, [hexRow('c'), hexRow('d')]], alice)
  assert.equal(view(world, datanet, 'quotaOf', [2n]), [1n, 20n, (world.block.timestamp / 86_400n + 1n) * 86_400n])
})

test('addRowRefs: only where someone curates, and only sizes that a row can have', () => {
  const world = openWorld()
  const [open, owned] = [create(world, 0), create(world, 1)]
  const ref = { rowHash: hexHash('a'), size: 12 }
  expectRefused(world, datanet, 'addRowRefs', [open, [ref]], alice, 'RefsNeedCuration')
  expectRefused(
    world,
    datanet,
    'addRowRefs',
    [owned, [{ ...ref, size: 65_537 }]],
    alice,
    'BadRowSize',
    [0, 5, 65_536, 65_537],
  )
  expectRefused(world, datanet, 'addRowRefs', [owned, [ref, ref]], alice, 'DuplicateRow', [1])
  send(world, datanet, 'addRowRefs', [owned, [ref]], alice)
  assert.is(statusOf(world, owned, 1n), 1)
  assert.is(view(world, datanet, 'rowIdByHash', [owned, hexHash('a')]), 1n)
})

test('curate: bonds of accepted rows return to their contributors', () => {
  const world = openWorld()
  const id = create(world, 1, 10n)
  send(world, datanet, 'addRows', [id, [hexRow('a'), hexRow('b')]], { ...alice, wei: 20n })
  send(world, datanet, 'addRows', [id, [hexRow('c')]], { ...bob, wei: 10n })
  assert.is(view(world, datanet, 'liabilities'), 30n)
  expectRefused(world, datanet, 'curate', [id, [1n], true], alice, 'NotOwner', [1, toHex(account(2))])
  send(world, datanet, 'curate', [id, [1n, 2n, 3n], true], owner)
  assert.is(world.balanceOf(account(2)), 1_000n)
  assert.is(world.balanceOf(account(3)), 1_000n)
  assert.is(view(world, datanet, 'liabilities'), 0n)
  assert.is(world.balanceOf(DATANET_ADDRESS), 0n)
  expectRefused(world, datanet, 'curate', [id, [2n], false], owner, 'WrongRowStatus', [2, 2])
  expectRefused(world, datanet, 'curate', [id, [4n], true], owner, 'UnknownRow', [id, 4])
  expectRefused(world, datanet, 'curate', [id, [], true], owner, 'NoRows')
})

test('curate: bonds of rejected rows, and of pending rows that are withdrawn, go to the treasury', () => {
  const world = openWorld()
  const id = create(world, 1, 10n)
  send(world, datanet, 'addRows', [id, [hexRow('a'), hexRow('b')]], { ...alice, wei: 20n })
  send(world, datanet, 'curate', [id, [1n], false], owner)
  assert.is(view(world, feeSplit, 'treasury'), 10n)
  assert.is(statusOf(world, id, 1n), 3)
  send(world, datanet, 'withdrawRow', [id, 2n], alice)
  assert.is(view(world, feeSplit, 'treasury'), 20n)
  assert.is(world.balanceOf(FEE_SPLIT_ADDRESS), 20n)
  assert.is(world.balanceOf(account(2)), 980n)
  assert.is(view(world, datanet, 'liabilities'), 0n)
})

test('withdrawRow: only its contributor; an accepted row is paid no more', () => {
  const world = openWorld()
  const id = create(world, 0)
  send(world, datanet, 'addRows', [id, [hexRow('a'), hexRow('b')]], alice)
  assert.equal(
    view(world, datanet, 'payees', [
      [id, id, 7n],
      [1n, 2n, 1n],
    ]),
    [2n, 2n, 0n],
  )
  expectRefused(world, datanet, 'withdrawRow', [id, 1n], bob, 'NotContributor', [2, toHex(account(3))])
  send(world, datanet, 'withdrawRow', [id, 1n], alice)
  assert.equal(
    view(world, datanet, 'payees', [
      [id, id],
      [1n, 2n],
    ]),
    [0n, 2n],
  )
  expectRefused(world, datanet, 'withdrawRow', [id, 1n], alice, 'WrongRowStatus', [1, 5])
  expectRefused(world, datanet, 'addRows', [id, [hexRow('a')]], bob, 'DuplicateRow', [1])
})

const SALT = keccak256(utf8('salt'))
function commitment(contributorId: bigint, id: bigint, text: string): string {
  const preimage = concat(uintToBytes(contributorId, 8), uintToBytes(id, 8), rowHash(row(text)), SALT)
  return toHex(keccak256(preimage))
}

test("reveal: takes its commit's place, and a copy that came later loses its own", () => {
  const world = openWorld()
  const id = create(world, 0)
  send(world, identity, 'register', [], alice)
  send(world, datanet, 'commitRows', [id, [commitment(2n, id, 'a')]], alice)
  const keyOfCommit = world.block.number << 24n
  world.mine()
  send(world, datanet, 'addRows', [id, [hexRow('a'), hexRow('b')]], bob)
  const { events } = send(world, datanet, 'revealRows', [id, [hexRow('a')], [toHex(SALT)]], alice)
  assert.equal(
    events.map(({ name }) => name),
    ['RowDuplicate', 'RowAdded'],
  )
  assert.is(statusOf(world, id, 1n), 4)
  const mine = view(world, datanet, 'getRow', [id, 3n]) as { orderKey: bigint; status: number }
  assert.equal([mine.orderKey, mine.status], [keyOfCommit, 2])
  assert.is(view(world, datanet, 'rowIdByHash', [id, hexHash('a')]), 3n)
  assert.is((view(world, datanet, 'getDatanet', [id]) as { acceptedCount: bigint }).acceptedCount, 2n)
  assert.equal(
    view(world, datanet, 'payees', [
      [id, id, id],
      [1n, 2n, 3n],
    ]),
    [0n, 3n, 2n],
  )
})

test('reveal: late, unknown, repeated and pre-empted ones are refused', () => {
  const world = openWorld()
  const id = create(world, 0)
  send(world, identity, 'register', [], alice)
  send(world, datanet, 'addRows', [id, [hexRow('x')]], bob)
  const commits = ['a', 'b', 'x'].map((text) => commitment(2n, id, text))
  send(world, datanet, 'commitRows', [id, commits], alice)
  const reveal = (text: string) => [id, [hexRow(text)], [toHex(SALT)]]
  expectRefused(world, datanet, 'commitRows', [id, [commits[0]]], alice, 'CommitExists', [commits[0]])
  expectRefused(world, datanet, 'revealRows', reveal('a'), bob, 'UnknownCommit')
  expectRefused(world, datanet, 'revealRows', reveal('c'), alice, 'UnknownCommit', [commitment(2n, id, 'c')])
  expectRefused(world, datanet, 'revealRows', reveal('x'), alice, 'DuplicateRow', [1])
  expectRefused(world, datanet, 'revealRows', [id, [hexRow('a')], []], alice, 'LengthMismatch', [1, 0])
  const revealBy = world.block.timestamp + REVEAL_WINDOW_S
  world.mine(REVEAL_WINDOW_S)
  send(world, datanet, 'revealRows', reveal('a'), alice)
  expectRefused(world, datanet, 'revealRows', reveal('a'), alice, 'AlreadyRevealed', [2])
  world.mine(1n)
  expectRefused(world, datanet, 'revealRows', reveal('b'), alice, 'RevealTooLate', [revealBy])
  assert.equal(view(world, datanet, 'commitOf', [id, 2n, commits[0]]), {
    orderKey: (1n << 24n) + 1n,
    revealBy,
    rowId: 2n,
  })
})

test('reveal: a commit belongs to who made it, whoever copies its hash', () => {
  const world = openWorld()
  const id = create(world, 0)
  send(world, identity, 'register', [], alice)
  const commit = commitment(2n, id, 'a')
  send(world, datanet, 'commitRows', [id, [commit]], bob)
  send(world, datanet, 'commitRows', [id, [commit]], alice)
  send(world, datanet, 'revealRows', [id, [hexRow('a')], [toHex(SALT)]], alice)
  assert.is(statusOf(world, id, 1n), 2)
})

test('writes: refused by delegation, under static, with value, and at any gas below the need', () => {
  const world = openWorld()
  const id = create(world, 1)
  const calls: [string, readonly unknown[]][] = [
    ['createDatanet', ['n', '', '', 0, 0n, '']],
    ['addRows', [id, [hexRow('a')]]],
    ['addRowRefs', [id, [{ rowHash: hexHash('q'), size: 9 }]]],
    ['commitRows', [id, [hexHash('c')]]],
    ['revealRows', [id, [hexRow('a')], [toHex(SALT)]]],
    ['curate', [id, [1n], true]],
    ['withdrawRow', [id, 1n]],
    ['publishVersion', [id, 5n]],
  ]
  for (const [name, args] of calls) {
    expectRefused(world, datanet, name, args, { ...owner, isStatic: true }, 'StaticWrite')
    expectRefused(world, datanet, name, args, { ...owner, isDirect: false }, 'NotDirect')
  }
  for (const [name, args] of calls.filter(([name]) => !['addRows', 'addRowRefs', 'revealRows'].includes(name)))
    expectRefused(world, datanet, name, args, { ...owner, wei: 1n }, 'NotPayable')
  const twin = openWorld()
  create(twin, 1)
  const { gasUsed } = send(twin, datanet, 'addRows', [id, [hexRow('a')]], alice)
  for (let gas = 0n; gas < gasUsed; gas += gasUsed / 40n)
    expectRefused(world, datanet, 'addRows', [id, [hexRow('a')]], { ...alice, gas }, 'outOfGas')
  expectRefused(world, datanet, 'addRows', [id, [hexRow('a')]], { ...alice, gas: gasUsed - 1n }, 'outOfGas')
  assert.is(send(world, datanet, 'addRows', [id, [hexRow('a')]], { ...alice, gas: gasUsed }).gasUsed, gasUsed)
})

test.run()
