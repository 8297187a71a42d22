/** IModel: life cycle, registration and its checks, attestation, rates, deposits, royalties. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { encodeIndexHeader } from '../../../influence/indexFile.ts'
import { MOVES, STATE } from '../../../precompiles/model/lifeCycle.ts'
import { indexFileBytes } from '../../../precompiles/model/sourceHeader.ts'
import { fromHex, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { refuseMisuse } from '../economy/misuse.ts'
import {
  ATTRIBUTION,
  GOVERNOR_CALL,
  idOf,
  MODEL,
  OPEN,
  OWNER,
  proposalOf,
  publishRows,
  RATES,
  refuse,
  STAKE_WEI,
  SYSTEM_CALL,
  sendFrom,
  serveVersion,
  trainModel,
  treasuryOf,
  versionIdOf,
  versionOf,
  word,
} from '../economy/scenario.ts'
import { account, freshWorld, send, view, type World } from '../world.ts'

const STRANGER = account(77)
const owner = { from: OWNER }
const fresh = (params: Readonly<Record<string, bigint>> = {}): World => {
  const world = freshWorld({ params: { revealWindowS: 1n, ratesNoticeS: 100n, rowsPerAccountDay: 1_000n, ...params } })
  world.block = { ...world.block, number: 5n }
  return world
}
const modelOf = (world: World, modelId = 1n) => view(world, MODEL, 'getModel', [modelId]) as Record<string, unknown>
const propose = (world: World, options = {}) =>
  sendFrom(world, OWNER, MODEL, 'propose', [proposalOf(options)], STAKE_WEI)

/** A world with a model in each state that a move can start from. */
function modelIn(state: bigint): World {
  const world = fresh()
  publishRows(world, 2, 1)
  propose(world)
  if (state === STATE.rejected) send(world, MODEL, 'reject', [1n], GOVERNOR_CALL)
  if (state !== STATE.rejected && state !== STATE.proposed && state !== STATE.retired)
    send(world, MODEL, 'approve', [1n], GOVERNOR_CALL)
  if (state === STATE.training || state === STATE.deployed) send(world, MODEL, 'startTraining', [1n], owner)
  if (state === STATE.deployed) serveVersion(world, 1n)
  if (state === STATE.retired) send(world, MODEL, 'retire', [1n], owner)
  assert.is(BigInt(modelOf(world)['state'] as number), state)
  return world
}

test('propose: keeps the words, holds the stake, numbers models from 1 and the owner as a contributor', () => {
  const world = fresh()
  const { result, events } = propose(world)
  assert.is(result, 1n)
  assert.equal(
    events.map(({ name }) => name),
    ['ModelProposed', 'ModelStateChanged'],
  )
  const model = modelOf(world)
  assert.is(model['purpose'], 'answers in tests')
  assert.equal(model['datanets'], [1n])
  assert.equal(model['rates'], RATES)
  assert.equal(model['nextRates'], RATES)
  assert.is(model['ownerId'], idOf(world, OWNER))
  assert.is(String(model['owner']).toLowerCase(), toHex(OWNER))
  assert.is(model['stakeWei'], STAKE_WEI)
  assert.is(world.balanceOf(MODEL.address), STAKE_WEI)
  assert.is(view(world, MODEL, 'liabilities'), STAKE_WEI)
  assert.is(view(world, MODEL, 'modelCount'), 1n)
})

test('propose: a wrong stake, long words, too many Datanets and shares out of bounds are refused with the facts', () => {
  const world = fresh()
  const from = (wei: bigint) => ({ from: OWNER, wei })
  const proposal = proposalOf()
  const bad = (change: object, error: string, args?: readonly unknown[]) =>
    refuse(world, MODEL, 'propose', [{ ...proposal, ...change }], from(STAKE_WEI), error, args)
  refuse(world, MODEL, 'propose', [proposal], from(STAKE_WEI - 1n), 'WrongStake', [STAKE_WEI, STAKE_WEI - 1n])
  refuse(world, MODEL, 'propose', [proposal], from(STAKE_WEI + 1n), 'WrongStake')
  bad({ purpose: 'x'.repeat(1_025) }, 'TextTooLong', ['purpose', 1_024, 1_025])
  bad({ architecture: 'ä'.repeat(513) }, 'TextTooLong', ['architecture', 1_024, 1_026])
  bad({ datanets: Array(17).fill(1n) }, 'TooMany', [16, 17])
  const rates = (change: object) => ({ rates: { ...RATES, ...change } })
  bad(rates({ modelBps: 8_600, contributorsBps: 400 }), 'ShareOutOfBounds', ['modelBps', 2_000, 8_500, 8_600])
  bad(rates({ stakersBps: 499 }), 'ShareOutOfBounds', ['stakersBps', 500, 3_000, 499])
  bad(rates({ contributorsBps: 999 }), 'ShareOutOfBounds', ['contributorsBps', 1_000, 7_000, 999])
  bad(rates({ contributorsBps: 2_001 }), 'SharesNotWhole', [10_001])
  bad(rates({ providerBps: 10_001 }), 'ModelPartOverspent', [10_001, 0])
})

