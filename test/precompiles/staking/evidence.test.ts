/** Evidence on chain: every form convicts, nothing else does, and whoever staked then pays once. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readValidatorSet } from '../../../precompiles/staking/contract.ts'
import { concat, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { type CertifiedBallot, type Evidence, encodeEvidence } from '../../../primitives/evidence.ts'
import { encodeSigners } from '../../../primitives/signers.ts'
import type { Statement } from '../../../primitives/statements.ts'
import { encodeSet } from '../../../primitives/validatorSet.ts'
import { account, expectRefused, send, TEST_BLS, view } from '../world.ts'
import {
  beginEpoch,
  equivocation,
  evidenceArgs,
  genesisValidator,
  idOf,
  indexIn,
  OPEN,
  openStaking,
  operatorOf,
  pay,
  positionsOf,
  REPORTER,
  reader,
  STAKING,
  type StakingWorld,
  sign,
  submit,
  unbondingsOf,
  validatorView,
} from './stakingWorld.ts'

const NOBODY = new Uint8Array(20)
const DELEGATOR = account(3_001)
const three = (params: Readonly<Record<string, bigint>> = {}) =>
  openStaking(
    [genesisValidator(0, 1_000n * OPEN), genesisValidator(1, 600n * OPEN), genesisValidator(2, 400n * OPEN)],
    params,
  )

const refuse = (staking: StakingWorld, evidence: Evidence, error: string, args?: readonly unknown[]) =>
  expectRefused(
    staking.world,
    STAKING,
    'submitEvidence',
    evidenceArgs(staking, evidence),
    { from: REPORTER },
    error,
    args,
  )

type BallotKind = 'proposal' | 'notarize' | 'finalize' | 'skip'

/** Two statements of validator 0 in view 3 of epoch 0. */
function votes(staking: StakingWorld, ...sides: readonly [BallotKind, number][]): Evidence {
  const { epochHash } = staking.epochs[0]!
  const pair = sides.map(([kind, n]) => {
    const statement = (
      kind === 'skip' ? { kind, epochHash, view: 3 } : { kind, epochHash, view: 3, id: idOf(n) }
    ) as Statement
    return { kind, ...(kind === 'skip' ? {} : { id: idOf(n) }), signature: sign(0, statement) }
  })
  return { kind: 'statements', epoch: 0, signer: indexIn(staking, 0, 0), view: 3, pair } as unknown as Evidence
}

function attestations(staking: StakingWorld): Evidence {
  const { epochHash } = staking.epochs[0]!
  const jobId = uintToBytes(5, 32)
  const side = (root: Uint8Array) => ({ root, signature: sign(0, { kind: 'attribution', epochHash, jobId, root }) })
  return { kind: 'attestations', epoch: 0, signer: indexIn(staking, 0, 0), jobId, pair: [side(idOf(1)), side(idOf(2))] }
}

/** A skip certificate and a finalization of one view, by the validators named for each. */
function certificates(staking: StakingWorld, skippers: readonly number[], finalizers: readonly number[]): Evidence {
  const { epochHash, set } = staking.epochs[0]!
  const side = (who: readonly number[], statement: Statement): CertifiedBallot => {
    const signers = encodeSigners(
      who.map((n) => indexIn(staking, 0, n)),
      set.length,
    )
    const signature = TEST_BLS.aggregate(who.map((n) => sign(n, statement)))
    return statement.kind === 'skip'
      ? { kind: 'skip', signers, signature }
      : { kind: 'finalize', id: idOf(1), signers, signature }
  }
  const skip = side(skippers, { kind: 'skip', epochHash, view: 3 })
  return {
    kind: 'certificates',
    epoch: 0,
    view: 3,
    pair: [skip, side(finalizers, { kind: 'finalize', epochHash, view: 3, id: idOf(1) })],
  }
}

