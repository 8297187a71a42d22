/** R7 and the checks of consensus.md §4: who counts, what a certificate must hold, who pays, what stops the node. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ballot, Vote } from '../../consensus/step.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import { castIn, createOneCore, finalizeOf, notarizeOf, of, ROOT, skipOf } from './oneCore.ts'
import { candidateOn, certificateBy, hashOf, proposalBy, signatureBy, voteBy } from './tagCrypto.ts'

const a = candidateOn(ROOT, 1)
const twin = candidateOn(ROOT, 1, 'twin')
const wrong = new Uint8Array(96).fill(7)

test('R7: equal votes of a quorum make a certificate, checked once, recorded and sent once to all', () => {
  const one = createOneCore({ self: null })
  assert.equal(one.vote(1, skipOf(1)), [])
  assert.equal(one.vote(2, skipOf(1)), [])
  assert.is(one.crypto.checks, 0, 'no signature is checked before it is needed')
  const certified = one.vote(3, skipOf(1))
  assert.is(one.crypto.checks, 1)
  const expected = certificateBy([1, 2, 3], 4, skipOf(1))
  assert.equal(of(certified, 'record'), [{ kind: 'record', entry: expected }])
  assert.equal(of(certified, 'send'), [
    { kind: 'send', to: 'all', messages: [{ kind: 'certificate', certificate: expected }] },
  ])
  assert.equal(one.vote(0, skipOf(1)), [], 'a late vote makes no second one')
  assert.equal(one.certify(skipOf(1)), [], 'nor does one that others made')
  assert.is(one.crypto.checks, 1)
})

// The count that judges is not the code's: three times the power against twice the total, for every number of equals.
test('I8: q, by counting: certificates of n = 1 … 21 hold exactly from more than two thirds', () => {
  let cases = 0
  for (let count = 1; count <= 21; count++) {
    for (let signed = 0; signed <= count; signed++) {
      const one = createOneCore({ self: null, powers: Array<bigint>(count).fill(1n) })
      const signers = [...Array(signed).keys()]
      const byVotes = createOneCore({ self: null, powers: Array<bigint>(count).fill(1n) })
      for (const signer of signers) byVotes.vote(signer, skipOf(1))
      if (signed > 0) one.certify(skipOf(1), signers)
      const expected = signed * 3 > count * 2 ? 2 : 1
      assert.is(one.core.current, expected, `certificate by ${signed} of ${count}`)
      assert.is(byVotes.core.current, expected, `votes of ${signed} of ${count}`)
      cases += 1
    }
  }
  assert.is(cases, 252)
})

test('I8: power counts, not heads, for random powers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: 1n, max: 100n }), { minLength: 1, maxLength: 21 }),
      fc.infiniteStream(fc.boolean()),
      (powers, coin) => {
        const one = createOneCore({ self: null, powers })
        const signers = [...powers.keys()].filter(() => coin.next().value)
        for (const signer of signers) one.vote(signer, skipOf(1))
        const power = signers.reduce((sum, signer) => sum + powers[signer]!, 0n)
        const total = powers.reduce((sum, each) => sum + each, 0n)
        return one.core.current === (3n * power > 2n * total ? 2 : 1)
      },
    ),
    { numRuns: 300 },
  )
})

test('R7: one vote counts per signer, view and kind', () => {
  const one = createOneCore({ self: null })
  for (let i = 0; i < 3; i++) one.vote(1, notarizeOf(a))
  one.vote(2, notarizeOf(a))
  one.vote(2, notarizeOf(twin))
  one.vote(3, notarizeOf(twin))
  one.vote(0, notarizeOf(twin))
  assert.is(one.core.current, 1, 'two for each: the second vote of signer 2 does not count')
})

test('R7: votes of different kinds or ids do not add up', () => {
  const one = createOneCore({ self: null })
  one.vote(0, notarizeOf(a))
  one.vote(1, notarizeOf(twin))
  one.vote(2, skipOf(1))
  one.vote(3, finalizeOf(a))
  assert.is(one.core.current, 1)
  assert.is(one.core.lastFinal.view, 0)
})

test('R7: wrong signatures are found by bisection, dropped, and cost their signers the connection', () => {
  const one = createOneCore({ self: null, powers: Array<bigint>(64).fill(1n) })
  const bad = new Set([2, 30])
  for (let signer = 0; signer < 42; signer++) {
    const signature = bad.has(signer) ? wrong : signatureBy(signer, skipOf(1))
    one.give({ kind: 'vote', vote: { signer, ballot: skipOf(1), signature } })
  }
  const found = one.vote(42, skipOf(1))
  assert.equal(
    of(found, 'banSigner').map(({ signer }) => signer),
    [2, 30],
  )
  assert.is(one.core.current, 1, '41 are no quorum of 64')
  assert.ok(one.crypto.checks < 25, `${one.crypto.checks} checks for 43 votes`)
  one.vote(43, skipOf(1))
  one.vote(2, skipOf(1))
  assert.is(one.core.current, 2, 'a right one of the same signer counts')
})

test('R7: a signature that cannot be decoded is a wrong one', () => {
  const one = createOneCore({ self: null })
  one.give({ kind: 'vote', vote: { signer: 0, ballot: skipOf(1), signature: new Uint8Array(3) } })
  one.vote(1, skipOf(1))
  const found = one.vote(2, skipOf(1))
  assert.equal(
    of(found, 'banSigner').map(({ signer }) => signer),
    [0],
  )
  one.vote(3, skipOf(1))
  assert.is(one.core.current, 2)
})

const good = certificateBy([1, 2, 3], 4, skipOf(1))

/** In the order of §4; each also breaks all that is checked after it, so that the first check must be the one that bites. */
const FAULTS: readonly (readonly [what: string, certificate: Certificate, reason: RegExp])[] = [
  ['a view before the first', { ...good, view: 0 }, /no such view/],
  ['a long bitmap', { ...good, signers: Uint8Array.of(1, 0), signature: wrong }, /bitmap/],
  ['a bit beyond n', { ...good, signers: Uint8Array.of(0b1_0001), signature: wrong }, /bitmap/],
  ['power below q', { ...good, signers: Uint8Array.of(0b0110), signature: wrong }, /quorum/],
  ['another’s signature', { ...good, signature: wrong }, /signature/],
  ['a signer who did not sign', { ...good, signers: Uint8Array.of(0b1111) }, /signature/],
  ['another view', { ...good, view: 2 }, /signature/],
]

