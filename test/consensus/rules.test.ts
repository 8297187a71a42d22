/** The rules R1, R3–R6, one core at a time (consensus.md §5): self is 0 of four equals, view v is led by v mod 4. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate } from '../../consensus/step.ts'
import { castIn, createOneCore, finalizeOf, notarizeOf, type OneCore, of, ROOT, skipOf } from './oneCore.ts'
import { candidateOn, certificateBy, hashOf, proposalBy, voteBy } from './tagCrypto.ts'

const a = candidateOn(ROOT, 1)

/** Proposed, and found valid if a check is asked for: what we cast on it. */
function see(one: OneCore, candidate: Candidate): string[] {
  const proposed = one.propose(candidate)
  const isAsked = of(proposed, 'check').length > 0
  return [...castIn(proposed), ...(isAsked ? castIn(one.checked(candidate)) : [])]
}

test('R1: the current view is the lowest that no certificate cleared, and only certificates move it', () => {
  const one = createOneCore()
  assert.is(one.core.current, 1)
  for (const timer of ['leader', 'early', 'skip'] as const) one.timeout(timer, 1)
  assert.is(one.core.current, 1, 'a clock')
  one.certify(skipOf(2))
  assert.is(one.core.current, 1, 'a later view')
  const entered = one.certify(skipOf(1))
  assert.is(one.core.current, 3)
  const started = of(entered, 'startTimer').map(({ timer, view }) => `${timer} ${view}`)
  assert.equal(started, ['early 3', 'leader 3', 'skip 3'])
  one.certify(finalizeOf(candidateOn(ROOT, 9)))
  assert.is(one.core.current, 10, 'a finalization above clears all below')
})

test('R3: the leader builds on the highest notarized, with its certificate and the skips between', () => {
  const one = createOneCore()
  see(one, a)
  one.certify(notarizeOf(a))
  one.certify(skipOf(2))
  assert.is(of(one.certify(notarizeOf(candidateOn(a, 5))), 'build').length, 0, 'a view that is not current')
  const build = of(one.certify(skipOf(3)), 'build')
  assert.equal(build, [{ kind: 'build', view: 4, parent: a, isEmpty: false }])
  const blockHash = hashOf('ours')
  const built = one.give({ kind: 'built', view: 4, parentId: a.id, blockHash })
  const [proposed] = of(built, 'propose')
  assert.is(proposed!.candidate.parentId, a.id)
  assert.equal(
    proposed!.certificates.map(({ kind, view }) => `${kind} ${view}`),
    ['notarize 1', 'skip 2', 'skip 3'],
  )
  assert.equal(castIn(built), ['notarize 4'], 'its own check was the check')
  assert.equal(one.give({ kind: 'built', view: 4, parentId: a.id, blockHash: hashOf('again') }), [], 'once')
})

test('R3: the leader waits until it has executed the parent, and proposes nothing after its own skip', () => {
  const one = createOneCore()
  one.certify(skipOf(1))
  one.certify(skipOf(2))
  const c = candidateOn(ROOT, 3)
  one.propose(c)
  assert.is(of(one.certify(notarizeOf(c)), 'build').length, 0)
  assert.is(of(one.checked(c), 'build').length, 1)
  assert.equal(castIn(one.timeout('leader', 4)), ['skip 4'])
  assert.equal(one.give({ kind: 'built', view: 4, parentId: c.id, blockHash: hashOf('late') }), [])
})

test('R3: a build that ends after its view is dropped', () => {
  const one = createOneCore({ self: 1 })
  assert.is(of(one.first, 'build').length, 1)
  one.certify(skipOf(1))
  assert.equal(one.give({ kind: 'built', view: 1, parentId: ROOT.id, blockHash: hashOf('late') }), [])
})

test('R4, R5: a first candidate is checked, recorded, notarized, and finalized once it is notarized', () => {
  const one = createOneCore()
  assert.equal(of(one.propose(a), 'check'), [{ kind: 'check', candidate: a, parent: ROOT }])
  const valid = one.checked(a)
  assert.equal(
    valid.map(({ kind }) => kind),
    ['record', 'cast'],
    'the body is durable before its vote',
  )
  assert.equal(castIn(valid), ['notarize 1'])
  assert.equal(castIn(one.certify(notarizeOf(a))), ['finalize 1'])
})

test('R4(a): no second notarize in a view, whatever its leader sends or others notarize', () => {
  const one = createOneCore()
  see(one, a)
  const twin = candidateOn(ROOT, 1, 'twin')
  assert.equal(see(one, twin), [])
  const certified = one.certify(notarizeOf(twin))
  assert.equal(castIn(certified), [], 'nor finalize: the notarized one is not ours')
  assert.equal(of(certified, 'check'), [{ kind: 'check', candidate: twin, parent: ROOT }], 'but it is executed')
  assert.equal(castIn(one.checked(twin)), [])
})

