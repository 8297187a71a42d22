/** R2, R8 and R9: what is fetched, what is sent again, what is committed (consensus.md §5). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate, Message } from '../../consensus/step.ts'
import { castIn, createOneCore, finalizeOf, notarizeOf, type OneCore, of, ROOT, skipOf } from './oneCore.ts'
import { candidateOn, certificateBy, proposalBy, voteBy } from './tagCrypto.ts'

const a = candidateOn(ROOT, 1)
const b = candidateOn(a, 2)
const c = candidateOn(b, 3)

const fetched = (one: OneCore, candidate: Candidate) => one.give({ kind: 'fetched', candidate })

test('R2: a notarized candidate that is missing is fetched by its id, once', () => {
  const one = createOneCore()
  assert.equal(of(one.certify(notarizeOf(a)), 'fetch'), [{ kind: 'fetch', id: a.id }])
  assert.equal(of(one.certify(skipOf(1)), 'fetch'), [])
  assert.equal(of(fetched(one, a), 'check'), [{ kind: 'check', candidate: a, parent: ROOT }])
  assert.equal(castIn(one.checked(a)), ['notarize 1', 'finalize 1'], 'what was fetched is voted too')
  assert.equal(fetched(one, b), [], 'what nobody asked for')
})

test('R2: a proposal that comes meanwhile ends the fetch', () => {
  const one = createOneCore()
  one.certify(notarizeOf(a))
  const effects = one.propose(a)
  assert.equal(of(effects, 'cancelFetch'), [{ kind: 'cancelFetch', id: a.id }])
  assert.is(of(effects, 'check').length, 1)
})

test('R9: lastFinal moves at once; blocks commit when present and executed, oldest first', () => {
  const one = createOneCore()
  const first = one.certify(finalizeOf(c))
  assert.is(one.core.lastFinal.view, 3)
  assert.equal(of(first, 'fetch'), [{ kind: 'fetch', id: c.id }])
  assert.equal(of(fetched(one, c), 'fetch'), [{ kind: 'fetch', id: b.id }])
  assert.equal(of(fetched(one, b), 'fetch'), [{ kind: 'fetch', id: a.id }])
  assert.equal(of(fetched(one, a), 'check'), [{ kind: 'check', candidate: a, parent: ROOT }])
  assert.equal(of(one.checked(a), 'check'), [{ kind: 'check', candidate: b, parent: a }])
  assert.equal(of(one.checked(b), 'check'), [{ kind: 'check', candidate: c, parent: b }])
  const finalization = certificateBy([1, 2, 3], 4, finalizeOf(c))
  assert.equal(of(one.checked(c), 'commit'), [{ kind: 'commit', chain: [a, b, c], finalization }])
  assert.is(one.core.candidates.size, 1, 'only the committed one is kept')
})

test('R9: while execution lags, what is executed commits by the finalization that names it', () => {
  const one = createOneCore()
  for (const candidate of [a, b, c]) {
    one.propose(candidate)
    one.certify(notarizeOf(candidate))
  }
  one.certify(finalizeOf(a))
  one.certify(finalizeOf(c))
  const finalization = certificateBy([1, 2, 3], 4, finalizeOf(a))
  const done = one.checked(a)
  assert.equal(of(done, 'commit'), [{ kind: 'commit', chain: [a], finalization }])
  assert.equal(of(done, 'check'), [{ kind: 'check', candidate: b, parent: a }])
  assert.equal(of(one.checked(b), 'commit'), [], 'no finalization names it')
  assert.equal(
    of(one.checked(c), 'commit').map(({ chain }) => chain),
    [[b, c]],
  )
})

test('R9: a finalization whose candidate is missing does not hold up the ones below', () => {
  const one = createOneCore()
  one.propose(a)
  one.certify(finalizeOf(a))
  one.certify(finalizeOf(c))
  assert.is(of(one.checked(a), 'commit').length, 1)
})

test('R9: a final chain that lacks the last committed block: stop', () => {
  const one = createOneCore()
  one.propose(a)
  one.checked(a)
  one.certify(finalizeOf(a))
  const fork = candidateOn(candidateOn(ROOT, 1, 'fork'), 2)
  one.certify(finalizeOf(fork))
  const effects = fetched(one, fork)
  assert.match(of(effects, 'stop')[0]!.reason, /lacks the last committed/)
  assert.equal(of(effects, 'commit'), [])
})

test('R9: two finalizations, neither below the other: stop', () => {
  const fork = candidateOn(ROOT, 2)
  const stopped = createOneCore()
  stopped.certify(finalizeOf(a))
  stopped.certify(finalizeOf(fork))
  const effects = [...fetched(stopped, fork), ...stopped.checked(fork)]
  assert.match(of(effects, 'stop')[0]!.reason, /two final chains/)
})

test('R9: a notarized block that is invalid: stop, whichever came first', () => {
  const early = createOneCore()
  early.propose(a)
  early.checked(a, false)
  assert.is(of(early.certify(notarizeOf(a)), 'stop').length, 1)
  const late = createOneCore()
  late.propose(a)
  late.certify(notarizeOf(a))
  assert.is(of(late.checked(a, false), 'stop').length, 1)
  const final = createOneCore()
  final.propose(a)
  final.certify(finalizeOf(a))
  assert.is(of(final.checked(a, false), 'stop').length, 1)
})

const kinds = (messages: readonly Message[]) =>
  messages.map((message) => {
    if (message.kind === 'proposal') return `proposal ${message.proposal.candidate.view}`
    if (message.kind === 'certificate') return `${message.certificate.kind} ${message.certificate.view}`
    return `vote ${message.vote.ballot.kind} ${message.vote.ballot.view}`
  })

/** Final 1, skipped 2, notarized 3, and in 4, which is ours, a proposal and a vote of ours. */
function busy(bundleBytes = 256 * 1024): OneCore {
  const one = createOneCore({ bounds: { bundleBytes } })
  one.propose(a)
  one.checked(a)
  one.certify(finalizeOf(a))
  one.timeout('skip', 2)
  one.vote(0, skipOf(2))
  one.certify(skipOf(2))
  const d = candidateOn(a, 3)
  one.propose(d)
  one.checked(d)
  one.vote(0, notarizeOf(d))
  one.certify(notarizeOf(d))
  const [proposed] = of(one.give({ kind: 'built', view: 4, parentId: d.id, blockHash: a.blockHash }), 'propose')
  one.give({ kind: 'proposal', peer: null, proposal: proposalBy(0, proposed!.candidate, proposed!.certificates) })
  one.vote(0, notarizeOf(proposed!.candidate))
  return one
}

