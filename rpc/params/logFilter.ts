/** The filter object of eth_getLogs, eth_newFilter and log subscriptions. */
import { invalidParams } from '../rpcError.ts'
import { type BlockParam, blockNumber } from './blockParam.ts'
import { expected, type Shape } from './param.ts'
import { address, field, hash, list, strictObject } from './shapes.ts'

const ADDRESSES_MAX = 1_000
/** EVM logs have at most four topics. */
const TOPICS_MAX = 4
/** Alternatives for one position. */
const ALTERNATIVES_MAX = 1_000

export interface LogFilter {
  readonly addresses: readonly Uint8Array[]
  readonly topics: readonly (readonly Uint8Array[])[]
  readonly range: LogRange
}
export type LogRange =
  | { readonly kind: 'blocks'; readonly from?: BlockParam; readonly to?: BlockParam }
  | { readonly kind: 'block'; readonly hash: Uint8Array }

function parseAddresses(value: unknown, at: string): readonly Uint8Array[] {
  return Array.isArray(value) ? list(address, ADDRESSES_MAX).parse(value, at) : [address.parse(value, at)]
}

function parseTopic(value: unknown, at: string): readonly Uint8Array[] {
  if (value === null) return []
  return Array.isArray(value) ? parseAlternatives(value, at) : [hash.parse(value, at)]
}

/** `null` among the alternatives matches everything, as in geth. */
function parseAlternatives(values: readonly unknown[], at: string): readonly Uint8Array[] {
  if (values.includes(null)) return []
  return list(hash, ALTERNATIVES_MAX).parse(values, at)
}

function parseTopics(value: unknown, at: string): readonly (readonly Uint8Array[])[] {
  if (!Array.isArray(value)) throw expected(at, 'an array', value)
  if (value.length > TOPICS_MAX) throw invalidParams(at, `expected at most ${TOPICS_MAX} topics, got ${value.length}`)
  return value.map((topic, i) => parseTopic(topic, `${at}[${i}]`))
}

export const logFilter: Shape<LogFilter> = {
  schema: { title: 'filter', type: 'object' },
  parse: (value, at) => {
    const fields = strictObject(value, at, ['fromBlock', 'toBlock', 'blockHash', 'address', 'topics'])
    const blockHash = field(fields, 'blockHash', at, hash.parse)
    const from = field(fields, 'fromBlock', at, blockNumber.parse)
    const to = field(fields, 'toBlock', at, blockNumber.parse)
    if (blockHash !== undefined && (from !== undefined || to !== undefined))
      throw invalidParams(`${at}.blockHash`, 'excludes fromBlock and toBlock')
    return {
      addresses: field(fields, 'address', at, parseAddresses) ?? [],
      topics: field(fields, 'topics', at, parseTopics) ?? [],
      range:
        blockHash !== undefined
          ? { kind: 'block', hash: blockHash }
          : { kind: 'blocks', ...(from && { from }), ...(to && { to }) },
    }
  },
}
