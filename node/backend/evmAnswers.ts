/** eth_call, eth_estimateGas and eth_createAccessList from runs of one message (geth's semantics, exact gas). */
import { equal } from '../../primitives/bytes.ts'
import type {
  AccessListOutcome,
  CallMessage,
  CallOutcome,
  EstimateOutcome,
  EvmFailure,
  Refused,
} from '../../rpc/backend.ts'
import type { AccessListItem } from '../../rpc/chainTypes.ts'
import { createLayer } from '../../runtime/state/overlayState.ts'
import { leastGas, type MessageResult, type MessageWorld, runMessage } from './runMessage.ts'

/** The library's words for a failure. */
const REVERT = 'revert'
const OUT_OF_GAS = 'out of gas'

/** Refund and stipend left over at the deepest of 1,024 frames: geth's optimistic second guess. */
const STIPEND = 2_300n

const gasOf = (message: CallMessage, gasMax: bigint): bigint =>
  message.gas === undefined || message.gas > gasMax ? gasMax : message.gas

const failureOf = ({ error, output }: MessageResult): EvmFailure =>
  error === REVERT ? { kind: 'reverted', data: output } : { kind: 'refused', message: error ?? 'execution failed' }

export async function answerCall(world: MessageWorld, message: CallMessage, gasMax: bigint): Promise<CallOutcome> {
  const result = await runMessage(world, message, gasOf(message, gasMax))
  if (result.kind === 'refused') return result
  if (result.error !== undefined) return failureOf(result)
  return { kind: 'returned', data: result.output, gasUsed: result.gasUsed }
}

/** What the sender can pay for, at most `gas`. */
function affordableGas(world: MessageWorld, message: CallMessage, gas: bigint): bigint | Refused {
  if (message.maxFeeWei === 0n) return gas
  const balanceWei = createLayer(world.state).accountOf(message.from)?.balanceWei ?? 0n
  if (balanceWei < message.valueWei) return { kind: 'refused', message: 'insufficient funds for transfer' }
  const affordable = (balanceWei - message.valueWei) / message.maxFeeWei
  if (affordable < gas) return affordable
  return gas
}

/** The least gas limit with which the message succeeds: gas left unused by the 63/64 rule counts, refunds do not help. */
export async function answerEstimate(
  world: MessageWorld,
  message: CallMessage,
  gasMax: bigint,
): Promise<EstimateOutcome> {
  const allowed = affordableGas(world, message, gasOf(message, gasMax))
  if (typeof allowed !== 'bigint') return allowed
  const exceeded: Refused = { kind: 'refused', message: `gas required exceeds allowance (${allowed})` }
  const least = leastGas(world, message, gasMax)
  if (typeof least !== 'bigint') return least
  if (allowed < least) return exceeded
  const first = await runMessage(world, message, allowed)
  if (first.kind === 'refused') return first
  if (first.error === OUT_OF_GAS) return exceeded
  if (first.error !== undefined) return failureOf(first)
  return { kind: 'estimated', gas: await leastSuccess(world, message, first.gasUsed, allowed) }
}

/** Binary search between gas that is too little and gas that suffices, from good guesses. */
async function leastSuccess(world: MessageWorld, message: CallMessage, used: bigint, allowed: bigint): Promise<bigint> {
  let fails = used - 1n
  let succeeds = allowed
  const tryWith = async (gas: bigint) => {
    const result = await runMessage(world, message, gas)
    if (result.kind === 'ran' && result.error === undefined) succeeds = gas
    else fails = gas
  }
  const guess = ((used + STIPEND) * 64n) / 63n
  for (const gas of [used, guess]) if (gas > fails && gas < succeeds) await tryWith(gas)
  while (fails + 1n < succeeds) await tryWith((fails + succeeds) / 2n)
  return succeeds
}

const isSameList = (a: readonly AccessListItem[], b: readonly AccessListItem[]): boolean =>
  a.length === b.length &&
  a.every(
    (item, i) =>
      equal(item.address, b[i]!.address) &&
      item.storageKeys.length === b[i]!.storageKeys.length &&
      item.storageKeys.every((key, k) => equal(key, b[i]!.storageKeys[k]!)),
  )

/** Runs until the list makes itself; contracts that look at their gas may never settle. */
const LIST_ROUNDS_MAX = 8

export async function answerAccessList(
  world: MessageWorld,
  message: CallMessage,
  gasMax: bigint,
): Promise<AccessListOutcome> {
  const gas = gasOf(message, gasMax)
  let accessList = message.accessList
  for (let round = 0; ; round++) {
    const result = await runMessage(world, { ...message, accessList }, gas, true)
    if (result.kind === 'refused') return result
    if (isSameList(accessList, result.accessList) || round === LIST_ROUNDS_MAX) {
      const error = result.error === REVERT ? 'execution reverted' : result.error
      return { kind: 'listed', accessList, gasUsed: result.gasUsed, ...(error !== undefined && { error }) }
    }
    accessList = result.accessList
  }
}
