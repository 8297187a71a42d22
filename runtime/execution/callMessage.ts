/**
 * Messages that change nothing: `eth_call`, exact gas estimates and access lists. A message runs as the transaction that
 * it would be, through `runTx`, on a layer that is thrown away; so gas, refunds, warmth and 7702 are those of blocks.
 */
import { createEOACode7702Tx, createFeeMarket1559Tx, type TypedTransaction } from '@ethereumjs/tx'
import { Address, type EOACode7702AuthorizationList } from '@ethereumjs/util'
import { runTx, VM } from '@ethereumjs/vm'
import { equal, fromHex, toHex } from '../../primitives/bytes.ts'
import type { Log } from '../block/receipt.ts'
import type { ChainRules } from '../chainRules.ts'
import { type BlockFacts, ChainEvm } from '../evm/chainEvm.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { EMPTY_ACCOUNT } from '../state/accountRecord.ts'
import { createLayer, type Layer } from '../state/overlayState.ts'
import type { StateRoot } from '../state/stateRoot.ts'
import { INIT_CODE_BYTES_MAX, TRANSACTION_GAS_MAX } from '../transactions/userTransaction.ts'
import { logsOf } from './systemCall.ts'

export interface Message {
  readonly from?: Uint8Array
  /** `undefined` creates a contract. */
  readonly to?: Uint8Array
  readonly data?: Uint8Array
  readonly valueWei?: bigint
  /** Default and greatest: what a transaction may hold. */
  readonly gasLimit?: bigint
  /** Default 0: then the base fee is 0 as well, as in geth. */
  readonly maxFeeWei?: bigint
  readonly maxPriorityFeeWei?: bigint
  readonly accessList?: AccessList
  readonly authorizations?: readonly Authorization[]
}
export type AccessList = readonly { readonly address: Uint8Array; readonly slots: readonly Uint8Array[] }[]

export interface Authorization {
  readonly chainId: bigint
  readonly address: Uint8Array
  readonly nonce: bigint
  readonly yParity: 0 | 1
  readonly r: bigint
  readonly s: bigint
}

/** State as the message shall find it. */
export interface StateOverride {
  readonly address: Uint8Array
  readonly balanceWei?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  /** Replaces all storage. */
  readonly storage?: readonly SlotValue[]
  /** Replaces these slots only. */
  readonly storageDiff?: readonly SlotValue[]
}
export interface SlotValue {
  readonly slot: Uint8Array
  readonly value: Uint8Array
}

export interface CallContext {
  readonly rules: ChainRules
  readonly genesisHash: Uint8Array
  readonly state: Layer | StateRoot
  /** The block in which the message runs: the header of the state's block, or of the one after it. */
  readonly block: BlockFacts
  readonly overrides?: readonly StateOverride[]
  /** Called at call frames and native charges; throws to abandon the work. */
  readonly tick?: () => void
}

export interface CallResult {
  readonly isSuccess: boolean
  /** Return data, revert data, or the new contract's code. */
  readonly output: Uint8Array
  /** After refunds. */
  readonly gasUsed: bigint
  readonly logs: readonly Log[]
  /** The library's word for a failure: `revert`, `out of gas`, … */
  readonly error?: string
  readonly createdAddress?: Uint8Array
}

export type CallFault = 'InsufficientFunds' | 'CallGasLimit' | 'CallGas' | 'CallFeeTooLow' | 'CallMalformed'

/** Runs a message; a revert is a result, a message that could not run at all a refusal. */
export async function callMessage(context: CallContext, message: Message): Promise<CallResult | Refusal<CallFault>> {
  const run = await runMessage(context, message, gasOf(message))
  return isRefusal(run) ? run : run.result
}

export interface GasEstimate {
  /** The least gas limit with which the message succeeds. */
  readonly gas: bigint
}

/** The failed run itself when no gas limit up to the cap makes it succeed. */
export async function estimateGas(
  context: CallContext,
  message: Message,
): Promise<GasEstimate | CallResult | Refusal<CallFault>> {
  const cap = affordableGas(context, message)
  if (typeof cap !== 'bigint') return cap
  const widest = await runMessage(context, message, cap)
  if (isRefusal(widest)) return widest
  if (!widest.result.isSuccess) return widest.result
  const succeeds = async (gas: bigint) => {
    const run = await runMessage(context, message, gas)
    return !isRefusal(run) && run.result.isSuccess
  }
  // What was used before refunds is the least that could do; plain calls need no more.
  let low = widest.gasBeforeRefund
  if (await succeeds(low)) return { gas: low }
  let high = cap
  // Each call frame withholds a 64th (EIP-150) and may need a stipend: most messages end here.
  const likely = (low * 64n) / 63n + CALL_STIPEND
  if (likely < high && (await succeeds(likely))) high = likely
  while (low + 1n < high) {
    const middle = (low + high) / 2n
    if (await succeeds(middle)) high = middle
    else low = middle
  }
  return { gas: high }
}

