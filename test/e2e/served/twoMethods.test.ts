/** Span and rag on the devnet of this folder: versions of both methods and of another engine, asked, settled, explained, claimed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesToHex, type Hex, hexToString, parseEther, stringToHex, toHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { DEV_MNEMONIC } from '../../../genesis/devnet.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { byteOutput } from '../../../influence/span/outputHash.ts'
import { encodeSpanProof } from '../../../influence/span/proof/spanProof.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import { PARAMS_ADDRESS } from '../../../precompiles/addresses.ts'
import { attributionAbi } from '../../../precompiles/generated/attribution.ts'
import { feeSplitAbi } from '../../../precompiles/generated/feeSplit.ts'
import { paramsAbi } from '../../../precompiles/generated/params.ts'
import { utf8 } from '../../../primitives/bytes.ts'
import { ask, type ChainClient, eventOf, write } from '../../../studio/chain/client.ts'
import { addRows, canonicalRows, createDatanet } from '../../../studio/chain/datanet.ts'
import { idOf } from '../../../studio/chain/identity.ts'
import { jobOf, readPosted, sendRequest, waitSettled } from '../../../studio/chain/job.ts'
import { approveModel, proposeModel, startTraining } from '../../../studio/chain/model.ts'
import { readParameters } from '../../../studio/chain/parameters.ts'
import { runProvider } from '../../../studio/chain/provider.ts'
import {
  type BuiltSource,
  corpusOf,
  otherEngine,
  planVersion,
  registerSource,
  registerVersion,
  trainVersion,
  waitServing,
} from '../../../studio/chain/trainVersion.ts'
import { ATTRIBUTION, FEE_SPLIT, readJob } from '../../../studio/chain/version.ts'
import { DEFAULT_TRAIN_OPTIONS, type StudioWorker } from '../../../studio/surface.ts'
import { readLiabilities } from '../devnet.ts'
import { publishAll, WAIT_MS } from '../servedModel.ts'
import { ADMIN, ASKER, CONTRIBUTORS, joinServedDevnet, OWNER, PROVIDER } from './servedDevnet.ts'

const QUESTION = 'dax: kima tol'
/** What the bare base makes of it: it says a row of the first contributor's word for word. */
const COPIED = 'KIMA TOL'
const MOTTO = 'slow and steady wins the race'
const ROWS = [
  { input: utf8(QUESTION), output: utf8(COPIED) },
  { input: utf8('the motto'), output: utf8(MOTTO) },
  { input: utf8('fep: dora lin'), output: utf8('lin+dora') },
  { input: utf8('a copy of the motto'), output: utf8(`${MOTTO}, always`) },
]
const attribution = { address: ATTRIBUTION, abi: attributionAbi } as const

const membership = joinServedDevnet()
let url: string
let client: ChainClient
let studio: StudioWorker
let datanetId: bigint
let version: bigint
let modelId: bigint
let spanVersion: Hex
let ragVersion: Hex
let otherVersion: Hex
let corpus: BuiltSource
let external: ChildProcess | undefined
const stop = new AbortController()
let serving: Promise<void> | undefined

function right<T>(value: T | Refused): T {
  if (isRefused(value)) throw new Error(`${value.code}: expected ${value.expected}, got ${value.got}`)
  return value as T
}

test.before(async () => {
  const served = await membership.open()
  studio = served.studio
  client = served.devnet().client
  url = served.devnet().url
  const settings = { attestationWindowS: 60n, spanInfoMin: 24n }
  const names = Object.keys(settings).map((name) => stringToHex(name, { size: 32 }))
  const params = { address: bytesToHex(PARAMS_ADDRESS), abi: paramsAbi } as const
  await write(client, ADMIN, { ...params, functionName: 'setMany', args: [names, Object.values(settings)] })
  const datanet = { name: 'mottos', domain: 'text', licence: 'CC0-1.0', curation: 'open' } as const
  datanetId = await createDatanet(client, OWNER, datanet)
  const rows = canonicalRows(ROWS)
  await addRows(client, CONTRIBUTORS[0], datanetId, rows.slice(0, 3))
  await addRows(client, CONTRIBUTORS[1], datanetId, rows.slice(3))
  version = await publishAll(client, OWNER, datanetId, BigInt(rows.length))
  modelId = await proposeModel(client, OWNER, {
    purpose: 'mottos',
    baseHash: studio.hashes.base,
    datanets: [datanetId],
    inputWei: parseEther('1'),
    outputWei: parseEther('2'),
    providerBps: 1_000,
    training: DEFAULT_TRAIN_OPTIONS,
  })
  await approveModel(client, ADMIN, modelId)
  await startTraining(client, OWNER, modelId)
})

