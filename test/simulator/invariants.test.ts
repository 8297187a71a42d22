/** Each invariant, tripped by an offence planted for it: a check that cannot fail is a defect (testing.md §1). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Conflict, Hash, Vote } from '../../consensus/step.ts'
import { createBodies } from '../../node/agreement/bodies.ts'
import { createHostLoad, HOST_BOUNDS } from '../../node/agreement/bounds.ts'
import { createInputQueue } from '../../node/agreement/run/inputQueue.ts'
import { createNextEpoch } from '../../node/agreement/run/nextEpoch.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import { createOneCore } from '../consensus/oneCore.ts'
import { checkBounds, checkHostBounds, checkWindow } from './invariants/bounds.ts'
import { createChainLedger, type SeenCommit } from './invariants/chainLedger.ts'
import { type Conduct, createConduct } from './invariants/conduct.ts'
import type { Invariant } from './invariants/offence.ts'
import { createSupplyLedger, type SeenAccount } from './invariants/supplyLedger.ts'
import { createVoteLedger, type SeenVote, type VoteKind } from './invariants/voteLedger.ts'

/** Four of equal power, the last one Byzantine. */
const SET = { powers: [1n, 1n, 1n, 1n], isHonest: [true, true, true, false] }

interface Ledgers {
  vote(signer: number, kind: VoteKind | 'proposal', id?: string, view?: number): void
  certificate(holder: number, kind: VoteKind, id: string, signers: readonly number[]): void
  commit(node: number, commit?: Partial<SeenCommit>): void
  readonly chain: ReturnType<typeof createChainLedger>
  readonly conduct: Conduct
}

function offencesOf(plant: (ledgers: Ledgers) => void): string {
  const found: Invariant[] = []
  const report = (invariant: Invariant) => {
    if (!found.includes(invariant)) found.push(invariant)
  }
  const chain = createChainLedger(report)
  const votes = createVoteLedger({ setOf: () => SET, report, onFinal: chain.onFinal })
  // Nodes are named as their keys are.
  const conduct = createConduct({ isHonest: (node) => SET.isHonest[node]!, setOf: () => SET, report })
  plant({
    vote: (signer, kind, id = kind === 'skip' ? '' : 'a', view = 3) =>
      votes.onVote({ epoch: 0, view, kind, id, signer } satisfies SeenVote),
    certificate(holder, kind, id, signers) {
      const bits = signers.reduce((sum, signer) => sum | (1 << signer), 0)
      votes.onCertificate(holder, { epoch: 0, view: 3, kind, id, signers: Uint8Array.of(bits) })
    },
    commit: (node, commit) =>
      chain.onCommit(node, {
        height: 1,
        epoch: 0,
        view: 3,
        parentView: 0,
        id: 'a',
        blockHash: 'A',
        stateHash: 's',
        ...commit,
      }),
    chain,
    conduct,
  })
  return found.join(' ')
}

function twoVotesOf(signer: number): Conflict {
  const vote = (id: Hash): Vote => ({
    signer,
    ballot: { kind: 'notarize', view: 3, id },
    signature: new Uint8Array(96),
  })
  return { kind: 'votes', signer, first: vote('0x0a'), second: vote('0x0b') }
}

function twoCertificatesOf(first: readonly number[], second: readonly number[]): Conflict {
  const certificate = (kind: 'skip' | 'finalize', signers: readonly number[]): Certificate => ({
    kind,
    epoch: 0,
    view: 3,
    id: new Uint8Array(kind === 'skip' ? 0 : 32),
    signers: Uint8Array.of(signers.reduce((bits, signer) => bits | (1 << signer), 0)),
    signature: new Uint8Array(96),
  })
  return { kind: 'certificates', first: certificate('finalize', first), second: certificate('skip', second) }
}

