/** eth_ methods that run a message without a transaction: eth_call, eth_estimateGas, eth_createAccessList. */
import type { AccountOverride, Backend, CallMessage, EvmRequest } from '../../backend.ts'
import { hex, quantity } from '../../format/quantity.ts'
import { formatAccessList } from '../../format/transaction.ts'
import { type BlockParam, block, LATEST, stateHeight } from '../../params/blockParam.ts'
import { type CallParam, call, overrides } from '../../params/callParam.ts'
import { param, withDefault } from '../../params/param.ts'
import { evmError, invalidParams, refused } from '../../rpcError.ts'
import { type MethodTable, method } from '../method.ts'

const NOBODY = new Uint8Array(20)

function messageOf(backend: Backend, given: CallParam): CallMessage {
  if (given.chainId !== undefined && given.chainId !== backend.chainId)
    throw invalidParams('transaction.chainId', `expected ${quantity(backend.chainId)}, got ${quantity(given.chainId)}`)
  if (given.authorizations !== undefined && given.to === undefined)
    throw invalidParams('transaction.to', 'expected an address: a transaction with authorizations creates no contract')
  const tipWei = given.gasPriceWei ?? given.maxTipWei ?? 0n
  return {
    from: given.from ?? NOBODY,
    to: given.to ?? null,
    data: given.data ?? new Uint8Array(),
    valueWei: given.valueWei ?? 0n,
    ...(given.gas !== undefined && { gas: given.gas }),
    maxFeeWei: given.gasPriceWei ?? given.maxFeeWei ?? tipWei,
    maxTipWei: tipWei,
    accessList: given.accessList ?? [],
    authorizations: given.authorizations ?? [],
  }
}

/** The request of a call at a block; also what eth_fillTransaction estimates with. */
export async function evmRequest(
  backend: Backend,
  given: CallParam,
  wanted: BlockParam,
  changes: readonly AccountOverride[],
): Promise<EvmRequest> {
  return { message: messageOf(backend, given), height: await stateHeight(backend, wanted), overrides: changes }
}

const params = [
  param('transaction', call),
  withDefault('block', block, LATEST),
  withDefault('stateOverrides', overrides, []),
] as const

export const callMethods: MethodTable = {
  eth_call: method(params, async ({ backend }, given, wanted, changes) => {
    const outcome = await backend.evm.call(await evmRequest(backend, given, wanted, changes))
    if (outcome.kind !== 'returned') throw await evmError(outcome)
    return hex(outcome.data)
  }),
  eth_estimateGas: method(params, async ({ backend }, given, wanted, changes) => {
    const outcome = await backend.evm.estimateGas(await evmRequest(backend, given, wanted, changes))
    if (outcome.kind !== 'estimated') throw await evmError(outcome)
    return quantity(outcome.gas)
  }),
  eth_createAccessList: method(params, async ({ backend }, given, wanted, changes) => {
    const outcome = await backend.evm.accessList(await evmRequest(backend, given, wanted, changes))
    if (outcome.kind === 'refused') throw refused(outcome.message)
    if (outcome.kind !== 'listed') throw await evmError(outcome)
    return {
      accessList: formatAccessList(outcome.accessList),
      gasUsed: quantity(outcome.gasUsed),
      ...(outcome.error !== undefined && { error: outcome.error }),
    }
  }),
}