/** What CALL adds for the callee when it carries value. */
const CALL_STIPEND = 2_300n
/** Rounds after which an access list that still changes is taken as it is. */
const ACCESS_LIST_ROUNDS_MAX = 5

/** What the message touches, without sender, target, coinbase and precompiles unless slots of theirs are read. */
export async function createAccessList(
  context: CallContext,
  message: Message,
): Promise<{ readonly accessList: AccessList; readonly result: CallResult } | Refusal<CallFault>> {
  let accessList: AccessList = message.accessList ?? []
  for (let round = 0; ; round++) {
    const run = await runMessage(context, { ...message, accessList }, gasOf(message))
    if (isRefusal(run)) return run
    const next = run.accessList
    if (listKey(next) === listKey(accessList) || round === ACCESS_LIST_ROUNDS_MAX)
      return { accessList: next, result: run.result }
    accessList = next
  }
}

const listKey = (list: AccessList): string =>
  list
    .map(({ address, slots }) => [toHex(address), ...slots.map(toHex).sort()].join())
    .sort()
    .join(';')

interface Run {
  readonly result: CallResult
  readonly gasBeforeRefund: bigint
  readonly accessList: AccessList
}

const NOBODY = new Uint8Array(20)

function gasOf(message: Message): bigint {
  const { gasLimit } = message
  if (gasLimit === undefined || gasLimit > TRANSACTION_GAS_MAX) return TRANSACTION_GAS_MAX
  return gasLimit
}

/** The gas cap, less what the sender cannot pay for when the message names a price. */
function affordableGas(context: CallContext, message: Message): bigint | Refusal<CallFault> {
  const cap = gasOf(message)
  const { maxFeeWei = 0n, valueWei = 0n, from = NOBODY } = message
  if (maxFeeWei === 0n) return cap
  const balanceWei = overlaid(context).accountOf(from)?.balanceWei ?? 0n
  if (balanceWei < valueWei) return refuse('InsufficientFunds', valueWei, balanceWei)
  const affordable = (balanceWei - valueWei) / maxFeeWei
  return affordable < cap ? affordable : cap
}

function overlaid({ state, overrides = [] }: CallContext): Layer {
  const layer = createLayer(state)
  for (const { address, balanceWei, nonce, code, storage, storageDiff } of overrides) {
    const before = layer.accountOf(address) ?? EMPTY_ACCOUNT
    layer.setAccount(address, { ...before, balanceWei: balanceWei ?? before.balanceWei, nonce: nonce ?? before.nonce })
    if (code !== undefined) layer.setCode(address, code)
    if (storage !== undefined) layer.wipeStorage(address)
    for (const { slot, value } of [...(storage ?? []), ...(storageDiff ?? [])]) layer.setStorage(address, slot, value)
  }
  layer.startTransaction()
  return layer
}

async function runMessage(context: CallContext, message: Message, gasLimit: bigint): Promise<Run | Refusal<CallFault>> {
  const { rules, genesisHash, tick } = context
  const { from = NOBODY, valueWei = 0n, maxFeeWei = 0n, data } = message
  const layer = overlaid(context)
  const block = maxFeeWei === 0n ? { ...context.block, baseFeeWei: 0n } : context.block
  if (message.to === undefined && (data?.length ?? 0) > INIT_CODE_BYTES_MAX)
    return refuse('CallMalformed', `init code of at most ${INIT_CODE_BYTES_MAX} bytes`, data?.length)
  if (maxFeeWei !== 0n && maxFeeWei < block.baseFeeWei)
    return refuse('CallFeeTooLow', `at least ${block.baseFeeWei}`, maxFeeWei)
  const tx = transactionOf(rules, message, gasLimit)
  if (isRefusal(tx)) return tx
  const needed = tx.getMinimumGasLimit()
  if (gasLimit < needed) return refuse('CallGas', `at least ${needed} gas`, gasLimit)
  const balanceWei = layer.accountOf(from)?.balanceWei ?? 0n
  const costWei = valueWei + gasLimit * maxFeeWei
  if (balanceWei < costWei) return refuse('InsufficientFunds', costWei, balanceWei)
  const evm = new ChainEvm(rules, layer, block, tick === undefined ? { genesisHash } : { genesisHash, tick })
  return execute(rules, evm, tx, from)
}

