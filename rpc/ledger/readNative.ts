/** Reads of the native contracts: their view functions through the backend's EVM, their events through its log index. */
import type {
  Abi,
  ContractEventName,
  ContractFunctionArgs,
  ContractFunctionName,
  ContractFunctionReturnType,
  GetEventArgs,
} from 'viem'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { Backend } from '../backend.ts'
import type { PlacedLog } from '../chainTypes.ts'
import { evmError, refused } from '../rpcError.ts'

export interface Native<abi extends Abi> {
  readonly address: Uint8Array
  readonly abi: abi
}

/** viem's codec: a node that nobody asks for natives starts without it, by 260 modules sooner. */
const loadCodec = () => import('viem/utils')
type Codec = Awaited<ReturnType<typeof loadCodec>>

/** Views of natives are cheap; this is a tenth of what a transaction may use. */
const VIEW_GAS = 1n << 24n
const NOBODY = new Uint8Array(20)
/** Events of one subject that one answer looks at. */
const EVENTS_MAX = 10_000

/** Errors by which natives say that there is nothing of that id. */
const ABSENT = /^(?:Unknown|NotSettled|NoContributor)/

function isAbsence(codec: Codec, abi: Abi, data: Uint8Array): boolean {
  try {
    return ABSENT.test(codec.decodeErrorResult({ abi, data: toHex(data) }).errorName)
  } catch {
    return false
  }
}

/** Result of a view function at the head; `undefined` when the native says that there is no such thing. */
export async function readNative<const abi extends Abi, name extends ContractFunctionName<abi, 'view'>>(
  backend: Backend,
  native: Native<abi>,
  functionName: name,
  args: ContractFunctionArgs<abi, 'view', name>,
): Promise<ContractFunctionReturnType<abi, 'view', name> | undefined> {
  const codec = await loadCodec()
  const data = fromHex(
    codec.encodeFunctionData({
      abi: native.abi as Abi,
      functionName: functionName as string,
      args: args as readonly unknown[],
    }),
  )
  const message = {
    from: NOBODY,
    to: native.address,
    data,
    valueWei: 0n,
    gas: VIEW_GAS,
    maxFeeWei: 0n,
    maxTipWei: 0n,
    accessList: [],
    authorizations: [],
  }
  const outcome = await backend.evm.call({ message, height: backend.chain.head().number, overrides: [] })
  if (outcome.kind === 'reverted' && isAbsence(codec, native.abi, outcome.data)) return undefined
  if (outcome.kind !== 'returned') throw await evmError(outcome)
  const answer = { abi: native.abi as Abi, functionName, data: toHex(outcome.data) }
  return codec.decodeFunctionResult(
    answer as Parameters<Codec['decodeFunctionResult']>[0],
  ) as ContractFunctionReturnType<abi, 'view', name>
}

/** Heights to search; the whole chain by default. */
export interface HeightRange {
  readonly from: number
  readonly to: number
}

/** Events of a native with these indexed arguments, oldest first, with their place. */
export async function nativeEvents<const abi extends Abi, name extends ContractEventName<abi>>(
  backend: Backend,
  native: Native<abi>,
  eventName: name,
  args: Readonly<Record<string, unknown>>,
  range: HeightRange = { from: 0, to: backend.chain.head().number },
) {
  const codec = await loadCodec()
  const wanted = codec.encodeEventTopics({ abi: native.abi as Abi, eventName, args } as Parameters<
    Codec['encodeEventTopics']
  >[0])
  const topics = wanted.map((topic) => (topic === null ? [] : [fromHex(topic as string)]))
  const query = { fromHeight: range.from, toHeight: range.to, addresses: [native.address], topics, logsMax: EVENTS_MAX }
  const found = await backend.chain.logs(query)
  if ('kind' in found) throw refused(`more than ${EVENTS_MAX} events: ask for a range of blocks`)
  return (found as readonly PlacedLog[]).map((log) => ({ log, args: decodeEvent(codec, native.abi, eventName, log) }))
}

type EventArguments<abi extends Abi, name extends string> = GetEventArgs<
  abi,
  name,
  { EnableUnion: false; IndexedOnly: false; Required: true }
>

function decodeEvent<const abi extends Abi, name extends ContractEventName<abi>>(
  codec: Codec,
  abi: abi,
  eventName: name,
  log: PlacedLog,
) {
  const raw = {
    address: toHex(log.address),
    topics: log.topics.map(toHex) as [] | [`0x${string}`, ...`0x${string}`[]],
    data: toHex(log.data),
    blockHash: toHex(log.blockHash),
    blockNumber: BigInt(log.blockNumber),
    blockTimestamp: BigInt(log.blockTimestampS),
    transactionHash: toHex(log.transactionHash),
    transactionIndex: log.transactionIndex,
    logIndex: log.logIndex,
    removed: false,
  }
  const [event] = codec.parseEventLogs({ abi, eventName, logs: [raw] })
  if (event === undefined) throw new TypeError(`a log of ${String(eventName)} does not decode`)
  return event.args as EventArguments<abi, name>
}