test('evidence: each forbidden pair tombstones its signer, who loses 5 %, half of it to the reporter', () => {
  const staking = three()
  const forms = [
    votes(staking, ['proposal', 1], ['proposal', 2]),
    votes(staking, ['notarize', 1], ['notarize', 2]),
    votes(staking, ['finalize', 1], ['finalize', 2]),
    votes(staking, ['skip', 0], ['finalize', 2]),
    attestations(staking),
    certificates(staking, [0, 2], [0, 1]),
  ]
  for (const evidence of forms) {
    const fresh = three()
    const { result, events } = submit(fresh, evidence)
    assert.equal(result, [1n, 0n], evidence.kind)
    assert.equal([events.at(-1)!.name, events.at(-1)!.args['slashedWei']], ['Punished', 50n * OPEN])
    const { isTombstoned, isContender, stakeWei } = validatorView(fresh.world, 0)
    assert.equal([isTombstoned, isContender, stakeWei], [true, false, 950n * OPEN])
    assert.is(fresh.world.balanceOf(REPORTER), 25n * OPEN)
    assert.is(fresh.world.balanceOf(NOBODY), 25n * OPEN)
    assert.is(view(fresh.world, STAKING, 'isPunished', [toHex(operatorOf(0)), 0n]), true)
    assert.equal(
      readValidatorSet(reader(fresh.world))!
        .map(({ power }) => power)
        .sort(),
      [400n, 600n],
    )
  }
})

test('evidence: certificates convict everyone who signed both, as many at a time as asked', () => {
  const staking = three()
  const evidence = certificates(staking, [0, 1, 2], [0, 1])
  assert.equal(submit(staking, evidence, 1n).result, [1n, 1n])
  assert.equal(submit(staking, evidence).result, [1n, 0n])
  refuse(staking, evidence, 'AlreadyPunished')
  assert.equal(
    [0, 1, 2].map((n) => validatorView(staking.world, n).isTombstoned),
    [true, true, false],
  )
  refuse(three(), certificates(staking, [0, 2], [1]), 'NobodyAccused')
})

test('evidence: an offence is punished once an epoch, whichever pair shows it; the next epoch is another', () => {
  const staking = three()
  beginEpoch(staking)
  submit(staking, equivocation(staking, 0, 0))
  refuse(staking, attestations(staking), 'AlreadyPunished')
  assert.equal(submit(staking, equivocation(staking, 1, 0)).result, [1n, 0n])
  assert.is(validatorView(staking.world, 0).stakeWei, (1_000n * OPEN * 9_025n) / 10_000n)
})

test('evidence: what is not signed, not of the set, or not a forbidden pair is refused', () => {
  const staking = three()
  const good = equivocation(staking, 0, 0) as Evidence & { readonly kind: 'statements' }
  refuse(staking, { ...good, signer: indexIn(staking, 0, 1) }, 'BadSignature', [0])
  refuse(staking, { ...good, view: 4 }, 'BadSignature', [0])
  const [first, second] = good.pair
  const forged = { ...second, signature: first.signature }
  refuse(staking, { ...good, pair: [first, forged] }, 'BadSignature')
  refuse(staking, { ...good, signer: 3 }, 'NobodyAccused')
  const future = { ...good, epoch: 1 }
  const set = toHex(encodeSet(staking.epochs[0]!.set))
  const submitRaw = (evidence: Uint8Array, opening: string, error: string, args?: readonly unknown[]) =>
    expectRefused(
      staking.world,
      STAKING,
      'submitEvidence',
      [toHex(evidence), opening, 9n],
      { from: REPORTER },
      error,
      args,
    )
  submitRaw(encodeEvidence(future), set, 'UnknownEpoch', [1])
  submitRaw(encodeEvidence(good), toHex(encodeSet(staking.epochs[0]!.set.slice(1))), 'SetMismatch')
  submitRaw(encodeEvidence(good), '0x', 'SetMismatch')
  submitRaw(encodeEvidence(good), toHex(new Uint8Array(20_000)), 'BadEvidence')
  submitRaw(new Uint8Array(0), set, 'BadEvidence', ['form 1, 2 or 3', '0'])
  const bytes = encodeEvidence(good)
  submitRaw(concat(bytes, bytes), set, 'BadEvidence')
  assert.is(validatorView(staking.world, 0).isTombstoned, false)
})

