/** Blocks on any held parent: competing lines, layers that are gone, votes that wait, work that is given up. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { LAYERS_MAX } from '../../../node/execution/blockTree.ts'
import { decodeBlock } from '../../../runtime/block/block.ts'
import { accepted } from '../../runtime/world.ts'
import { type ExecutionWorld, inWorld, type Proposed } from './executionWorld.ts'

const hashesIn = (world: ExecutionWorld, { bytes }: Proposed) =>
  accepted(decodeBlock(world.rules, bytes)).transactions.map(({ hash }) => hash)

/** The first view from `from` whose leader is, or is not, that of view `like`. */
function viewLed(world: ExecutionWorld, like: number, isSame: boolean, from = like + 1): number {
  const { leaders } = world.execution.ofBlock(1)
  let view = from
  while ((leaders[view] === leaders[like]) !== isSame) view++
  return view
}

test('execution: competing lines stand side by side until one becomes final, whose state is as if alone', () =>
  inWorld(
    async (world) => {
      const { execution, waiting } = world
      waiting.push(await world.sign(0, 0))
      const left = await world.build(1, world.genesis)
      waiting.push(await world.sign(0, 1), await world.sign(1, 0))
      const right = await world.build(viewLed(world, 1, false), world.genesis)
      assert.is.not(left.blockHash, right.blockHash)
      assert.equal([hashesIn(world, left).length, hashesIn(world, right).length], [1, 3])

      // The left line has one of them already; the next nonce of its sender follows.
      const leftChild = await world.build(3, left.blockHash)
      assert.equal(
        hashesIn(world, leftChild),
        waiting.slice(1).map(({ hash }) => hash),
      )
      const rightChild = await world.build(4, right.blockHash)
      assert.is(hashesIn(world, rightChild).length, 0)
      for (const block of [left, right, leftChild, rightChild])
        assert.equal(await world.check(block), { kind: 'valid' })

      await world.commit(left)
      await world.commit(leftChild)
      assert.equal(execution.head(), { height: 2, hash: leftChild.blockHash })
      assert.equal(await world.check(rightChild), { kind: 'abandoned' })
      assert.equal(await world.check(right), { kind: 'abandoned' })
      assert.equal(
        world.finals.flatMap((final) => final.mined.map(({ hash }) => hash)),
        waiting.map(({ hash }) => hash),
      )

      await inWorld(
        async (alone) => {
          await alone.commit(left)
          await alone.commit(leftChild)
          assert.equal(alone.store.head(), world.store.head())
        },
        { validators: 4 },
      )
    },
    { validators: 4 },
  ))

test('execution: a final block that was never checked is executed; a stored block is what was committed', () =>
  inWorld(async (world) => {
    const first = await world.build(1, world.genesis)
    const second = await world.build(2, first.blockHash)
    await inWorld(async (other) => {
      await other.commit(first)
      assert.is(other.execution.stored(1)?.candidate.view, 1)
      assert.equal(other.execution.stored(1)?.bytes, first.bytes)
      assert.is(other.execution.stored(2), undefined)
      const skipped = await other.commit({ ...second, bytes: first.bytes }).catch((error: Error) => error)
      assert.is((skipped as { code?: string }).code, 'FinalBlockInvalid')
    })
  }))

test('execution: layers are a cache; what is gone is executed again from its bytes, when they are here', () =>
  inWorld(async (world) => {
    const first = await world.build(1, world.genesis)
    const views = Array.from({ length: LAYERS_MAX }, (_, i) => i + 2)
    for (const view of views) {
      // Each second differs, so each sibling is another block.
      world.wallMs += 1_000
      await world.build(view, world.genesis)
    }
    const heldBlock = world.request(1, first.blockHash).heldBlock
    const asked: string[] = []
    const child = await world.build(100, first.blockHash, {
      heldBlock(hash) {
        asked.push(hash)
        return heldBlock(hash)
      },
    })
    assert.equal(asked, [first.blockHash])
    assert.equal(await world.check(child), { kind: 'valid' })

    await inWorld(async (other) => {
      other.wallMs = world.wallMs
      const verdict = await other.check(child, { heldBlock: () => undefined })
      assert.is(verdict.kind, 'early')
      assert.equal(await other.check(child, { heldBlock }), { kind: 'valid' })
    })
  }))

