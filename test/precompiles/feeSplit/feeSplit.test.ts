/** IFeeSplit: quotes, claims, claimers, royalty pools, treasury. */

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeFunctionData, parseEventLogs } from 'viem'
import { INFERENCE_ADDRESS, SYSTEM_ADDRESS } from '../../../precompiles/addresses.ts'
import { attributionAbi } from '../../../precompiles/generated/attribution.ts'
import { feeSplitAbi } from '../../../precompiles/generated/feeSplit.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { refuseMisuse } from '../economy/misuse.ts'
import {
  ATTRIBUTION,
  answerJob,
  balanceOf,
  CONTRIBUTOR,
  checkSolvent,
  contributorWallet,
  equalEntries,
  FEE_SPLIT,
  GOVERNOR_CALL,
  INFERENCE,
  idOf,
  keyOf,
  MODEL,
  milli,
  NOBODY,
  OWNER,
  openJob,
  PARAMS,
  PROVIDER,
  RATES,
  refuse,
  resultOf,
  SYSTEM_CALL,
  servedWorld,
  serveVersion,
  settleJob,
  trainModel,
  treasuryOf,
  word,
} from '../economy/scenario.ts'
import { account, send, view } from '../world.ts'

const STRANGER = account(77)
const SAFE = account(78)
const poolOf = (world: Parameters<typeof view>[0], versionId: Uint8Array) =>
  view(world, FEE_SPLIT, 'poolOf', [toHex(versionId)]) as bigint
const safe = toHex(SAFE)

/** A world in which four contributors have 0.032 each and the owner 0.448. */
function paidWorld() {
  const served = servedWorld()
  const { world, version, rows } = served
  const jobId = openJob(world, version.versionId)
  answerJob(world, jobId)
  settleJob(world, jobId, resultOf(version, equalEntries(rows)))
  const ids = rows.map(({ wallet }) => idOf(world, wallet))
  return { ...served, jobId, ids }
}

test('quote: tokens at the version’s rates and the platform part, as a settlement charges it', () => {
  const { world, version, modelId } = servedWorld()
  const quote = (inputTokens: number, outputTokens: number) =>
    view(world, FEE_SPLIT, 'quote', [toHex(version.versionId), inputTokens, outputTokens])
  assert.is(quote(120, 100), 1_140n * milli)
  assert.is(quote(0, 0), 500n * milli)
  send(world, PARAMS, 'set', [keyOf('platformBps'), 1_000n], GOVERNOR_CALL)
  assert.is(quote(120, 100), 1_204n * milli)
  send(world, MODEL, 'setRates', [modelId, { ...RATES, inputWei: 0n }], { from: OWNER })
  assert.is(quote(120, 100), 1_204n * milli)
  world.mine(100n)
  assert.is(quote(120, 100), 940n * milli)
  assert.is(quote(2 ** 32 - 1, 0), 500n * milli)
  refuse(world, FEE_SPLIT, 'quote', [word(4n), 1, 1], {}, 'UnknownVersion', [word(4n)])
})

test('settlement events: each credit says who, for which job, as what, and how much; the sum is the split', () => {
  const { world, version, rows } = servedWorld(4, 2)
  const jobId = openJob(world, version.versionId)
  answerJob(world, jobId)
  const args = [jobId, toHex(resultOf(version, equalEntries(rows))), '0x01', '0x02'] as const
  const input = fromHex(encodeFunctionData({ abi: attributionAbi, functionName: 'settle', args }))
  const outcome = world.raw(ATTRIBUTION.address, input, SYSTEM_CALL)
  assert.ok(outcome.kind === 'ok')
  const logs = parseEventLogs({ abi: feeSplitAbi, logs: outcome.logs as never })
  const credits = logs.filter((log) => log.eventName === 'Credited').map((log) => log.args)
  assert.equal(credits, [
    { id: idOf(world, OWNER), jobId, role: 1, creditWei: 448n * milli },
    { id: idOf(world, contributorWallet(0)), jobId, role: 0, creditWei: 64n * milli },
    { id: idOf(world, contributorWallet(1)), jobId, role: 0, creditWei: 64n * milli },
  ])
  const [split] = logs.filter((log) => log.eventName === 'FeeSplit').map((log) => log.args.split)
  assert.is(split!.rewardsWei, 128n * milli)
  assert.is(split!.feeWei, 1_140n * milli)
})

test('bookJob: by IInference alone, for exactly what it brings', () => {
  const { world, version } = servedWorld()
  const stranger = { from: STRANGER, wei: 1n }
  refuse(world, FEE_SPLIT, 'bookJob', [jobFee(version.versionId)], stranger, 'NotNative', [toHex(STRANGER)])
  const inference = { from: INFERENCE_ADDRESS }
  refuse(world, FEE_SPLIT, 'bookJob', [jobFee(version.versionId)], inference, 'WrongValue', [6n * 10n ** 15n + 1n, 0])
})