test('evidence: stake that left in the epoch of the offence or later pays, what left before does not', () => {
  const staking = three()
  const { world } = staking
  const operator = toHex(operatorOf(0))
  pay(world, DELEGATOR, 'delegate', [operator], 300n * OPEN)
  send(world, STAKING, 'undelegate', [operator, 100n * OPEN], { from: DELEGATOR })
  beginEpoch(staking)
  send(world, STAKING, 'undelegate', [operator, 60n * OPEN], { from: DELEGATOR })
  world.mine(10n)
  beginEpoch(staking)
  send(world, STAKING, 'undelegate', [operator, 40n * OPEN], { from: DELEGATOR })
  submit(staking, equivocation(staking, 1, 0))
  assert.equal(
    unbondingsOf(world, DELEGATOR).map(({ amountWei }) => amountWei),
    [100n * OPEN, 57n * OPEN, 38n * OPEN],
  )
  assert.is(positionsOf(world, DELEGATOR)[0]!.stakeWei, 95n * OPEN)
  assert.is(validatorView(world, 0).selfStakeWei, 950n * OPEN)
  // Taken back after the slash, in the same epoch: another pool, whose wei are whole.
  send(world, STAKING, 'undelegate', [operator, 95n * OPEN], { from: DELEGATOR })
  assert.is(unbondingsOf(world, DELEGATOR)[3]!.amountWei, 95n * OPEN)
  world.mine(10n)
  beginEpoch(staking)
  world.mine(100n)
  assert.is(send(world, STAKING, 'withdrawUnbonded', [9n], { from: DELEGATOR }).result, 290n * OPEN)
  assert.is(world.balanceOf(DELEGATOR), 290n * OPEN)
})

test('evidence: expires when the stake of its epoch is free, and not a second before', () => {
  const staking = three()
  const { world } = staking
  const evidence = equivocation(staking, 0, 0)
  world.mine(50n)
  beginEpoch(staking)
  const since = view(world, STAKING, 'releaseTimeOf', [0n]) as bigint
  assert.is(since, world.block.timestamp + 100n)
  world.mine(100n)
  refuse(staking, evidence, 'EvidenceExpired', [0, since])
  world.block = { ...world.block, timestamp: since - 1n }
  assert.equal(submit(staking, evidence).result, [1n, 0n])
})

test('evidence: the reporter gets no more than the cap', () => {
  const staking = three({ reporterRewardWeiMax: OPEN, slashBps: 10_000n })
  submit(staking, equivocation(staking, 0, 0))
  assert.is(staking.world.balanceOf(REPORTER), OPEN)
  assert.is(staking.world.balanceOf(NOBODY), 999n * OPEN)
  assert.is(validatorView(staking.world, 0).stakeWei, 0n)
})

test('tombstone: takes no stake, is no contender, never registers again; its delegators leave', () => {
  const staking = three()
  const { world } = staking
  const operator = toHex(operatorOf(0))
  pay(world, DELEGATOR, 'delegate', [operator], 10n * OPEN)
  submit(staking, equivocation(staking, 0, 0))
  const rich = { from: DELEGATOR, wei: OPEN }
  world.setBalance(DELEGATOR, OPEN)
  world.setBalance(operatorOf(0), 10n * OPEN)
  expectRefused(world, STAKING, 'delegate', [operator], rich, 'Tombstoned', [operator])
  expectRefused(world, STAKING, 'contend', [operator], {}, 'Tombstoned', [operator])
  const { blsKey, p2pKey } = genesisValidator(0, 0n)
  const keys = [toHex(blsKey), toHex(new Uint8Array(96)), toHex(p2pKey), toHex(account(1)), 0]
  expectRefused(world, STAKING, 'createValidator', keys, { from: operatorOf(0), wei: OPEN }, 'ValidatorExists')
  expectRefused(world, STAKING, 'createValidator', keys, { from: DELEGATOR, wei: OPEN }, 'KeyInUse')
  send(world, STAKING, 'undelegate', [operator, (10n * OPEN * 95n) / 100n], { from: DELEGATOR })
  assert.equal(positionsOf(world, DELEGATOR), [])
  assert.is(unbondingsOf(world, DELEGATOR)[0]!.amountWei, (10n * OPEN * 95n) / 100n)
})

test('evidence: at any gas below the need nothing happens', () => {
  const staking = three()
  const args = evidenceArgs(staking, equivocation(staking, 0, 0))
  const { gasUsed } = send(three().world, STAKING, 'submitEvidence', args, { from: REPORTER })
  for (let gas = 0n; gas < gasUsed - 5_000n; gas += gasUsed / 12n)
    expectRefused(staking.world, STAKING, 'submitEvidence', args, { from: REPORTER, gas }, 'outOfGas')
})

test.run()
