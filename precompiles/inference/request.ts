/** Opening a job: bounds, escrow, and the terms that are frozen with it (economy.md "Inference"). */
import { equal } from '../../primitives/bytes.ts'
import type { FunctionArgs } from '../abiTypes.ts'
import { isNativeAddress } from '../addresses.ts'
import type { Frame } from '../dispatch.ts'
import { feeOf, type Rates } from '../feeSplit/split.ts'
import type { inferenceAbi } from '../generated/inference.ts'
import { CALLBACK_DATA_BYTES_MAX, CALLBACK_TOKENS_MAX, JOB_BYTES_MAX } from '../limits.ts'
import { termsOf } from '../model/contract.ts'
import { METHOD } from '../model/methods.ts'
import type { NativeHost } from '../native.ts'
import { readParams } from '../params/contract.ts'
import { inferenceContract, JOB_STATE } from './contract.ts'
import { bookLiabilities, openInference } from './jobStore.ts'
import { requireServed } from './providers.ts'

type Request = FunctionArgs<typeof inferenceAbi, 'request'>[0]

const NOBODY = new Uint8Array(20)
/** Escrow lies in 128 bits: far above the supply of 10^27 wei. */
const ESCROW_WEI_MAX = (1n << 128n) - 1n

const SETTINGS = [
  'platformFlatWei',
  'platformBps',
  'attributionK',
  'guardTau',
  'retrievalTau',
  'level',
  'spanTokensMin',
  'spanInfoMin',
  'citationsMax',
  'answerDelayMinS',
  'answerDelayMaxS',
  'callbackGasMax',
] as const
type Settings = { readonly [N in (typeof SETTINGS)[number]]: bigint }

interface Wanted {
  readonly maxInputTokens: bigint
  readonly maxOutputTokens: bigint
  readonly callbackGas: bigint
}

/** Quote at both maxima, and the callback's gas at this block's base fee. */
function priceOf(
  { call }: Frame,
  wanted: Wanted,
  rates: Rates,
  settings: Pick<Settings, 'platformFlatWei' | 'platformBps'>,
) {
  const { feeWei } = feeOf({ rates, ...settings }, wanted.maxInputTokens, wanted.maxOutputTokens)
  return { feeWei, callbackWei: wanted.callbackGas * call.block.baseFeeWei }
}

export function escrowFor(frame: Frame, versionId: Uint8Array, wanted: Wanted): bigint {
  const { rates } = termsOf(frame.host, versionId)
  const price = priceOf(frame, wanted, rates, readParams(frame.host, ['platformFlatWei', 'platformBps']))
  return price.feeWei + price.callbackWei
}

export function request(frame: Frame, wanted: Request): bigint {
  const { host, call } = frame
  checkSizes(wanted)
  const terms = termsOf(host, wanted.versionId)
  if (!terms.isServing) throw inferenceContract.error('VersionNotServing', wanted.versionId)
  const settings = readParams(host, SETTINGS)
  checkAnswerBy(frame, wanted.answerBy, settings)
  checkCallback(wanted, settings.callbackGasMax)
  checkProvider(host, wanted)
  const { feeWei, callbackWei } = priceOf(frame, wanted, terms.rates, settings)
  const escrowWei = call.valueWei
  if (escrowWei < feeWei + callbackWei) throw inferenceContract.error('EscrowTooSmall', feeWei + callbackWei, escrowWei)
  if (escrowWei > ESCROW_WEI_MAX) throw inferenceContract.error('EscrowTooLarge', ESCROW_WEI_MAX, escrowWei)
  const jobId = openJob(frame, wanted, terms, { ...settings, callbackWei })
  bookLiabilities(host, escrowWei)
  const { versionId } = wanted
  inferenceContract.emit(host, 'JobRequested', { jobId, versionId, requester: call.caller, escrowWei, request: wanted })
  return jobId
}

