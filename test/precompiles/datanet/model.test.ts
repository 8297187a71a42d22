/** IDatanet beside a naive model: random adds, commits, reveals, judgements, withdrawals and versions, step by step. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CONTRIBUTOR_ADDRESS, DATANET_ADDRESS } from '../../../precompiles/addresses.ts'
import { contributorAbi } from '../../../precompiles/generated/contributor.ts'
import { datanetAbi } from '../../../precompiles/generated/datanet.ts'
import { concat, toHex, uintToBytes, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { encodeRow, rowHash } from '../../../primitives/rows.ts'
import { account, freshWorld, Refused, send, view, type World } from '../world.ts'

const datanet = { address: DATANET_ADDRESS, abi: datanetAbi }
const identity = { address: CONTRIBUTOR_ADDRESS, abi: contributorAbi }
const WINDOW_S = 20n
const BOND_WEI = 3n
const PEOPLE = 3
const SALT = toHex(new Uint8Array(32))

/** Texts repeat often, so that copies, pre-empted rows and refused duplicates are common. */
const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const rowOf = (text: string) => encodeRow({ input: utf8('q'), output: utf8(text) }) as Uint8Array

type Step =
  | { readonly kind: 'add' | 'commit' | 'reveal'; readonly who: number; readonly text: string }
  | { readonly kind: 'curate'; readonly rowId: number; readonly isAccepted: boolean }
  | { readonly kind: 'withdraw'; readonly who: number; readonly rowId: number }
  | { readonly kind: 'mine'; readonly seconds: number }
  | { readonly kind: 'publish'; readonly places: number }

const who = fc.integer({ min: 0, max: PEOPLE - 1 })
const rowId = fc.integer({ min: 1, max: 14 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('add', 'commit', 'reveal'), who, text: fc.constantFrom(...texts) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('curate' as const), rowId, isAccepted: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), who, rowId }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('mine' as const), seconds: fc.integer({ min: 1, max: 25 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('publish' as const), places: fc.integer({ min: 1, max: 6 }) }),
  },
)

interface Entry {
  readonly order: number
  readonly who: number
  readonly text: string
  readonly time: bigint
  readonly height: bigint
  isCommitted: boolean
  rowId: number
  status: 'hidden' | 'pending' | 'accepted' | 'rejected' | 'duplicate' | 'withdrawn'
}

/** What economy.md says, in the plainest words: a list of entries in the order in which their places were taken. */
class Model {
  readonly entries: Entry[] = []
  readonly versions: number[][] = []
  rows = 0
  draft: { at: number; end: number; time: bigint; height: bigint; rowIds: number[] } | undefined
  readonly isOwnerCurated: boolean

  constructor(isOwnerCurated: boolean) {
    this.isOwnerCurated = isOwnerCurated
  }

  #holder(text: string): Entry | undefined {
    return this.entries.find((entry) => entry.text === text && entry.rowId > 0 && entry.status !== 'duplicate')
  }

  #show(entry: Entry): void {
    entry.rowId = ++this.rows
    entry.status = this.isOwnerCurated ? 'pending' : 'accepted'
  }

  add(step: { who: number; text: string }, world: World, isCommitted: boolean): boolean {
    if (isCommitted) {
      if (this.entries.some((e) => e.isCommitted && e.who === step.who && e.text === step.text)) return false
    } else if (this.#holder(step.text) !== undefined) return false
    const { number: height, timestamp: time } = world.block
    const entry = {
      ...step,
      order: this.entries.length,
      time,
      height,
      isCommitted,
      rowId: 0,
      status: 'hidden' as const,
    }
    this.entries.push(entry)
    if (!isCommitted) this.#show(entry)
    return true
  }

  reveal(step: { who: number; text: string }, now: bigint): boolean {
    const mine = this.entries.find((e) => e.isCommitted && e.who === step.who && e.text === step.text)
    if (mine === undefined || mine.rowId > 0 || now > mine.time + WINDOW_S) return false
    const holder = this.#holder(step.text)
    if (holder !== undefined && holder.order < mine.order) return false
    if (holder !== undefined) {
      if (holder.status === 'pending' || holder.status === 'accepted') holder.status = 'duplicate'
      else holder.rowId = -holder.rowId // keeps its status and loses the place of its hash
    }
    this.#show(mine)
    return true
  }

  row(id: number): Entry | undefined {
    return this.entries.find((entry) => Math.abs(entry.rowId) === id)
  }

  publish(places: number, world: World): boolean {
    const { number: height, timestamp: time } = world.block
    const isNew = this.draft === undefined
    const draft = this.draft ?? { at: 0, end: this.entries.length, time, height, rowIds: [] }
    for (let walked = 0; walked < places && draft.at < draft.end; walked++) {
      const entry = this.entries[draft.at++]!
      if (entry.status === 'hidden') continue
      if (entry.height >= draft.height || entry.time + WINDOW_S >= draft.time) draft.at = draft.end
      else if (entry.status === 'accepted') draft.rowIds.push(entry.rowId)
    }
    if (draft.at < draft.end) {
      this.draft = draft
      return true
    }
    if (isNew && draft.rowIds.length === 0) return false
    this.draft = undefined
    if (draft.rowIds.length > 0) this.versions.push(draft.rowIds)
    return true
  }
}

