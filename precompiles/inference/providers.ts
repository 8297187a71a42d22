/** Providers: contributor ids with a bond, an endpoint and the versions that they serve. */
import { utf8 } from '../../primitives/bytes.ts'
import { requireAtMost } from '../callers.ts'
import { contributorContract, ensureContributor } from '../contributor/contract.ts'
import type { Frame } from '../dispatch.ts'
import { ENDPOINT_BYTES_MAX, SERVED_VERSIONS_MAX, STEP_GAS } from '../limits.ts'
import { termsOf } from '../model/contract.ts'
import type { NativeHost } from '../native.ts'
import { readParam } from '../params/contract.ts'
import { inferenceContract } from './contract.ts'
import { bookLiabilities, openInference } from './jobStore.ts'

export function registerProvider({ host, call }: Frame, endpoint: string, versions: readonly Uint8Array[]): bigint {
  checkEndpoint(endpoint)
  const minWei = readParam(host, 'providerBondWei')
  if (call.valueWei < minWei) throw inferenceContract.error('BondTooSmall', minWei, call.valueWei)
  const providerId = ensureContributor(host, call.caller)
  const place = openInference(host).providers.at(providerId)
  if (place.isRegistered.get()) throw inferenceContract.error('AlreadyProvider', providerId)
  const bondWei = call.valueWei
  place.store({ isRegistered: true, openJobs: 0n, bondWei, endpoint })
  bookLiabilities(host, bondWei)
  inferenceContract.emit(host, 'ProviderRegistered', { providerId, wallet: call.caller, bondWei, endpoint })
  addVersions(host, providerId, versions)
  return providerId
}

/** Marks of versions stay: they mean nothing without a registration, and a returning provider must not serve blindly. */
export function unregisterProvider(frame: Frame): void {
  const { host, call } = frame
  const { providerId, place } = findProvider(frame)
  const { openJobs, bondWei } = place.load()
  if (openJobs > 0n) throw inferenceContract.error('ProviderBusy', openJobs)
  place.store({ isRegistered: false, openJobs: 0n, bondWei: 0n, endpoint: '' })
  bookLiabilities(host, -bondWei)
  inferenceContract.emit(host, 'ProviderUnregistered', { providerId, bondWei })
  host.pay(call.caller, bondWei)
}

/** The caller as a registered provider. */
export function findProvider({ host, call }: Frame) {
  const providerId = contributorContract.call(host, 0n, 'idOf', call.caller)
  const place = openInference(host).providers.at(providerId)
  if (providerId === 0n || !place.isRegistered.get()) throw inferenceContract.error('NotProvider', providerId)
  return { providerId, place }
}

export function addBond(frame: Frame): void {
  const { host, call } = frame
  const { providerId, place } = findProvider(frame)
  place.bondWei.set(place.bondWei.get() + call.valueWei)
  bookLiabilities(host, call.valueWei)
  inferenceContract.emit(host, 'BondAdded', { providerId, addedWei: call.valueWei })
}

export function setEndpoint(frame: Frame, endpoint: string): void {
  checkEndpoint(endpoint)
  const { providerId, place } = findProvider(frame)
  place.endpoint.set(endpoint)
  inferenceContract.emit(frame.host, 'EndpointSet', { providerId, endpoint })
}

function checkEndpoint(endpoint: string): void {
  const bytes = BigInt(utf8(endpoint).length)
  if (bytes > ENDPOINT_BYTES_MAX) throw inferenceContract.error('BytesTooLong', 'endpoint', ENDPOINT_BYTES_MAX, bytes)
}

export function serve(frame: Frame, versions: readonly Uint8Array[]): void {
  addVersions(frame.host, findProvider(frame).providerId, versions)
}

function addVersions(host: NativeHost, providerId: bigint, versions: readonly Uint8Array[]): void {
  requireAtMost(versions, SERVED_VERSIONS_MAX)
  host.charge(STEP_GAS * BigInt(versions.length))
  for (const versionId of versions) {
    if (!termsOf(host, versionId).isServing) throw inferenceContract.error('VersionNotServing', versionId)
    if (isServed(host, providerId, versionId)) throw inferenceContract.error('AlreadyServed', providerId, versionId)
    mark(host, providerId, versionId, true)
  }
}

export function stopServing(frame: Frame, versions: readonly Uint8Array[]): void {
  const { host } = frame
  const { providerId } = findProvider(frame)
  requireAtMost(versions, SERVED_VERSIONS_MAX)
  host.charge(STEP_GAS * BigInt(versions.length))
  for (const versionId of versions) {
    requireServed(host, providerId, versionId)
    mark(host, providerId, versionId, false)
  }
}

function mark(host: NativeHost, providerId: bigint, versionId: Uint8Array, isServed: boolean): void {
  openInference(host).served.at(providerId).at(versionId).set(isServed)
  inferenceContract.emit(host, 'VersionServed', { providerId, versionId, isServed })
}

export function isServed(host: NativeHost, providerId: bigint, versionId: Uint8Array): boolean {
  return openInference(host).served.at(providerId).at(versionId).get()
}

export function requireServed(host: NativeHost, providerId: bigint, versionId: Uint8Array): void {
  if (!isServed(host, providerId, versionId)) throw inferenceContract.error('VersionNotServed', providerId, versionId)
}

/** One accepted job more or less. */
export function countJob(host: NativeHost, providerId: bigint, delta: bigint): void {
  const { openJobs } = openInference(host).providers.at(providerId)
  openJobs.set(openJobs.get() + delta)
}
