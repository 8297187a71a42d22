/** eth_getLogs and the polled filters. */
import type { Backend, LogQuery } from '../../backend.ts'
import type { PlacedLog } from '../../chainTypes.ts'
import type { Filter } from '../../filters.ts'
import { hex } from '../../format/quantity.ts'
import { formatLog } from '../../format/receipt.ts'
import type { Json } from '../../json.ts'
import { type BlockParam, findHeight, LATEST } from '../../params/blockParam.ts'
import { type LogFilter, logFilter } from '../../params/logFilter.ts'
import { param } from '../../params/param.ts'
import { text } from '../../params/shapes.ts'
import { invalidParams, refused } from '../../rpcError.ts'
import { type MethodTable, method, type Session } from '../method.ts'

/** A log is about 700 bytes of JSON: this many fit the largest response, 25 MiB. */
const LOGS_MAX = 20_000

/** First and last height, or `undefined` when the range holds no block yet. */
async function heightsOf(backend: Backend, filter: LogFilter): Promise<{ from: number; to: number } | undefined> {
  const { range } = filter
  if (range.kind === 'block') {
    const height = await backend.chain.heightOf(range.hash)
    if (height === undefined) throw refused('unknown block')
    return { from: height, to: height }
  }
  const head = backend.chain.head().number
  const heightOf = async (wanted: BlockParam) =>
    wanted.kind === 'height' ? wanted.height : ((await findHeight(backend, wanted)) ?? head)
  const from = await heightOf(range.from ?? LATEST)
  const to = await heightOf(range.to ?? LATEST)
  if (from > to && range.to !== undefined) throw invalidParams('filter.fromBlock', 'invalid block range params')
  return from > head ? undefined : { from, to: Math.min(to, head) }
}

async function search({ backend, signal }: Session, filter: LogFilter, from: number, to: number): Promise<Json> {
  const { addresses, topics } = filter
  const query: LogQuery = { fromHeight: from, toHeight: to, addresses, topics, logsMax: LOGS_MAX, signal }
  const found = await backend.chain.logs(query)
  if ('kind' in found) {
    const advice =
      found.height > from ? `; blocks 0x${from.toString(16)} to 0x${(found.height - 1).toString(16)} fit` : ''
    throw refused(`query returned more than ${LOGS_MAX} results${advice}`)
  }
  return (found as readonly PlacedLog[]).map(formatLog)
}

async function getLogs(session: Session, filter: LogFilter): Promise<Json> {
  const heights = await heightsOf(session.backend, filter)
  return heights === undefined ? [] : search(session, filter, heights.from, heights.to)
}

async function newBlocks(backend: Backend, from: number, to: number): Promise<Json> {
  const hashes: string[] = []
  for (let height = from; height <= to; height++) {
    const header = await backend.chain.header(height)
    if (header !== undefined) hashes.push(hex(header.hash))
  }
  return hashes
}

/** Logs since the last question, within the range that the filter names. */
async function newLogs(session: Session, filter: LogFilter, since: number, head: number): Promise<Json> {
  if (filter.range.kind === 'block') return []
  const { from, to } = filter.range
  const first = Math.max(since, from?.kind === 'height' ? from.height : 0)
  const last = Math.min(head, to?.kind === 'height' ? to.height : head)
  return first > last ? [] : search(session, filter, first, last)
}

async function changes(session: Session, filter: Filter): Promise<Json> {
  if (filter.kind === 'pending') return filter.hashes.splice(0).map(hex)
  const { backend } = session
  const head = backend.chain.head().number
  const since = filter.nextHeight
  const found =
    filter.kind === 'blocks'
      ? await newBlocks(backend, since, head)
      : await newLogs(session, filter.filter, since, head)
  // Only now: a refused search must be able to try again.
  filter.nextHeight = Math.max(filter.nextHeight, head + 1)
  return found
}

function held(session: Session, id: string): Filter {
  const filter = session.filters.get(id)
  if (filter === undefined) throw refused('filter not found')
  return filter
}

function added(session: Session, filter: Filter): string {
  const id = session.filters.add(filter)
  if (id === undefined) throw refused('too many filters')
  return id
}

const next = (session: Session) => session.backend.chain.head().number + 1
const filterId = param('filterId', text(66))

export const logMethods: MethodTable = {
  eth_getLogs: method([param('filter', logFilter)], (session, filter) => getLogs(session, filter)),
  eth_newFilter: method([param('filter', logFilter)], (session, filter) =>
    added(session, { kind: 'logs', filter, nextHeight: next(session) }),
  ),
  eth_newBlockFilter: method([], (session) => added(session, { kind: 'blocks', nextHeight: next(session) })),
  eth_newPendingTransactionFilter: method([], (session) => added(session, { kind: 'pending', hashes: [] })),
  eth_getFilterChanges: method([filterId], (session, id) => changes(session, held(session, id))),
  eth_getFilterLogs: method([filterId], (session, id) => {
    const filter = held(session, id)
    if (filter.kind !== 'logs') throw refused('filter not found')
    return getLogs(session, filter.filter)
  }),
  eth_uninstallFilter: method([filterId], ({ filters }, id) => filters.remove(id)),
}
