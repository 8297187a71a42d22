/** Fills the RPC server's `Backend` from the node's parts. */
import type {
  AttributionReads,
  Backend,
  DevControls,
  EvmRuns,
  NodeHealth,
  NodeStatus,
  PeersAccess,
  PoolAccess,
} from '../../rpc/backend.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import type { ChainStore } from '../storage/chainStore.ts'
import { createChainReads, type OnFinalized } from './chainReads.ts'
import { createContentAccess } from './contentAccess.ts'
import { createRecentBlocks } from './recentBlocks.ts'
import { createStateReads } from './stateReads.ts'

export interface BackendParts {
  readonly rules: ChainRules
  readonly genesisHash: Uint8Array
  /** As `web3_clientVersion` says it. */
  readonly clientVersion: string
  /** Holds block 0. */
  readonly store: ChainStore
  /** Tells of heights once they are on the disk. */
  readonly onFinalized: OnFinalized
  readonly pool: PoolAccess
  /** `createEvmWorkerPool`. */
  readonly evm: EvmRuns
  readonly attributions: AttributionReads
  readonly status: () => NodeStatus
  readonly metrics: () => Promise<string>
  readonly health: () => NodeHealth
  /** `null` on all but devnets. */
  readonly dev: DevControls | null
  readonly peers: PeersAccess | null
  /** Unix seconds: content that no block names ages by it. */
  readonly nowSeconds: () => number
}

export function createBackend(parts: BackendParts): Backend {
  const {
    rules,
    genesisHash,
    clientVersion,
    store,
    onFinalized,
    pool,
    evm,
    attributions,
    status,
    metrics,
    health,
    dev,
  } = parts
  const blocks = createRecentBlocks(store, rules)
  return {
    chainId: rules.params.chainId,
    genesisHash,
    clientVersion,
    chain: createChainReads(store, blocks, onFinalized),
    state: createStateReads(store, rules.keccak),
    pool,
    evm,
    content: createContentAccess(store, parts.nowSeconds),
    attributions,
    status,
    metrics,
    health,
    dev,
    peers: parts.peers,
  }
}
