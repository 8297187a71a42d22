/** Timers: how views get longer while nothing is final (consensus.md §6). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Effect } from '../../consensus/step.ts'
import { stretch, timingOf } from '../../consensus/timers.ts'
import { createOneCore, finalizeOf, of, ROOT, skipOf } from './oneCore.ts'
import { candidateOn } from './tagCrypto.ts'

const delays = (effects: readonly Effect[]) =>
  Object.fromEntries(of(effects, 'startTimer').map(({ timer, afterMs }) => [timer, afterMs]))

test('timers: the defaults of an interval of a second', () => {
  const expected = { skipMs: 4000, leaderMs: 3000, earlyMs: 100, capMs: 30_000, standstillMs: 4000 }
  assert.equal(timingOf(1000), expected)
})

test('timers: T0 grows by a quarter, rounded down, and reaches the cap at the tenth step', () => {
  const steps = Array.from({ length: 12 }, (_, step) => stretch(4000, step + 2, 0, 30_000))
  assert.equal(steps, [4000, 5000, 6250, 7812, 9765, 12206, 15257, 19071, 23838, 29797, 30_000, 30_000])
  assert.is(stretch(4000, 1, 0, 30_000), 4000, 'no view shrinks it')
  assert.is(stretch(100, 2 ** 40, 0, 30_000), 30_000)
})

test('timers: each view without a finalization is longer than the one before, also after notarizations', () => {
  const one = createOneCore()
  assert.equal(delays(one.first), { skip: 4000, leader: 3000, early: 100, standstill: 4000 })
  const views = [1, 2, 3, 4].map((view) => delays(one.certify(skipOf(view))))
  assert.equal(views, [
    { skip: 4000, leader: 3000, early: 100 },
    { skip: 5000, leader: 3750, early: 125 },
    { skip: 6250, leader: 4687, early: 156 },
    { skip: 7812, leader: 5858, early: 195 },
  ])
  const notarized = one.certify({ kind: 'notarize', view: 5, id: candidateOn(ROOT, 5).id })
  assert.is(delays(notarized)['skip'], 9765, 'no certificate but a finalization shrinks it')
  const final = one.certify(finalizeOf(candidateOn(ROOT, 6)))
  assert.equal(delays(final), { skip: 4000, leader: 3000, early: 100, standstill: 4000 })
})

test('R8: the standstill timer doubles up to the cap, and a finalization sets it back', () => {
  const one = createOneCore()
  const next = () =>
    delays(one.give({ kind: 'timeout', timer: 'standstill', view: one.core.lastFinal.view }))['standstill']
  assert.equal([next(), next(), next(), next()], [8000, 16_000, 30_000, 30_000])
  one.certify(finalizeOf(candidateOn(ROOT, 1)))
  assert.equal(one.give({ kind: 'timeout', timer: 'standstill', view: 0 }), [], 'a stale one')
  assert.is(next(), 8000)
})

test.run()
