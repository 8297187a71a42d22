/** The pool's transactions in the execution thread: each crosses once, with the sender that its admission recovered. */
import type { KnownTransactions } from '../../../runtime/block/block.ts'
import type { ChainRules } from '../../../runtime/chainRules.ts'
import type { PoolMirror } from '../../../runtime/pool/pool.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import { keyOf } from '../../../runtime/state/stateRoot.ts'
import { decodeUserTransaction, type UserTransaction } from '../../../runtime/transactions/userTransaction.ts'
import { joinItems, ownBytes, splitItems } from './portCalls.ts'
import { HASH_BYTES, type PoolChanges, type PooledTransaction } from './protocol.ts'

export interface MirrorSender extends PoolMirror {
  /** Tells what it has not told yet. */
  flush(): void
}

/** Tells of changes together, once the event loop turns. */
export function createMirrorSender(tell: (changes: PoolChanges) => void): MirrorSender {
  let held = new Map<string, PooledTransaction>()
  let forgotten: Uint8Array[] = []
  let timer: NodeJS.Immediate | undefined
  const flush = () => {
    clearImmediate(timer)
    timer = undefined
    if (held.size === 0 && forgotten.length === 0) return
    tell({ held: [...held.values()], forgotten: joinItems(forgotten, HASH_BYTES) })
    held = new Map()
    forgotten = []
  }
  const flushSoon = () => (timer ??= setImmediate(flush))
  return {
    flush,
    held({ bytes, hash, sender }) {
      held.set(keyOf(hash), { bytes: ownBytes(bytes), hash: ownBytes(hash), sender: ownBytes(sender) })
      flushSoon()
    },
    forgotten(hash) {
      if (held.delete(keyOf(hash))) return
      forgotten.push(hash)
      flushSoon()
    },
  }
}

export interface Mirror {
  change(changes: PoolChanges): void
  /** Decodes a transaction when it is asked for, once. */
  knownBy(rules: ChainRules): KnownTransactions
}

export function createMirror(): Mirror {
  const pooled = new Map<string, PooledTransaction | UserTransaction>()
  return {
    change({ held, forgotten }) {
      for (const hash of splitItems(forgotten, HASH_BYTES)) pooled.delete(keyOf(hash))
      for (const one of held) pooled.set(keyOf(one.hash), one)
    },
    knownBy: (rules) => (hash) => {
      const found = pooled.get(keyOf(hash))
      if (found === undefined || 'inner' in found) return found
      const transaction = decodeUserTransaction(rules, found.bytes, found.sender)
      if (isRefusal(transaction)) throw new TypeError(`a pooled transaction breaks ${transaction.code}`)
      pooled.set(keyOf(hash), transaction)
      return transaction
    },
  }
}
