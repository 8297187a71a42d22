/** The composition root: one validator with storage, pool, blocks, RPC and attestation, in the order in which they start. */
import { EventEmitter } from 'node:events'
import { toHex } from '../primitives/bytes.ts'
import { createRpcServer, type RpcServer } from '../rpc/server.ts'
import type { BuiltBlock } from '../runtime/execution/buildBlock.ts'
import { connectChain } from '../studio/chain/client.ts'
import { openAttestation } from './attester/attestation.ts'
import { createBackend } from './backend/backend.ts'
import { createDevSigner } from './backend/devSigner.ts'
import { createPoolAccess } from './backend/poolAccess.ts'
import type { NodeConfig } from './config.ts'
import { probeCrypto } from './crypto.ts'
import { CALL_GAS_MAX, createEvmWorkerPool, EVM_DEADLINE_MS } from './evmWorkerPool.ts'
import { createBlockDuties, type FinalBlock } from './host/blockDuties.ts'
import { createSettlementDesk } from './host/settlementDesk.ts'
import { createSoloHost } from './host/soloHost.ts'
import { openNetwork } from './network.ts'
import { openChainStore, openTemporaryChainStore } from './storage/chainStore.ts'
import { commitGenesis } from './storage/commitGenesis.ts'

export interface RunningNode {
  readonly rpc: RpcServer
  close(): Promise<void>
}

/** Starts a validator of a network of one; resolves once RPC answers. */
export async function startNode(config: NodeConfig): Promise<RunningNode> {
  const crypto = await probeCrypto()
  const { network, rules, genesis } = openNetwork(config.networkFile, crypto)
  const genesisHash = network.genesisHash
  const chain = { chainId: network.params.chainId, genesisHash }
  const storeOptions = { genesisHash, keccak: crypto.keccak }
  const store = await (config.folder === null
    ? openTemporaryChainStore(storeOptions)
    : openChainStore(config.folder, storeOptions))
  await commitGenesis(store, genesis)
}
