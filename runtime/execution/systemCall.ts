/** Calls that the executor itself makes: as the system caller to natives, and callbacks on a native's behalf. */
import type { EVMResult } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'
import { SYSTEM_ADDRESS } from '../../precompiles/addresses.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { Log } from '../block/receipt.ts'
import type { ChainEvm } from '../evm/chainEvm.ts'
import type { LaterCall } from '../evm/nativeHost.ts'

/** A block-level call has a gas limit of its own, outside the block's (as EIP-2935 and EIP-4788 say). */
export const BLOCK_CALL_GAS = 30_000_000n

export interface CallOutcome {
  readonly isSuccess: boolean
  readonly output: Uint8Array
  readonly gasUsed: bigint
  readonly logs: readonly Log[]
  /** Calls that natives asked for; none when it failed. */
  readonly later: readonly LaterCall[]
  /** The library's word for a failure. */
  readonly error?: string
}

interface Call {
  readonly to: Uint8Array
  readonly data: Uint8Array
  readonly valueWei?: bigint
  readonly gas: bigint
}

/** Starts a transaction of the executor's own: warm sets, original storage values, touched accounts. */
export async function beginSystemTransaction(evm: ChainEvm, to: Uint8Array): Promise<void> {
  await endSystemTransaction(evm)
  for (const address of evm.precompiles.keys()) evm.journal.addAlwaysWarmAddress(address)
  for (const address of [SYSTEM_ADDRESS, to, evm.blockView.header.coinbase.bytes])
    evm.journal.addAlwaysWarmAddress(toHex(address))
}

export async function endSystemTransaction(evm: ChainEvm): Promise<void> {
  await evm.journal.cleanup()
  evm.layer.startTransaction()
}

/** A call by the system caller; `isSystem` holds in the native that it reaches. */
export async function callAsSystem(evm: ChainEvm, call: Call): Promise<CallOutcome> {
  const later: LaterCall[] = []
  evm.later = later
  try {
    const outcome = outcomeOf(await run(evm, SYSTEM_ADDRESS, call))
    return outcome.isSuccess ? { ...outcome, later } : outcome
  } finally {
    evm.later = undefined
  }
}

/** A call with a native as its caller, as `callLater` asked for; plain contract code. */
export async function callBack(
  evm: ChainEvm,
  call: LaterCall,
): Promise<CallOutcome & { readonly isBurnPossible: boolean }> {
  const result = await run(evm, call.native, { to: call.to, data: call.input, gas: call.gas })
  const isBurnPossible = await deleteDestroyed(evm, result)
  return { ...outcomeOf(result), isBurnPossible }
}

function run(evm: ChainEvm, caller: Uint8Array, { to, data, valueWei = 0n, gas }: Call): Promise<EVMResult> {
  return evm.runCall({
    block: evm.blockView,
    gasPrice: 0n,
    caller: new Address(caller),
    origin: new Address(SYSTEM_ADDRESS),
    to: new Address(to),
    data: data.slice(),
    value: valueWei,
    gasLimit: gas,
    skipNonceIncrement: true,
  })
}

/** EIP-6780: contracts that were made and destroyed by this call go, as `runTx` does at a transaction's end. */
async function deleteDestroyed(evm: ChainEvm, { execResult }: EVMResult): Promise<boolean> {
  const { selfdestruct, createdAddresses } = execResult
  const destroyed = [...(selfdestruct?.keys() ?? [])].filter((address) => createdAddresses?.has(address)).sort()
  for (const address of destroyed) await evm.journal.deleteAccount(new Address(fromHex(address)))
  return destroyed.length > 0
}

function outcomeOf({ execResult }: EVMResult): CallOutcome {
  const { exceptionError, returnValue, executionGasUsed, logs = [] } = execResult
  return {
    isSuccess: exceptionError === undefined,
    output: returnValue.slice(),
    gasUsed: executionGasUsed,
    logs: logsOf(logs),
    later: [],
    ...(exceptionError === undefined ? {} : { error: exceptionError.error }),
  }
}

/** The library's log triples → logs, bytes copied. */
export function logsOf(logs: readonly [Uint8Array, Uint8Array[], Uint8Array][]): Log[] {
  return logs.map(([address, topics, data]) => ({
    address: address.slice(),
    topics: topics.map((topic) => topic.slice()),
    data: data.slice(),
  }))
}
