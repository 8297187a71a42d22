/** IModel: proposals, versions, rates and lineage of models. */
import { defineNative, type Native } from '../dispatch.ts'
import { readParam } from '../params/contract.ts'
import { modelContract } from './contract.ts'
import { openModels } from './lifeCycle.ts'
import { approve, propose, reject, retire, startTraining } from './proposals.ts'
import { setRates } from './rates.ts'
import { attestVersion, depositOf, registerVersion, versionIdOf } from './versions.ts'
import { getModel, getVersion, lineage, termsOf } from './views.ts'

export const model: Native = defineNative('IModel', modelContract, {
  propose,
  approve,
  reject,
  startTraining,
  registerVersion,
  attestVersion,
  setRates,
  retire,
  modelCount: ({ host }) => openModels(host).modelCount.get(),
  getModel,
  getVersion,
  termsOf,
  lineage,
  versionIdOf: ({ host }, modelId, number) => versionIdOf(host, modelId, number),
  depositFor: ({ host }, sourceBytes) => depositOf(sourceBytes, readParam(host, 'indexDepositWeiPerMib')),
  liabilities: ({ host }) => openModels(host).liabilities.get(),
})