test('life cycle: each move starts from its states only, and says the state otherwise', () => {
  const world = fresh()
  refuse(world, MODEL, 'approve', [1n], GOVERNOR_CALL, 'UnknownModel', [1])
  const calls = {
    approve: { name: 'approve', args: [1n], options: GOVERNOR_CALL },
    reject: { name: 'reject', args: [1n], options: GOVERNOR_CALL },
    startTraining: { name: 'startTraining', args: [1n], options: owner },
    setRates: { name: 'setRates', args: [1n, RATES], options: owner },
    retire: { name: 'retire', args: [1n], options: owner },
  } as const
  for (const state of Object.values(STATE).filter((s) => s !== STATE.none)) {
    for (const [move, { name, args, options }] of Object.entries(calls)) {
      const there = modelIn(state)
      const rule = MOVES[move as keyof typeof calls]
      if (rule.from.includes(state)) {
        send(there, MODEL, name, args, options)
        assert.is(BigInt(modelOf(there)['state'] as number), rule.to ?? state, `${move} from ${state}`)
      } else refuse(there, MODEL, name, args, options, 'WrongModelState', [1, state])
    }
  }
})

test('approve and reject: by the governor; the stake returns or goes to the treasury', () => {
  const world = fresh()
  propose(world)
  propose(world)
  refuse(world, MODEL, 'approve', [1n], owner, 'NotGovernor', [toHex(OWNER)])
  refuse(world, MODEL, 'reject', [1n], { from: STRANGER }, 'NotGovernor', [toHex(STRANGER)])
  send(world, MODEL, 'approve', [1n], GOVERNOR_CALL)
  assert.is(world.balanceOf(OWNER), STAKE_WEI)
  send(world, MODEL, 'reject', [2n], GOVERNOR_CALL)
  assert.is(treasuryOf(world), STAKE_WEI)
  assert.is(world.balanceOf(MODEL.address), 0n)
  assert.is(view(world, MODEL, 'liabilities'), 0n)
})

test('owner: nobody else trains, registers, sets rates or retires', () => {
  const world = modelIn(STATE.training)
  const args = [idOf(world, OWNER), toHex(STRANGER)]
  const { args: registration } = versionOf(world, 1n)
  const stranger = { from: STRANGER }
  refuse(world, MODEL, 'startTraining', [1n], stranger, 'NotModelOwner', args)
  refuse(world, MODEL, 'registerVersion', registration, stranger, 'NotModelOwner', args)
  refuse(world, MODEL, 'setRates', [1n, RATES], stranger, 'NotModelOwner', args)
  refuse(world, MODEL, 'retire', [1n], stranger, 'NotModelOwner', args)
})

test('registerVersion: stores the spec, takes the deposit, names the version before it exists', () => {
  const world = modelIn(STATE.training)
  assert.is(view(world, MODEL, 'versionIdOf', [1n, 1n]), toHex(versionIdOf(1n, 1n)))
  const { args, versionId, sourceRoot, depositWei } = versionOf(world, 1n)
  assert.is(depositWei, OPEN / 100n)
  const { result, events } = sendFrom(world, OWNER, MODEL, 'registerVersion', args, depositWei)
  assert.equal(result, [toHex(versionId), 1n])
  assert.equal(events[0]!.args['header'], args[1])
  const info = view(world, MODEL, 'getVersion', [toHex(versionId)]) as Record<string, unknown>
  assert.equal(info['spec'], args[2])
  assert.is(info['sourceRoot'], toHex(sourceRoot))
  assert.is(info['rowCount'], 2)
  assert.is(info['registeredBlock'], world.block.number)
  assert.is(info['state'], 1)
  const terms = view(world, MODEL, 'termsOf', [toHex(versionId)]) as Record<string, unknown>
  assert.is(terms['isServing'], false)
  assert.is(view(world, MODEL, 'liabilities'), depositWei)
  assert.is(modelOf(world)['depositWei'], depositWei)
})

