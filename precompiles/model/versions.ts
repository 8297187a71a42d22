/** Versions of a model: registration with its checks, attestation, and their ids (economy.md "Models"). */
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
import {
  bookLiabilities,
  type FoundModel,
  findModel,
  findOwned,
  makeMove,
  openModels,
  VERSION_STATE,
} from './lifeCycle.ts'
import { ENGINE, METHOD } from './methods.ts'
import { checkModelPart, ratesAt } from './rates.ts'
import { checkSource } from './sourceHeader.ts'
import { readDatanetVersions } from './trainingRows.ts'

export type VersionSpec = FunctionArgs<typeof modelAbi, 'registerVersion'>[2]
type Parent = VersionSpec['parents'][number]

const MIB = 1n << 20n

/** keccak256(chainId[32] ‖ modelId[32] ‖ number[8]). */
export function versionIdOf(host: NativeHost, modelId: bigint, number: bigint): Uint8Array {
  return host.keccak(concat(uintToBytes(host.chainId, 32), uintToBytes(modelId, 32), uintToBytes(number, 8)))
}

/** Per started MiB. */
export const depositOf = (sourceBytes: bigint, weiPerMib: bigint): bigint =>
  ((sourceBytes + MIB - 1n) / MIB) * weiPerMib

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
  const settings = readParams(host, ['guardTau', 'retrievalTau', 'clipBits', 'indexBytesMax', 'indexDepositWeiPerMib'])
  takeDeposit(frame, model, spec, settings)
  const number = model.place.versionCount.get() + 1n
  const versionId = versionIdOf(host, modelId, number)
  const trained = readDatanetVersions(host, spec.datanets)
  const tau = spec.method === METHOD.rag ? settings.retrievalTau : settings.guardTau
  const { clipBits: clip } = settings
  const source = checkSource(host, header, spec, { ...trained, versionId, tau, clip })
  const royaltiesBps = checkParents(host, spec.parents)
  holdRoyalties(frame, model, royaltiesBps)
  storeVersion(host, versionId, spec, { ...source, modelId, number, registeredBlock: call.block.number })
  model.place.versionCount.set(number)
  const { sourceRoot } = source
  modelContract.emit(host, 'VersionRegistered', { modelId, versionId, number, sourceRoot, header, spec })
  host.charge(STEP_GAS * BigInt(spec.datanets.length + spec.parents.length))
  return [versionId, number] as const
}

function checkSpec(model: FoundModel, spec: VersionSpec): void {
  if (!Object.values<bigint>(METHOD).includes(spec.method)) throw modelContract.error('UnsupportedMethod', spec.method)
  // Nobody can re-execute another engine's gradient or embedding; spans follow from the posted answer (influence.md §12).
  const isAttestable = spec.engine === ENGINE.studio || (spec.engine === ENGINE.other && spec.method === METHOD.span)
  if (!isAttestable) throw modelContract.error('UnsupportedEngine', spec.engine, spec.method)
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
  { source }: VersionSpec,
  settings: { readonly indexBytesMax: bigint; readonly indexDepositWeiPerMib: bigint },
): void {
  const { indexBytesMax } = settings
  if (source.sizeBytes > indexBytesMax) throw modelContract.error('SourceTooLarge', indexBytesMax, source.sizeBytes)
  const depositWei = depositOf(source.sizeBytes, settings.indexDepositWeiPerMib)
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
  readonly sourceRoot: Uint8Array
  readonly guardSeed: Uint8Array
}

function storeVersion(host: NativeHost, versionId: Uint8Array, spec: VersionSpec, facts: VersionFacts): void {
  const place = openModels(host).versions.at(versionId)
  const { baseHash, tokenizerHash, engine, method, evaluation, adapter, source, saRoot } = spec
  const content = { adapterDigest: adapter.digest, sourceDigest: source.digest }
  const sizes = { adapterBytes: adapter.sizeBytes, sourceBytes: source.sizeBytes }
  const described = { baseHash, tokenizerHash, engine, method, evaluation, saRoot, ...content, ...sizes }
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

/** A quorum has checked the source: the version may serve, and with the first one the model is deployed. */
export function attestVersion({ host, call }: Frame, versionId: Uint8Array, root: Uint8Array): void {
  if (!equal(call.caller, ATTRIBUTION_ADDRESS)) throw nativeErrors.error('NotNative', call.caller)
  const { place, state } = findVersion(host, versionId)
  if (state !== VERSION_STATE.registered) throw modelContract.error('WrongVersionState', versionId, state)
  const sourceRoot = place.sourceRoot.get()
  if (!equal(sourceRoot, root)) throw modelContract.error('RootMismatch', sourceRoot, root)
  const model = findModel(host, place.modelId.get())
  makeMove(host, model, 'attest')
  place.state.set(VERSION_STATE.serving)
  model.place.servingVersion.set(versionId)
  modelContract.emit(host, 'VersionServing', { modelId: model.modelId, versionId, sourceRoot })
}
