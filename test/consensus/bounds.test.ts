/** Every bound of the core (consensus.md §9), each with what happens at it and beyond. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BOUNDS } from '../../consensus/bounds.ts'
import { castIn, createOneCore, finalizeOf, notarizeOf, type OneCore, of, ROOT, skipOf } from './oneCore.ts'
import { candidateOn, hashOf } from './tagCrypto.ts'

/** Lets views pass until `view` is current. */
function pass(one: OneCore, view: number): void {
  while (one.core.current < view) one.certify(skipOf(one.core.current))
}

const votesOf = (one: OneCore, view: number) => one.core.views.get(view)?.votes.skip.size ?? 0

test('bounds: the numbers of the specification', () => {
  assert.equal(BOUNDS, {
    viewsAhead: 64,
    viewsBehind: 256,
    viewsUnfinalized: 16_384,
    checks: 4,
    fetches: 16,
    depth: 32,
    bundleBytes: 262_144,
  })
})

test('bounds: votes and proposals are kept up to 64 views ahead and 256 behind the current one', () => {
  const one = createOneCore()
  for (const [view, kept] of [
    [65, 1],
    [66, 0],
  ] as const) {
    one.vote(2, skipOf(view))
    assert.is(votesOf(one, view), kept, `vote in view ${view} at view 1`)
    one.propose(candidateOn(ROOT, view))
    assert.is(one.core.candidates.has(candidateOn(ROOT, view).id), kept === 1, `proposal in view ${view}`)
  }
  pass(one, 300)
  for (const [view, kept] of [
    [44, 1],
    [43, 0],
  ] as const) {
    one.vote(2, skipOf(view))
    assert.is(votesOf(one, view), kept, `vote in view ${view} at view 300`)
    one.propose(candidateOn(ROOT, view))
    assert.is(one.core.candidates.has(candidateOn(ROOT, view).id), kept === 1, `proposal in view ${view}`)
  }
})

test('bounds: a proposal beyond the window is kept if its own certificates move the window', () => {
  const one = createOneCore({ bounds: { viewsAhead: 2 } })
  const far = candidateOn(candidateOn(ROOT, 9), 10)
  one.propose(far)
  assert.is(one.core.candidates.has(far.id), false)
  one.certify(finalizeOf(candidateOn(ROOT, 9)))
  one.propose(far)
  assert.is(one.core.candidates.has(far.id), true)
})

test('bounds: certificates of any view are held, but only a finalization beyond the most unfinalized ones', () => {
  const one = createOneCore({ bounds: { viewsUnfinalized: 10 } })
  one.certify(skipOf(10))
  assert.ok(one.core.views.get(10)?.skipCertificate)
  const { checks } = one.crypto
  assert.equal(one.certify(skipOf(11)), [])
  assert.is(one.crypto.checks, checks, 'not even checked')
  one.certify(finalizeOf(candidateOn(ROOT, 5000)))
  assert.is(one.core.lastFinal.view, 5000)
})

test('bounds: too many views without a finalization: stop', () => {
  const one = createOneCore({ bounds: { viewsUnfinalized: 10 } })
  for (let view = 1; view < 10; view++) assert.equal(of(one.certify(skipOf(view)), 'stop'), [])
  assert.is(of(one.certify(skipOf(10)), 'stop').length, 1)
})

test('bounds: two candidates a view and the certified one', () => {
  const one = createOneCore()
  const candidates = ['a', 'b', 'c', 'd'].map((name) => candidateOn(ROOT, 1, name))
  for (const candidate of candidates.slice(0, 3)) one.propose(candidate)
  assert.is(one.core.candidates.size, 1 + 2)
  one.certify(notarizeOf(candidates[3]!))
  one.propose(candidates[2]!)
  assert.is(one.core.candidates.size, 1 + 2)
  one.propose(candidates[3]!)
  assert.is(one.core.candidates.size, 1 + 3)
})