test('certificates: each fault bans the peer that sent it, by the first check that finds it', () => {
  for (const [what, certificate, reason] of FAULTS) {
    const one = createOneCore({ self: null })
    const [ban, ...rest] = one.give({ kind: 'certificate', peer: 'liar', certificate })
    assert.ok(ban?.kind === 'ban' && ban.peer === 'liar' && reason.test(ban.reason), `${what}: ${JSON.stringify(ban)}`)
    assert.equal(rest, [], what)
    const pairings = reason.source === 'signature' ? 1 : 0
    assert.is(one.crypto.checks, pairings, `${what}: the pairing is last`)
    assert.is(one.core.current, 1)
  }
})

test('certificates: of another epoch, held, or below lastFinal are dropped without a check and without a ban', () => {
  const one = createOneCore({ self: null })
  const give = (certificate: Certificate) => one.give({ kind: 'certificate', peer: 'peer', certificate })
  assert.equal(give({ ...good, epoch: good.epoch + 1, signature: wrong }), [])
  give(good)
  const { checks } = one.crypto
  assert.equal(give(certificateBy([0, 1, 2], 4, skipOf(1))), [], 'other signers, same statement')
  give(certificateBy([0, 1, 2], 4, finalizeOf(candidateOn(ROOT, 5))))
  assert.equal(give({ ...good, view: 4, signature: wrong }), [])
  assert.is(one.crypto.checks, checks + 1)
})

test('certificates: a proposal’s bad one costs its sender too', () => {
  const one = createOneCore({ self: null })
  const bad = { ...good, signature: wrong }
  const effects = one.give({ kind: 'proposal', peer: 'liar', proposal: proposalBy(2, candidateOn(ROOT, 2), [bad]) })
  assert.is(of(effects, 'ban').length, 1)
})

const CONFLICTS: readonly (readonly [string, Ballot, Ballot])[] = [
  ['two notarize', notarizeOf(a), notarizeOf(twin)],
  ['two finalize', finalizeOf(a), finalizeOf(twin)],
  ['finalize, then skip', finalizeOf(a), skipOf(1)],
  ['skip, then finalize', skipOf(1), finalizeOf(a)],
]

for (const [what, first, second] of CONFLICTS) {
  test(`evidence: ${what} of one signer are reported once, with both signatures checked`, () => {
    const one = createOneCore()
    one.vote(2, first)
    const reported = one.vote(2, second)
    const conflict = { kind: 'votes' as const, signer: 2, first: voteBy(2, first), second: voteBy(2, second) }
    assert.equal(of(reported, 'report'), [{ kind: 'report', conflict }])
    assert.is(one.crypto.checks, 2)
    assert.equal(one.vote(2, second), [])
    assert.equal(one.vote(2, first), [])
  })

  test(`evidence: ${what}, of which one is not signed, accuse nobody`, () => {
    for (const forged of ['first', 'second']) {
      const one = createOneCore()
      const vote = (ballot: Ballot, isForged: boolean): Vote =>
        isForged ? { ...voteBy(2, ballot), signature: wrong } : voteBy(2, ballot)
      one.give({ kind: 'vote', vote: vote(first, forged === 'first') })
      const effects = one.give({ kind: 'vote', vote: vote(second, forged === 'second') })
      assert.equal(of(effects, 'report'), [])
      assert.is(of(effects, 'banSigner').length, 1, forged)
    }
  })
}

