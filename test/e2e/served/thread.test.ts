/** The whole thread on a real devnet: rows, version, training, attestation, a contract's question, its callback, pay. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesToHex, type Hex, type LocalAccount, parseEventLogs, toHex } from 'viem'
import { isRefused } from '../../../influence/refusal.ts'
import { encodeRowProof } from '../../../influence/rowProof.ts'
import type { OpenedIndex, Query, RowProof, Score } from '../../../influence/surface.ts'
import { openInfluenceWorker } from '../../../influence/worker/openInfluenceWorker.ts'
import { devAccount } from '../../../node/cli/account.ts'
import { STAKING } from '../../../node/cli/stakingContract.ts'
import { formatOpen } from '../../../node/cli/table.ts'
import { DEVNET_FILE } from '../../../node/network.ts'
import { attributionAbi } from '../../../precompiles/generated/attribution.ts'
import { feeSplitAbi } from '../../../precompiles/generated/feeSplit.ts'
import { inferenceAbi } from '../../../precompiles/generated/inference.ts'
import { equal, utf8 } from '../../../primitives/bytes.ts'
import { ask, type ChainClient, type ChainRefusal, eventOf, write } from '../../../studio/chain/client.ts'
import { idOf } from '../../../studio/chain/identity.ts'
import { REFUNDED, waitSettled } from '../../../studio/chain/job.ts'
import { readParameters } from '../../../studio/chain/parameters.ts'
import { runProvider } from '../../../studio/chain/provider.ts'
import { answerJob } from '../../../studio/chain/query.ts'
import type { TrainedVersion } from '../../../studio/chain/trainVersion.ts'
import { ATTRIBUTION, FEE_SPLIT, INFERENCE, loadVersion, readJob } from '../../../studio/chain/version.ts'
import type { StudioWorker } from '../../../studio/surface.ts'
import { runCommand } from '../../node/runCommand.ts'
import { compileContract, readLiabilities } from '../devnet.ts'
import { onceAllowed, WAIT_MS } from '../servedModel.ts'
import { ASKER, CONTRIBUTORS, joinServedDevnet, OWNER, PROVIDER, TASKS } from './servedDevnet.ts'

const consumerContract = compileContract('Consumer')
const liar = devAccount(6)
const CALLBACK_GAS = 300_000
const questions = TASKS.questions.map(([row]) => new TextDecoder().decode(row!.input))
const BOUNDS = { maxInputTokens: 32, maxOutputTokens: 8 }
const inference = { address: INFERENCE, abi: inferenceAbi } as const
const attribution = { address: ATTRIBUTION, abi: attributionAbi } as const
const feeSplit = { address: FEE_SPLIT, abi: feeSplitAbi } as const

const membership = joinServedDevnet()
let url: string
let client: ChainClient
let studio: StudioWorker
let consumer: Hex
let trained: TrainedVersion
let versionId: Hex
/** By job: what the honest provider committed to. */
const queries = new Map<bigint, Query>()
const stopProvider = new AbortController()
let serving: Promise<void> | undefined
let fault: unknown

test.before(async () => {
  const served = await membership.open()
  studio = served.studio
  versionId = served.versionId
  trained = served.trained
  client = served.devnet().client
  url = served.devnet().url
  const hash = await client.deployContract({ ...consumerContract, account: OWNER, chain: client.chain })
  consumer = (await client.waitForTransactionReceipt({ hash })).contractAddress!
})

test.after(async () => {
  stopProvider.abort()
  await serving?.catch(() => {})
  await membership.leave()
})

/** Polls until the answer is there; fails after `WAIT_MS`. */
async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const endMs = performance.now() + WAIT_MS
  for (;;) {
    if (fault !== undefined) throw fault
    const found = await look()
    if (found !== undefined) return found
    assert.ok(performance.now() < endMs, `${what}: not after ${WAIT_MS / 1000} s`)
    await sleep(100)
  }
}

test('thread: rows become a version, a trained adapter, an attested model version', async () => {
  const version = await loadVersion(client, versionId)
  if (version.method !== 'datainf') throw new Error(version.method)
  assert.is(bytesToHex(version.id), versionId)
  assert.ok(equal(version.adapter, trained.adapter!), 'the adapter is the one that was trained')
})