function tryModel(model: Model, step: Step, world: World): boolean {
  switch (step.kind) {
    case 'add':
    case 'commit':
      return model.add(step, world, step.kind === 'commit')
    case 'reveal':
      return model.reveal(step, world.block.timestamp)
    case 'curate': {
      const entry = model.row(step.rowId)
      if (entry?.status !== 'pending') return false
      entry.status = step.isAccepted ? 'accepted' : 'rejected'
      return true
    }
    case 'withdraw': {
      const entry = model.row(step.rowId)
      if (entry?.who !== step.who || (entry.status !== 'pending' && entry.status !== 'accepted')) return false
      entry.status = 'withdrawn'
      return true
    }
    case 'publish':
      return model.publish(step.places, world)
    default:
      return true
  }
}

const person = (n: number) => ({ from: account(10 + n) })
const contributorId = (n: number) => BigInt(n + 2)

function tryChain(world: World, step: Step, bondWei: bigint): boolean {
  const go = (name: string, args: readonly unknown[], options: object) =>
    send(world, datanet, name, [1n, ...args], options)
  try {
    if (step.kind === 'add') go('addRows', [[toHex(rowOf(step.text))]], { ...person(step.who), wei: bondWei })
    if (step.kind === 'commit') {
      const head = concat(uintToBytes(contributorId(step.who), 8), uintToBytes(1, 8))
      const commit = keccak256(concat(head, rowHash(rowOf(step.text)), new Uint8Array(32)))
      go('commitRows', [[toHex(commit)]], person(step.who))
    }
    if (step.kind === 'reveal')
      go('revealRows', [[toHex(rowOf(step.text))], [SALT]], { ...person(step.who), wei: bondWei })
    if (step.kind === 'curate') go('curate', [[BigInt(step.rowId)], step.isAccepted], { from: account(1) })
    if (step.kind === 'withdraw') go('withdrawRow', [BigInt(step.rowId)], person(step.who))
    if (step.kind === 'publish') go('publishVersion', [BigInt(step.places)], { from: account(1) })
    if (step.kind === 'mine') world.mine(BigInt(step.seconds))
    return true
  } catch (refused) {
    if (refused instanceof Refused) return false
    throw refused
  }
}

const STATUS = ['none', 'pending', 'accepted', 'rejected', 'duplicate', 'withdrawn']

function compareStates(world: World, model: Model, bondWei: bigint): void {
  const rows = view(world, datanet, 'getRows', [1n, 1n, 256n]) as {
    rowId: bigint
    status: number
    contributorId: bigint
  }[]
  assert.is(rows.length, model.rows)
  for (const row of rows) {
    const entry = model.row(Number(row.rowId))!
    assert.equal([STATUS[row.status], row.contributorId], [entry.status, contributorId(entry.who)])
  }
  const info = view(world, datanet, 'getDatanet', [1n]) as { acceptedCount: bigint; versionCount: bigint }
  assert.is(Number(info.acceptedCount), model.entries.filter(({ status }) => status === 'accepted').length)
  assert.is(Number(info.versionCount), model.versions.length)
  model.versions.forEach((rowIds, i) => {
    const frozen = view(world, datanet, 'versionRows', [1n, BigInt(i + 1), 0n, 256n]) as { rowId: bigint }[]
    assert.equal(
      frozen.map((row) => Number(row.rowId)),
      rowIds,
    )
    const [withdrawn] = view(world, datanet, 'withdrawnRows', [1n, BigInt(i + 1), 0n]) as [bigint[], bigint]
    const expected = rowIds.filter((id) => model.row(id)!.status === 'withdrawn')
    assert.equal(withdrawn.map(Number).sort(), expected.sort())
  })
  const heldWei = bondWei * BigInt(model.entries.filter(({ status }) => status === 'pending').length)
  assert.is(view(world, datanet, 'liabilities'), heldWei)
  assert.is(world.balanceOf(DATANET_ADDRESS), heldWei)
}

function openWorld(isOwnerCurated: boolean): World {
  const world = freshWorld({ params: { revealWindowS: WINDOW_S } })
  const args = ['net', '', '', isOwnerCurated ? 1 : 0, isOwnerCurated ? BOND_WEI : 0n, '']
  send(world, datanet, 'createDatanet', args, { from: account(1) })
  for (let n = 0; n < PEOPLE; n++) {
    world.setBalance(person(n).from, 10_000n)
    send(world, identity, 'register', [], person(n))
  }
  return world
}

test('datanet: 3,000 random steps agree with the naive model, bonds included', () => {
  let steps = 0
  let accepted = 0
  let versions = 0
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { minLength: 40, maxLength: 80, size: 'max' }), (isOwnerCurated, list) => {
      const world = openWorld(isOwnerCurated)
      const model = new Model(isOwnerCurated)
      const bondWei = isOwnerCurated ? BOND_WEI : 0n
      for (const each of list) {
        const expected = tryModel(model, each, world)
        assert.is(tryChain(world, each, bondWei), expected, JSON.stringify(each))
        steps++
        if (expected) accepted++
      }
      compareStates(world, model, bondWei)
      versions += model.versions.length
    }),
    { numRuns: 60 },
  )
  assert.ok(
    steps >= 2_000 && accepted > steps / 3 && versions > 30,
    `${steps} steps, ${accepted} taken, ${versions} versions`,
  )
})

test.run()
