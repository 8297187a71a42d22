/** Restarts: what the disk kept casts nothing forbidden, whenever the process ended (consensus.md §8). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createCore, step } from '../../consensus/core.ts'
import { NOTHING_RESTORED, type Restored } from '../../consensus/state.ts'
import type { Ballot, Effect, Message } from '../../consensus/step.ts'
import { createCluster } from './cluster.ts'
import { castIn, createOneCore, finalizeOf, notarizeOf, of, ROOT, skipOf } from './oneCore.ts'
import { candidateOn, certificateBy, signatureBy, voteBy } from './tagCrypto.ts'

const a = candidateOn(ROOT, 1)
const b = candidateOn(a, 2)
const certificate = (ballot: Ballot) => certificateBy([1, 2, 3], 4, ballot)

const messagesIn = (effects: readonly Effect[]): readonly Message[] =>
  of(effects, 'send').flatMap(({ messages }) => messages)

test('restart: a cast notarize is not cast again for another, and counts where it counted', () => {
  const restored = { votes: [voteBy(0, notarizeOf(a))], candidates: [a] }
  const one = createOneCore({ restored })
  const twin = candidateOn(ROOT, 1, 'twin')
  one.propose(twin)
  assert.equal(castIn(one.certify(notarizeOf(twin))), [])
  assert.equal(castIn(one.checked(twin)), [])
  const same = createOneCore({ restored })
  same.vote(1, notarizeOf(a))
  same.vote(2, notarizeOf(a))
  assert.is(same.core.current, 2, 'ours is the third')
  assert.is(same.core.views.get(1)?.finalized, a.id, 'and leads on to finalize')
})

test('restart: a cast skip forbids finalize, a cast finalize forbids skip, a proposal another one', () => {
  const skipped = createOneCore({ restored: { votes: [voteBy(0, skipOf(1)), voteBy(0, notarizeOf(a))] } })
  assert.equal(castIn(skipped.certify(notarizeOf(a))), [])
  const final = createOneCore({ restored: { votes: [voteBy(0, notarizeOf(a)), voteBy(0, finalizeOf(a))] } })
  assert.equal(castIn(final.timeout('skip', 1)), [])
  const signature = signatureBy(1, { kind: 'proposal', view: 1, id: a.id })
  const leader = createOneCore({ self: 1, restored: { proposals: [{ view: 1, id: a.id, signature }] } })
  assert.equal(of(leader.first, 'build'), [])
  assert.equal(leader.give({ kind: 'built', view: 1, parentId: ROOT.id, blockHash: b.blockHash }), [])
})

test('restart: nothing is cast at or below the signer’s floor', () => {
  const one = createOneCore({ restored: { floorView: 2 } })
  one.propose(a)
  assert.equal(
    one.checked(a).filter(({ kind }) => kind === 'cast'),
    [],
  )
  assert.equal(castIn(one.timeout('skip', 1)), [])
  one.certify(skipOf(1))
  assert.equal(castIn(one.timeout('skip', 2)), [])
  one.certify(skipOf(2))
  assert.equal(castIn(one.timeout('skip', 3)), ['skip 3'])
  const leader = createOneCore({ self: 1, restored: { floorView: 1 } })
  assert.equal(of(leader.first, 'build'), [])
})

test('restart: certificates and candidates of the WAL are taken up without being recorded, sent or fetched again', () => {
  const restored: Partial<Restored> = {
    certificates: [certificate(skipOf(3)), certificate(notarizeOf(b)), certificate(finalizeOf(a))],
    candidates: [b, a],
    votes: [voteBy(0, notarizeOf(a)), voteBy(0, notarizeOf(b))],
  }
  const one = createOneCore({ restored })
  assert.is(one.core.current, 4)
  assert.is(one.core.lastFinal.view, 1)
  assert.equal(
    one.first.map(({ kind }) => kind),
    ['cast', 'check', 'startTimer', 'startTimer', 'startTimer', 'startTimer'],
    'its finalize of view 2 was not cast yet',
  )
  const committed = one.checked(a)
  assert.equal(of(committed, 'record'), [])
  assert.is(of(committed, 'commit').length, 1)
  assert.is(of(one.checked(b), 'build').length, 1, 'of view 4, which is ours')
})

test('restart: what is committed is where it goes on, whatever older records the WAL still has', () => {
  const finalization = certificate(finalizeOf(b))
  const restored: Partial<Restored> = {
    committed: { candidate: b, height: 3 * 3600 + 2, finalization },
    certificates: [certificate(notarizeOf(a)), certificate(finalizeOf(a)), finalization],
    candidates: [a, b],
  }
  const one = createOneCore({ restored })
  assert.is(one.core.current, 3)
  assert.equal(of(one.first, 'check'), [])
  assert.equal(of(one.first, 'commit'), [])
  assert.equal(of(one.first, 'stop'), [])
  const c = candidateOn(b, 3)
  one.propose(c)
  one.checked(c)
  assert.equal(
    of(one.certify(finalizeOf(c)), 'commit').map(({ chain }) => chain),
    [[c]],
  )
})

test('restart: what stopped the node stops it again', () => {
  const certificates = [certificate(finalizeOf(a)), certificateBy([0, 1, 2], 4, skipOf(1))]
  const one = createOneCore({ self: null, restored: { certificates } })
  assert.is(of(one.first, 'stop').length, 1)
  assert.equal(castIn(one.timeout('skip', 1)), [])
})

test('restart: own votes and the own proposal are in the bundle', () => {
  const d = candidateOn(ROOT, 4)
  const certificates = [1, 2, 3].map((view) => certificate(skipOf(view)))
  const signature = signatureBy(0, { kind: 'proposal', view: 4, id: d.id })
  const restored = {
    certificates,
    candidates: [d],
    votes: [voteBy(0, skipOf(2))],
    proposals: [{ view: 4, id: d.id, signature }],
  }
  const one = createOneCore({ restored })
  const messages = messagesIn(one.give({ kind: 'connected', peer: 'new' }))
  assert.equal(
    messages.map(({ kind }) => kind),
    ['certificate', 'certificate', 'vote', 'certificate', 'proposal'],
  )
  const [proposal] = messages.filter((message) => message.kind === 'proposal')
  assert.equal(proposal!.proposal.certificates, certificates)
  assert.equal(castIn(one.checked(d)), ['notarize 4'], 'signed, but not voted when it ended')
})

test('restart: a core that was never started does nothing, and nothing is restored of nothing', () => {
  const { core } = createOneCore()
  const fresh = createCore({ ...core.options, restored: NOTHING_RESTORED })
  assert.equal(
    step(fresh, { kind: 'started' }).map(({ kind }) => kind),
    ['startTimer', 'startTimer', 'startTimer', 'startTimer'],
  )
})

/** No key may ever sign these (consensus.md §5): counted over all ballots, across restarts. */
function forbiddenPairs(ballots: readonly Ballot[]): string[] {
  const found: string[] = []
  for (const first of ballots) {
    for (const second of ballots) {
      if (first.view !== second.view) continue
      if (first.kind === 'finalize' && second.kind === 'skip') found.push(`finalize and skip ${first.view}`)
      if (first.kind === 'skip' || second.kind !== first.kind || first.id === second.id) continue
      found.push(`two ${first.kind} ${first.view}`)
    }
  }
  return found
}

test('restart: one of four restarted at every view casts nothing forbidden, and the chain goes on', () => {
  const cluster = createCluster(4)
  for (let round = 1; round <= 40; round++) {
    const node = round % 4
    cluster.run(cluster.nowMs + 10_000, () => cluster.members[node]!.core.current >= round)
    cluster.run(cluster.nowMs + ((round * 7) % 60))
    cluster.crash(node)
    cluster.run(cluster.nowMs + 30)
    cluster.restart(node)
  }
  cluster.run(cluster.nowMs + 20_000)
  for (const { ballots, chain, effects, proposals } of cluster.members) {
    assert.equal(forbiddenPairs(ballots), [])
    assert.is(new Set(proposals.map(({ view }) => view)).size, proposals.length, 'one proposal a view')
    assert.equal(of(effects, 'stop'), [])
    assert.ok(chain.length > 60, `${chain.length} blocks`)
  }
})

test.run()