const BUNDLE = ['finalize 1', 'skip 2', 'vote skip 2', 'notarize 3', 'vote notarize 3', 'vote notarize 4', 'proposal 4']

test('R8: the bundle is lastFinal’s finalization, every certificate and own vote above, and our current proposal', () => {
  const one = busy()
  const greeting = one.give({ kind: 'connected', peer: 'new' })
  assert.is(greeting.length, 1)
  const [send] = of(greeting, 'send')
  assert.is(send!.to, 'new')
  assert.equal(kinds(send!.messages), BUNDLE)
  const [again] = of(one.give({ kind: 'timeout', timer: 'standstill', view: 1 }), 'send')
  assert.is(again!.to, 'all')
  assert.equal(kinds(again!.messages), BUNDLE)
  one.certify(skipOf(4))
  const [later] = of(one.give({ kind: 'connected', peer: 'other' }), 'send')
  assert.not(kinds(later!.messages).includes('proposal 4'), 'its view is past')
})

test('R8: a bundle beyond the bound goes on where the last one ended, and then starts again', () => {
  const one = busy(400)
  const next = () => kinds(of(one.give({ kind: 'timeout', timer: 'standstill', view: 1 }), 'send')[0]!.messages)
  const parts = [next(), next(), next(), next()]
  assert.equal(parts.flat(), BUNDLE)
  assert.ok(parts.every(({ length }) => length < 4))
  assert.is(next()[0], 'finalize 1')
})

test('R8: whoever votes at or below lastFinal is reminded of its finalization', () => {
  const one = createOneCore()
  assert.equal(one.vote(2, skipOf(1)), [])
  one.certify(finalizeOf(b))
  const finalization = certificateBy([1, 2, 3], 4, finalizeOf(b))
  for (const view of [1, 2]) assert.equal(one.vote(2, skipOf(view)), [{ kind: 'remind', signer: 2, finalization }])
  assert.equal(one.vote(2, skipOf(3)), [])
  assert.equal(one.give({ kind: 'vote', vote: voteBy(0, skipOf(1)) }), [], 'not we ourselves')
})

test.run()