const LEGAL: readonly (readonly [string, Ballot, Ballot])[] = [
  ['notarize with skip', notarizeOf(a), skipOf(1)],
  ['notarize with finalize', notarizeOf(a), finalizeOf(a)],
  ['notarize and finalize of two ids', notarizeOf(a), finalizeOf(twin)],
  ['equal ones', skipOf(1), skipOf(1)],
  ['skips of two views', skipOf(1), skipOf(2)],
]

test('evidence: what is no offence is not reported', () => {
  for (const [what, ...pair] of LEGAL) {
    for (const [first, second] of [pair, pair.toReversed() as [Ballot, Ballot]]) {
      const one = createOneCore()
      one.vote(2, first)
      assert.equal(of(one.vote(2, second), 'report'), [], what)
      assert.is(one.crypto.checks, 0, what)
    }
  }
})

test('evidence: two proposals of a leader are reported; a third says nothing new', () => {
  const one = createOneCore()
  one.propose(a)
  const [report] = of(one.propose(twin), 'report')
  const conflict = { kind: 'proposals', signer: 1, first: proposalBy(1, a), second: proposalBy(1, twin) }
  assert.equal(report, { kind: 'report', conflict })
  const { checks } = one.crypto
  assert.equal(one.propose(candidateOn(ROOT, 1, 'third')), [])
  assert.is(one.crypto.checks, checks, 'nor is it looked at')
})

test('proposals: one that its leader did not sign, or with a parent that is not older, costs the peer', () => {
  const one = createOneCore()
  const forged = one.give({ kind: 'proposal', peer: 'liar', proposal: proposalBy(2, a) })
  assert.is(of(forged, 'ban').length, 1)
  const named = { ...candidateOn(ROOT, 2), parentView: 2 }
  const looped = one.give({ kind: 'proposal', peer: 'liar', proposal: proposalBy(2, named) })
  assert.is(of(looped, 'ban').length, 1)
  assert.is(one.core.candidates.size, 1, 'the root only')
})

/** Quorums of [0,1,2] and [1,2,3]: more than a third must be Byzantine, and the node must not go on. */
const STOPS: readonly (readonly [string, Ballot, Ballot, isEvidence: boolean])[] = [
  ['two notarized ids in a view', notarizeOf(a), notarizeOf(twin), true],
  ['two final ids in a view', finalizeOf(a), finalizeOf(twin), true],
  ['a finalization and then a skip certificate', finalizeOf(a), skipOf(1), true],
  ['a skip certificate and then a finalization', skipOf(1), finalizeOf(a), true],
  ['a notarization and a finalization of two ids', notarizeOf(a), finalizeOf(twin), false],
  ['a finalization and a notarization of two ids', finalizeOf(a), notarizeOf(twin), false],
]

for (const [what, first, second, isEvidence] of STOPS) {
  test(`R7: ${what}: stop, and cast nothing any more`, () => {
    const one = createOneCore()
    one.certify(first)
    const effects = one.certify(second)
    assert.is(of(effects, 'stop').length, 1)
    assert.is(of(effects, 'report').length, isEvidence ? 1 : 0)
    assert.is(of(effects, 'record').length, 1, 'it stays stopped after a restart')
    assert.equal(castIn(effects), [])
    assert.equal(one.timeout('skip', one.core.current), [])
    assert.ok(one.give({ kind: 'connected', peer: 'peer' }).every(({ kind }) => kind === 'send'))
  })
}

test('§8: a certificate that names us for a vote that we did not cast: stop', () => {
  const one = createOneCore()
  assert.is(of(one.certify(skipOf(1), [0, 1, 2]), 'stop').length, 1)
  const caster = createOneCore()
  caster.timeout('skip', 1)
  assert.is(of(caster.certify(skipOf(1), [0, 1, 2]), 'stop').length, 0)
  const other = createOneCore()
  other.timeout('skip', 1)
  assert.is(of(other.certify(notarizeOf(a), [0, 1, 2]), 'stop').length, 1, 'another kind')
  const twinned = createOneCore({ isKeyShared: true })
  assert.is(of(twinned.certify(skipOf(1), [0, 1, 2]), 'stop').length, 0)
})

test('a vote for an id that nobody has seen makes a certificate all the same', () => {
  const one = createOneCore({ self: null })
  const id = hashOf('unseen')
  for (const signer of [1, 2, 3]) one.vote(signer, { kind: 'notarize', view: 1, id })
  assert.is(one.core.current, 2)
  assert.ok(one.core.fetching.has(id))
})

test.run()
