/** From proposal to training, and retirement: the moves of a model that concern no version (economy.md "Models"). */
import { utf8 } from '../../primitives/bytes.ts'
import type { FunctionArgs } from '../abiTypes.ts'
import { requireAtMost } from '../callers.ts'
import { ensureContributor } from '../contributor/contract.ts'
import type { Frame } from '../dispatch.ts'
import { feeSplitContract } from '../feeSplit/contract.ts'
import type { modelAbi } from '../generated/model.ts'
import { MODEL_DATANETS_MAX, MODEL_TEXT_BYTES_MAX, STEP_GAS } from '../limits.ts'
import { readParam, requireGovernor } from '../params/contract.ts'
import { modelContract } from './contract.ts'
import { bookLiabilities, findModel, findOwned, makeMove, openModels, ownerOf, STATE } from './lifeCycle.ts'
import { checkRates } from './rates.ts'

type Proposal = FunctionArgs<typeof modelAbi, 'propose'>[0]

export function propose({ host, call }: Frame, proposal: Proposal): bigint {
  checkText('purpose', proposal.purpose)
  checkText('architecture', proposal.architecture)
  requireAtMost(proposal.datanets, MODEL_DATANETS_MAX)
  const stakeWei = readParam(host, 'modelStakeWei')
  if (call.valueWei !== stakeWei) throw modelContract.error('WrongStake', stakeWei, call.valueWei)
  checkRates(host, proposal.rates, 0n)
  const ownerId = ensureContributor(host, call.caller)
  const models = openModels(host)
  const modelId = models.modelCount.get() + 1n
  models.modelCount.set(modelId)
  const { purpose, architecture, baseHash, planHash } = proposal
  const place = models.models.at(modelId)
  place.store({ state: STATE.proposed, ownerId, stakeWei, purpose, architecture, baseHash, planHash })
  place.rates.store(proposal.rates)
  host.charge(STEP_GAS * BigInt(proposal.datanets.length))
  for (const datanetId of proposal.datanets) place.datanets.push().set(datanetId)
  bookLiabilities(host, stakeWei)
  modelContract.emit(host, 'ModelProposed', { modelId, ownerId, stakeWei, proposal })
  modelContract.emit(host, 'ModelStateChanged', { modelId, from: STATE.none, to: STATE.proposed })
  return modelId
}

function checkText(field: string, text: string): void {
  const bytes = BigInt(utf8(text).length)
  if (bytes > MODEL_TEXT_BYTES_MAX) throw modelContract.error('TextTooLong', field, MODEL_TEXT_BYTES_MAX, bytes)
}

export function approve(frame: Frame, modelId: bigint): void {
  requireGovernor(frame)
  const { host } = frame
  const model = findModel(host, modelId)
  makeMove(host, model, 'approve')
  const stakeWei = takeStake(frame, modelId)
  host.pay(ownerOf(host, model), stakeWei)
}

export function reject(frame: Frame, modelId: bigint): void {
  requireGovernor(frame)
  makeMove(frame.host, findModel(frame.host, modelId), 'reject')
  feeSplitContract.call(frame.host, takeStake(frame, modelId), 'depositTreasury')
}

function takeStake({ host }: Frame, modelId: bigint): bigint {
  const cell = openModels(host).models.at(modelId).stakeWei
  const stakeWei = cell.get()
  if (stakeWei > 0n) cell.set(0n)
  bookLiabilities(host, -stakeWei)
  return stakeWei
}

export function startTraining(frame: Frame, modelId: bigint): void {
  makeMove(frame.host, findOwned(frame, modelId), 'startTraining')
}

/** Gives back what is left: the stake of a model that was never decided on, and the deposits of all versions. */
export function retire(frame: Frame, modelId: bigint): void {
  const { host, call } = frame
  const model = findOwned(frame, modelId)
  makeMove(host, model, 'retire')
  const depositWei = model.place.depositWei.get()
  if (depositWei > 0n) model.place.depositWei.set(0n)
  bookLiabilities(host, -depositWei)
  host.pay(call.caller, takeStake(frame, modelId) + depositWei)
}
