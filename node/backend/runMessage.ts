/** Runs a message that nobody signed on a state: the library's transaction path, so that gas is what a block would charge. */

import { createEOACode7702Tx, createFeeMarket1559Tx, type TypedTransaction } from '@ethereumjs/tx'
import { Address } from '@ethereumjs/util'
import { runTx, VM } from '@ethereumjs/vm'
import { equal, fromHex, toHex, uintToBytes } from '../../primitives/bytes.ts'
import type { AccountOverride, CallMessage, Refused } from '../../rpc/backend.ts'
import type { AccessListItem } from '../../rpc/chainTypes.ts'
import type { Header } from '../../runtime/block/header.ts'
import { uintItem } from '../../runtime/block/rlp.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import { ChainEvm } from '../../runtime/evm/chainEvm.ts'
import { isDelegation } from '../../runtime/execution/userExecution.ts'
import { EMPTY_ACCOUNT, EMPTY_CODE_HASH } from '../../runtime/state/accountRecord.ts'
import { createLayer, type Layer } from '../../runtime/state/overlayState.ts'
import type { StateRoot } from '../../runtime/state/stateRoot.ts'

/** The state after a block, and that block's header as the message's surroundings. */
export interface MessageWorld {
  readonly rules: ChainRules
  readonly genesisHash: Uint8Array
  readonly header: Header
  readonly state: Layer | StateRoot
}

export interface MessageResult {
  readonly kind: 'ran'
  readonly output: Uint8Array
  /** What the sender would pay for, after refunds. */
  readonly gasUsed: bigint
  /** The library's word for a failure; `undefined` when the message succeeded. */
  readonly error: string | undefined
  /** Only when asked for. */
  readonly accessList: readonly AccessListItem[]
}

/** Writes state overrides into a layer of their own over the world's state. */
export function overrideState(state: StateRoot, overrides: readonly AccountOverride[]): Layer | StateRoot {
  if (overrides.length === 0) return state
  const layer = createLayer(state)
  for (const { address, balanceWei, nonce, code, state: whole, stateDiff } of overrides) {
    const before = layer.accountOf(address) ?? EMPTY_ACCOUNT
    layer.setAccount(address, {
      ...before,
      balanceWei: balanceWei ?? before.balanceWei,
      nonce: nonce ?? before.nonce,
    })
    if (code !== undefined) layer.setCode(address, code)
    if (whole !== undefined) layer.wipeStorage(address)
    for (const { slot, value } of whole ?? stateDiff ?? [])
      layer.setStorage(address, uintToBytes(slot, 32), uintItem(value))
  }
  layer.startTransaction()
  return layer
}

/** A transaction of that message; its signature is never looked at. Throws the library's refusals. */
function transactionOf(rules: ChainRules, message: CallMessage, nonce: bigint, gasLimit: bigint): TypedTransaction {
  const fields = {
    chainId: rules.params.chainId,
    nonce,
    gasLimit,
    maxFeePerGas: message.maxFeeWei,
    maxPriorityFeePerGas: message.maxTipWei,
    to: message.to === null ? undefined : new Address(message.to),
    value: message.valueWei,
    data: message.data,
    accessList: message.accessList.map(({ address, storageKeys }): [Uint8Array, Uint8Array[]] => [
      address,
      [...storageKeys],
    ]),
    v: 0n,
    r: 1n,
    s: 1n,
  }
  const options = { common: rules.common, freeze: false }
  const sender = new Address(message.from)
  const inner =
    message.authorizations.length === 0 || fields.to === undefined
      ? createFeeMarket1559Tx(fields as Parameters<typeof createFeeMarket1559Tx>[0], options)
      : createEOACode7702Tx({ ...fields, to: fields.to, authorizationList: authorizationsOf(message) }, options)
  Object.assign(inner, { getSenderAddress: () => sender })
  Object.freeze(inner)
  return inner
}