const planted: readonly [string, string, (ledgers: Ledgers) => void][] = [
  [
    'I1',
    'two blocks at one height',
    ({ commit }) => {
      commit(0)
      commit(1, { id: 'b', blockHash: 'B' })
    },
  ],
  [
    'I2',
    'a chain that passes over a final view',
    ({ vote, commit }) => {
      for (const signer of [0, 1, 2]) vote(signer, 'notarize', 'a', 2)
      for (const signer of [0, 1, 2]) vote(signer, 'finalize', 'a', 2)
      commit(0, { parentView: 1 })
    },
  ],
  [
    'I2',
    'a final view that the chain has passed over',
    ({ vote, commit }) => {
      commit(0, { parentView: 1 })
      for (const signer of [0, 1, 2]) vote(signer, 'notarize', 'a', 2)
      for (const signer of [0, 1, 2]) vote(signer, 'finalize', 'a', 2)
    },
  ],
  [
    'I3',
    'a view skipped and final, each by its own honest',
    ({ vote }) => {
      for (const signer of [0, 1, 3]) vote(signer, 'notarize')
      for (const signer of [0, 1, 3]) vote(signer, 'finalize')
      SET.isHonest[1] = false
      for (const signer of [1, 2, 3]) vote(signer, 'skip')
      SET.isHonest[1] = true
    },
  ],
  [
    'I5 I4',
    'two notarized in a view, one of them final',
    ({ vote }) => {
      for (const signer of [0, 1, 3]) vote(signer, 'notarize')
      for (const signer of [0, 1, 3]) vote(signer, 'finalize')
      SET.isHonest[1] = false
      for (const signer of [1, 2, 3]) vote(signer, 'notarize', 'b')
      SET.isHonest[1] = true
    },
  ],
  [
    'I6',
    'final without being notarized',
    ({ vote }) => {
      for (const signer of [0, 1, 3]) vote(signer, 'finalize')
    },
  ],
  [
    'I7',
    'a node that holds both certificates',
    ({ vote, certificate }) => {
      SET.isHonest.fill(false)
      for (const signer of [0, 1, 2]) vote(signer, 'notarize')
      for (const signer of [0, 1, 2]) vote(signer, 'finalize')
      certificate(0, 'finalize', 'a', [0, 1, 2])
      for (const signer of [0, 1]) vote(signer, 'skip')
      certificate(0, 'skip', '', [0, 1])
      SET.isHonest.splice(0, 3, true, true, true)
    },
  ],
  [
    'I8',
    'a certificate of two thirds, which is not more',
    ({ vote, certificate }) => {
      for (const signer of [0, 1]) vote(signer, 'skip')
      certificate(0, 'skip', '', [0, 1])
    },
  ],
  [
    'I8',
    'a certificate that names an honest one who did not vote',
    ({ vote, certificate }) => {
      for (const signer of [0, 1, 3]) vote(signer, 'skip')
      certificate(0, 'skip', '', [0, 1, 2])
    },
  ],
  [
    'I9',
    'two notarize votes of an honest key',
    ({ vote }) => {
      vote(0, 'notarize')
      vote(0, 'notarize', 'b')
    },
  ],
  [
    'I9',
    'finalize and skip of an honest key',
    ({ vote }) => {
      vote(0, 'skip')
      vote(0, 'finalize')
    },
  ],
  [
    'I9',
    'two proposals of an honest key',
    ({ vote }) => {
      vote(0, 'proposal')
      vote(0, 'proposal', 'b')
    },
  ],
  [
    'I10',
    'one block, two states',
    ({ commit }) => {
      commit(0)
      commit(1, { stateHash: 'other' })
    },
  ],
  [
    'I11',
    'a head that a crash took',
    ({ commit, chain }) => {
      commit(0)
      chain.onRestart(0, 0, '')
    },
  ],
  [
    'I11',
    'another head after a crash',
    ({ commit, chain }) => {
      commit(0)
      chain.onRestart(0, 1, 'B')
    },
  ],
  ['evidence', 'two votes of an honest key in a conflict', ({ conduct }) => conduct.onEvidence(1, 0, twoVotesOf(0))],
  [
    'evidence',
    'an honest key in both of two certificates',
    ({ conduct }) => conduct.onEvidence(1, 0, twoCertificatesOf([0, 1, 3], [0, 2, 3])),
  ],
  ['stop', 'an honest node that a rule has stopped', ({ conduct }) => conduct.onStop(0, 'two notarized', false)],
  ['ban', 'an honest node banned by another', ({ conduct }) => conduct.onBan(0, 1, 'bytes that are none')],
]

