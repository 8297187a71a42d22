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