test('R4(b): the parent’s notarization must be held', () => {
  const one = createOneCore()
  const b = candidateOn(a, 2)
  see(one, a)
  assert.equal(see(one, b), [])
  assert.equal(of(one.propose(b), 'check'), [], 'not even checked: (d) comes last')
  const certified = one.certify(notarizeOf(a))
  assert.equal(castIn(certified), ['finalize 1'])
  assert.is(of(certified, 'check').length, 1)
  assert.equal(castIn(one.checked(b)), ['notarize 2'])
  const other = createOneCore()
  see(other, a)
  other.certify(notarizeOf(candidateOn(ROOT, 1, 'another')))
  assert.equal(see(other, b), [], 'another one of the parent’s view is notarized')
})

test('R4(c): the skip certificate of every view between must be held', () => {
  const one = createOneCore()
  see(one, a)
  one.certify(notarizeOf(a))
  const d = candidateOn(a, 4)
  assert.equal(see(one, d), [])
  one.certify(skipOf(3))
  assert.equal(see(one, d), [], 'one of two')
  one.certify(skipOf(2))
  assert.equal(castIn(one.checked(d)), ['notarize 4'])
})

test('R4(d): a block is not notarized before its verdict, nor when it is invalid', () => {
  const one = createOneCore()
  assert.equal(castIn(one.propose(a)), [])
  assert.equal(castIn(one.checked(a, false)), [])
})

test('R4: a late verdict is still voted, after our skip, after others’ notarization, in a view that is past', () => {
  const one = createOneCore()
  one.propose(a)
  assert.equal(castIn(one.timeout('skip', 1)), ['skip 1'])
  one.certify(notarizeOf(a))
  assert.is(one.core.current, 2)
  assert.equal(castIn(one.checked(a)), ['notarize 1'], 'and no finalize, since skip was cast')
})

test('R4: a check is given up while a skip certificate and no notarization is held, and taken up at a notarization', () => {
  const one = createOneCore()
  one.propose(a)
  assert.equal(of(one.certify(skipOf(1)), 'abandon'), [{ kind: 'abandon', candidate: a }])
  assert.is(of(one.certify(notarizeOf(a)), 'check').length, 1)
  assert.equal(castIn(one.checked(a)), ['notarize 1', 'finalize 1'])
})

test('R4: the check of a candidate beside the notarized one is given up: its body may be nowhere', () => {
  const one = createOneCore({ bounds: { checks: 1 } })
  const rival = { ...a, id: hashOf('rival') }
  one.propose(rival)
  const effects = one.certify(notarizeOf(a))
  assert.equal(of(effects, 'abandon'), [{ kind: 'abandon', candidate: rival }])
  assert.is(of(one.give({ kind: 'fetched', candidate: a }), 'check').length, 1, 'there is room for the notarized one')
  assert.equal(castIn(one.checked(a)), ['notarize 1', 'finalize 1'])
})

test('R4: an answer that crossed its abandonment is still voted', () => {
  const one = createOneCore()
  one.propose(a)
  one.certify(skipOf(1))
  assert.equal(castIn(one.checked(a)), ['notarize 1'])
})

test('R5: no finalize without the notarization, without our notarize, or after our skip', () => {
  const one = createOneCore()
  assert.equal(see(one, a), ['notarize 1'], 'not notarized yet')
  const other = createOneCore()
  other.propose(a)
  assert.equal(castIn(other.certify(notarizeOf(a))), [], 'not ours')
  const skipped = createOneCore()
  see(skipped, a)
  skipped.timeout('skip', 1)
  assert.equal(castIn(skipped.certify(notarizeOf(a))), [], 'skipped')
})

test('R5: a past view is finalized when its notarization comes late', () => {
  const one = createOneCore()
  see(one, a)
  one.certify(skipOf(1))
  assert.is(one.core.current, 2)
  assert.equal(castIn(one.certify(notarizeOf(a))), ['finalize 1'])
})

test('R6: skip at the skip timer, and at the leader timer if no candidate was seen', () => {
  const silent = createOneCore()
  assert.equal(castIn(silent.timeout('early', 1)), [])
  assert.equal(castIn(silent.timeout('leader', 1)), ['skip 1'])
  assert.equal(castIn(silent.timeout('skip', 1)), [], 'once')
  const slow = createOneCore()
  slow.propose(a)
  assert.equal(castIn(slow.timeout('leader', 1)), [])
  assert.equal(castIn(slow.timeout('skip', 1)), ['skip 1'])
})

test('R6: only in the current view; stale timers are ignored', () => {
  const one = createOneCore()
  one.certify(skipOf(1))
  assert.equal(castIn(one.timeout('skip', 1)), [])
  assert.equal(castIn(one.timeout('skip', 3)), [])
  assert.equal(castIn(one.timeout('skip', 2)), ['skip 2'])
})

test('R6: no skip after finalize, which a restart shows: it can lose certificates', () => {
  const votes = [voteBy(0, notarizeOf(a)), voteBy(0, finalizeOf(a))]
  const one = createOneCore({ restored: { votes } })
  assert.is(one.core.current, 1)
  for (const timer of ['early', 'leader', 'skip'] as const) assert.equal(castIn(one.timeout(timer, 1)), [])
})

