/** The economy's main road for tests: rows, a model, an attested version, a provider, a job, its settlement. */
import type { Abi } from 'viem'
import { encodeResult } from '../../../influence/result.ts'
import type { Entry, Method } from '../../../influence/surface.ts'
import {
  ATTRIBUTION_ADDRESS,
  CONTRIBUTOR_ADDRESS,
  DATANET_ADDRESS,
  FEE_SPLIT_ADDRESS,
  INFERENCE_ADDRESS,
  MODEL_ADDRESS,
  PARAMS_ADDRESS,
  STAKING_ADDRESS,
} from '../../../precompiles/addresses.ts'
import { attributionAbi } from '../../../precompiles/generated/attribution.ts'
import { contributorAbi } from '../../../precompiles/generated/contributor.ts'
import { datanetAbi } from '../../../precompiles/generated/datanet.ts'
import { feeSplitAbi } from '../../../precompiles/generated/feeSplit.ts'
import { inferenceAbi } from '../../../precompiles/generated/inference.ts'
import { modelAbi } from '../../../precompiles/generated/model.ts'
import { paramsAbi } from '../../../precompiles/generated/params.ts'
import { stakingAbi } from '../../../precompiles/generated/staking.ts'
import { parameterKey } from '../../../precompiles/params/contract.ts'
import { concat, fromHex, toHex, uintToBytes, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { encodeRow } from '../../../primitives/rows.ts'
import {
  account,
  type Bound,
  type CallOptions,
  DEV_ADMIN,
  type Decoded,
  expectRefused,
  freshWorld,
  send,
  TEST_CHAIN_ID,
  view,
  type World,
} from '../world.ts'
import { type CorpusHeaderFields, type IndexHeaderFields, sourceOf } from './sources.ts'

export const OPEN = 10n ** 18n
export const milli = OPEN / 1_000n
/** An integer as a topic or argument of 32 bytes. */
export const word = (n: bigint): `0x${string}` => toHex(uintToBytes(n, 32))
export const NOBODY = toHex(new Uint8Array(20))
export const ZERO_HASH = toHex(new Uint8Array(32))

const ABIS = [
  ...[datanetAbi, modelAbi, inferenceAbi, attributionAbi],
  ...[feeSplitAbi, stakingAbi, contributorAbi, paramsAbi],
] as readonly Abi[]
const errorKey = (item: Abi[number]) =>
  JSON.stringify(item, (key, value) => (key === 'internalType' ? undefined : value))
/** Errors of all natives once: a refusal may come from any of them. */
const ERRORS = [
  ...new Map(ABIS.flatMap((abi) => abi.filter(({ type }) => type === 'error')).map((e) => [errorKey(e), e])).values(),
]

function bound(address: Uint8Array, abi: Abi): Bound {
  return { address, abi: [...abi.filter(({ type }) => type !== 'error'), ...ERRORS] }
}
export const DATANET = bound(DATANET_ADDRESS, datanetAbi)
export const MODEL = bound(MODEL_ADDRESS, modelAbi)
export const INFERENCE = bound(INFERENCE_ADDRESS, inferenceAbi)
export const ATTRIBUTION = bound(ATTRIBUTION_ADDRESS, attributionAbi)
export const FEE_SPLIT = bound(FEE_SPLIT_ADDRESS, feeSplitAbi)
export const STAKING = bound(STAKING_ADDRESS, stakingAbi)
export const CONTRIBUTOR = bound(CONTRIBUTOR_ADDRESS, contributorAbi)
export const PARAMS = bound(PARAMS_ADDRESS, paramsAbi)

export const OWNER = account(10)
export const PROVIDER = account(11)
export const REQUESTER = account(12)
/** Wallet of the n-th contributor of rows. */
export const contributorWallet = (n: number): Uint8Array => account(100 + n)

export const GOVERNOR_CALL = { from: DEV_ADMIN }
export const SYSTEM_CALL = { isSystem: true }

/** The paper's example: β, γ, δ of 70, 10 and 20 %. */
export const RATES = {
  inputWei: 2n * OPEN,
  outputWei: 4n * OPEN,
  providerBps: 0,
  modelBps: 7_000,
  stakersBps: 1_000,
  contributorsBps: 2_000,
}
export type TestRates = typeof RATES

/** A call by an account that has at least the value. */
export function sendFrom(
  world: World,
  from: Uint8Array,
  native: Bound,
  name: string,
  args: readonly unknown[],
  wei = 0n,
): Decoded {
  world.setBalance(from, world.balanceOf(from) + wei)
  return send(world, native, name, args, { from, wei })
}

/** As `expectRefused`, with money for the value. */
export function refuse(
  world: World,
  native: Bound,
  name: string,
  args: readonly unknown[],
  options: CallOptions,
  error: string,
  errorArgs?: readonly unknown[],
): void {
  if (options.from !== undefined && options.wei !== undefined) world.setBalance(options.from, options.wei)
  expectRefused(world, native, name, args, options, error, errorArgs)
}

export const rowBytes = (text: string): string =>
  toHex(encodeRow({ input: utf8(text), output: utf8('!') }) as Uint8Array)

export interface TestRow {
  readonly datanetId: bigint
  readonly rowId: bigint
  readonly wallet: Uint8Array
}

/** One Open Datanet whose rows come from so many contributors in turn, frozen as version 1. */
export function publishRows(world: World, rowCount: number, contributors: number, tag = 'row'): TestRow[] {
  const created = send(world, DATANET, 'createDatanet', [tag, 'tests', 'CC0', 0, 0n, ''], { from: OWNER })
  const datanetId = created.result as bigint
  const rows = Array.from({ length: rowCount }, (_, i) => {
    const wallet = contributorWallet(i % contributors)
    const { result } = send(world, DATANET, 'addRows', [datanetId, [rowBytes(`${tag} ${i}`)]], { from: wallet })
    return { datanetId, rowId: result as bigint, wallet }
  })
  world.mine(10n)
  const { result } = send(world, DATANET, 'publishVersion', [datanetId, 1_000n], { from: OWNER })
  if (result !== 1n) throw new Error('the test expects one call to publish')
  world.mine()
  return rows
}

export interface ModelOptions {
  readonly rates?: TestRates
  readonly datanets?: readonly bigint[]
  readonly owner?: Uint8Array
}

export const proposalOf = (options: ModelOptions = {}) => ({
  purpose: 'answers in tests',
  architecture: 'gpt2, LoRA rank 4',
  baseHash: toHex(keccak256(utf8('base'))),
  planHash: ZERO_HASH,
  datanets: options.datanets ?? [1n],
  rates: options.rates ?? RATES,
})

export const STAKE_WEI = 10n * OPEN

/** A model in Training. */
export function trainModel(world: World, options: ModelOptions = {}): bigint {
  const owner = options.owner ?? OWNER
  const modelId = sendFrom(world, owner, MODEL, 'propose', [proposalOf(options)], STAKE_WEI).result as bigint
  send(world, MODEL, 'approve', [modelId], GOVERNOR_CALL)
  send(world, MODEL, 'startTraining', [modelId], { from: owner })
  return modelId
}

export const versionIdOf = (modelId: bigint, number: bigint): Uint8Array =>
  keccak256(concat(uintToBytes(TEST_CHAIN_ID, 32), uintToBytes(modelId, 32), uintToBytes(number, 8)))

export interface VersionOptions {
  readonly datanets?: readonly { readonly datanetId: bigint; readonly version: bigint }[]
  readonly parents?: readonly { readonly versionId: string; readonly royaltyBps: number }[]
  readonly owner?: Uint8Array
  readonly method?: Method
  readonly header?: IndexHeaderFields & CorpusHeaderFields
  readonly spec?: Readonly<Record<string, unknown>>
}

/** What `registerVersion` takes for the next version of a model: arguments, value, the version's id. */
export function versionOf(world: World, modelId: bigint, options: VersionOptions = {}) {
  const datanets = options.datanets ?? [{ datanetId: 1n, version: 1n }]
  const infos = datanets.map(
    ({ datanetId, version }) =>
      view(world, DATANET, 'versionOf', [datanetId, version]) as { seed: `0x${string}`; count: bigint },
  )
  const { versionCount } = view(world, MODEL, 'getModel', [modelId]) as { versionCount: bigint }
  const versionId = versionIdOf(modelId, versionCount + 1n)
  const rowCount = Number(infos.reduce((sum, { count }) => sum + count, 0n))
  const method = options.method ?? 'datainf'
  const guardSeed = keccak256(concat(...infos.map(({ seed }) => fromHex(seed))))
  const source = sourceOf(method, { versionId, guardSeed, rowCount, tag: `${modelId} ${versionCount}` }, options.header)
  const spec = {
    datanets,
    baseHash: toHex(keccak256(utf8('base'))),
    adapter: { digest: toHex(keccak256(utf8('adapter'))), sizeBytes: 1_000n },
    source: { digest: toHex(keccak256(utf8('source'))), sizeBytes: source.sizeBytes },
    tokenizerHash: ZERO_HASH,
    ...source.spec,
    evaluation: ZERO_HASH,
    parents: options.parents ?? [],
    ...options.spec,
  }
  const depositWei = view(world, MODEL, 'depositFor', [spec.source.sizeBytes]) as bigint
  const { header, sourceRoot } = source
  return { args: [modelId, toHex(header), spec] as const, versionId, method, sourceRoot, depositWei, rowCount }
}

export interface TestVersion {
  readonly versionId: Uint8Array
  readonly method: Method
  readonly sourceRoot: Uint8Array
  readonly rowCount: number
}

/** A version that serves. */
export function serveVersion(world: World, modelId: bigint, options: VersionOptions = {}): TestVersion {
  const { args, depositWei, ...version } = versionOf(world, modelId, options)
  sendFrom(world, options.owner ?? OWNER, MODEL, 'registerVersion', args, depositWei)
  send(
    world,
    ATTRIBUTION,
    'settleVersion',
    [toHex(version.versionId), toHex(version.sourceRoot), '0x01', '0x02'],
    SYSTEM_CALL,
  )
  return version
}

export const BOND_WEI = 10n * OPEN

export function registerProvider(world: World, versions: readonly Uint8Array[], wallet = PROVIDER): bigint {
  const args = ['http://127.0.0.1:1', versions.map(toHex)]
  return sendFrom(world, wallet, INFERENCE, 'registerProvider', args, BOND_WEI).result as bigint
}

export interface RequestOptions {
  readonly [field: string]: unknown
}

export function requestOf(world: World, versionId: Uint8Array, options: RequestOptions = {}) {
  return {
    versionId: toHex(versionId),
    input: toHex(utf8('what is it?')),
    maxInputTokens: 1_000,
    maxOutputTokens: 200,
    provider: 0n,
    answerBy: world.block.timestamp + 60n,
    callback: NOBODY,
    callbackGas: 0,
    callbackData: '0x',
    ...options,
  }
}

/** An open job with exactly the escrow that it needs, plus `extraWei`. */
export function openJob(world: World, versionId: Uint8Array, options: RequestOptions = {}, extraWei = 0n): bigint {
  const request = requestOf(world, versionId, options)
  const { maxInputTokens, maxOutputTokens, callbackGas } = request
  const least = view(world, INFERENCE, 'escrowFor', [request.versionId, maxInputTokens, maxOutputTokens, callbackGas])
  return sendFrom(world, REQUESTER, INFERENCE, 'request', [request], (least as bigint) + extraWei).result as bigint
}

export const QUERY_HASH = keccak256(utf8('query'))

export interface AnswerOptions {
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly wallet?: Uint8Array
  readonly output?: Uint8Array
  readonly cited?: readonly number[]
}

/** Accepted and answered. */
export function answerJob(world: World, jobId: bigint, options: AnswerOptions = {}): void {
  const from = options.wallet ?? PROVIDER
  send(world, INFERENCE, 'accept', [jobId], { from })
  const { inputTokens = 120, outputTokens = 100, output = utf8('an answer'), cited } = options
  const answer = [jobId, toHex(output), inputTokens, outputTokens, toHex(QUERY_HASH)]
  if (cited === undefined) send(world, INFERENCE, 'respond', answer, { from })
  else send(world, INFERENCE, 'respondCiting', [...answer, cited], { from })
}

export type TestEntry = Pick<Entry, 'datanetId' | 'rowId' | 'weight'>

/** Equal weights over rows, the last one taking the remainder first in order. */
export function equalEntries(rows: readonly TestRow[]): TestEntry[] {
  const share = (1n << 32n) / BigInt(rows.length)
  const first = (1n << 32n) - share * BigInt(rows.length - 1)
  return rows.map(({ datanetId, rowId }, i) => ({ datanetId, rowId, weight: i === 0 ? first : share }))
}

/** What a result says by each method, with the default parameters. */
const METHOD_FIELDS = {
  datainf: { method: 'datainf', level: 1, tau: 96, exponentG: 7 },
  span: { method: 'span', level: 0, tau: 0, exponentG: 0 },
  rag: { method: 'rag', level: 0, tau: 246, exponentG: 0 },
} as const

/** Canonical result bytes of a job on a version, as validators would sign them. */
export function resultOf(
  version: TestVersion,
  entries: readonly TestEntry[],
  fields: Readonly<Record<string, unknown>> = {},
) {
  return encodeResult({
    ...METHOD_FIELDS[version.method],
    ...{ k: 64, rowCount: version.rowCount },
    ...{ sourceRoot: version.sourceRoot, queryHash: QUERY_HASH },
    ...{ scoresRoot: keccak256(utf8('scores')), contextRoot: keccak256(utf8('context')) },
    entries: entries.map((entry, row) => ({ ...entry, row, score: 1_000n - BigInt(row) })),
    ...fields,
  })
}

export function settleJob(world: World, jobId: bigint, result: Uint8Array, options: CallOptions = {}): Decoded {
  return send(world, ATTRIBUTION, 'settle', [jobId, toHex(result), '0x01', '0x02'], { ...SYSTEM_CALL, ...options })
}

export interface Served {
  readonly world: World
  readonly rows: readonly TestRow[]
  readonly modelId: bigint
  readonly version: TestVersion
  readonly providerId: bigint
}

/** A chain on which everything stands: rows, a deployed model, a provider. */
export function servedWorld(
  rowCount = 4,
  contributors = 4,
  params: Readonly<Record<string, bigint>> = {},
  method: Method = 'datainf',
): Served {
  const world = freshWorld({ params: { revealWindowS: 1n, ratesNoticeS: 100n, rowsPerAccountDay: 1_000n, ...params } })
  world.block = { ...world.block, number: 5n }
  world.setBalance(STAKING_ADDRESS, view(world, STAKING, 'liabilities') as bigint)
  const rows = publishRows(world, rowCount, contributors)
  const modelId = trainModel(world)
  const version = serveVersion(world, modelId, { method })
  const providerId = registerProvider(world, [version.versionId])
  return { world, rows, modelId, version, providerId }
}

export const balanceOf = (world: World, id: bigint): bigint => view(world, FEE_SPLIT, 'balanceOf', [id]) as bigint
export const idOf = (world: World, wallet: Uint8Array): bigint =>
  view(world, CONTRIBUTOR, 'idOf', [toHex(wallet)]) as bigint
export const treasuryOf = (world: World): bigint => view(world, FEE_SPLIT, 'treasury') as bigint
export const keyOf = (name: string): string => toHex(parameterKey(name))

const HOLDERS = [DATANET, MODEL, INFERENCE, FEE_SPLIT, STAKING]

/** Every native owes no more than it has; throws with the names and sums otherwise. */
export function checkSolvent(world: World): void {
  for (const native of HOLDERS) {
    const owedWei = view(world, native, 'liabilities') as bigint
    const heldWei = world.balanceOf(native.address)
    if (owedWei > heldWei) throw new Error(`${toHex(native.address)} owes ${owedWei} and holds ${heldWei}`)
  }
}