test('registerVersion: a header that differs from the chain is refused by the name of the field', () => {
  const world = modelIn(STATE.training)
  const other = keccak256(utf8('other'))
  const attempt = (header: object, field: string, expected: string, got: string) => {
    const { args, depositWei } = versionOf(world, 1n, { header })
    const facts = [field, expected, got]
    refuse(world, MODEL, 'registerVersion', args, { from: OWNER, wei: depositWei }, 'HeaderMismatch', facts)
  }
  const { args } = versionOf(world, 1n)
  const seed = toHex(fromHex(args[1]).slice(80, 112))
  attempt({ modelVersion: other }, 'modelVersion', toHex(versionIdOf(1n, 1n)), toHex(other))
  attempt({ guardSeed: other }, 'guardSeed', seed, toHex(other))
  attempt({ rowCount: 3 }, 'n', word(2n), word(3n))
  attempt({ tau: 95 }, 'tau', word(96n), word(95n))
  attempt({ clip: 255 }, 'clip', word(4n), word(255n))
  attempt({ kind: 'retrieval', blockCount: 1, clip: 255 }, 'kind', word(1n), word(3n))
})

test('registerVersion: every broken header byte string gets an ABI error and changes nothing', () => {
  const world = modelIn(STATE.training)
  const { args, depositWei } = versionOf(world, 1n)
  const options = { from: OWNER, wei: depositWei }
  const header = fromHex(args[1])
  const attempt = (bytes: Uint8Array, code: string) =>
    refuse(world, MODEL, 'registerVersion', [1n, toHex(bytes), args[2]], options, 'BadHeader', [code, ...FACTS[code]!])
  const FACTS: Record<string, readonly string[]> = {
    BadLength: ['176', '175'],
    BadMagic: ['DZI1', String(0x31495a45)],
    BadVersion: ['1', '2'],
    BadPadding: ['0', 'reserved bytes'],
    WrongKind: ['1 or 3', '2'],
  }
  const changed = (at: number, to: number) => header.map((byte, i) => (i === at ? to : byte))
  attempt(header.slice(1), 'BadLength')
  attempt(changed(0, 0x45), 'BadMagic')
  attempt(changed(4, 2), 'BadVersion')
  attempt(changed(22, 1), 'BadPadding')
  attempt(changed(6, 2), 'WrongKind')
})

test('registerVersion: a spec that cannot be attested or paid is refused with the facts', () => {
  const world = modelIn(STATE.training)
  publishRows(world, 1, 1, 'second')
  const attempt = (spec: object, error: string, args?: readonly unknown[]) => {
    const registration = versionOf(world, 1n, { spec: spec as Record<string, unknown> })
    const options = { from: OWNER, wei: registration.depositWei }
    refuse(world, MODEL, 'registerVersion', registration.args, options, error, args)
  }
  const first = { datanetId: 1n, version: 1n }
  const parent = (n: number, royaltyBps: number) => ({ versionId: word(BigInt(n)), royaltyBps })
  attempt({ method: 0 }, 'UnsupportedMethod', [0])
  attempt({ method: 4 }, 'UnsupportedMethod', [4])
  attempt({ engine: 0 }, 'UnsupportedEngine', [0, 1])
  attempt({ datanets: [] }, 'NoDatanets', [])
  attempt({ datanets: [first, { datanetId: 1n, version: 2n }] }, 'DuplicateDatanet', [1])
  attempt({ datanets: [{ datanetId: 1n, version: 2n }] }, 'UnknownVersion', [1, 2])
  attempt({ datanets: [{ datanetId: 9n, version: 1n }] }, 'UnknownDatanet', [9])
  attempt({ datanets: Array(17).fill(first) }, 'TooMany', [16, 17])
  attempt({ baseHash: word(5n) }, 'BaseMismatch', [toHex(keccak256(utf8('base'))), word(5n)])
  attempt({ parents: Array.from({ length: 9 }, (_, i) => parent(i, 1)) }, 'TooMany', [8, 9])
  attempt({ parents: [parent(5, 1)] }, 'UnknownVersion', [word(5n)])
  const index = (sizeBytes: bigint) => ({ source: { digest: word(1n), sizeBytes } })
  attempt(index(1n << 31n), 'SourceTooLarge', [1 << 30, 2 ** 31])
  attempt(index(977n), 'SourceSizeMismatch', [1_024, 977])
  const { args, depositWei } = versionOf(world, 1n)
  const short = { from: OWNER, wei: depositWei - 1n }
  refuse(world, MODEL, 'registerVersion', args, short, 'WrongDeposit', [depositWei, depositWei - 1n])
})