const jobFee = (versionId: Uint8Array) => ({
  ...{ jobId: 1n, versionId: toHex(versionId), providerId: 1n, inputTokens: 1, outputTokens: 1 },
  ...{ rates: RATES, platformFlatWei: 1n, platformBps: 0, callbackWei: 0n, payees: [] },
})

test('claim: all of the own balance, to any address that can use it, once', () => {
  const { world, ids, rows } = paidWorld()
  const from = { from: rows[0]!.wallet }
  const { result, events } = send(world, FEE_SPLIT, 'claim', [safe], from)
  assert.is(result, 32n * milli)
  assert.equal(events[0]!.args['id'], ids[0])
  assert.is(world.balanceOf(SAFE), 32n * milli)
  assert.is(balanceOf(world, ids[0]!), 0n)
  refuse(world, FEE_SPLIT, 'claim', [safe], from, 'NothingToClaim', [ids[0]])
  refuse(world, FEE_SPLIT, 'claim', [safe], { from: STRANGER }, 'NotClaimer', [0, toHex(STRANGER)])
  const other = { from: rows[1]!.wallet }
  refuse(world, FEE_SPLIT, 'claim', [NOBODY], other, 'BadRecipient', [NOBODY])
  refuse(world, FEE_SPLIT, 'claim', [toHex(FEE_SPLIT.address)], other, 'BadRecipient')
  checkSolvent(world)
})

test('claimMany: by claimers for ids that named them, and by wallets for their own', () => {
  const { world, ids, rows } = paidWorld()
  for (const row of rows.slice(0, 2)) send(world, FEE_SPLIT, 'setClaimer', [toHex(STRANGER)], { from: row.wallet })
  const stranger = { from: STRANGER }
  refuse(world, FEE_SPLIT, 'claimMany', [ids.slice(0, 3), safe], stranger, 'NotClaimer', [ids[2], toHex(STRANGER)])
  refuse(world, FEE_SPLIT, 'claimMany', [[ids[0], ids[0]], safe], stranger, 'NothingToClaim', [ids[0]])
  refuse(world, FEE_SPLIT, 'claimMany', [Array(65).fill(ids[0]), safe], stranger, 'TooMany', [64, 65])
  refuse(world, FEE_SPLIT, 'claimMany', [[999n], safe], stranger, 'UnknownContributor', [999])
  assert.is(send(world, FEE_SPLIT, 'claimMany', [ids.slice(0, 2), safe], stranger).result, 64n * milli)
  assert.is(world.balanceOf(SAFE), 64n * milli)
  send(world, FEE_SPLIT, 'claimMany', [[ids[3]], safe], { from: rows[3]!.wallet })
  send(world, FEE_SPLIT, 'setClaimer', [NOBODY], { from: rows[0]!.wallet })
  assert.is(view(world, FEE_SPLIT, 'claimerOf', [ids[0]]), NOBODY)
  refuse(world, FEE_SPLIT, 'claimMany', [[ids[0]], safe], stranger, 'NotClaimer')
  refuse(world, FEE_SPLIT, 'setClaimer', [safe], stranger, 'NotClaimer', [0, toHex(STRANGER)])
})

test('rotation: claims and setClaimer wait while one is pending, and income follows the number', () => {
  const { world, ids, rows } = paidWorld()
  const [id, wallet] = [ids[0]!, rows[0]!.wallet]
  send(world, FEE_SPLIT, 'setClaimer', [toHex(PROVIDER)], { from: wallet })
  send(world, CONTRIBUTOR, 'requestRotation', [id, toHex(STRANGER)], { from: wallet })
  refuse(world, FEE_SPLIT, 'claim', [safe], { from: wallet }, 'RotationPending', [id])
  refuse(world, FEE_SPLIT, 'claimMany', [[id], safe], { from: PROVIDER }, 'RotationPending', [id])
  refuse(world, FEE_SPLIT, 'setClaimer', [safe], { from: wallet }, 'RotationPending', [id])
  send(world, CONTRIBUTOR, 'acceptRotation', [id], { from: STRANGER })
  world.mine(7n * 86_400n)
  send(world, CONTRIBUTOR, 'finishRotation', [id], {})
  refuse(world, FEE_SPLIT, 'claim', [safe], { from: wallet }, 'NotClaimer', [0, toHex(wallet)])
  assert.is(send(world, FEE_SPLIT, 'claim', [safe], { from: STRANGER }).result, 32n * milli)
})