for (const [invariant, name, plant] of planted)
  test(`${invariant}: ${name} is seen`, () => {
    const known = new Set(offencesOf(plant).split(' '))
    // What is signed against I3, I4, I5 and I7 may break others too; the one it is planted for must be among them.
    for (const one of invariant.split(' ')) assert.ok(known.has(one), [...known].join(' '))
  })

test('invariants: hold their peace about a good view, notarize beside skip, a Byzantine double vote', () => {
  const found = offencesOf(({ vote, certificate, commit, chain, conduct }) => {
    for (const signer of [0, 1, 2]) vote(signer, 'notarize')
    for (const signer of [0, 1, 2]) vote(signer, 'notarize')
    vote(2, 'skip')
    vote(3, 'notarize', 'b')
    vote(3, 'notarize', 'a')
    vote(3, 'skip')
    vote(3, 'finalize')
    for (const signer of [0, 1]) vote(signer, 'finalize')
    certificate(0, 'notarize', 'a', [0, 1, 2])
    certificate(0, 'finalize', 'a', [0, 1, 3])
    commit(0)
    commit(1)
    chain.onRestart(0, 1, 'A')
    commit(0, { height: 2, view: 5, parentView: 3, id: 'c', blockHash: 'C' })
    conduct.onEvidence(0, 0, twoVotesOf(3))
    conduct.onEvidence(3, 0, twoVotesOf(0))
    conduct.onEvidence(0, 0, twoCertificatesOf([0, 1, 3], [2, 3]))
    conduct.onStop(3, 'it lied', false)
    conduct.onStop(0, 'its disk failed', true)
    conduct.onBan(0, 3, 'it lied')
    conduct.onBan(3, 0, 'it lies')
  })
  assert.is(found, '')
})

test('I6: who has a quorum of its own may have notarized unheard, and tell only the finalization after a crash', () => {
  const found: string[] = []
  const set = { powers: [7n, 1n, 1n, 1n], isHonest: [true, true, true, true] }
  const report = (invariant: Invariant, says: string) => found.push(`${invariant} ${says}`)
  const ledger = () => createVoteLedger({ setOf: () => set, report, onFinal() {} })
  const certificate = { epoch: 0, view: 3, kind: 'finalize', id: 'a', signers: Uint8Array.of(1) } as const
  ledger().onCertificate(5, certificate, 0)
  assert.equal(found, [])
  const contradicted = ledger()
  contradicted.onVote({ epoch: 0, view: 3, kind: 'notarize', id: 'b', signer: 0 })
  contradicted.onCertificate(5, certificate, 0)
  assert.ok(found.some((line) => line.startsWith('I9')))
})

test('I8: a quorum is more than two thirds of the power for 1 to 21 equal validators', () => {
  for (let n = 1; n <= 21; n++) {
    const set = { powers: Array.from({ length: n }, () => 1n), isHonest: Array.from({ length: n }, () => true) }
    const needed = Math.floor((2 * n) / 3) + 1
    for (const signers of [needed - 1, needed]) {
      let isAccepted = true
      const votes = createVoteLedger({
        setOf: () => set,
        report: (invariant) => {
          if (invariant === 'I8') isAccepted = false
        },
        onFinal() {},
      })
      const bitmap = new Uint8Array(Math.ceil(n / 8))
      for (let signer = 0; signer < signers; signer++) {
        votes.onVote({ epoch: 0, view: 1, kind: 'skip', id: '', signer })
        bitmap[signer >> 3]! |= 1 << (signer & 7)
      }
      votes.onCertificate(0, { epoch: 0, view: 1, kind: 'skip', id: '', signers: bitmap })
      assert.is(isAccepted, signers === needed, `${signers} of ${n}`)
    }
  }
})

