/** When builds start, on a clock that the test turns. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Clock } from '../../../node/agreement/ports.ts'
import { createPace, type Turn } from '../../../node/execution/pace.ts'

const START_S = 1_000

/** Timers fire in order as time passes; one that was cancelled does not. */
function createWorld() {
  let nowMs = 0
  let behindMs = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => START_S * 1000 + nowMs - behindMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
  }
  const soon: (() => void)[] = []
  const pace = createPace({ clock, soon: (run) => soon.push(run), height: 0 })
  const world = {
    pace,
    isWaiting: false,
    isAbandoned: false,
    setBehind: (ms: number) => {
      behindMs = ms
    },
    turn: (height: number, more: Partial<Turn> = {}) =>
      watch(
        pace.turn({
          height,
          parentTimestampS: START_S,
          isWaiting: () => world.isWaiting,
          isAbandoned: () => world.isAbandoned,
          ...more,
        }),
      ),
    async pass(ms: number) {
      const untilMs = nowMs + ms
      for (;;) {
        for (const run of soon.splice(0)) run()
        const next = timers.filter((one) => one.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined) break
        timers = timers.filter((one) => one !== next)
        nowMs = next.atMs
        next.run()
      }
      nowMs = untilMs
      await Promise.resolve()
    },
  }
  return world
}

/** What a promise gave so far. */
function watch<T>(promise: Promise<T>): { outcome: T | 'waits' } {
  const watched: { outcome: T | 'waits' } = { outcome: 'waits' }
  void promise.then((value) => {
    watched.outcome = value
  })
  return watched
}

test('pace: a clock that was an hour behind costs no hour once it is set right', async () => {
  const world = createWorld()
  world.pace.setIntervalMs(1_000)
  world.setBehind(3_600_000)
  const turn = world.turn(1)
  await world.pass(5_000)
  assert.is(turn.outcome, 'waits')
  world.setBehind(0)
  await world.pass(1_000)
  assert.is(turn.outcome, true)
})

test('pace: by time a build starts its interval after the parent and after the build before', async () => {
  const world = createWorld()
  world.pace.setIntervalMs(1_000)
  const first = world.turn(1, { parentTimestampS: START_S - 5 })
  await world.pass(999)
  assert.is(first.outcome, 'waits')
  await world.pass(1)
  assert.is(first.outcome, true)
  const second = world.turn(2, { parentTimestampS: START_S + 2 })
  await world.pass(1_999)
  assert.is(second.outcome, 'waits')
  await world.pass(1)
  assert.is(second.outcome, true)
  world.pace.setIntervalMs(0)
  const never = world.turn(3)
  await world.pass(100_000)
  assert.is(never.outcome, 'waits')
})

test('pace: automine starts when something waits, once for each poke', async () => {
  const world = createWorld()
  world.pace.setAutomine(true)
  const first = world.turn(1)
  await world.pass(1)
  assert.is(first.outcome, 'waits')
  world.isWaiting = true
  world.pace.poke()
  assert.is(first.outcome, 'waits')
  await world.pass(0)
  assert.is(first.outcome, true)
  // What no block can take still waits: without a poke it must not make blocks for ever.
  const second = world.turn(2)
  await world.pass(1_000)
  assert.is(second.outcome, 'waits')
  world.pace.poke()
  await world.pass(0)
  assert.is(second.outcome, true)
})

test('pace: mine starts so many builds at once and resolves when they are committed', async () => {
  const world = createWorld()
  const early = world.turn(1)
  await world.pass(1)
  assert.is(early.outcome, 'waits')
  const two = watch(world.pace.mine(2))
  const third = watch(world.pace.mine(1))
  await world.pass(0)
  assert.is(early.outcome, true)
  for (const height of [2, 3]) {
    const next = world.turn(height)
    await world.pass(0)
    assert.is(next.outcome, true)
  }
  const beyond = world.turn(4)
  world.pace.committed(1)
  await world.pass(0)
  assert.equal([beyond.outcome, two.outcome, third.outcome], ['waits', 'waits', 'waits'])
  world.pace.committed(2)
  await world.pass(0)
  assert.equal([two.outcome, third.outcome], [undefined, 'waits'])
  world.pace.committed(3)
  await world.pass(0)
  assert.is(third.outcome, undefined)
})

test('pace: a later turn takes the place of one that waits; an abandoned one ends when it is looked at', async () => {
  const world = createWorld()
  const old = world.turn(1)
  const next = world.turn(1)
  await world.pass(0)
  assert.equal([old.outcome, next.outcome], [false, 'waits'])
  world.isAbandoned = true
  world.pace.poke()
  await world.pass(0)
  assert.is(next.outcome, false)
})

test('pace: closing ends what waits', async () => {
  const world = createWorld()
  const turn = world.turn(1)
  const mined = watch(world.pace.mine(5))
  await world.pass(0)
  assert.is(turn.outcome, true)
  const last = world.turn(9)
  world.pace.close()
  await world.pass(0)
  assert.equal([last.outcome, mined.outcome], [false, undefined])
})

test.run()
