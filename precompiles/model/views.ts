/** What IModel answers: models, versions, terms, lineage. */

import type { Frame } from '../dispatch.ts'
import { STEP_GAS } from '../limits.ts'
import type { NativeHost } from '../native.ts'
import type { ArrayPlace } from '../storageTypes.ts'
import { findModel, ownerOf, STATE, VERSION_STATE } from './lifeCycle.ts'
import { ratesAt } from './rates.ts'
import { findVersion } from './versions.ts'

export function getModel({ host, call }: Frame, modelId: bigint) {
  const model = findModel(host, modelId)
  const { royaltiesBpsMax: _, ...values } = model.place.load()
  const datanets = listOf(host, model.place.datanets, (cell) => cell.get())
  return { ...values, owner: ownerOf(host, model), datanets, ...ratesAt(model, call.block.timestamp) }
}

export function getVersion({ host }: Frame, versionId: Uint8Array) {
  const { place } = findVersion(host, versionId)
  const values = place.load()
  const adapter = { digest: values.adapterDigest, sizeBytes: values.adapterBytes }
  const source = { digest: values.sourceDigest, sizeBytes: values.sourceBytes }
  const spec = { ...values, adapter, source, datanets: datanetsOf(host, place), parents: parentsOf(host, place) }
  return { ...values, spec }
}

/** All that a request or a settlement asks, so that it takes one call. */
export function termsOf({ host, call }: Frame, versionId: Uint8Array) {
  const { place, state } = findVersion(host, versionId)
  const { modelId, engine, method, rowCount, sourceRoot } = place.load()
  const model = findModel(host, modelId)
  return {
    modelId,
    ownerId: model.ownerId,
    isServing: state === VERSION_STATE.serving && model.state !== STATE.retired,
    engine,
    method,
    rowCount,
    sourceRoot,
    rates: ratesAt(model, call.block.timestamp).rates,
    datanets: datanetsOf(host, place),
    parents: parentsOf(host, place),
  }
}

export function lineage({ host }: Frame, versionId: Uint8Array) {
  return parentsOf(host, findVersion(host, versionId).place)
}

type VersionPlace = ReturnType<typeof findVersion>['place']

const datanetsOf = (host: NativeHost, place: VersionPlace) => listOf(host, place.datanets, (entry) => entry.load())
const parentsOf = (host: NativeHost, place: VersionPlace) => listOf(host, place.parents, (entry) => entry.load())

/** All elements of a short array. */
function listOf<E, V>(
  host: NativeHost,
  array: ArrayPlace<E>,
  read: (element: ReturnType<ArrayPlace<E>['at']>) => V,
): V[] {
  const length = Number(array.length())
  host.charge(STEP_GAS * BigInt(length))
  return Array.from({ length }, (_, i) => read(array.at(BigInt(i))))
}