type Reason = readonly [what: string, self: number, view: number, cause: (one: OneCore) => void]
const second = candidateOn(ROOT, 1, 'second')
const REASONS: readonly Reason[] = [
  ['the leader skipped', 0, 1, (one) => one.vote(1, skipOf(1))],
  [
    'the leader sent two candidates',
    0,
    1,
    (one) => {
      one.propose(a)
      one.propose(second)
    },
  ],
  [
    'the leader sent an invalid one',
    0,
    1,
    (one) => {
      one.propose(a)
      one.checked(a, false)
    },
  ],
  ['our build failed', 1, 1, (one) => one.give({ kind: 'built', view: 1, parentId: ROOT.id, blockHash: null })],
]

for (const [what, self, view, cause] of REASONS) {
  test(`R6: skip after the early delay when ${what}, and not before`, () => {
    const before = createOneCore({ self })
    assert.equal(castIn(before.timeout('early', view)), [], 'no cause yet')
    const one = createOneCore({ self })
    cause(one)
    assert.is(one.core.views.get(view)?.hasSkipped, false)
    assert.equal(castIn(one.timeout('early', view)), [`skip ${view}`])
    const after = createOneCore({ self })
    after.timeout('early', view)
    cause(after)
    assert.is(after.core.views.get(view)?.hasSkipped, true, 'the cause after the delay')
  })
}

test('R6: another’s skip is no reason, nor is another’s second candidate', () => {
  const one = createOneCore()
  one.timeout('early', 1)
  assert.equal(castIn(one.vote(2, skipOf(1))), [])
  const forged = proposalBy(2, second)
  assert.equal(of(one.give({ kind: 'proposal', peer: 'peer', proposal: forged }), 'ban').length, 1)
})

/** Lets views pass by skips until `view` is current; these signers are heard of in each. */
function pass(one: OneCore, view: number, heard: readonly number[]): void {
  while (one.core.current < view) {
    const { current } = one.core
    for (const signer of heard) one.vote(signer, { kind: 'notarize', view: current, id: hashOf(`by ${signer}`) })
    one.certify(skipOf(current))
    assert.is(one.core.current, current + 1)
  }
}

test('R6: an inactive leader is skipped after the early delay, if a quorum is active', () => {
  const one = createOneCore()
  pass(one, 35, [0, 1, 2])
  assert.is(35 % 4, 3)
  assert.equal(castIn(one.timeout('early', 35)), ['skip 35'])
  const cutOff = createOneCore()
  pass(cutOff, 35, [0])
  assert.equal(castIn(cutOff.timeout('early', 35)), [], 'cut off ourselves')
  const active = createOneCore()
  pass(active, 34, [0, 1, 2])
  active.vote(3, skipOf(33))
  pass(active, 35, [0, 1, 2])
  assert.equal(castIn(active.timeout('early', 35)), [], 'heard of a view ago')
})

test('R6: 32 views without a word are needed, not 31', () => {
  const one = createOneCore()
  // View 31 is the 31st that was entered.
  pass(one, 31, [0, 1, 2])
  assert.equal(castIn(one.timeout('early', 31)), [])
})

test('notarize with skip is legal; nothing is cast at or below lastFinal', () => {
  const one = createOneCore()
  one.timeout('skip', 1)
  assert.equal(see(one, a), ['notarize 1'])
  const other = createOneCore()
  other.propose(a)
  other.certify(finalizeOf(candidateOn(ROOT, 2)))
  assert.equal(castIn(other.checked(a)), [])
})

test('an observer executes what is notarized and casts nothing', () => {
  const one = createOneCore({ self: null })
  one.certify(notarizeOf(a), [0, 1, 2])
  assert.equal(of(one.propose(a), 'check').length, 1)
  one.certify(finalizeOf(a), [0, 1, 2])
  const done = one.checked(a)
  assert.is(of(done, 'commit').length, 1)
  for (const timer of ['early', 'leader', 'skip'] as const) assert.equal(castIn(one.timeout(timer, 2)), [])
  assert.equal(of(one.first, 'startTimer').length, 1, 'standstill only')
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

test('the proposal’s certificates serve like any others', () => {
  const one = createOneCore()
  const d = candidateOn(a, 4)
  see(one, a)
  const certificates = [
    certificateBy([1, 2, 3], 4, notarizeOf(a)),
    certificateBy([1, 2, 3], 4, skipOf(2)),
    certificateBy([1, 2, 3], 4, skipOf(3)),
  ]
  const given = one.give({ kind: 'proposal', peer: 'peer', proposal: proposalBy(0, d, certificates) })
  assert.is(one.core.current, 4)
  assert.is(of(given, 'record').length, 3)
  assert.equal(castIn(one.checked(d)), ['notarize 4'])
})

test.run()
