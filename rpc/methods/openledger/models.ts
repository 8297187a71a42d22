/** openledger_getModel: a model with its versions. */

import { STATE, VERSION_STATE } from '../../../precompiles/model/lifeCycle.ts'
import { ENGINE, METHOD } from '../../../precompiles/model/methods.ts'
import { enumName } from '../../../precompiles/words.ts'
import type { Backend } from '../../backend.ts'
import type { Json } from '../../json.ts'
import { MODEL } from '../../ledger/natives.ts'
import { plainFields } from '../../ledger/plainJson.ts'
import { readNative } from '../../ledger/readNative.ts'
import { param } from '../../params/param.ts'
import { id } from '../../params/shapes.ts'
import { type MethodTable, method } from '../method.ts'

/** Newest versions that an answer shows. */
const VERSIONS_SHOWN_MAX = 32n

async function versionOf(backend: Backend, modelId: bigint, number: bigint): Promise<Json> {
  const versionId = await readNative(backend, MODEL, 'versionIdOf', [modelId, number])
  const version = versionId === undefined ? undefined : await readNative(backend, MODEL, 'getVersion', [versionId])
  if (versionId === undefined || version === undefined) return null
  const method = enumName(METHOD, version.spec.method)
  const engine = enumName(ENGINE, version.spec.engine)
  return { versionId, ...plainFields(version), method, engine, state: enumName(VERSION_STATE, version.state) }
}

async function modelOf(backend: Backend, modelId: bigint): Promise<Json> {
  const model = await readNative(backend, MODEL, 'getModel', [modelId])
  if (model === undefined || model.state === 0) return null
  const versions: Json[] = []
  const oldest = model.versionCount > VERSIONS_SHOWN_MAX ? model.versionCount - VERSIONS_SHOWN_MAX + 1n : 1n
  for (let number = model.versionCount; number >= oldest; number--)
    versions.push(await versionOf(backend, modelId, number))
  return { modelId: modelId.toString(), ...plainFields(model), state: enumName(STATE, model.state), versions }
}

export const modelMethods: MethodTable = {
  openledger_getModel: method([param('modelId', id)], ({ backend }, modelId) => modelOf(backend, modelId)),
}