test('index size: follows from the header as the file lays it out', () => {
  const header = { kind: 'gradient', clip: 4, acceptedCount: 1, tau: 96, rhoRef: 0n } as const
  const hashes = { modelVersion: word(0n), guardSeed: word(0n), layersHash: word(0n), rowsRoot: word(0n) }
  const bytes = Object.fromEntries(Object.entries(hashes).map(([k, v]) => [k, fromHex(v)])) as never as Parameters<
    typeof encodeIndexHeader
  >[0]
  // 900 rows of 8 blocks of 256: the main vector's shape, 176 + 256 + 900·(40 + 16 + 256) = 281,232 → 281,280 + codes.
  const size = indexFileBytes({ ...bytes, ...header, rowCount: 900, blockCount: 8, rowBytes: 2_048 })
  assert.is(size, 281_280n + 900n * 2_048n)
})

test('attestation: only in a settlement by the executor; the root must be the index root; the model deploys', () => {
  const world = modelIn(STATE.training)
  const { args, versionId, sourceRoot, depositWei } = versionOf(world, 1n)
  sendFrom(world, OWNER, MODEL, 'registerVersion', args, depositWei)
  const id = toHex(versionId)
  refuse(world, MODEL, 'attestVersion', [id, toHex(sourceRoot)], owner, 'NotNative', [toHex(OWNER)])
  refuse(world, MODEL, 'attestVersion', [id, toHex(sourceRoot)], SYSTEM_CALL, 'NotNative')
  const settle = (versionHex: string, root: string) => [versionHex, root, '0x01', '0x02']
  refuse(world, ATTRIBUTION, 'settleVersion', settle(id, toHex(sourceRoot)), owner, 'NotSystem', [toHex(OWNER)])
  refuse(world, ATTRIBUTION, 'settleVersion', settle(id, word(1n)), SYSTEM_CALL, 'RootMismatch', [
    toHex(sourceRoot),
    word(1n),
  ])
  refuse(world, ATTRIBUTION, 'settleVersion', settle(word(3n), word(1n)), SYSTEM_CALL, 'UnknownVersion', [word(3n)])
  const { events } = send(world, ATTRIBUTION, 'settleVersion', settle(id, toHex(sourceRoot)), SYSTEM_CALL)
  assert.is(events[0]!.name, 'VersionAttested')
  assert.is(modelOf(world)['servingVersion'], id)
  assert.is(BigInt(modelOf(world)['state'] as number), STATE.deployed)
  refuse(world, ATTRIBUTION, 'settleVersion', settle(id, toHex(sourceRoot)), SYSTEM_CALL, 'WrongVersionState', [id, 2])
})

test('attestation: a model retired meanwhile is not revived', () => {
  const world = modelIn(STATE.training)
  const { args, versionId, sourceRoot, depositWei } = versionOf(world, 1n)
  sendFrom(world, OWNER, MODEL, 'registerVersion', args, depositWei)
  send(world, MODEL, 'retire', [1n], owner)
  const settle = [toHex(versionId), toHex(sourceRoot), '0x01', '0x02']
  refuse(world, ATTRIBUTION, 'settleVersion', settle, SYSTEM_CALL, 'WrongModelState', [1, STATE.retired])
})

test('retire: stake and deposits return, the version stops serving, its number is never used again', () => {
  const world = modelIn(STATE.deployed)
  const { versionId } = serveVersion(world, 1n)
  const depositWei = modelOf(world)['depositWei'] as bigint
  const before = world.balanceOf(OWNER)
  send(world, MODEL, 'retire', [1n], owner)
  assert.is(world.balanceOf(OWNER), before + depositWei)
  assert.is(view(world, MODEL, 'liabilities'), 0n)
  assert.is(modelOf(world)['versionCount'], 2n)
  const terms = view(world, MODEL, 'termsOf', [toHex(versionId)]) as Record<string, unknown>
  assert.is(terms['isServing'], false)
  const proposed = modelIn(STATE.proposed)
  send(proposed, MODEL, 'retire', [1n], owner)
  assert.is(proposed.balanceOf(OWNER), STAKE_WEI)
})