async function requestOf(input: string, extra: object) {
  const { timestamp } = await client.getBlock()
  const request = { versionId, input: toHex(input), ...BOUNDS, provider: 0n, answerBy: timestamp + 60n }
  return { ...request, callback: consumer, callbackGas: CALLBACK_GAS, callbackData: '0xabcd', ...extra }
}

function escrowWei(callbackGas: number): Promise<bigint> {
  const args = [versionId, BOUNDS.maxInputTokens, BOUNDS.maxOutputTokens, callbackGas] as const
  return client.readContract({ ...inference, functionName: 'escrowFor', args })
}

async function askThroughConsumer(input: string): Promise<bigint> {
  const { abi } = consumerContract
  const value = 2n * (await escrowWei(CALLBACK_GAS))
  const args = [await requestOf(input, {})]
  const receipt = await write(client, ASKER, { address: consumer, abi, functionName: 'askModel', args, value } as never)
  return eventOf<{ jobId: bigint }>(receipt, inferenceAbi, 'JobRequested').jobId
}

const readConsumer = <T>(functionName: string) =>
  client.readContract({ address: consumer, abi: consumerContract.abi, functionName }) as Promise<T>

async function callbackOf(jobId: bigint): Promise<boolean | undefined> {
  const [log] = await client.getContractEvents({
    ...inference,
    eventName: 'CallbackMade',
    args: { jobId },
    fromBlock: 0n,
  })
  return log?.args.success
}

let lieId: bigint
let lieFeeWei: bigint

test('thread: a provider that alters one byte of the answer gets no attestation, and the node says why', async () => {
  const [bondWei] = await readParameters(client, ['providerBondWei'])
  const registered = {
    ...inference,
    functionName: 'registerProvider',
    args: ['', [versionId]],
    value: bondWei,
  } as const
  await write(client, liar, registered)
  const liarId = await idOf(client, liar.address)
  lieFeeWei = await escrowWei(0)
  const none = { callback: `0x${'00'.repeat(20)}`, callbackGas: 0, callbackData: '0x', provider: liarId }
  const args = [await requestOf(questions[2]!, none)]
  const receipt = await write(client, ASKER, { ...inference, functionName: 'request', args, value: lieFeeWei })
  lieId = eventOf<{ jobId: bigint }>(receipt, inferenceAbi, 'JobRequested').jobId
  await write(client, liar, { ...inference, functionName: 'accept', args: [lieId] })
  const version = await loadVersion(client, versionId)
  if (version.method !== 'datainf') throw new Error(version.method)
  const job = {
    jobId: lieId,
    modelVersion: version.id,
    adapter: version.adapter,
    input: utf8(questions[2]!),
    bounds: BOUNDS,
  }
  const answered = await answerJob(studio, job)
  if ('kind' in answered) throw new Error(answered.code)
  const { answer, queryHash } = answered
  const output = Uint8Array.from(answer.output, (byte, i) => (i === 0 ? byte ^ 1 : byte))
  const lie = [lieId, bytesToHex(output), answer.tIn, answer.tOut, bytesToHex(queryHash)]
  await write(client, liar, { ...inference, functionName: 'respond', args: lie })
  const told = await eventually('the refusal of the validator', async () => {
    const params = [CONTRIBUTORS[0]!.address, `${lieId}`]
    const answer = await ask<Record<string, string | null>>(client, 'openledger_explainReward', params)
    return answer['validatorRefusal'] === null ? undefined : answer
  })
  assert.is(told['status'], 'waiting')
  assert.match(told['validatorRefusal']!, /output|answer/i)
})

test('thread: a contract asks, the provider answers, the settlement calls the contract back', async () => {
  const [bondWei] = await readParameters(client, ['providerBondWei'])
  serving = runProvider(client, PROVIDER, studio, {
    versionIds: [versionId],
    endpoint: '',
    bondWei,
    signal: stopProvider.signal,
    onEvent: (event) => {
      if (event.kind === 'answered' && event.given.method === 'datainf') queries.set(event.jobId, event.given.query)
    },
  })
  serving.catch((error: unknown) => (fault = error))
  const jobId = await askThroughConsumer(questions[0]!)
  const job = await waitSettled(client, jobId, WAIT_MS)
  assert.is(job.requester.toLowerCase(), consumer.toLowerCase())
  assert.is(await callbackOf(jobId), true)
  assert.is(await readConsumer('lastRequestId'), jobId)
  assert.is(await readConsumer('lastCallbackData'), '0xabcd')
  const { output } = await ask<{ output: string }>(client, 'openledger_getJob', [`${jobId}`])
  assert.is(await readConsumer('lastOutput'), output)
})

