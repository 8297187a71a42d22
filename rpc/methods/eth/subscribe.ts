/** eth_subscribe and eth_unsubscribe: newHeads, logs, newPendingTransactions over WebSocket. */
import { type LogFilter, logFilter } from '../../params/logFilter.ts'
import { expected, optional, param, type Shape } from '../../params/param.ts'
import { bool, text } from '../../params/shapes.ts'
import { invalidParams, METHOD_NOT_FOUND, RpcError, refused } from '../../rpcError.ts'
import type { Topic } from '../../subscriptions.ts'
import { type MethodTable, method, type Session } from '../method.ts'

const KINDS = ['newHeads', 'logs', 'newPendingTransactions'] as const

const kind: Shape<(typeof KINDS)[number]> = {
  schema: { type: 'string', enum: KINDS },
  parse: (value, at) => {
    const found = KINDS.find((one) => one === value)
    if (found === undefined) throw expected(at, `one of ${KINDS.join(', ')}`, value)
    return found
  },
}

/** A filter for logs, "full transactions" for pending ones. */
const options: Shape<unknown> = {
  schema: { title: 'filter, or true for full transactions', type: ['object', 'boolean'] },
  parse: (value) => value,
}

const ALL: LogFilter = { addresses: [], topics: [], range: { kind: 'blocks' } }

function topicOf(wanted: (typeof KINDS)[number], given: unknown): Topic {
  switch (wanted) {
    case 'newHeads':
      if (given !== undefined) throw invalidParams('options', 'newHeads takes none')
      return { kind: 'newHeads' }
    case 'logs':
      return { kind: 'logs', filter: given === undefined ? ALL : logFilter.parse(given, 'options') }
    case 'newPendingTransactions':
      return { kind: 'newPendingTransactions', isFull: given !== undefined && bool.parse(given, 'options') }
  }
}

function pushable(session: Session) {
  if (session.subscriptions === undefined) throw new RpcError(METHOD_NOT_FOUND, 'notifications not supported over HTTP')
  return session.subscriptions
}

export const subscribeMethods: MethodTable = {
  eth_subscribe: method([param('kind', kind), optional('options', options)], (session, wanted, given) => {
    const subscriptions = pushable(session)
    const id = subscriptions.add(topicOf(wanted, given))
    if (id === undefined) throw refused('too many subscriptions on this connection')
    return id
  }),
  eth_unsubscribe: method([param('subscriptionId', text(66))], (session, id) => pushable(session).remove(id)),
}
