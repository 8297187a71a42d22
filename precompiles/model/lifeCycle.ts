/** A model's states and the moves between them (economy.md "Models"), and the model as a caller finds it. */
import { equal } from '../../primitives/bytes.ts'
import { contributorContract } from '../contributor/contract.ts'
import type { Frame } from '../dispatch.ts'
import { modelStorage } from '../generated/model.ts'
import type { NativeHost } from '../native.ts'
import { openStorage } from '../storage.ts'
import { modelContract } from './contract.ts'

/** `IModel.State`. */
export const STATE = {
  none: 0n,
  proposed: 1n,
  collecting: 2n,
  training: 3n,
  deployed: 4n,
  rejected: 5n,
  retired: 6n,
} as const
/** `IModel.VersionState`. */
export const VERSION_STATE = { none: 0n, registered: 1n, serving: 2n } as const

export type Move = 'approve' | 'reject' | 'startTraining' | 'registerVersion' | 'attest' | 'setRates' | 'retire'

/** From which states each move may be made; what it leads to stands beside it, or nothing when the state stays. */
export const MOVES: Readonly<Record<Move, { readonly from: readonly bigint[]; readonly to?: bigint }>> = {
  approve: { from: [STATE.proposed], to: STATE.collecting },
  reject: { from: [STATE.proposed], to: STATE.rejected },
  startTraining: { from: [STATE.collecting], to: STATE.training },
  registerVersion: { from: [STATE.training, STATE.deployed] },
  attest: { from: [STATE.training, STATE.deployed], to: STATE.deployed },
  setRates: { from: [STATE.proposed, STATE.collecting, STATE.training, STATE.deployed] },
  retire: { from: [STATE.proposed, STATE.collecting, STATE.training, STATE.deployed], to: STATE.retired },
}

export const openModels = (host: NativeHost) => openStorage(modelStorage, host)

/** Place and plain values of a model; refuses an unknown one. */
export function findModel(host: NativeHost, modelId: bigint) {
  const place = openModels(host).models.at(modelId)
  const state = place.state.get()
  if (state === STATE.none) throw modelContract.error('UnknownModel', modelId)
  return { modelId, place, state, ownerId: place.ownerId.get() }
}
export type FoundModel = ReturnType<typeof findModel>

/** Makes a move: refuses it in the wrong state, else writes and reports the new state. */
export function makeMove(host: NativeHost, model: FoundModel, move: Move): void {
  const { from, to } = MOVES[move]
  if (!from.includes(model.state)) throw modelContract.error('WrongModelState', model.modelId, model.state)
  if (to === undefined || to === model.state) return
  model.place.state.set(to)
  modelContract.emit(host, 'ModelStateChanged', { modelId: model.modelId, from: model.state, to })
}

export function ownerOf(host: NativeHost, model: FoundModel): Uint8Array {
  return contributorContract.call(host, 0n, 'walletOf', model.ownerId)
}

/** The model, if the caller is its owner. */
export function findOwned({ host, call }: Frame, modelId: bigint): FoundModel {
  const model = findModel(host, modelId)
  if (!equal(ownerOf(host, model), call.caller)) throw modelContract.error('NotModelOwner', model.ownerId, call.caller)
  return model
}

/** Moves `liabilities` by what came in (or, negative, went out). */
export function bookLiabilities(host: NativeHost, deltaWei: bigint): void {
  if (deltaWei === 0n) return
  const { liabilities } = openModels(host)
  liabilities.set(liabilities.get() + deltaWei)
}