async function execute(rules: ChainRules, evm: ChainEvm, tx: TypedTransaction, from: Uint8Array): Promise<Run> {
  const stateManager = asSender(evm.layer, from)
  const vm = new VM({ common: rules.common, stateManager, blockchain: evm.blockchain, evm })
  const result = await runTx(vm, {
    tx,
    block: evm.blockView as NonNullable<Parameters<typeof runTx>[1]['block']>,
    blockGasUsed: 0n,
    skipHardForkValidation: true,
    skipBlockGasLimitValidation: true,
    skipNonce: true,
    reportAccessList: true,
  })
  const { exceptionError, returnValue, logs = [], executionGasUsed } = result.execResult
  const floor = tx.getMinimumGasLimit()
  const used = executionGasUsed + tx.getIntrinsicGas()
  return {
    result: {
      isSuccess: exceptionError === undefined,
      output: returnValue.slice(),
      gasUsed: result.totalGasSpent,
      logs: logsOf(logs),
      ...(exceptionError === undefined ? {} : { error: exceptionError.error }),
      ...(result.createdAddress === undefined ? {} : { createdAddress: result.createdAddress.bytes.slice() }),
    },
    gasBeforeRefund: greater(used, floor),
    accessList: trimmed(result.accessList ?? [], evm, tx, from),
  }
}

function trimmed(
  list: readonly { address: string; storageKeys: readonly string[] }[],
  evm: ChainEvm,
  tx: TypedTransaction,
  from: Uint8Array,
): AccessList {
  const isFree = (address: Uint8Array) =>
    equal(address, from) ||
    equal(address, evm.blockView.header.coinbase.bytes) ||
    (tx.to !== undefined && equal(address, tx.to.bytes)) ||
    evm.precompiles.has(toHex(address).slice(2))
  return list
    .map((item) => ({ address: fromHex(item.address), slots: item.storageKeys.map((key) => fromHex(key)) }))
    .filter(({ address, slots }) => slots.length > 0 || !isFree(address))
}

function transactionOf(rules: ChainRules, message: Message, gasLimit: bigint): TypedTransaction | Refusal<CallFault> {
  const { from = NOBODY, to, data, valueWei = 0n, maxFeeWei = 0n, maxPriorityFeeWei = 0n } = message
  const fields = {
    chainId: rules.params.chainId,
    gasLimit,
    maxFeePerGas: maxFeeWei,
    maxPriorityFeePerGas: maxPriorityFeeWei,
    value: valueWei,
    data: data?.slice() ?? new Uint8Array(0),
    accessList: (message.accessList ?? []).map(({ address, slots }) => ({
      address: toHex(address),
      storageKeys: slots.map(toHex),
    })),
    ...(to === undefined ? {} : { to: new Address(to) }),
  }
  const options = { common: rules.common, freeze: false }
  const authorizationList = message.authorizations?.map(authorizationItem)
  try {
    const tx =
      authorizationList === undefined || authorizationList.length === 0
        ? createFeeMarket1559Tx(fields, options)
        : createEOACode7702Tx({ ...fields, authorizationList }, options)
    const sender = new Address(from)
    return Object.assign(tx, { getSenderAddress: () => sender }) as TypedTransaction
  } catch (fault) {
    return refuse(
      'CallMalformed',
      'a message that a transaction can hold',
      fault instanceof Error ? fault.message : fault,
    )
  }
}

function greater(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}

const hexOf = (value: bigint): `0x${string}` => `0x${value.toString(16)}`

function authorizationItem(item: Authorization): EOACode7702AuthorizationList[number] {
  return {
    chainId: hexOf(item.chainId),
    address: toHex(item.address),
    nonce: hexOf(item.nonce),
    yParity: hexOf(BigInt(item.yParity)),
    r: hexOf(item.r),
    s: hexOf(item.s),
  }
}

/** The state, but its `from` passes EIP-3607: calls may come from contracts, transactions may not. */
function asSender(layer: Layer, from: Uint8Array): Layer {
  const delegated = Uint8Array.of(0xef, 0x01, 0x00)
  const getCode = async (address: Address) => (equal(address.bytes, from) ? delegated : layer.getCode(address))
  return new Proxy(layer, {
    get(target, name) {
      if (name === 'getCode') return getCode
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