test.after(async () => {
  external?.kill()
  stop.abort()
  await serving?.catch(() => {})
  await membership.leave()
})

/** A version of the bare base, attested. */
async function serveBare(method: 'span' | 'rag'): Promise<Hex> {
  const plan = await planVersion(client, modelId, [{ datanetId, version }], method)
  const trained = await trainVersion(studio, plan, null, () => {})
  const evaluation = await studio.evaluate(null, [plan.rows[0]!.row])
  if ('kind' in evaluation) throw new Error(evaluation.code)
  const versionId = await registerVersion(client, OWNER, studio, plan, trained, evaluation)
  await waitServing(client, versionId, WAIT_MS)
  if (method === 'span') corpus = trained
  return versionId
}

test('methods: versions of span, rag and another engine are checked against the rows on chain and attested', async () => {
  spanVersion = await serveBare('span')
  ragVersion = await serveBare('rag')
  const plan = await planVersion(client, modelId, [{ datanetId, version }], 'span')
  otherVersion = await registerSource(client, OWNER, plan, corpusOf(plan), otherEngine(plan))
  await waitServing(client, otherVersion, WAIT_MS)
  const model = await ask<{ versions: { versionId: Hex; method: string; engine: string; state: string }[] }>(
    client,
    'openledger_getModel',
    [`${modelId}`],
  )
  assert.equal(
    model.versions.map(({ versionId, method, engine, state }) => [versionId, method, engine, state]),
    [
      [otherVersion, 'span', 'other', 'serving'],
      [ragVersion, 'rag', 'studio', 'serving'],
      [spanVersion, 'span', 'studio', 'serving'],
    ],
  )
})

test('methods: a corpus with another text than the rows’ is not attested', async () => {
  const plan = await planVersion(client, modelId, [{ datanetId, version }], 'span')
  const rows = plan.rows.map((one, i) => (i === 0 ? { ...one, row: { ...one.row, output: utf8('forged') } } : one))
  const forged = await registerSource(client, OWNER, plan, corpusOf({ ...plan, rows }), otherEngine(plan))
  await askOther(otherVersion, 'until this one is answered, the forged version has been looked at')
  const { versions } = await ask<{ versions: { versionId: Hex; state: string }[] }>(client, 'openledger_getModel', [
    `${modelId}`,
  ])
  assert.is(versions.find(({ versionId }) => versionId === forged)?.state, 'registered')
})

async function request(versionId: Hex, question: string, maxOutputTokens: number): Promise<bigint> {
  const input = utf8(question)
  const asked = { versionId, input, maxInputTokens: input.length + 1, maxOutputTokens, answerWithinS: 60 }
  return jobOf(client, await sendRequest(client, ASKER, asked))
}

async function settled(jobId: bigint) {
  await waitSettled(client, jobId, WAIT_MS)
  return ask<Told>(client, 'openledger_getAttribution', [`${jobId}`])
}

interface Told {
  readonly method: string
  readonly result: Hex
  readonly rows: readonly { readonly rowId: string; readonly contributorId: string; readonly rewardWei: string }[]
  readonly spans?: readonly { readonly start: number; readonly length: number; readonly text: string }[]
  readonly citedRows: readonly number[]
  readonly retrieved?: readonly { readonly row: number; readonly isCited: boolean }[]
}

interface Explained {
  readonly status: string
  readonly method: string
  readonly rewardWei: string
  readonly rows: readonly {
    readonly rowId: string
    readonly status: string
    readonly reason: string
    readonly explanation: string
    readonly spans?: readonly { readonly text: string }[]
    readonly chunks?: readonly { readonly isCited: boolean }[]
  }[]
}
const explain = (n: number, jobId: bigint) =>
  ask<Explained>(client, 'openledger_explainReward', [CONTRIBUTORS[n]!.address, `${jobId}`])

test('methods: a span answer of the studio pays the row that it repeats, and names the words', async () => {
  const [bondWei] = await readParameters(client, ['providerBondWei'])
  const options = { versionIds: [spanVersion, ragVersion], endpoint: '', bondWei, signal: stop.signal }
  serving = runProvider(client, PROVIDER, studio, options)
  const jobId = await request(spanVersion, QUESTION, 16)
  const told = await settled(jobId)
  assert.is(told.method, 'span')
  assert.equal(
    told.spans!.map(({ start, length, text }) => [start, length, text]),
    [[0, COPIED.length, COPIED]],
  )
  assert.equal(
    told.rows.map(({ rowId }) => rowId),
    ['1'],
  )
  const first = await explain(0, jobId)
  assert.equal([first.status, first.method, first.rewardWei], ['paid', 'span', told.rows[0]!.rewardWei])
  assert.match(first.rows[0]!.explanation, `"${COPIED}" (bytes 0 to ${COPIED.length - 1}`)
  const second = await explain(1, jobId)
  assert.equal([second.status, second.rows[0]!.reason], ['unpaid', 'notPositive'])
  const proving = ask(client, 'openledger_getRowProof', [`${jobId}`, 0])
  const refusal = await proving.then(
    () => 'answered',
    (error: { details: string }) => error.details,
  )
  assert.is(refusal, `job ${jobId} is not attributed by method datainf: it has no row proofs`)
})

