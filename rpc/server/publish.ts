/** Carries new blocks, their logs and pending transactions to subscribers and polled filters. */
import type { Backend } from '../backend.ts'
import type { BlockHeader, PlacedLog, Transaction } from '../chainTypes.ts'
import type { Filters } from '../filters.ts'
import { formatHeader } from '../format/block.ts'
import { hex } from '../format/quantity.ts'
import { formatLog } from '../format/receipt.ts'
import { formatTransaction } from '../format/transaction.ts'
import type { Json } from '../json.ts'
import { matchesLog } from '../logMatch.ts'
import type { Subscriptions, Topic } from '../subscriptions.ts'

async function logsOf(backend: Backend, header: BlockHeader): Promise<readonly PlacedLog[]> {
  const { number: height } = header
  const logsMax = Number.MAX_SAFE_INTEGER
  const found = await backend.chain.logs({ fromHeight: height, toHeight: height, addresses: [], topics: [], logsMax })
  return 'kind' in found ? [] : (found as readonly PlacedLog[])
}

function ofBlock(topic: Topic, head: Json, logs: readonly PlacedLog[]): readonly Json[] {
  switch (topic.kind) {
    case 'newHeads':
      return [head]
    case 'logs': {
      const { addresses, topics } = topic.filter
      return logs.filter((log) => matchesLog(log, addresses, topics)).map(formatLog)
    }
    case 'newPendingTransactions':
      return []
  }
}

function ofPending(topic: Topic, transaction: Transaction): readonly Json[] {
  if (topic.kind !== 'newPendingTransactions') return []
  return [topic.isFull ? formatTransaction(transaction, null) : hex(transaction.hash)]
}

/** Starts it; the answer ends it. */
export function startPublishing(
  backend: Backend,
  filters: Filters,
  sessions: Iterable<Subscriptions>,
  onFault: (what: string, error: unknown) => void,
): () => void {
  // One block after the other, so that clients see heights in order.
  let last: Promise<void> = Promise.resolve()
  const publish = async (header: BlockHeader) => {
    const listeners = [...sessions].filter((one) => one.isWanted('newHeads') || one.isWanted('logs'))
    if (listeners.length === 0) return
    const logs = listeners.some((one) => one.isWanted('logs')) ? await logsOf(backend, header) : []
    const head = formatHeader(header)
    for (const subscriptions of listeners) subscriptions.publish((topic) => ofBlock(topic, head, logs))
  }
  const stopBlocks = backend.chain.onBlock((header) => {
    last = last.then(() => publish(header)).catch((error) => onFault('eth_subscription', error))
  })
  const stopPending = backend.pool.onPending((transaction) => {
    filters.notePending(transaction.hash)
    for (const subscriptions of sessions)
      if (subscriptions.isWanted('newPendingTransactions'))
        subscriptions.publish((topic) => ofPending(topic, transaction))
  })
  return () => {
    stopBlocks()
    stopPending()
  }
}