test('royalties: parents’ pools fill at settlement and are pulled one generation at a time, to the wei', () => {
  const { world, rows, version: grandparent } = servedWorld()
  const up = (parent: Uint8Array, royaltyBps: number) => ({ parents: [{ versionId: toHex(parent), royaltyBps }] })
  const parentOwner = account(51)
  const parentModel = trainModel(world, { owner: parentOwner })
  const parent = serveVersion(world, parentModel, { ...up(grandparent.versionId, 2_500), owner: parentOwner })
  const childModel = trainModel(world, { owner: account(52), rates: { ...RATES, providerBps: 1_000 } })
  const child = serveVersion(world, childModel, { ...up(parent.versionId, 3_333), owner: account(52) })
  send(world, INFERENCE, 'serve', [[toHex(child.versionId)]], { from: PROVIDER })
  const jobId = openJob(world, child.versionId)
  answerJob(world, jobId)
  settleJob(world, jobId, resultOf(child, equalEntries(rows)))
  // Model part 0.448: provider 10 %, parent 33.33 %, owner the rest.
  const royaltyWei = (448n * milli * 3_333n) / 10_000n
  assert.is(balanceOf(world, idOf(world, PROVIDER)), (448n * milli) / 10n)
  assert.is(poolOf(world, parent.versionId), royaltyWei)
  assert.is(balanceOf(world, idOf(world, account(52))), 448n * milli - (448n * milli) / 10n - royaltyWei)
  const { result } = send(world, FEE_SPLIT, 'pullRoyalties', [toHex(parent.versionId)], { from: STRANGER })
  assert.is(result, royaltyWei)
  assert.is(poolOf(world, parent.versionId), 0n)
  assert.is(poolOf(world, grandparent.versionId), royaltyWei / 4n)
  assert.is(balanceOf(world, idOf(world, parentOwner)), royaltyWei - royaltyWei / 4n)
  refuse(world, FEE_SPLIT, 'pullRoyalties', [toHex(parent.versionId)], {}, 'EmptyPool', [toHex(parent.versionId)])
  send(world, FEE_SPLIT, 'pullRoyalties', [toHex(grandparent.versionId)], {})
  assert.is(balanceOf(world, idOf(world, OWNER)), royaltyWei / 4n)
  refuse(world, FEE_SPLIT, 'pullRoyalties', [word(9n)], {}, 'UnknownVersion', [word(9n)])
  checkSolvent(world)
})

test('treasury: base fees by the executor, deposits by natives, payments by the governor', () => {
  const { world } = servedWorld()
  world.setBalance(SYSTEM_ADDRESS, 1_000n)
  send(world, FEE_SPLIT, 'bookBaseFees', [], { ...SYSTEM_CALL, wei: 1_000n })
  assert.is(treasuryOf(world), 1_000n)
  send(world, FEE_SPLIT, 'bookBaseFees', [], SYSTEM_CALL)
  refuse(world, FEE_SPLIT, 'bookBaseFees', [], { from: STRANGER, wei: 1n }, 'NotSystem', [toHex(STRANGER)])
  refuse(world, FEE_SPLIT, 'depositTreasury', [], { from: STRANGER, wei: 1n }, 'NotNative', [toHex(STRANGER)])
  refuse(world, FEE_SPLIT, 'treasuryPay', [safe, 1n], { from: OWNER }, 'NotGovernor', [toHex(OWNER)])
  refuse(world, FEE_SPLIT, 'treasuryPay', [safe, 1_001n], GOVERNOR_CALL, 'TreasuryShort', [1_000, 1_001])
  refuse(world, FEE_SPLIT, 'treasuryPay', [NOBODY, 1n], GOVERNOR_CALL, 'BadRecipient', [NOBODY])
  send(world, FEE_SPLIT, 'treasuryPay', [safe, 400n], GOVERNOR_CALL)
  assert.is(world.balanceOf(SAFE), 400n)
  assert.is(treasuryOf(world), 600n)
  assert.is(view(world, FEE_SPLIT, 'liabilities'), 600n)
})

test('treasury: never pays from what belongs to contributors', () => {
  const { world } = paidWorld()
  const held = world.balanceOf(FEE_SPLIT.address)
  assert.ok(held > treasuryOf(world))
  refuse(world, FEE_SPLIT, 'treasuryPay', [safe, held], GOVERNOR_CALL, 'TreasuryShort', [treasuryOf(world), held])
})

test('stray wei: what arrives without a call is nobody’s and changes no book', () => {
  const { world, rows } = paidWorld()
  const owed = view(world, FEE_SPLIT, 'liabilities') as bigint
  world.setBalance(FEE_SPLIT.address, world.balanceOf(FEE_SPLIT.address) + 5n)
  assert.is(view(world, FEE_SPLIT, 'liabilities'), owed)
  send(world, FEE_SPLIT, 'claim', [safe], { from: rows[0]!.wallet })
  assert.is(world.balanceOf(FEE_SPLIT.address), owed - 32n * milli + 5n)
})

test('misuse: delegated, static, garbage and unwanted value get an ABI error on every function', () => {
  assert.ok(refuseMisuse(servedWorld().world, FEE_SPLIT) > 70)
})

test('claim: every gas limit below the need runs out and changes nothing', () => {
  const { world } = paidWorld()
  const from = contributorWallet(1)
  const { gasUsed } = send(paidWorld().world, FEE_SPLIT, 'claim', [safe], { from })
  for (let gas = 200n; gas < gasUsed; gas += gasUsed / 19n)
    refuse(world, FEE_SPLIT, 'claim', [safe], { from, gas }, 'outOfGas')
})

test.run()
