/** Completing a transaction that a client left open: nonce, gas, fees, type (eth_fillTransaction, eth_sendTransaction). */
import type { Backend, UnsignedTransaction } from '../../backend.ts'
import { lesser } from '../../format/transaction.ts'
import { LATEST } from '../../params/blockParam.ts'
import type { CallParam } from '../../params/callParam.ts'
import { evmError, invalidParams } from '../../rpcError.ts'
import { evmRequest } from './calls.ts'
import { suggestedGasPriceWei, suggestedMaxFeeWei, suggestedTipWei } from './gasPrice.ts'

function typeOf(given: CallParam): 0 | 1 | 2 | 4 {
  if (given.type !== undefined) {
    if (given.type === 0 || given.type === 1 || given.type === 2 || given.type === 4) return given.type
    throw invalidParams('transaction.type', 'transaction type not supported')
  }
  if (given.authorizations !== undefined) return 4
  if (given.gasPriceWei === undefined) return 2
  return given.accessList === undefined ? 0 : 1
}

type Fees = Pick<UnsignedTransaction, 'gasPriceWei' | 'maxFeeWei' | 'maxTipWei'>

async function feesOf(backend: Backend, given: CallParam, type: 0 | 1 | 2 | 4): Promise<Fees> {
  if (type === 0 || type === 1) return { gasPriceWei: given.gasPriceWei ?? (await suggestedGasPriceWei(backend)) }
  if (given.gasPriceWei !== undefined)
    throw invalidParams(
      'transaction.gasPrice',
      `a transaction of type ${type} has maxFeePerGas and maxPriorityFeePerGas`,
    )
  const tip = given.maxTipWei ?? (await suggestedTipWei(backend))
  const maxFeeWei = given.maxFeeWei ?? suggestedMaxFeeWei(backend, tip)
  return { maxFeeWei, maxTipWei: lesser(tip, maxFeeWei) }
}

async function gasOf(backend: Backend, given: CallParam): Promise<bigint> {
  if (given.gas !== undefined) return given.gas
  const outcome = await backend.evm.estimateGas(await evmRequest(backend, given, LATEST, []))
  if (outcome.kind !== 'estimated') throw await evmError(outcome)
  return outcome.gas
}

/** Fills what is open; throws the estimate's refusal when the transaction cannot run. */
export async function fillTransaction(backend: Backend, given: CallParam): Promise<UnsignedTransaction> {
  const type = typeOf(given)
  if (given.from === undefined && given.nonce === undefined)
    throw invalidParams('transaction.from', 'expected an address, got nothing')
  return {
    type,
    chainId: given.chainId ?? backend.chainId,
    to: given.to ?? null,
    nonce: given.nonce ?? (await backend.pool.nextNonce(given.from!)),
    gasLimit: await gasOf(backend, given),
    valueWei: given.valueWei ?? 0n,
    data: given.data ?? new Uint8Array(),
    ...(await feesOf(backend, given, type)),
    accessList: given.accessList ?? [],
    authorizations: given.authorizations ?? [],
  }
}
