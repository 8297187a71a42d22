/** Versions of a model: registration with its checks, attestation, and their ids (economy.md "Models"). */
import { indexRootOf } from '../../influence/indexFile.ts'
import { concat, equal, toHex, uintToBytes } from '../../primitives/bytes.ts'
import type { FunctionArgs } from '../abiTypes.ts'
import { ATTRIBUTION_ADDRESS } from '../addresses.ts'
import { requireAtMost } from '../callers.ts'
import { type Frame, nativeErrors } from '../dispatch.ts'
import type { modelAbi } from '../generated/model.ts'
import { MODEL_DATANETS_MAX, PARENTS_MAX, ROYALTIES_BPS_MAX, STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import { readParams } from '../params/contract.ts'
import { modelContract } from './contract.ts'
import { checkHeader } from './indexHeader.ts'
import {
  bookLiabilities,
  type FoundModel,
  findModel,
  findOwned,
  makeMove,
  openModels,
  VERSION_STATE,
} from './lifeCycle.ts'
import { checkModelPart, ratesAt } from './rates.ts'
import { readDatanetVersions } from './trainingRows.ts'

export type VersionSpec = FunctionArgs<typeof modelAbi, 'registerVersion'>[2]
type Parent = VersionSpec['parents'][number]

/** `IModel.VersionSpec` values that this chain attests: the studio's engine by datainf (influence.md §12). */
const ENGINE_STUDIO = 1n
const METHOD_DATAINF = 1n
const MIB = 1n << 20n

/** keccak256(chainId[32] ‖ modelId[32] ‖ number[8]). */
export function versionIdOf(host: NativeHost, modelId: bigint, number: bigint): Uint8Array {
  return host.keccak(concat(uintToBytes(host.chainId, 32), uintToBytes(modelId, 32), uintToBytes(number, 8)))
}

/** Per started MiB. */
export const depositOf = (indexBytes: bigint, weiPerMib: bigint): bigint => ((indexBytes + MIB - 1n) / MIB) * weiPerMib

export function registerVersion(
  frame: Frame,
  modelId: bigint,
  header: Uint8Array,
  spec: VersionSpec,
): readonly [Uint8Array, bigint] {
  const { host, call } = frame
  const model = findOwned(frame, modelId)
  makeMove(host, model, 'registerVersion')
  checkSpec(model, spec)
  const settings = readParams(host, ['guardTau', 'clipBits', 'indexBytesMax', 'indexDepositWeiPerMib'])
  takeDeposit(frame, model, spec, settings)
  const number = model.place.versionCount.get() + 1n
  const versionId = versionIdOf(host, modelId, number)
  const trained = readDatanetVersions(host, spec.datanets)
  const { guardTau: tau, clipBits: clip } = settings
  const parsed = checkHeader(host, header, { ...trained, versionId, tau, clip, indexBytes: spec.index.sizeBytes })
  const royaltiesBps = checkParents(host, spec.parents)
  holdRoyalties(frame, model, royaltiesBps)
  const indexRoot = indexRootOf(header, (data) => host.keccak(data))
  const facts = { modelId, number, indexRoot, guardSeed: parsed.guardSeed, rowCount: BigInt(parsed.rowCount) }
  storeVersion(host, versionId, spec, { ...facts, registeredBlock: call.block.number })
  model.place.versionCount.set(number)
  modelContract.emit(host, 'VersionRegistered', { modelId, versionId, number, indexRoot, header, spec })
  host.charge(STEP_GAS * BigInt(spec.datanets.length + spec.parents.length))
  return [versionId, number] as const
}

function checkSpec(model: FoundModel, spec: VersionSpec): void {
  if (spec.method !== METHOD_DATAINF) throw modelContract.error('UnsupportedMethod', spec.method)
  if (spec.engine !== ENGINE_STUDIO) throw modelContract.error('UnsupportedEngine', spec.engine, spec.method)
  requireAtMost(spec.datanets, MODEL_DATANETS_MAX)
  requireAtMost(spec.parents, PARENTS_MAX)
  if (spec.datanets.length === 0) throw modelContract.error('NoDatanets')
  const seen = new Set<bigint>()
  for (const { datanetId } of spec.datanets) {
    if (seen.has(datanetId)) throw modelContract.error('DuplicateDatanet', datanetId)
    seen.add(datanetId)
  }
  const baseHash = model.place.baseHash.get()
  if (!equal(baseHash, spec.baseHash)) throw modelContract.error('BaseMismatch', baseHash, spec.baseHash)
}

function takeDeposit(
  { host, call }: Frame,
  model: FoundModel,
  { index }: VersionSpec,
  settings: { readonly indexBytesMax: bigint; readonly indexDepositWeiPerMib: bigint },
): void {
  const { indexBytesMax } = settings
  if (index.sizeBytes > indexBytesMax) throw modelContract.error('IndexTooLarge', indexBytesMax, index.sizeBytes)
  const depositWei = depositOf(index.sizeBytes, settings.indexDepositWeiPerMib)
  if (call.valueWei !== depositWei) throw modelContract.error('WrongDeposit', depositWei, call.valueWei)
  if (depositWei > 0n) model.place.depositWei.set(model.place.depositWei.get() + depositWei)
  bookLiabilities(host, depositWei)
}

/** Parents exist, are named once, and take a bounded part together, which is returned. */
function checkParents(host: NativeHost, parents: readonly Parent[]): bigint {
  const seen = new Set<string>()
  let sumBps = 0n
  for (const { versionId, royaltyBps } of parents) {
    const key = toHex(versionId)
    if (seen.has(key)) throw modelContract.error('DuplicateParent', versionId)
    seen.add(key)
    findVersion(host, versionId)
    if (royaltyBps === 0n) throw modelContract.error('ZeroRoyalty', versionId)
    sumBps += royaltyBps
  }
  if (sumBps > ROYALTIES_BPS_MAX) throw modelContract.error('RoyaltiesTooHigh', ROYALTIES_BPS_MAX, sumBps)
  return sumBps
}

/** Royalties and the provider's share must fit the model part at rates in force and announced; later rates heed them. */
function holdRoyalties({ host, call }: Frame, model: FoundModel, royaltiesBps: bigint): void {
  const { rates, nextRates } = ratesAt(model, call.block.timestamp)
  checkModelPart(rates.providerBps, royaltiesBps)
  checkModelPart(nextRates.providerBps, royaltiesBps)
  host.charge(STEP_GAS)
  if (royaltiesBps > model.place.royaltiesBpsMax.get()) model.place.royaltiesBpsMax.set(royaltiesBps)
}

interface VersionFacts {
  readonly modelId: bigint
  readonly number: bigint
  readonly registeredBlock: bigint
  readonly rowCount: bigint
  readonly indexRoot: Uint8Array
  readonly guardSeed: Uint8Array
}

function storeVersion(host: NativeHost, versionId: Uint8Array, spec: VersionSpec, facts: VersionFacts): void {
  const place = openModels(host).versions.at(versionId)
  const { baseHash, tokenizerHash, engine, method, evaluation, adapter, index } = spec
  const content = { adapterDigest: adapter.digest, indexDigest: index.digest }
  const sizes = { adapterBytes: adapter.sizeBytes, indexBytes: index.sizeBytes }
  const described = { baseHash, tokenizerHash, engine, method, evaluation, ...content, ...sizes }
  place.store({ state: VERSION_STATE.registered, ...facts, ...described })
  for (const datanet of spec.datanets) place.datanets.push().store(datanet)
  for (const parent of spec.parents) place.parents.push().store(parent)
}

/** Place and state of a version; refuses an unknown one. */
export function findVersion(host: NativeHost, versionId: Uint8Array) {
  const place = openModels(host).versions.at(versionId)
  const state = place.state.get()
  if (state === VERSION_STATE.none) throw modelContract.error('UnknownVersion', versionId)
  return { place, state }
}

/** A quorum has checked the index: the version may serve, and with the first one the model is deployed. */
export function attestVersion({ host, call }: Frame, versionId: Uint8Array, root: Uint8Array): void {
  if (!equal(call.caller, ATTRIBUTION_ADDRESS)) throw nativeErrors.error('NotNative', call.caller)
  const { place, state } = findVersion(host, versionId)
  if (state !== VERSION_STATE.registered) throw modelContract.error('WrongVersionState', versionId, state)
  const indexRoot = place.indexRoot.get()
  if (!equal(indexRoot, root)) throw modelContract.error('RootMismatch', indexRoot, root)
  const model = findModel(host, place.modelId.get())
  makeMove(host, model, 'attest')
  place.state.set(VERSION_STATE.serving)
  model.place.servingVersion.set(versionId)
  modelContract.emit(host, 'VersionServing', { modelId: model.modelId, versionId, indexRoot })
}
