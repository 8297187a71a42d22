/** The end of an epoch: the sealing block, fillers above it, and nothing else (consensus.md §7). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ZERO_HASH } from '../../consensus/state.ts'
import type { Candidate } from '../../consensus/step.ts'
import { createCluster } from './cluster.ts'
import { castIn, createOneCore, finalizeOf, notarizeOf, type OneCore, of, ROOT } from './oneCore.ts'
import { candidateOn, certificateBy, createTagCrypto, proposalBy } from './tagCrypto.ts'

function fillerOn(parent: Candidate, view: number): Candidate {
  const named = { view, parentView: parent.view, parentId: parent.id, blockHash: ZERO_HASH }
  return { ...named, id: createTagCrypto().candidateId(named) }
}

const first = candidateOn(ROOT, 1)
/** The second block of an epoch of two. */
const sealing = candidateOn(first, 2)

function sealed(self = 0): OneCore {
  const one = createOneCore({ self, epochBlocks: 2 })
  for (const candidate of [first, sealing]) {
    one.give({ kind: 'proposal', peer: 'peer', proposal: proposalBy(candidate.view, candidate) })
    one.checked(candidate)
    one.certify(notarizeOf(candidate), [1, 2, 3])
  }
  return one
}

test('fillers: above the sealing block they are valid without a check', () => {
  const one = sealed()
  const filler = fillerOn(sealing, 3)
  const seen = one.propose(filler)
  assert.equal(of(seen, 'check'), [])
  assert.equal(castIn(seen), ['notarize 3'])
  const next = fillerOn(filler, 4)
  const proposed = of(one.certify(notarizeOf(filler)), 'propose')
  assert.equal(
    proposed.map(({ candidate }) => candidate),
    [next],
    'the leader proposes one at once, without a build',
  )
})

test('fillers: a block above the sealing block is invalid, and so is a filler below it', () => {
  const one = sealed()
  const block = candidateOn(sealing, 3)
  const seen = one.propose(block)
  assert.equal([...of(seen, 'check'), ...of(seen, 'cast')], [])
  assert.is(one.core.candidates.get(block.id)?.verdict, 'invalid')
  assert.equal(castIn(one.timeout('early', 3)), ['skip 3'], 'an invalid one from the leader')
  const early = createOneCore({ epochBlocks: 2 })
  const filler = fillerOn(ROOT, 1)
  early.propose(filler)
  assert.is(early.core.candidates.get(filler.id)?.verdict, 'invalid')
})

test('sealing: its finalization commits it and ends the core', () => {
  const one = sealed()
  const effects = one.certify(finalizeOf(sealing))
  const finalization = certificateBy([1, 2, 3], 4, finalizeOf(sealing))
  assert.equal(of(effects, 'commit'), [{ kind: 'commit', chain: [first, sealing], finalization }])
  assert.equal(of(effects, 'sealEpoch'), [{ kind: 'sealEpoch', finalization, path: [sealing] }])
  assert.equal(one.timeout('skip', 3), [])
  assert.equal(one.propose(fillerOn(sealing, 3)), [])
})

test('sealing: a filler’s finalization commits the blocks only, and its path leads down to the sealing one', () => {
  const one = sealed()
  const f3 = fillerOn(sealing, 3)
  const f5 = fillerOn(f3, 5)
  for (const filler of [f3, f5]) one.propose(filler)
  const effects = one.certify(finalizeOf(f5))
  const finalization = certificateBy([1, 2, 3], 4, finalizeOf(f5))
  assert.equal(of(effects, 'commit'), [{ kind: 'commit', chain: [first, sealing], finalization }])
  assert.equal(of(effects, 'sealEpoch'), [{ kind: 'sealEpoch', finalization, path: [sealing, f3, f5] }])
})

test('sealing: the core waits for the sealing block’s execution, since the next set is read from its state', () => {
  const one = createOneCore({ epochBlocks: 2 })
  for (const candidate of [first, sealing]) {
    one.propose(candidate)
    one.certify(notarizeOf(candidate))
  }
  assert.equal(of(one.certify(finalizeOf(sealing)), 'sealEpoch'), [])
  assert.equal(of(one.checked(first), 'sealEpoch'), [])
  assert.is(of(one.checked(sealing), 'sealEpoch').length, 1)
})

test('sealing: a restart between the commit and the record of the epoch’s end seals it again', () => {
  const f3 = fillerOn(sealing, 3)
  const finalization = certificateBy([1, 2, 3], 4, finalizeOf(f3))
  const committed = { candidate: sealing, height: 3 * 2 + 2, finalization }
  const kept = createOneCore({ epochBlocks: 2, restored: { committed, candidates: [f3] } })
  assert.equal(of(kept.first, 'commit'), [])
  assert.equal(of(kept.first, 'sealEpoch'), [{ kind: 'sealEpoch', finalization, path: [sealing, f3] }])
  const lost = createOneCore({ epochBlocks: 2, restored: { committed } })
  assert.equal(of(lost.first, 'fetch'), [{ kind: 'fetch', id: f3.id }])
  assert.is(of(lost.give({ kind: 'fetched', candidate: f3 }), 'sealEpoch').length, 1)
})

test('sealing: four nodes seal an epoch of ten blocks, each once and alike', () => {
  const cluster = createCluster(4, {}, { epochBlocks: 10 })
  cluster.run(60_000)
  for (const { chain, effects, core } of cluster.members) {
    assert.is(chain.length, 10)
    assert.is(of(effects, 'sealEpoch').length, 1)
    assert.is(of(effects, 'sealEpoch')[0]!.path[0]!.id, chain[9]!.id)
    assert.is(core.isSealed, true)
  }
})

test.run()
