/** The whole backend over a real chain; what is sent is mined at once, one transaction a block. */
import { availableParallelism } from 'node:os'
import { createBackend } from '../../node/backend/backend.ts'
import { createDevSigner } from '../../node/backend/devSigner.ts'
import { rpcTransaction } from '../../node/backend/rpcBlock.ts'
import { CALL_GAS_MAX, createEvmWorkerPool, type EvmWorkerPool } from '../../node/evmWorkerPool.ts'
import type { Backend, PoolAccess } from '../../rpc/backend.ts'
import type { Transaction } from '../../rpc/chainTypes.ts'
import { createRpcServer, type RpcServer } from '../../rpc/server.ts'
import { decodeAccount } from '../../runtime/state/accountRecord.ts'
import { decodeUserTransaction } from '../../runtime/transactions/userTransaction.ts'
import { openRealChain, type RealChain } from './realChain.ts'

export interface RealNode {
  readonly chain: RealChain
  readonly backend: Backend
  readonly server: RpcServer
  readonly evm: EvmWorkerPool
  /** 32-byte keys of the dev accounts. */
  readonly keys: readonly Uint8Array[]
  close(): Promise<void>
}

function instantPool(chain: RealChain): PoolAccess {
  const listeners = new Set<(transaction: Transaction) => void>()
  return {
    async submit(raw) {
      const transaction = decodeUserTransaction(chain.rules, raw)
      if (transaction.kind === 'invalid') return { kind: 'refused', message: transaction.code }
      for (const listener of listeners) listener(rpcTransaction(transaction, chain.rules.params.chainId))
      await chain.mine([transaction])
      return { kind: 'accepted', hash: transaction.hash }
    },
    get: () => undefined,
    executable: () => [],
    nextNonce(address) {
      const rlp = chain.store.state.account(chain.rules.keccak(address))
      return rlp === undefined ? 0n : decodeAccount(rlp).nonce
    },
    whereIs: () => undefined,
    onPending(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export async function openRealNode(deadlineMs = 5_000): Promise<RealNode> {
  const chain = await openRealChain()
  const { params } = chain.rules
  const evm = createEvmWorkerPool({
    folder: chain.store.folder,
    params,
    genesisHash: chain.genesisHash,
    callGas: CALL_GAS_MAX,
    workers: Math.min(1, availableParallelism()),
    deadlineMs,
  })
  const keys = chain.network.devKeys!.accounts.map(({ key }) => key)
  const signer = createDevSigner(keys)
  const backend = createBackend({
    rules: chain.rules,
    genesisHash: chain.genesisHash,
    clientVersion: 'openledger-node/test',
    store: chain.store,
    onFinalized: chain.onFinalized,
    pool: instantPool(chain),
    evm,
    attributions: { scoredRows: () => undefined, refusalOf: () => undefined },
    status: () => ({ network: 'devnet', epoch: 0, validators: 1, peers: 0, isMining: true, influenceBackend: 'js' }),
    dev: {
      accounts: signer.addresses,
      sign: signer.sign,
      async mine(blocks) {
        for (let i = 0; i < blocks; i++) await chain.mine([])
      },
      setAutomine: () => {},
      setIntervalMs: () => {},
    },
    nowSeconds: () => 1_700_000_000,
  })
  const server = await createRpcServer(backend, { port: 0, onFault: (what, error) => console.error(what, error) })
  return {
    chain,
    backend,
    server,
    evm,
    keys,
    async close() {
      await server.close()
      await evm.close()
      await chain.close()
    },
  }
}