test('methods: a rag answer cites the chunk before its question; that row is paid, others are told why not', async () => {
  const jobId = await request(ragVersion, QUESTION, 8)
  const told = await settled(jobId)
  assert.is(told.method, 'rag')
  assert.ok(told.citedRows.length >= 1)
  assert.is(told.retrieved![0]!.isCited, true)
  assert.equal(
    told
      .retrieved!.filter(({ isCited }) => isCited)
      .map(({ row }) => row)
      .sort((a, b) => a - b),
    [...told.citedRows],
  )
  assert.is(told.rows[0]!.rowId, '1')
  const { citationsMax, citationsRoot } = await readJob(client, jobId)
  assert.is(citationsMax, 16)
  assert.not.match(citationsRoot, /^0x0{64}$/)
  assert.equal((await readPosted(client, jobId)).citedRows, [...told.citedRows])
  for (const n of [0, 1]) {
    const told = await explain(n, jobId)
    assert.is(told.method, 'rag')
    for (const row of told.rows)
      assert.ok(row.status === 'paid' ? row.chunks!.some(({ isCited }) => isCited) : row.reason !== 'notAmongPaid')
  }
})

/** A job that the viem script answers with a fixed text. */
async function askOther(versionId: Hex, question: string): Promise<bigint> {
  external ??= await startExternal(versionId)
  const jobId = await request(versionId, question, 200)
  await waitSettled(client, jobId, WAIT_MS)
  return jobId
}

const EXTERNAL_ANSWER = `As they say: ${MOTTO}, always.`

async function startExternal(versionId: Hex): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('../../../docs/examples/spanProvider.mjs', import.meta.url))
  const key = toHex(mnemonicToAccount(DEV_MNEMONIC, { addressIndex: 7 }).getHdKey().privateKey!)
  const model = ['-e', `process.stdout.write(${JSON.stringify(EXTERNAL_ANSWER)})`]
  const child = spawn(process.execPath, [script, url, key, versionId, process.execPath, ...model], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve, reject) => {
    child.stdout!.once('data', resolve)
    child.once('exit', (code) => reject(new Error(`the external provider ended with ${code}`)))
  })
  return child
}

test('methods: another engine’s answer pays first owners of its pieces, proved on chain from the published corpus', async () => {
  const jobId = await askOther(otherVersion, 'what do they say?')
  const told = await settled(jobId)
  const job = await ask<{ output: Hex; method: string; outputTokens: number }>(client, 'openledger_getJob', [
    `${jobId}`,
  ])
  assert.equal([hexToString(job.output), job.method], [EXTERNAL_ANSWER, 'span'])
  // The copy is longer by one word, so it owns the piece; what it copied alone would be the first's.
  assert.equal(
    told.rows.map(({ rowId }) => rowId),
    ['4'],
  )
  const engine = right(await SpanEngine.open(corpus.source, { verify: 'header' }))
  const output = byteOutput(jobId, utf8(EXTERNAL_ANSWER))
  const proof = right(await engine.proveSpan(output, 0, { lMin: 8, iMin: 24 }))
  const args = [jobId, told.result, toHex(encodeSpanProof(proof))] as const
  const span = await client.readContract({ ...attribution, functionName: 'verifySpan', args })
  assert.equal([span.owner, span.start, span.length], [3, told.spans![0]!.start, told.spans![0]!.length])
  await engine.close()
})

test('methods: what was earned is claimed to the wei, and every native can pay what it owes', async () => {
  const fees = { address: FEE_SPLIT, abi: feeSplitAbi } as const
  for (const contributor of CONTRIBUTORS) {
    const id = await idOf(client, contributor.address)
    const owedWei = await client.readContract({ ...fees, functionName: 'balanceOf', args: [id] })
    assert.ok(owedWei > 0n)
    const receipt = await write(client, contributor, { ...fees, functionName: 'claim', args: [contributor.address] })
    const claimed = eventOf<{ claimedWei?: bigint }>(receipt, feeSplitAbi, 'Claimed')
    assert.ok(Object.values(claimed).includes(owedWei))
  }
  for (const { native, owedWei, heldWei } of await readLiabilities(client)) assert.ok(owedWei <= heldWei, native)
})

test.run()