const authorizationsOf = (message: CallMessage) =>
  message.authorizations.map(({ chainId, address, nonce, yParity, r, s }) => [
    uintItem(chainId),
    address,
    uintItem(nonce),
    uintItem(yParity),
    uintItem(r),
    uintItem(s),
  ]) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array][]

const refused = (message: string): Refused => ({ kind: 'refused', message })

/** Least gas of the message: intrinsic gas or the floor of its data. */
export function leastGas(world: MessageWorld, message: CallMessage, gasMax: bigint): bigint | Refused {
  try {
    return transactionOf(world.rules, message, 0n, gasMax).getMinimumGasLimit()
  } catch (error) {
    return refused((error as Error).message)
  }
}

/** First bytes of a delegated account's code (EIP-7702). */
const DELEGATION = fromHex('0xef0100')

/** Contracts may be callers here: the library's check for senders with code (EIP-3607) sees a delegation instead. */
function letContractsCall(vm: VM, layer: Layer, from: Uint8Array): void {
  const codeHash = layer.accountOf(from)?.codeHash ?? EMPTY_CODE_HASH
  if (equal(codeHash, EMPTY_CODE_HASH) || isDelegation(layer.codeOf(from))) return
  const lenient = {
    getAccount: (address: Address) => layer.getAccount(address),
    originalStorageCache: layer.originalStorageCache,
    getCode: (address: Address) => (equal(address.bytes, from) ? Promise.resolve(DELEGATION) : layer.getCode(address)),
  }
  Object.assign(vm, { stateManager: lenient })
}

function fundsFault(layer: Layer, message: CallMessage, gas: bigint): Refused | undefined {
  const have = layer.accountOf(message.from)?.balanceWei ?? 0n
  const want = gas * message.maxFeeWei + message.valueWei
  if (have >= want) return undefined
  const words = `address ${toHex(message.from)} have ${have} want ${want}`
  return refused(`insufficient funds for gas * price + value: ${words}`)
}

/** Runs on a layer of its own; nothing is kept. */
export async function runMessage(
  world: MessageWorld,
  message: CallMessage,
  gas: bigint,
  isListed = false,
): Promise<MessageResult | Refused> {
  const { rules, header, genesisHash } = world
  const layer = createLayer(world.state)
  const account = layer.accountOf(message.from) ?? EMPTY_ACCOUNT
  const isFree = message.maxFeeWei === 0n
  if (!isFree && message.maxFeeWei < header.baseFeeWei)
    return refused(
      `max fee per gas less than block base fee: address ${toHex(message.from)}, maxFeePerGas: ${message.maxFeeWei}, baseFee: ${header.baseFeeWei}`,
    )
  const fault = fundsFault(layer, message, gas)
  if (fault !== undefined) return fault
  const least = leastGas(world, message, gas)
  if (typeof least !== 'bigint') return least
  if (gas < least) return refused(`intrinsic gas too low: have ${gas}, want ${least}`)
  const evm = new ChainEvm(rules, layer, { ...header, baseFeeWei: isFree ? 0n : header.baseFeeWei }, { genesisHash })
  const vm = new VM({ common: rules.common, stateManager: layer, blockchain: evm.blockchain, evm })
  letContractsCall(vm, layer, message.from)
  const result = await runTx(vm, {
    tx: transactionOf(rules, message, account.nonce, gas),
    block: evm.blockView as NonNullable<Parameters<typeof runTx>[1]['block']>,
    blockGasUsed: 0n,
    skipHardForkValidation: true,
    skipBlockGasLimitValidation: true,
    reportAccessList: isListed,
  })
  const { exceptionError, returnValue } = result.execResult
  return {
    kind: 'ran',
    output: returnValue.slice(),
    gasUsed: result.totalGasSpent,
    error: exceptionError?.error,
    accessList: (result.accessList ?? []).map(({ address, storageKeys }) => ({
      address: fromHex(address),
      storageKeys: storageKeys.map((key) => fromHex(key)),
    })),
  }
}