test('execution: the line that grows is never executed again, however deep; competing blocks give way to it', () =>
  inWorld(async (world) => {
    const asked: string[] = []
    const heldBlock = (hash: string) => {
      asked.push(hash)
      return world.held.get(hash)
    }
    const rival = await world.build(1, world.genesis)
    world.wallMs += 1_000
    let tip: Proposed | undefined
    for (let view = 2; view < LAYERS_MAX + 8; view++)
      tip = await world.build(view, tip?.blockHash ?? world.genesis, { heldBlock })
    assert.equal(asked, [])
    await world.build(200, rival.blockHash, { heldBlock })
    assert.equal(asked, [rival.blockHash])
  }))

test("execution: the coinbase is the fee recipient of the view's leader, also for a block that is held", () =>
  inWorld(
    async (world) => {
      const block = await world.build(1, world.genesis)
      assert.equal(await world.check({ ...block, view: viewLed(world, 1, true) }), { kind: 'valid' })
      const verdict = await world.check({ ...block, view: viewLed(world, 1, false) })
      assert.match(verdict.kind === 'invalid' ? verdict.reason : verdict.kind, /Coinbase/)
      const child = await world.build(2, block.blockHash)
      const misplaced = await world.check({ ...child, parentHash: world.genesis })
      assert.match(misplaced.kind === 'invalid' ? misplaced.reason : misplaced.kind, /ParentHash/)
    },
    { validators: 4 },
  ))

test('execution: a block more than two seconds ahead of the clock waits for its verdict', () =>
  inWorld(async (world) => {
    const behindMs = world.wallMs
    world.wallMs += 10_000
    const block = await world.build(1, world.genesis)
    world.wallMs = behindMs
    assert.equal(await world.check(block), { kind: 'early', retryAfterMs: 8_000 })
    world.wallMs += 8_000
    assert.equal(await world.check(block), { kind: 'valid' })
    // A leader whose clock is behind repeats its parent's second.
    world.wallMs = behindMs
    const child = await world.build(2, block.blockHash)
    const timestampOf = ({ bytes }: Proposed) => accepted(decodeBlock(world.rules, bytes)).header.timestamp
    assert.is(timestampOf(child), timestampOf(block))
  }))

test('execution: what a block brings that is being committed is neither taken again nor refused', () =>
  inWorld(async (world) => {
    world.waiting.push(await world.sign(0, 0))
    const first = await world.build(1, world.genesis)
    const committing = world.commit(first)
    const next = await world.build(2, first.blockHash)
    await committing
    assert.equal([hashesIn(world, next), world.refused], [[], []])
    await world.build(3, first.blockHash)
    assert.is(world.refused.length, 1)
  }))

test('execution: deep in unfinalized blocks a leader takes no transactions', () =>
  inWorld(async (world) => {
    world.waiting.push(await world.sign(0, 0))
    const empty = await world.build(1, world.genesis, { isEmpty: true })
    assert.is(hashesIn(world, empty).length, 0)
    assert.is(hashesIn(world, await world.build(2, empty.blockHash)).length, 1)
  }))

test('execution: a check that nobody needs is given up, and done for who still asks', () =>
  inWorld(async (world) => {
    for (let nonce = 0; nonce < 20; nonce++) world.waiting.push(await world.sign(0, nonce))
    const block = await world.build(1, world.genesis)
    await inWorld(async (other) => {
      let asked = 0
      const isAbandoned = () => ++asked > 10
      const [given, wanted] = await Promise.all([other.check(block, { isAbandoned }), other.check(block)])
      assert.equal(wanted, { kind: 'valid' })
      assert.equal(given, { kind: 'valid' })
      asked = 0
      await inWorld(async (third) => assert.equal(await third.check(block, { isAbandoned }), { kind: 'abandoned' }))
    })
  }))

test('execution: what is at work on a line that another block has overtaken ends without a verdict', () =>
  inWorld(async (world) => {
    for (let nonce = 0; nonce < 200; nonce++) world.waiting.push(await world.sign(0, nonce))
    const parent = await world.build(1, world.genesis, { isEmpty: true })
    world.wallMs += 1_000
    const rival = await world.build(2, world.genesis, { isEmpty: true })
    const child = await world.build(3, parent.blockHash)
    await inWorld(async (other) => {
      other.wallMs = world.wallMs
      for (const block of [parent, rival]) assert.equal(await other.check(block), { kind: 'valid' })
      const checking = other.check(child)
      await other.commit(rival)
      assert.equal(await checking, { kind: 'abandoned' })
      const next = await other.build(4, rival.blockHash)
      await other.commit(next)
      assert.is(other.execution.head().height, 2)
    })
  }))

test.run()
