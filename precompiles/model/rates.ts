/** A model's rates: their bounds, the notice period, and which hold now. */
import type { Frame } from '../dispatch.ts'
import { BPS_WHOLE, type Rates } from '../feeSplit/split.ts'
import type { NativeHost } from '../native.ts'
import { readParam, readParams } from '../params/contract.ts'
import { modelContract } from './contract.ts'
import { type FoundModel, findOwned, makeMove } from './lifeCycle.ts'

const SHARE_BOUNDS = ['betaBpsMin', 'betaBpsMax', 'gammaBpsMin', 'gammaBpsMax', 'deltaBpsMin', 'deltaBpsMax'] as const

/** Shares within IParams' bounds that make a whole, and a provider's share that royalties leave room for. */
export function checkRates(host: NativeHost, rates: Rates, royaltiesBps: bigint): void {
  const { modelBps, stakersBps, contributorsBps, providerBps } = rates
  const bounds = readParams(host, SHARE_BOUNDS)
  checkShare('modelBps', bounds.betaBpsMin, bounds.betaBpsMax, modelBps)
  checkShare('stakersBps', bounds.gammaBpsMin, bounds.gammaBpsMax, stakersBps)
  checkShare('contributorsBps', bounds.deltaBpsMin, bounds.deltaBpsMax, contributorsBps)
  const sumBps = modelBps + stakersBps + contributorsBps
  if (sumBps !== BPS_WHOLE) throw modelContract.error('SharesNotWhole', sumBps)
  checkModelPart(providerBps, royaltiesBps)
}

function checkShare(share: string, min: bigint, max: bigint, got: bigint): void {
  if (got < min || got > max) throw modelContract.error('ShareOutOfBounds', share, min, max, got)
}

export function checkModelPart(providerBps: bigint, royaltiesBps: bigint): void {
  if (providerBps + royaltiesBps > BPS_WHOLE) throw modelContract.error('ModelPartOverspent', providerBps, royaltiesBps)
}

export interface RatesNow {
  readonly rates: Rates
  /** Announced; equal to `rates` when none is pending. */
  readonly nextRates: Rates
  readonly nextRatesAt: bigint
}

export function ratesAt(model: FoundModel, timestamp: bigint): RatesNow {
  const nextRatesAt = model.place.nextRatesAt.get()
  if (nextRatesAt === 0n) {
    const rates = model.place.rates.load()
    return { rates, nextRates: rates, nextRatesAt }
  }
  const nextRates = model.place.nextRates.load()
  const rates = timestamp >= nextRatesAt ? nextRates : model.place.rates.load()
  return { rates, nextRates, nextRatesAt }
}

/** Rates that hold now become the base, the new ones wait for the notice period; a pending announcement is replaced. */
export function setRates(frame: Frame, modelId: bigint, next: Rates): void {
  const { host, call } = frame
  const model = findOwned(frame, modelId)
  makeMove(host, model, 'setRates')
  checkRates(host, next, model.place.royaltiesBpsMax.get())
  const effectiveAt = call.block.timestamp + readParam(host, 'ratesNoticeS')
  model.place.rates.store(ratesAt(model, call.block.timestamp).rates)
  model.place.nextRates.store(next)
  model.place.nextRatesAt.set(effectiveAt)
  modelContract.emit(host, 'RatesSet', { modelId, rates: next, effectiveAt })
}