test('bounds: four checks at once; a fifth waits for room', () => {
  const one = createOneCore({ self: null })
  // Children of the root in five views: all notarized, so that all must be executed.
  const candidates = [1, 2, 3, 4, 5].map((view) => candidateOn(ROOT, view))
  for (const candidate of candidates) one.propose(candidate)
  const asked = candidates.flatMap((candidate) => of(one.certify(notarizeOf(candidate), [0, 1, 2]), 'check'))
  assert.equal(
    asked.map(({ candidate }) => candidate.view),
    [1, 2, 3, 4],
  )
  assert.is(one.core.checking.size, 4)
  const next = of(one.checked(candidates[1]!), 'check')
  assert.equal(
    next.map(({ candidate }) => candidate.view),
    [5],
  )
})

test('bounds: slow blocks that a finalization orphans make room for the final chain', () => {
  const one = createOneCore({ bounds: { checks: 1 } })
  const slow = candidateOn(ROOT, 1, 'slow')
  one.propose(slow)
  assert.is(one.core.checking.size, 1)
  const b = candidateOn(ROOT, 2)
  one.propose(b)
  const effects = one.certify(finalizeOf(b))
  assert.equal(of(effects, 'abandon'), [{ kind: 'abandon', candidate: slow }])
  assert.equal(
    of(effects, 'check').map(({ candidate }) => candidate.id),
    [b.id],
  )
})

test('bounds: sixteen fetches at once; the next one waits for room', () => {
  const one = createOneCore({ bounds: { fetches: 2 } })
  const candidates = [1, 2, 3].map((view) => candidateOn(ROOT, view))
  const asked = candidates.flatMap((candidate) => of(one.certify(notarizeOf(candidate)), 'fetch'))
  assert.is(asked.length, 2)
  const next = one.give({ kind: 'fetched', candidate: candidates[0]! })
  assert.equal(of(next, 'fetch'), [{ kind: 'fetch', id: candidates[2]!.id }])
})

test('bounds: beyond a depth of 32 unfinalized blocks leaders build empty ones', () => {
  const one = createOneCore({ bounds: { depth: 4 } })
  let parent = ROOT
  const builds: boolean[] = []
  for (let view = 1; view <= 12; view++) {
    if (view % 4 === 0) {
      one.certify(skipOf(view))
      continue
    }
    const candidate = candidateOn(parent, view)
    one.propose(candidate)
    one.checked(candidate)
    builds.push(...of(one.certify(notarizeOf(candidate)), 'build').map(({ isEmpty }) => isEmpty))
    parent = candidate
  }
  // Blocks 1, 2, 3, then 5, 6, 7, then 9, 10, 11: depths 3, 6 and 9.
  assert.equal(builds, [false, true, true])
})

test('bounds: a proposal carries at most 512 certificates: the parent’s and the newest skips', () => {
  const one = createOneCore()
  pass(one, 604)
  const built = one.give({ kind: 'built', view: 604, parentId: ROOT.id, blockHash: hashOf('late') })
  const { certificates } = of(built, 'propose')[0]!
  assert.is(certificates.length, 511)
  assert.is(certificates[0]!.view, 604 - 511)
  assert.is(certificates.at(-1)!.view, 603)
  assert.equal(castIn(built), ['notarize 604'])
})

test('bounds: state is dropped with the views that a finalization decides', () => {
  const one = createOneCore()
  pass(one, 40)
  for (let view = 40; view < 60; view++) one.propose(candidateOn(ROOT, view))
  const { core } = one
  assert.ok(core.views.size >= 59 && core.candidates.size > 20)
  const last = candidateOn(ROOT, 60)
  one.propose(last)
  one.checked(last)
  one.certify(finalizeOf(last))
  assert.is(core.views.size, 1)
  assert.is(core.candidates.size, 1)
  assert.is(core.finals.size + core.checking.size + core.fetching.size, 0)
})

test.run()
