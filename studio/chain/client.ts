/** A viem client of one openledger node: reads and writes of the natives with their own ABIs and decoded refusals. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Abi,
  BaseError,
  type Chain,
  type ContractFunctionName,
  ContractFunctionRevertedError,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  type LocalAccount,
  nonceManager,
  parseEventLogs,
  publicActions,
  type TransactionReceipt,
} from 'viem'
import { NATIVE_ERRORS } from './nativeErrors.ts'

/** Names a refusal by the chain: the contract's error with its arguments, or the node's own words. */
export class ChainRefusal extends Error {
  readonly code: string
  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'ChainRefusal'
    this.code = code
  }
}

/** The node does not answer, or is not an openledger node. */
export class NodeUnreachable extends Error {
  readonly code = 'NodeUnreachable'
  constructor(url: string, cause: unknown) {
    super(`no openledger node answers at ${url}`, { cause })
    this.name = 'NodeUnreachable'
  }
}

/** How often a client asks for a receipt: a fraction of the shortest block time. */
const POLL_MS = 100
/** A request that takes longer is a fault of the node, not of the network: it runs beside us or in the same cloud. */
const REQUEST_TIMEOUT_MS = 60_000
/** A node ends an idle connection just as we write to it, on a busy machine: nothing of the request was read. */
const RETRIES = 2

/** An eighth on top of an estimate: other transactions may come first, and what they leave may cost more. */
const GAS_MARGIN = 8n

export type ChainClient = ReturnType<typeof createClient>

function createClient(url: string, chain: Chain) {
  return createWalletClient({
    chain,
    pollingInterval: POLL_MS,
    transport: http(url, { timeout: REQUEST_TIMEOUT_MS, retryCount: RETRIES }),
  }).extend(publicActions)
}

/** Asks the node for its chain id; throws `NodeUnreachable`. */
export async function connectChain(url: string): Promise<ChainClient> {
  const describe = (id: number) =>
    defineChain({
      id,
      name: 'OpenLedger',
      nativeCurrency: { name: 'OPEN', symbol: 'OPEN', decimals: 18 },
      rpcUrls: { default: { http: [url] } },
      contracts: { multicall3: { address: '0xcA11bde05977b3631167028862bE2a173976CA11' } },
    })
  try {
    const id = await createClient(url, describe(1)).getChainId()
    return createClient(url, describe(id))
  } catch (error) {
    throw new NodeUnreachable(url, error)
  }
}

/** A node's own method, outside viem's typed set. */
export function ask<T>(client: ChainClient, method: string, params: readonly unknown[]): Promise<T> {
  return client.request({ method, params } as never) as Promise<T>
}

export interface NativeWrite<TAbi extends Abi> {
  readonly address: Hex
  readonly abi: TAbi
  readonly functionName: ContractFunctionName<TAbi, 'nonpayable' | 'payable'>
  readonly args: readonly unknown[]
  readonly value?: bigint
}

/** A local account that counts its own nonces, so that several transactions may be in flight. */
export function withNonces(account: LocalAccount): LocalAccount {
  return { ...account, nonceManager }
}

/** Sends without waiting for the block; throws `ChainRefusal` when the call would revert. */
export async function send<TAbi extends Abi>(
  client: ChainClient,
  account: LocalAccount,
  write: NativeWrite<TAbi>,
): Promise<Hex> {
  try {
    // A refusal may come from another native that this one asked.
    const call = { ...write, abi: [...write.abi, ...NATIVE_ERRORS], account, chain: client.chain }
    const gas = await client.estimateContractGas(call as never)
    return await client.writeContract({ ...call, gas: gas + gas / GAS_MARGIN } as never)
  } catch (error) {
    throw refusal(String(write.functionName), error)
  }
}

/** Waits for a sent transaction's receipt; throws `ChainRefusal` when it reverted, was dropped or replaced. */
export async function confirm(client: ChainClient, hash: Hex): Promise<TransactionReceipt> {
  for (;;) {
    const receipt = await client.getTransactionReceipt({ hash }).catch(() => undefined)
    if (receipt?.status === 'success') return receipt
    if (receipt !== undefined)
      throw new ChainRefusal('Reverted', `transaction ${hash} reverted in block ${receipt.blockNumber}`, receipt)
    const fate = await ask<{ status: string; explanation: string }>(client, 'openledger_transactionStatus', [hash])
    if (!['pending', 'waiting', 'queued', 'mined'].includes(fate.status))
      throw new ChainRefusal('NotMined', `transaction ${hash} is ${fate.status}: ${fate.explanation}`, fate)
    await sleep(POLL_MS)
  }
}

/** Sends and waits for the receipt. */
export async function write<TAbi extends Abi>(
  client: ChainClient,
  account: LocalAccount,
  call: NativeWrite<TAbi>,
): Promise<TransactionReceipt> {
  return confirm(client, await send(client, account, call))
}

/** The one event of that name in a receipt; throws when it is not there. */
export function eventOf<T>(receipt: TransactionReceipt, abi: Abi, eventName: string): T {
  const [event] = parseEventLogs({ abi, eventName, logs: receipt.logs })
  if (event === undefined) throw new ChainRefusal('NoEvent', `no ${eventName} in ${receipt.transactionHash}`, receipt)
  return (event as unknown as { args: T }).args
}

function refusal(functionName: string, error: unknown): ChainRefusal {
  if (!(error instanceof BaseError)) return new ChainRefusal('Failed', String(error), error)
  const revert = error.walk((e) => e instanceof ContractFunctionRevertedError)
  if (revert instanceof ContractFunctionRevertedError && revert.data !== undefined) {
    const { errorName, args } = revert.data
    const shown = (args ?? []).map((arg) => (typeof arg === 'string' ? arg : String(arg))).join(', ')
    return new ChainRefusal(errorName, `${functionName} was refused: ${errorName}(${shown})`, error)
  }
  return new ChainRefusal('Failed', `${functionName} failed: ${error.shortMessage}`, error)
}