test('I12: wei that appear or vanish are seen, and so is a nonce that falls', () => {
  const accounts = (alice: SeenAccount | undefined, bobWei: bigint) =>
    new Map<string, SeenAccount>([
      ...(alice === undefined ? [] : [['alice', alice] as const]),
      ['bob', { nonce: 1n, balanceWei: bobWei }],
    ])
  const genesis = accounts({ nonce: 5n, balanceWei: 70n }, 30n)
  const offencesAfter = (later: ReadonlyMap<string, SeenAccount>, burnedWei: bigint) => {
    const found: string[] = []
    const ledger = createSupplyLedger(2, genesis, (invariant, says) => found.push(`${invariant} ${says}`))
    ledger.onBlock(1, later, burnedWei)
    return found
  }
  assert.equal(offencesAfter(accounts({ nonce: 6n, balanceWei: 40n }, 57n), 3n), [])
  assert.equal(offencesAfter(accounts({ nonce: 6n, balanceWei: 40n }, 58n), 3n), [
    'I12 node 2, height 1: balances add up to 98 wei, not to 97',
  ])
  assert.equal(offencesAfter(accounts({ nonce: 6n, balanceWei: 40n }, 60n), 3n).length, 1)
  assert.equal(offencesAfter(accounts({ nonce: 4n, balanceWei: 40n }, 60n), 0n), [
    'I12 node 2, height 1: the nonce of alice fell from 5 to 4',
  ])
  assert.equal(offencesAfter(accounts(undefined, 100n), 0n), [
    'I12 node 2, height 1: the nonce of alice fell from 5 to 0',
  ])
})

test('I14: more than its bound in a map of the core is seen, and so is a vote of a far view', () => {
  const found: string[] = []
  const report = (invariant: Invariant, says: string) => found.push(`${invariant} ${says}`)
  const { core, vote } = createOneCore({ bounds: { checks: 1, viewsAhead: 4 } })
  vote(1, { kind: 'skip', view: 5 })
  vote(1, { kind: 'skip', view: 6 })
  checkBounds(core, 0, report)
  checkWindow(core, 0, report)
  assert.equal(found, [])
  core.checking.set('a', 1).set('b', 1)
  checkBounds(core, 0, report)
  assert.equal(found.splice(0), ['I14 node 0 holds 2 checks, at most 1'])
  core.views.set(9, { ...core.views.get(5)!, view: 9 })
  checkWindow(core, 0, report)
  assert.equal(found, ['I14 node 0 keeps votes of view 9, 8 ahead'])
})

test('I14: a flood stays within each bound of the host and reaches it; more than a bound is seen, and stays seen', () => {
  const found: string[] = []
  const load = createHostLoad({ ...HOST_BOUNDS, looseBytes: 5_000, committed: 8 })
  const check = () => {
    checkHostBounds(load, 2, (invariant, says) => found.push(`${invariant} ${says}`))
    return found.splice(0)
  }
  const [queue, next, bodies] = [createInputQueue(load), createNextEpoch(load), createBodies(load)]
  for (let i = 0; i < 1_000; i++) {
    queue.push(
      { kind: 'timeout', timer: 'skip', view: 1 },
      { peer: i % 2 === 0 ? 'small' : 'large', sizeBytes: (i % 2) * 8_192 },
    )
    next.keep(i % 2 === 0 ? 'small' : 'large', new Uint8Array(1 + (i % 2) * 2_047))
    bodies.addBlock(`0xb${i}`, new Uint8Array(100), i)
    const candidate = { view: i, parentView: 0, parentId: '0x00', blockHash: `0xb${i}`, id: `0xc${i}` } as const
    bodies.commit({ candidate, height: i })
  }
  assert.equal(check(), [])
  for (const what of ['peerMessages', 'nextFrames', 'looseBytes', 'committed'] as const)
    assert.is(load.peaks[what], load.bounds[what], what)
  assert.ok(load.peaks.peerBytes > load.bounds.peerBytes / 2 && load.peaks.nextBytes > load.bounds.nextBytes / 2)
  load.note('nextFrames', 65)
  load.note('nextFrames', 1)
  assert.equal(check(), ['I14 node 2 held 65 of nextFrames, at most 64'])
})

test.run()