/** The parameters that the version's method uses (influence.md §6 to §8); the others stay 0 in the job. */
function methodSettings(method: bigint, settings: Settings) {
  const { attributionK: k, guardTau: tau, retrievalTau, level, spanTokensMin, spanInfoMin, citationsMax } = settings
  if (method === METHOD.span) return { k, tau: 0n, level: 0n, spanTokensMin, spanInfoMin, citationsMax: 0n }
  const noSpans = { spanTokensMin: 0n, spanInfoMin: 0n }
  if (method === METHOD.rag) return { k, tau: retrievalTau, level: 0n, ...noSpans, citationsMax }
  return { k, tau, level, ...noSpans, citationsMax: 0n }
}

function openJob(
  frame: Frame,
  wanted: Request,
  { rates, method }: { readonly rates: Rates; readonly method: bigint },
  frozen: Settings & { callbackWei: bigint },
): bigint {
  const { host, call } = frame
  const { jobCount, jobs } = openInference(host)
  const jobId = jobCount.get() + 1n
  jobCount.set(jobId)
  const { versionId, maxInputTokens, maxOutputTokens, answerBy, callback, callbackGas, callbackData } = wanted
  const { platformFlatWei, platformBps, callbackWei } = frozen
  const { spanTokensMin, spanInfoMin, citationsMax, ...attributed } = methodSettings(method, frozen)
  const place = jobs.at(jobId)
  place.store({
    ...{ requester: call.caller, state: JOB_STATE.open, maxInputTokens, maxOutputTokens },
    ...{ versionId, inputHash: host.keccak(wanted.input) },
    ...{ wantedProvider: wanted.provider, provider: 0n, answerBy, attestBy: 0n },
    ...{ escrowWei: call.valueWei, callbackWei },
    ...{ platformFlatWei, platformBps, ...attributed, inputTokens: 0n, outputTokens: 0n },
  })
  if (method !== METHOD.datainf) place.store({ spanTokensMin, spanInfoMin, citationsMax })
  place.rates.store(rates)
  if (!equal(callback, NOBODY)) place.store({ callback, callbackGas, callbackData })
  return jobId
}

function checkSizes({ input, callbackData, maxOutputTokens, callback }: Request): void {
  if (input.length === 0) throw inferenceContract.error('EmptyInput')
  checkBytes('input', JOB_BYTES_MAX, input)
  checkBytes('callbackData', CALLBACK_DATA_BYTES_MAX, callbackData)
  if (maxOutputTokens === 0n) throw inferenceContract.error('NoTokens')
  if (!equal(callback, NOBODY)) checkTokens('maxOutputTokens', CALLBACK_TOKENS_MAX, maxOutputTokens)
}

export function checkBytes(field: string, max: bigint, bytes: Uint8Array): void {
  if (BigInt(bytes.length) > max) throw inferenceContract.error('BytesTooLong', field, max, BigInt(bytes.length))
}

export function checkTokens(field: string, max: bigint, got: bigint): void {
  if (got > max) throw inferenceContract.error('TooManyTokens', field, max, got)
}

function checkAnswerBy({ call }: Frame, answerBy: bigint, settings: Settings): void {
  const min = call.block.timestamp + settings.answerDelayMinS
  const max = call.block.timestamp + settings.answerDelayMaxS
  if (answerBy < min || answerBy > max) throw inferenceContract.error('AnswerByOutOfBounds', min, max, answerBy)
}

/** Natives are not called back: they have nothing to do there, and the executor calls them only for itself. */
function checkCallback({ callback, callbackGas, callbackData }: Request, max: bigint): void {
  if (callbackGas > max) throw inferenceContract.error('CallbackGasTooHigh', max, callbackGas)
  const isWanted = !equal(callback, NOBODY)
  const isBad = isWanted ? callbackGas === 0n || isNativeAddress(callback) : callbackGas > 0n || callbackData.length > 0
  if (isBad) throw inferenceContract.error('BadCallback', callback, callbackGas)
}

/** Whoever is asked for must be able to accept. */
function checkProvider(host: NativeHost, { provider, versionId }: Request): void {
  if (provider === 0n) return
  if (!openInference(host).providers.at(provider).isRegistered.get())
    throw inferenceContract.error('NotProvider', provider)
  requireServed(host, provider, versionId)
}
