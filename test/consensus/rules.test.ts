/** The rules R1–R6, one core at a time (consensus.md §5). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { castIn, createOneCore, finalizeOf, notarizeOf, of, ROOT, skipOf } from './oneCore.ts'
import { candidateOn } from './tagCrypto.ts'

test('R1: the current view is the lowest that no certificate cleared, and only certificates move it', () => {
  const one = createOneCore()
  assert.is(one.core.current, 1)
  for (const timer of ['leader', 'early', 'skip'] as const) one.timeout(timer, 1)
  assert.is(one.core.current, 1, 'a clock')
  one.certify(skipOf(2))
  assert.is(one.core.current, 1, 'a later view')
  const entered = one.certify(skipOf(1))
  assert.is(one.core.current, 3)
  assert.equal(
    of(entered, 'startTimer').map(({ timer, view }) => `${timer} ${view}`),
    ['early 3', 'leader 3', 'skip 3'],
  )
  const far = candidateOn(ROOT, 9)
  one.certify(finalizeOf(far))
  assert.is(one.core.current, 10, 'a finalization above clears all below')
})

test('R6: whoever is a quorum alone waits for no timer in its own views, and skips the views of leaders that are silent', () => {
  // Scripted leaders, seed 238: the big one never skipped, and the small ones could not.
  const one = createOneCore({ powers: [5n, 1n, 1n] })
  const timers = (effects: typeof one.first) => of(effects, 'startTimer').map(({ timer, view }) => `${timer} ${view}`)
  assert.equal(timers(one.first), ['standstill 0', 'early 1', 'leader 1', 'skip 1'])
  one.timeout('leader', 1)
  assert.equal(timers(one.vote(0, skipOf(1))), ['early 2', 'leader 2', 'skip 2'])
  one.timeout('leader', 2)
  assert.equal(timers(one.vote(0, skipOf(2))), ['early 3'])
})

test('R4, R5: a first candidate is checked, notarized, and finalized once it is notarized', () => {
  const one = createOneCore()
  const a = candidateOn(ROOT, 1)
  assert.equal(of(one.propose(a), 'check'), [{ kind: 'check', candidate: a, parent: ROOT }])
  const valid = one.checked(a)
  assert.equal(castIn(valid), ['notarize 1'])
  assert.equal(
    valid.map(({ kind }) => kind),
    ['record', 'cast'],
    'the body is durable before its vote',
  )
  assert.equal(castIn(one.certify(notarizeOf(a))), ['finalize 1'])
})

test.run()
