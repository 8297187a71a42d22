/** IInference: providers, every step of a job's table, escrow, deadlines, callbacks, slashing. */

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeFunctionData } from 'viem'
import { FEE_SPLIT_ADDRESS } from '../../../precompiles/addresses.ts'
import { aiOracleCallbackAbi } from '../../../precompiles/generated/aiOracleCallback.ts'
import { JOB_STATE } from '../../../precompiles/inference/contract.ts'
import { toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { refuseMisuse } from '../economy/misuse.ts'
import {
  ATTRIBUTION,
  answerJob,
  BOND_WEI,
  equalEntries,
  GOVERNOR_CALL,
  INFERENCE,
  idOf,
  keyOf,
  MODEL,
  NOBODY,
  OPEN,
  OWNER,
  openJob,
  PARAMS,
  PROVIDER,
  QUERY_HASH,
  RATES,
  REQUESTER,
  refuse,
  registerProvider,
  requestOf,
  resultOf,
  type Served,
  SYSTEM_CALL,
  sendFrom,
  servedWorld,
  settleJob,
} from '../economy/scenario.ts'
import { account, send, view, type World } from '../world.ts'

const STRANGER = account(77)
const provider = { from: PROVIDER }
const requester = { from: REQUESTER }
const jobOf = (world: World, jobId: bigint) => view(world, INFERENCE, 'getJob', [jobId]) as Record<string, unknown>
const stateOf = (world: World, jobId: bigint) => BigInt(jobOf(world, jobId)['state'] as number)
const providerOf = (world: World, id: bigint) => view(world, INFERENCE, 'getProvider', [id]) as Record<string, unknown>
const liabilities = (world: World) => view(world, INFERENCE, 'liabilities') as bigint
const answerArgs = (jobId: bigint, inputTokens = 120, outputTokens = 100) => [
  ...[jobId, toHex(utf8('an answer')), inputTokens, outputTokens],
  toHex(QUERY_HASH),
]
/** Quote at 1,000 and 200 tokens: 2 + 0.8, and 0.5 flat. */
const QUOTE_WEI = (33n * OPEN) / 10n
/** Fee of 120 and 100 tokens: the paper's example. */
const FEE_WEI = (114n * OPEN) / 100n

/** A job in the state asked for. */
function jobIn(state: bigint, options: Record<string, unknown> = {}): Served & { readonly jobId: bigint } {
  const served = servedWorld()
  const { world, version, rows } = served
  const jobId = openJob(world, version.versionId, options, 5n)
  if (state === JOB_STATE.taken) send(world, INFERENCE, 'accept', [jobId], provider)
  if (state === JOB_STATE.answered || state === JOB_STATE.settled) answerJob(world, jobId)
  if (state === JOB_STATE.settled) settleJob(world, jobId, resultOf(version, equalEntries(rows)))
  if (state === JOB_STATE.refunded) send(world, INFERENCE, 'cancel', [jobId], requester)
  assert.is(stateOf(world, jobId), state)
  return { ...served, jobId }
}

test('registerProvider: holds the bond, serves the named versions, refuses what it cannot serve', () => {
  const { world, version, modelId, providerId } = servedWorld()
  const id = toHex(version.versionId)
  assert.equal(providerOf(world, providerId), {
    isRegistered: true,
    openJobs: 0,
    bondWei: BOND_WEI,
    wallet: providerOf(world, providerId)['wallet'],
    endpoint: 'http://127.0.0.1:1',
  })
  assert.is(String(providerOf(world, providerId)['wallet']).toLowerCase(), toHex(PROVIDER))
  assert.is(view(world, INFERENCE, 'isServed', [providerId, id]), true)
  assert.is(liabilities(world), BOND_WEI)
  const other = { from: STRANGER, wei: BOND_WEI }
  const small = { from: STRANGER, wei: BOND_WEI - 1n }
  refuse(world, INFERENCE, 'registerProvider', ['', []], small, 'BondTooSmall', [BOND_WEI, BOND_WEI - 1n])
  refuse(world, INFERENCE, 'registerProvider', ['', []], { from: PROVIDER, wei: BOND_WEI }, 'AlreadyProvider', [
    providerId,
  ])
  refuse(world, INFERENCE, 'registerProvider', ['x'.repeat(257), []], other, 'BytesTooLong', ['endpoint', 256, 257])
  refuse(world, INFERENCE, 'registerProvider', ['', Array(65).fill(id)], other, 'TooMany', [64, 65])
  refuse(world, INFERENCE, 'registerProvider', ['', [id, id]], other, 'AlreadyServed')
  send(world, MODEL, 'retire', [modelId], { from: OWNER })
  refuse(world, INFERENCE, 'registerProvider', ['', [id]], other, 'VersionNotServing', [id])
})

test('providers: bond, endpoint and served versions change; strangers are refused', () => {
  const { world, version, providerId } = servedWorld()
  const versions = [[toHex(version.versionId)]]
  sendFrom(world, PROVIDER, INFERENCE, 'addBond', [], 3n)
  send(world, INFERENCE, 'setEndpoint', ['https://p'], provider)
  send(world, INFERENCE, 'stopServing', versions, provider)
  assert.is(providerOf(world, providerId)['bondWei'], BOND_WEI + 3n)
  assert.is(providerOf(world, providerId)['endpoint'], 'https://p')
  const id = toHex(version.versionId)
  refuse(world, INFERENCE, 'stopServing', versions, provider, 'VersionNotServed', [providerId, id])
  send(world, INFERENCE, 'serve', versions, provider)
  refuse(world, INFERENCE, 'serve', versions, provider, 'AlreadyServed', [providerId, id])
  refuse(world, INFERENCE, 'serve', [Array(65).fill(id)], provider, 'TooMany', [64, 65])
  const stranger = { from: STRANGER }
  refuse(world, INFERENCE, 'addBond', [], { ...stranger, wei: 1n }, 'NotProvider', [0])
  refuse(world, INFERENCE, 'setEndpoint', [''], { from: OWNER }, 'NotProvider', [idOf(world, OWNER)])
  refuse(world, INFERENCE, 'serve', versions, stranger, 'NotProvider', [0])
  refuse(world, INFERENCE, 'unregisterProvider', [], stranger, 'NotProvider', [0])
})

test('unregisterProvider: the bond returns once no accepted job is open', () => {
  const { world, jobId, providerId, version, rows } = jobIn(JOB_STATE.taken)
  refuse(world, INFERENCE, 'unregisterProvider', [], provider, 'ProviderBusy', [1])
  send(world, INFERENCE, 'respond', answerArgs(jobId), provider)
  refuse(world, INFERENCE, 'unregisterProvider', [], provider, 'ProviderBusy', [1])
  settleJob(world, jobId, resultOf(version, equalEntries(rows)))
  const before = world.balanceOf(PROVIDER)
  send(world, INFERENCE, 'unregisterProvider', [], provider)
  assert.is(world.balanceOf(PROVIDER), before + BOND_WEI)
  assert.is(liabilities(world), 0n)
  assert.is(providerOf(world, providerId)['isRegistered'], false)
  assert.is(registerProvider(world, []), providerId)
})

test('request: holds the escrow and freezes rates, platform part and attribution parameters', () => {
  const { world, version, modelId } = servedWorld()
  const jobId = openJob(world, version.versionId, {}, 5n)
  const job = jobOf(world, jobId)
  assert.is(job['escrowWei'], QUOTE_WEI + 5n)
  assert.is(job['inputHash'], toHex(keccak256(utf8('what is it?'))))
  assert.is(liabilities(world), BOND_WEI + QUOTE_WEI + 5n)
  send(world, MODEL, 'setRates', [modelId, { ...RATES, inputWei: 1n }], { from: OWNER })
  world.mine(100n)
  for (const name of ['platformFlatWei', 'attributionK', 'guardTau', 'level'])
    send(world, PARAMS, 'set', [keyOf(name), 1n], GOVERNOR_CALL)
  const later = jobOf(world, jobId)
  assert.equal(later['rates'], RATES)
  assert.is(later['platformFlatWei'], OPEN / 2n)
  assert.equal([later['k'], later['tau'], later['level']], [64, 96, 1])
  const [next, nextRates] = [jobOf(world, openJob(world, version.versionId)), { ...RATES, inputWei: 1n }]
  assert.equal([next['rates'], next['k'], next['tau'], next['platformFlatWei']], [nextRates, 1, 1, 1n])
})

test('request: what cannot be served, paid, answered or settled is refused with the facts', () => {
  const { world, version, modelId } = servedWorld()
  const now = world.block.timestamp
  const attempt = (change: Record<string, unknown>, error: string, args?: readonly unknown[], wei = QUOTE_WEI) =>
    refuse(
      world,
      INFERENCE,
      'request',
      [requestOf(world, version.versionId, change)],
      { ...requester, wei },
      error,
      args,
    )
  attempt({}, 'EscrowTooSmall', [QUOTE_WEI, QUOTE_WEI - 1n], QUOTE_WEI - 1n)
  attempt({}, 'EscrowTooLarge', [(1n << 128n) - 1n, 1n << 128n], 1n << 128n)
  attempt({ versionId: toHex(keccak256(utf8('no'))) }, 'UnknownVersion')
  attempt({ input: '0x' }, 'EmptyInput', [])
  attempt({ input: `0x${'61'.repeat(65_537)}` }, 'BytesTooLong', ['input', 65_536, 65_537])
  attempt({ maxOutputTokens: 0 }, 'NoTokens', [])
  attempt({ provider: 99n }, 'NotProvider', [99])
  const idle = registerProvider(world, [], STRANGER)
  attempt({ provider: idle }, 'VersionNotServed', [idle, toHex(version.versionId)])
  attempt({ answerBy: now + 29n }, 'AnswerByOutOfBounds', [now + 30n, now + 86_400n, now + 29n])
  attempt({ answerBy: now + 86_401n }, 'AnswerByOutOfBounds')
  attempt({ callback: toHex(STRANGER), callbackGas: 500_001 }, 'CallbackGasTooHigh', [500_000, 500_001])
  attempt({ callback: toHex(STRANGER), callbackGas: 0 }, 'BadCallback', [toHex(STRANGER), 0])
  attempt({ callback: toHex(FEE_SPLIT_ADDRESS), callbackGas: 9 }, 'BadCallback')
  attempt({ callbackGas: 9 }, 'BadCallback', [NOBODY, 9])
  attempt({ callbackData: '0x00' }, 'BadCallback')
  const callback = { callback: toHex(STRANGER), callbackGas: 9 }
  attempt({ ...callback, callbackData: `0x${'00'.repeat(257)}` }, 'BytesTooLong', ['callbackData', 256, 257])
  attempt({ ...callback, maxOutputTokens: 257 }, 'TooManyTokens', ['maxOutputTokens', 256, 257])
  attempt(callback, 'EscrowTooSmall', [QUOTE_WEI + 9n * 7n, QUOTE_WEI])
  send(world, MODEL, 'retire', [modelId], { from: OWNER })
  attempt({}, 'VersionNotServing', [toHex(version.versionId)])
})

test('job states: each action starts from its states only, and says the state otherwise', () => {
  const actions: Record<string, { from: readonly bigint[]; options: object; args(jobId: bigint): readonly unknown[] }> =
    {
      accept: { from: [JOB_STATE.open], options: provider, args: (jobId) => [jobId] },
      respond: { from: [JOB_STATE.taken], options: provider, args: (jobId) => answerArgs(jobId) },
      cancel: { from: [JOB_STATE.open], options: requester, args: (jobId) => [jobId] },
      expire: { from: [JOB_STATE.open, JOB_STATE.taken, JOB_STATE.answered], options: {}, args: (jobId) => [jobId] },
    }
  for (const state of Object.values(JOB_STATE).filter((s) => s !== JOB_STATE.none))
    for (const [name, { from, options, args }] of Object.entries(actions)) {
      const { world, jobId } = jobIn(state)
      if (name === 'expire') world.mine(10_000n)
      if (from.includes(state)) send(world, INFERENCE, name, args(jobId), options)
      else refuse(world, INFERENCE, name, args(jobId), options, 'WrongJobState', [jobId, state])
    }
  const { world } = servedWorld()
  for (const [name, { options, args }] of Object.entries(actions))
    refuse(world, INFERENCE, name, args(9n), options, 'UnknownJob', [9])
  refuse(world, INFERENCE, 'getJob', [9n], {}, 'UnknownJob', [9])
})

test('accept: by a provider that serves the version, is bonded and is wanted, in time', () => {
  const { world, version, providerId } = servedWorld()
  const jobId = openJob(world, version.versionId)
  const other = registerProvider(world, [], STRANGER)
  const id = toHex(version.versionId)
  refuse(world, INFERENCE, 'accept', [jobId], requester, 'NotProvider', [0])
  refuse(world, INFERENCE, 'accept', [jobId], { from: STRANGER }, 'VersionNotServed', [other, id])
  const reserved = openJob(world, version.versionId, { provider: providerId })
  send(world, INFERENCE, 'serve', [[id]], { from: STRANGER })
  refuse(world, INFERENCE, 'accept', [reserved], { from: STRANGER }, 'ProviderReserved', [providerId, other])
  send(world, INFERENCE, 'accept', [reserved], provider)
  send(world, PARAMS, 'set', [keyOf('providerBondWei'), BOND_WEI + 1n], GOVERNOR_CALL)
  refuse(world, INFERENCE, 'accept', [jobId], provider, 'BondTooSmall', [BOND_WEI + 1n, BOND_WEI])
  sendFrom(world, PROVIDER, INFERENCE, 'addBond', [], 1n)
  const { answerBy } = jobOf(world, jobId) as { answerBy: bigint }
  world.mine(answerBy - world.block.timestamp + 1n)
  refuse(world, INFERENCE, 'accept', [jobId], provider, 'TooLate', [answerBy, answerBy + 1n])
})

test('respond: by the acceptor, within the maxima, until the last second', () => {
  const { world, jobId, providerId, version } = jobIn(JOB_STATE.taken)
  const other = registerProvider(world, [version.versionId], STRANGER)
  refuse(world, INFERENCE, 'respond', answerArgs(jobId), { from: STRANGER }, 'NotAcceptor', [providerId, other])
  refuse(world, INFERENCE, 'respond', answerArgs(jobId, 1_001), provider, 'TooManyTokens', [
    'inputTokens',
    1_000,
    1_001,
  ])
  refuse(world, INFERENCE, 'respond', answerArgs(jobId, 1, 201), provider, 'TooManyTokens', ['outputTokens', 200, 201])
  const long = [jobId, `0x${'61'.repeat(65_537)}`, 1, 1, toHex(QUERY_HASH)]
  refuse(world, INFERENCE, 'respond', long, provider, 'BytesTooLong', ['output', 65_536, 65_537])
  const { answerBy } = jobOf(world, jobId) as { answerBy: bigint }
  world.mine(answerBy - world.block.timestamp)
  const { events } = send(world, INFERENCE, 'respond', answerArgs(jobId), provider)
  assert.is(events[0]!.args['output'], toHex(utf8('an answer')))
  const job = jobOf(world, jobId)
  assert.is(job['attestBy'], world.block.timestamp + 600n)
  assert.is(job['outputHash'], toHex(keccak256(utf8('an answer'))))
  const late = jobIn(JOB_STATE.taken)
  late.world.mine(61n)
  refuse(late.world, INFERENCE, 'respond', answerArgs(late.jobId), provider, 'TooLate')
})

test('cancel: the requester alone, and all of the escrow returns', () => {
  const { world, jobId } = jobIn(JOB_STATE.open)
  refuse(world, INFERENCE, 'cancel', [jobId], { from: STRANGER }, 'NotRequester', [toHex(REQUESTER), toHex(STRANGER)])
  const before = world.balanceOf(REQUESTER)
  send(world, INFERENCE, 'cancel', [jobId], requester)
  assert.is(world.balanceOf(REQUESTER), before + QUOTE_WEI + 5n)
  assert.is(liabilities(world), BOND_WEI)
})

test('expire: nothing before the deadline; then a full refund, and a silent provider pays a share of its bond', () => {
  const open = jobIn(JOB_STATE.open)
  const { answerBy } = jobOf(open.world, open.jobId) as { answerBy: bigint }
  open.world.mine(60n)
  refuse(open.world, INFERENCE, 'expire', [open.jobId], {}, 'TooEarly', [answerBy, answerBy])
  open.world.mine(1n)
  send(open.world, INFERENCE, 'expire', [open.jobId], { from: STRANGER })
  assert.is(open.world.balanceOf(REQUESTER), QUOTE_WEI + 5n)
  assert.is(providerOf(open.world, open.providerId)['bondWei'], BOND_WEI)

  const taken = jobIn(JOB_STATE.taken)
  taken.world.mine(61n)
  send(taken.world, INFERENCE, 'expire', [taken.jobId], { from: STRANGER })
  const shareWei = BOND_WEI / 10n
  assert.is(taken.world.balanceOf(REQUESTER), QUOTE_WEI + 5n + shareWei)
  assert.is(providerOf(taken.world, taken.providerId)['bondWei'], BOND_WEI - shareWei)
  assert.is(providerOf(taken.world, taken.providerId)['openJobs'], 0)
  assert.is(liabilities(taken.world), BOND_WEI - shareWei)
})

test('expire: an unattested answer is refunded in full and nobody is paid or slashed', () => {
  const { world, jobId, providerId, version, rows } = jobIn(JOB_STATE.answered)
  const { attestBy } = jobOf(world, jobId) as { attestBy: bigint }
  world.mine(attestBy - world.block.timestamp)
  refuse(world, INFERENCE, 'expire', [jobId], {}, 'TooEarly', [attestBy, attestBy])
  world.mine(1n)
  const result = toHex(resultOf(version, equalEntries(rows)))
  const late = { native: [jobId, result, '0x01', '0x02'], facts: [attestBy, attestBy + 1n] }
  refuse(world, ATTRIBUTION, 'settle', late.native, SYSTEM_CALL, 'TooLate', late.facts)
  send(world, INFERENCE, 'expire', [jobId], {})
  assert.is(world.balanceOf(REQUESTER), QUOTE_WEI + 5n)
  assert.is(providerOf(world, providerId)['bondWei'], BOND_WEI)
  assert.is(world.balanceOf(FEE_SPLIT_ADDRESS), 0n)
})

test('settle: fee out, rest back, provider free; a retired model’s open jobs finish', () => {
  const { world, jobId, providerId, version, rows, modelId } = jobIn(JOB_STATE.answered)
  send(world, MODEL, 'retire', [modelId], { from: OWNER })
  refuse(world, INFERENCE, 'settleJob', [jobId, []], SYSTEM_CALL, 'NotNative')
  refuse(world, INFERENCE, 'settleJob', [jobId, []], requester, 'NotNative', [toHex(REQUESTER)])
  settleJob(world, jobId, resultOf(version, equalEntries(rows)))
  assert.is(world.balanceOf(REQUESTER), QUOTE_WEI + 5n - FEE_WEI)
  assert.is(providerOf(world, providerId)['openJobs'], 0)
  assert.is(liabilities(world), BOND_WEI)
})

test('callback: asked for after settlement with output and data, paid at the request’s base fee, reported by the executor', () => {
  const callback = { callback: toHex(STRANGER), callbackGas: 300_000, callbackData: '0xbeef' }
  const { world, jobId, version, rows } = jobIn(JOB_STATE.answered, callback)
  world.block = { ...world.block, baseFeeWei: 1_000_000n }
  assert.is(jobOf(world, jobId)['callbackWei'], 2_100_000n)
  const { later } = settleJob(world, jobId, resultOf(version, equalEntries(rows)))
  assert.is(later.length, 1)
  assert.equal([later[0]!.to, later[0]!.gas, later[0]!.tag], [toHex(STRANGER), 300_000n, jobId])
  assert.equal(decodeFunctionData({ abi: aiOracleCallbackAbi, data: later[0]!.input }), {
    functionName: 'aiOracleCallback',
    args: [jobId, toHex(utf8('an answer')), '0xbeef'],
  })
  assert.is(world.balanceOf(REQUESTER), QUOTE_WEI + 5n - FEE_WEI)
  refuse(world, INFERENCE, 'reportCallback', [jobId, true], requester, 'NotSystem', [toHex(REQUESTER)])
  const { events } = send(world, INFERENCE, 'reportCallback', [jobId, false], SYSTEM_CALL)
  assert.is(events[0]!.name, 'CallbackMade')
  assert.is(events[0]!.args['success'], false)
})

test('callback: an output too long for it is refused', () => {
  const callback = { callback: toHex(STRANGER), callbackGas: 300_000 }
  const { world, jobId } = jobIn(JOB_STATE.taken, callback)
  const long = [jobId, `0x${'61'.repeat(4_097)}`, 1, 1, toHex(QUERY_HASH)]
  refuse(world, INFERENCE, 'respond', long, provider, 'BytesTooLong', ['output', 4_096, 4_097])
})

test('misuse: delegated, static, garbage and unwanted value get an ABI error on every function', () => {
  assert.ok(refuseMisuse(servedWorld().world, INFERENCE) > 110)
})

test('request: every gas limit below the need runs out and changes nothing', () => {
  const { world, version } = servedWorld()
  const request = [requestOf(world, version.versionId)]
  const { gasUsed } = sendFrom(world, REQUESTER, INFERENCE, 'request', request, QUOTE_WEI)
  for (let gas = 1_000n; gas < gasUsed - 20_000n; gas += gasUsed / 23n)
    refuse(world, INFERENCE, 'request', request, { ...requester, wei: QUOTE_WEI, gas }, 'outOfGas')
})

test.run()
