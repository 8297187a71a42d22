/** eth_call, eth_estimateGas and eth_createAccessList: the runtime's messages in the shapes and words of rpc.md. */
import { toHex, uintToBytes } from '../../primitives/bytes.ts'
import type {
  AccessListOutcome,
  AccountOverride,
  CallMessage,
  CallOutcome,
  EstimateOutcome,
  EvmFailure,
  EvmRequest,
  Refused,
} from '../../rpc/backend.ts'
import { uintItem } from '../../runtime/block/rlp.ts'
import {
  type CallContext,
  type CallFault,
  type CallResult,
  callMessage,
  createAccessList,
  estimateGas,
  type Message,
  type StateOverride,
} from '../../runtime/execution/callMessage.ts'
import { isRefusal, type Refusal } from '../../runtime/refusal.ts'
import { createLayer } from '../../runtime/state/overlayState.ts'

/** The library's words for failures. */
const REVERT = 'revert'
const OUT_OF_GAS = 'out of gas'

/** The state after a block and its header; overrides come with the request. */
export type EvmWorld = Omit<CallContext, 'overrides'>

const slotValues = (writes: AccountOverride['state']) =>
  writes?.map(({ slot, value }) => ({ slot: uintToBytes(slot, 32), value: uintItem(value) }))

function overrideOf({ address, balanceWei, nonce, code, state, stateDiff }: AccountOverride): StateOverride {
  const [storage, storageDiff] = [slotValues(state), slotValues(stateDiff)]
  return {
    address,
    ...(balanceWei !== undefined && { balanceWei }),
    ...(nonce !== undefined && { nonce }),
    ...(code !== undefined && { code }),
    ...(storage !== undefined && { storage }),
    ...(storageDiff !== undefined && { storageDiff }),
  }
}

const limitOf = ({ gas }: CallMessage, gasMax: bigint): bigint => (gas === undefined || gas > gasMax ? gasMax : gas)

function messageOf(message: CallMessage, gasMax: bigint): Message {
  return {
    from: message.from,
    ...(message.to !== null && { to: message.to }),
    data: message.data,
    valueWei: message.valueWei,
    gasLimit: limitOf(message, gasMax),
    maxFeeWei: message.maxFeeWei,
    maxPriorityFeeWei: message.maxTipWei,
    accessList: message.accessList.map(({ address, storageKeys }) => ({ address, slots: storageKeys })),
    authorizations: message.authorizations.map((one) => ({ ...one, yParity: one.yParity === 1 ? 1 : 0 })),
  }
}

const contextOf = (world: EvmWorld, { overrides }: EvmRequest): CallContext => ({
  ...world,
  overrides: overrides.map(overrideOf),
})

const refused = (message: string): Refused => ({ kind: 'refused', message })

/** Why a message could not run at all, in the words that wallets match. */
function worded({ code, expected, got }: Refusal<CallFault>, { from }: CallMessage): Refused {
  switch (code) {
    case 'InsufficientFunds':
      return refused(`insufficient funds for gas * price + value: address ${toHex(from)} have ${got} want ${expected}`)
    case 'CallGas':
    case 'CallGasLimit':
      return refused(`intrinsic gas too low: have ${got}, want ${expected}`)
    case 'CallFeeTooLow':
      return refused(`max fee per gas less than block base fee: address ${toHex(from)}, have ${got}, want ${expected}`)
    case 'CallMalformed':
      return refused(`expected ${expected}, got ${got}`)
  }
}

const failureOf = ({ error, output }: CallResult): EvmFailure =>
  error === REVERT ? { kind: 'reverted', data: output } : refused(error ?? 'execution failed')

export async function answerCall(world: EvmWorld, request: EvmRequest, gasMax: bigint): Promise<CallOutcome> {
  const result = await callMessage(contextOf(world, request), messageOf(request.message, gasMax))
  if (isRefusal(result)) return worded(result, request.message)
  return result.isSuccess ? { kind: 'returned', data: result.output, gasUsed: result.gasUsed } : failureOf(result)
}

/** Gas limit that the sender may use: its own bound, and what its balance pays for. */
function allowanceOf(world: EvmWorld, { message, overrides }: EvmRequest, gasMax: bigint): bigint {
  const limit = limitOf(message, gasMax)
  if (message.maxFeeWei === 0n) return limit
  const overridden = overrides.find(({ address }) => toHex(address) === toHex(message.from))?.balanceWei
  const balanceWei = overridden ?? createLayer(world.state).accountOf(message.from)?.balanceWei ?? 0n
  const affordable = (balanceWei - message.valueWei) / message.maxFeeWei
  if (affordable >= 0n && affordable < limit) return affordable
  return limit
}

export async function answerEstimate(world: EvmWorld, request: EvmRequest, gasMax: bigint): Promise<EstimateOutcome> {
  const estimate = await estimateGas(contextOf(world, request), messageOf(request.message, gasMax))
  if ('gas' in estimate) return { kind: 'estimated', gas: estimate.gas }
  const isShort = isRefusal(estimate) ? estimate.code === 'CallGas' : estimate.error === OUT_OF_GAS
  if (isShort) return refused(`gas required exceeds allowance (${allowanceOf(world, request, gasMax)})`)
  return isRefusal(estimate) ? worded(estimate, request.message) : failureOf(estimate)
}

export async function answerAccessList(
  world: EvmWorld,
  request: EvmRequest,
  gasMax: bigint,
): Promise<AccessListOutcome> {
  const made = await createAccessList(contextOf(world, request), messageOf(request.message, gasMax))
  if (isRefusal(made)) return worded(made, request.message)
  const { error, gasUsed } = made.result
  return {
    kind: 'listed',
    accessList: made.accessList.map(({ address, slots }) => ({ address, storageKeys: slots })),
    gasUsed,
    ...(error !== undefined && { error: error === REVERT ? 'execution reverted' : error }),
  }
}
