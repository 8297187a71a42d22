/** The RPC server's view of the transaction pool. */
import type { PoolAccess, PoolPlace } from '../../rpc/backend.ts'
import type { Transaction } from '../../rpc/chainTypes.ts'
import type { Pool } from '../../runtime/pool/pool.ts'
import { rpcTransaction } from './rpcBlock.ts'

export interface PoolAccessOptions {
  readonly pool: Pool
  readonly chainId: bigint
  /** After each accepted transaction: it goes into the journal, and automine makes a block. */
  readonly onAccepted: (raw: Uint8Array) => void
}

export function createPoolAccess({ pool, chainId, onAccepted }: PoolAccessOptions): PoolAccess {
  const listeners = new Set<(transaction: Transaction) => void>()
  return {
    async submit(raw) {
      const outcome = pool.add(raw, 'local')
      if (outcome.kind === 'invalid') return { kind: 'refused', message: outcome.message }
      onAccepted(raw)
      const { transaction, isExecutable } = outcome
      if (isExecutable && listeners.size > 0) {
        const shown = rpcTransaction(transaction, chainId)
        for (const listener of listeners) listener(shown)
      }
      return { kind: 'accepted', hash: transaction.hash }
    },
    get(hash) {
      const found = pool.get(hash)
      return found && rpcTransaction(found, chainId)
    },
    executable(count) {
      const shown: Transaction[] = []
      for (const transaction of pool.best()) {
        if (shown.length >= count) break
        shown.push(rpcTransaction(transaction, chainId))
      }
      return shown
    },
    nextNonce: (address) => pool.nextNonce(address),
    whereIs: (hash) => placeOf(pool, hash),
    onPending(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function placeOf(pool: Pool, hash: Uint8Array): PoolPlace | undefined {
  const fate = pool.status(hash)
  switch (fate.kind) {
    case 'pending':
      return { kind: 'pending', position: fate.position + 1, of: pool.pendingCount }
    case 'waiting':
      return fate
    case 'queued':
      return { kind: 'queued', nonce: pool.get(hash)?.nonce ?? fate.missingNonce, nextNonce: fate.missingNonce }
    case 'replaced':
      return fate
    case 'dropped':
      return { kind: 'dropped', reason: `${fate.reason}: ${fate.detail}` }
    case 'mined':
    case 'unknown':
      return undefined
  }
}