test('thread: a callback that fails takes nothing from the settlement', async () => {
  const { abi } = consumerContract
  await write(client, OWNER, { address: consumer, abi, functionName: 'setFailsCallback', args: [true] } as never)
  const jobId = await askThroughConsumer(questions[1]!)
  await waitSettled(client, jobId, WAIT_MS)
  assert.is(await callbackOf(jobId), false)
  assert.is(await readConsumer('lastRequestId'), jobId - 1n)
  assert.is((await readSettled()).length, 2)
})

/** Every settlement of the chain: other files ask too. */
async function readAllSettled() {
  const logs = await client.getLogs({ address: [ATTRIBUTION, FEE_SPLIT], fromBlock: 0n })
  const splits = parseEventLogs({ abi: feeSplitAbi, eventName: 'FeeSplit', logs })
  return parseEventLogs({ abi: attributionAbi, eventName: 'Settled', logs }).map(({ args }) => ({
    ...args,
    split: splits.find((one) => one.args.jobId === args.jobId)!.args.split,
  }))
}

/** Of the jobs that this file asked. */
const readSettled = async () => (await readAllSettled()).filter(({ jobId }) => queries.has(jobId))

async function withIndex(use: (index: OpenedIndex) => Promise<void>): Promise<void> {
  const worker = openInfluenceWorker({ backend: 'js' })
  try {
    const index = await worker.openIndex(trained.source)
    if (isRefused(index)) throw new Error(index.code)
    await use(index)
    await index.close()
  } finally {
    await worker.close()
  }
}

test('thread: anyone recomputes the settled result, and the chain verifies the score of every row', () =>
  withIndex(async (index) => {
    for (const { jobId, result } of await readSettled()) {
      const query = queries.get(jobId)!
      const computed = await index.attribute(query)
      assert.is(isRefused(computed) ? computed.code : bytesToHex(computed.bytes), result)
      const { scores } = (await index.score(query)) as Score
      const entries = await client.readContract({ ...attribution, functionName: 'entriesOf', args: [result] })
      assert.ok(entries.length > 0)
      for (const { row, score } of entries) assert.is(score, scores[row])
      for (const [row, score] of scores.entries()) {
        const proof = bytesToHex(encodeRowProof((await index.proveRow(query, row)) as RowProof))
        const args = [jobId, result, proof] as const
        assert.is(await client.readContract({ ...attribution, functionName: 'verifyRow', args }), score, `row ${row}`)
      }
    }
  }))

test('thread: a row proof is refused for another job, and its gas estimate is exact', () =>
  withIndex(async (index) => {
    const [first, second] = await readSettled()
    const proof = encodeRowProof((await index.proveRow(queries.get(first!.jobId)!, 0)) as RowProof)
    const args = (jobId: bigint, bytes: Uint8Array) => [jobId, first!.result, bytesToHex(bytes)] as const
    const codeOf = (jobId: bigint, bytes: Uint8Array) =>
      write(client, ASKER, { ...attribution, functionName: 'verifyRow', args: args(jobId, bytes) } as never).then(
        () => undefined,
        (error: ChainRefusal) => error.code,
      )
    assert.is(await codeOf(second!.jobId, proof), 'RootMismatch')
    assert.is(await codeOf(first!.jobId, proof.with(-1, proof.at(-1)! ^ 1)), 'BadProof')
    const call = { ...attribution, functionName: 'verifyRow', args: args(first!.jobId, proof), account: ASKER } as const
    const gas = await client.estimateContractGas(call as never)
    const attempt = (limit: bigint) =>
      client.simulateContract({ ...call, gas: limit } as never).then(
        () => true,
        () => false,
      )
    assert.equal([await attempt(gas), await attempt(gas - 1n)], [true, false])
  }))