test('setRates: old rates hold until the notice is over, a second announcement replaces the first', () => {
  const world = modelIn(STATE.deployed)
  const ratesNow = () => (modelOf(world)['rates'] as typeof RATES).inputWei
  const { events } = send(world, MODEL, 'setRates', [1n, { ...RATES, inputWei: 7n }], owner)
  assert.is(events[0]!.args['effectiveAt'], world.block.timestamp + 100n)
  world.mine(50n)
  send(world, MODEL, 'setRates', [1n, { ...RATES, inputWei: 8n }], owner)
  world.mine(99n)
  assert.is(ratesNow(), RATES.inputWei)
  assert.is((modelOf(world)['nextRates'] as typeof RATES).inputWei, 8n)
  world.mine(1n)
  assert.is(ratesNow(), 8n)
  send(world, MODEL, 'setRates', [1n, { ...RATES, inputWei: 9n }], owner)
  assert.is(ratesNow(), 8n)
  refuse(world, MODEL, 'setRates', [1n, { ...RATES, stakersBps: 0 }], owner, 'ShareOutOfBounds')
})

test('parents: royalties are bounded and leave room for the provider, now and announced', () => {
  const world = modelIn(STATE.deployed)
  const parents = Array.from({ length: 3 }, () => toHex(serveVersion(world, 1n).versionId))
  const child = trainModel(world)
  const attempt = (list: readonly object[], error: string, args?: readonly unknown[]) => {
    const { args: registration, depositWei } = versionOf(world, child, { parents: list as never })
    refuse(world, MODEL, 'registerVersion', registration, { from: OWNER, wei: depositWei }, error, args)
  }
  const [a, b, c] = parents as [string, string, string]
  attempt([{ versionId: a, royaltyBps: 0 }], 'ZeroRoyalty', [a])
  attempt(
    [
      { versionId: a, royaltyBps: 2_501 },
      { versionId: b, royaltyBps: 2_500 },
    ],
    'RoyaltiesTooHigh',
    [5_000, 5_001],
  )
  attempt(
    [
      { versionId: a, royaltyBps: 1 },
      { versionId: a, royaltyBps: 1 },
    ],
    'DuplicateParent',
    [a],
  )
  send(world, MODEL, 'setRates', [child, { ...RATES, providerBps: 6_000 }], owner)
  attempt([{ versionId: a, royaltyBps: 4_001 }], 'ModelPartOverspent', [6_000, 4_001])
  const lineage = [
    { versionId: a, royaltyBps: 1_000 },
    { versionId: c, royaltyBps: 3_000 },
  ]
  const { versionId } = serveVersion(world, child, { parents: lineage })
  assert.equal(view(world, MODEL, 'lineage', [toHex(versionId)]), lineage)
  const greedy = [child, { ...RATES, providerBps: 6_001 }]
  refuse(world, MODEL, 'setRates', greedy, owner, 'ModelPartOverspent', [6_001, 4_000])
})

test('misuse: delegated, static, garbage and unwanted value get an ABI error on every function', () => {
  assert.ok(refuseMisuse(modelIn(STATE.training), MODEL) > 80)
})

test('registerVersion: every gas limit below the need runs out and changes nothing', () => {
  const world = modelIn(STATE.training)
  const { args, depositWei } = versionOf(world, 1n)
  const { gasUsed } = modelInCopy()
  for (let gas = 1_000n; gas < gasUsed; gas += gasUsed / 23n)
    refuse(world, MODEL, 'registerVersion', args, { from: OWNER, wei: depositWei, gas }, 'outOfGas')
})

function modelInCopy() {
  const world = modelIn(STATE.training)
  const { args, depositWei } = versionOf(world, 1n)
  return sendFrom(world, OWNER, MODEL, 'registerVersion', args, depositWei)
}

test('views: unknown ids are refused by name', () => {
  const world = fresh()
  refuse(world, MODEL, 'getModel', [4n], {}, 'UnknownModel', [4])
  refuse(world, MODEL, 'getVersion', [word(4n)], {}, 'UnknownVersion', [word(4n)])
  refuse(world, MODEL, 'termsOf', [word(4n)], {}, 'UnknownVersion', [word(4n)])
  refuse(world, MODEL, 'lineage', [word(4n)], {}, 'UnknownVersion', [word(4n)])
  assert.is(view(world, MODEL, 'depositFor', [1n]), view(world, MODEL, 'depositFor', [1_048_576n]))
  assert.is(view(world, MODEL, 'depositFor', [1_048_577n]), OPEN / 50n)
  assert.is(view(world, MODEL, 'depositFor', [0n]), 0n)
})

test.run()
