/** Transactions between pools: what came here goes to all, what others send is admitted before it is passed on. */
import type { Network, NetworkEvents } from '../../p2p/surface.ts'
import type { Pool } from '../../runtime/pool/pool.ts'
import type { PoolFault } from '../../runtime/pool/poolRefusal.ts'

/** Faults that no pool could fail to see: whoever passes such a transaction on has not looked at it. */
const FAULTS_OF_SENDER: ReadonlySet<PoolFault> = new Set<PoolFault>([
  'TransactionMalformed',
  'TransactionType',
  'TransactionChainId',
  'TransactionGasMax',
  'TransactionInitCode',
  'TransactionFeeOrder',
  'TransactionIntrinsicGas',
  'TransactionSignature',
  'PoolTooLong',
  'PoolUnprotected',
])

export interface TransactionGossip {
  /** Ours, admitted here. */
  publish(raw: Uint8Array): void
  /** A peer's. What our pool refuses for its own reasons is not passed on, and costs nobody anything. */
  readonly receive: (raw: Uint8Array) => ReturnType<NetworkEvents['gossip']>
}

export interface TransactionGossipOptions {
  readonly pool: Pick<Pool, 'add'>
  readonly network: Pick<Network, 'publish'>
  /** A peer's transaction waits here now. */
  readonly onAdmitted: () => void
}

export function createTransactionGossip({ pool, network, onAdmitted }: TransactionGossipOptions): TransactionGossip {
  return {
    publish: (raw) => network.publish('transaction', raw),
    async receive(raw) {
      const outcome = pool.add(raw, 'peer')
      if (outcome.kind === 'invalid') return FAULTS_OF_SENDER.has(outcome.code) ? 'reject' : 'ignore'
      onAdmitted()
      return 'accept'
    },
  }
}