test('thread: fees are split to the wei, and everyone claims exactly what the settlements credited', async () => {
  const settled = await readSettled()
  assert.is(settled.length, 2)
  for (const { split, rewardsWei } of settled) {
    const { feeWei, ...parts } = split
    assert.is(
      Object.values(parts).reduce((sum, wei) => sum + wei),
      feeWei,
    )
    assert.is(
      rewardsWei.reduce((sum, wei) => sum + wei, 0n),
      split.rewardsWei,
    )
  }
  const credited = await client.getContractEvents({ ...feeSplit, eventName: 'Credited', fromBlock: 0n })
  for (const account of [...CONTRIBUTORS, OWNER, PROVIDER]) {
    const id = await idOf(client, account.address)
    const ownWei = credited.reduce((sum, { args }) => (args.id === id ? sum + args.creditWei! : sum), 0n)
    if (ownWei > 0n) await claim(account, ownWei)
    assert.is(await client.readContract({ ...feeSplit, functionName: 'balanceOf', args: [id] }), 0n)
  }
  for (const { native, heldWei, owedWei } of await readLiabilities(client))
    assert.ok(heldWei >= owedWei, `${native} holds ${heldWei} wei and owes ${owedWei}`)
})

test('thread: `validator claim` pays the validator the stakers’ part of every fee', async () => {
  const { validators } = JSON.parse(readFileSync(DEVNET_FILE, 'utf8')).unhashed.insecureDevKeys
  const stakersWei = (await readAllSettled()).reduce((sum, { split }) => sum + split.stakersWei, 0n)
  const { status, output } = await runCommand(['validator', 'claim'], {
    OPENLEDGER_ACCOUNT: validators[0].operatorKey,
    OPENLEDGER_RPC: url,
  })
  assert.is(status, 0, output)
  const [log] = await client.getContractEvents({ ...STAKING, eventName: 'RewardsClaimed', fromBlock: 0n })
  const paidWei = log!.args.amountWei!
  assert.match(output, new RegExp(`^${formatOpen(paidWei)} OPEN of rewards paid to ${validators[0].operator}`))
  // What does not divide by the stake is carried to the next payment.
  assert.ok(stakersWei - paidWei <= 1n, `${stakersWei} came, ${paidWei} were paid`)
})

async function claim(account: LocalAccount, expectedWei: bigint): Promise<void> {
  const before = await client.getBalance(account)
  const receipt = await write(client, account, { ...feeSplit, functionName: 'claim', args: [account.address] })
  assert.is(eventOf<{ claimWei: bigint }>(receipt, feeSplitAbi, 'Claimed').claimWei, expectedWei)
  const gasWei = receipt.gasUsed * receipt.effectiveGasPrice
  assert.is(await client.getBalance(account), before + expectedWei - gasWei)
}

test('thread: the node explains to each contributor what the settlement paid', async () => {
  for (const { jobId, contributors: ids, rewardsWei } of await readSettled())
    for (const { address } of CONTRIBUTORS) {
      const id = await idOf(client, address)
      const ownWei = rewardsWei.reduce((sum, wei, i) => (ids[i] === id ? sum + wei : sum), 0n)
      const told = await ask<Explained>(client, 'openledger_explainReward', [address, `${jobId}`])
      assert.equal([told.status, told.rewardWei], [ownWei > 0n ? 'paid' : 'unpaid', `${ownWei}`])
      assert.is(told.rows.filter(({ status }) => status === 'paid').length, ids.filter((one) => one === id).length)
      assert.ok(told.rows.length > 0 && told.rows.every(({ explanation }) => explanation.length > 0))
    }
})

interface Explained {
  readonly status: string
  readonly rewardWei: string
  readonly rows: readonly { readonly status: string; readonly explanation: string }[]
}

test('thread: the asker of the altered answer gets all back, and the liar nothing', async () => {
  const { attestBy } = await readJob(client, lieId)
  const before = await client.getBalance(ASKER)
  const receipt = await onceAllowed('TooEarly', () =>
    write(client, OWNER, { ...inference, functionName: 'expire', args: [lieId] }),
  )
  const { timestamp } = await client.getBlock({ blockNumber: receipt.blockNumber })
  assert.ok(timestamp > attestBy)
  assert.is(await client.getBalance(ASKER), before + lieFeeWei)
  assert.is((await readJob(client, lieId)).state, REFUNDED)
  const told = await ask<Record<string, string>>(client, 'openledger_explainReward', [liar.address, `${lieId}`])
  assert.equal([told['status'], told['refundWei']], ['refunded', `${lieFeeWei}`])
  assert.ok(told['validatorRefusal'])
  const id = await idOf(client, liar.address)
  assert.is(await client.readContract({ ...feeSplit, functionName: 'balanceOf', args: [id] }), 0n)
  assert.ok((await readAllSettled()).every(({ jobId }) => jobId !== lieId))
})

test.run()
