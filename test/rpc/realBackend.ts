/** The whole backend over a real chain; what is sent is mined at once, unless mining is paused. */
import { createBackend } from '../../node/backend/backend.ts'
import { createDevSigner } from '../../node/backend/devSigner.ts'
import { createPoolAccess } from '../../node/backend/poolAccess.ts'
import { CALL_GAS_MAX, createEvmWorkerPool, type EvmWorkerPool } from '../../node/evmWorkerPool.ts'
import type { AttributionEvidence, AttributionReads, Backend, PoolAccess, ScoredRow } from '../../rpc/backend.ts'
import { createRpcServer, type RpcServer } from '../../rpc/server.ts'
import type { PoolHead } from '../../runtime/pool/admission.ts'
import { createPool, type Pool } from '../../runtime/pool/pool.ts'
import { decodeAccount } from '../../runtime/state/accountRecord.ts'
import { createFixedBackend } from './fixedBackend.ts'
import { openRealChain, type RealChain } from './realChain.ts'

export interface RealNode {
  readonly chain: RealChain
  readonly backend: Backend
  readonly server: RpcServer
  readonly evm: EvmWorkerPool
  /** 32-byte keys of the dev accounts. */
  readonly keys: readonly Uint8Array[]
  /** While false, what is sent waits in the pool for `evm_mine`. */
  isMining: boolean
  /** What the attester would tell of a job. */
  readonly scored: Map<bigint, readonly ScoredRow[]>
  readonly evidence: Map<bigint, AttributionEvidence>
  readonly refusals: Map<bigint, string>
  /** What the attester would prove. */
  proveRow: AttributionReads['proveRow']
  close(): Promise<void>
}

function headOf({ store, rules }: RealChain, nextBaseFeeWei: bigint): PoolHead {
  const account = (address: Uint8Array) => {
    const rlp = store.state.account(rules.keccak(address))
    return rlp === undefined ? undefined : decodeAccount(rlp)
  }
  return {
    nonce: (address) => account(address)?.nonce ?? 0n,
    balanceWei: (address) => account(address)?.balanceWei ?? 0n,
    code: (address) => store.state.code(account(address)?.codeHash ?? new Uint8Array(32)) ?? new Uint8Array(),
    baseFeeWei: nextBaseFeeWei,
    gasLimit: 30_000_000n,
  }
}

async function mineBest(chain: RealChain, pool: Pool, nextBaseFeeWei: () => bigint): Promise<void> {
  const transactions = [...pool.best()]
  await chain.mine(transactions)
  pool.setHead(headOf(chain, nextBaseFeeWei()), { number: chain.store.head()!.height, transactions })
}

/** `deadlineMs` is of one EVM run, `workers` those that may run at once. */
export async function openRealNode({ deadlineMs = 5_000, workers = 1 } = {}): Promise<RealNode> {
  const chain = await openRealChain()
  const { rules, store, genesisHash, network } = chain
  const { params } = rules
  const workerData = { folder: store.folder, params, genesisHash, callGas: CALL_GAS_MAX }
  const evm = createEvmWorkerPool({ ...workerData, workers, deadlineMs })
  const signer = createDevSigner(network.devKeys!.accounts)
  const pool = createPool(rules, { head: headOf(chain, params.initialBaseFeeWei), nowMs: () => performance.now() })
  const access = createPoolAccess({ pool, chainId: params.chainId, onAccepted: () => {} })
  const nextBaseFeeWei = () => backend.chain.nextBaseFeeWei(backend.chain.head())
  const mine = () => mineBest(chain, pool, nextBaseFeeWei)
  const instant: PoolAccess = {
    ...access,
    async submit(raw) {
      const outcome = await access.submit(raw)
      if (outcome.kind === 'accepted' && node.isMining) await mine()
      return outcome
    },
  }
  const backend = createBackend({
    rules,
    genesisHash,
    clientVersion: 'openledger-node/test',
    store,
    onFinalized: chain.onFinalized,
    pool: instant,
    evm,
    attributions: {
      scoredRows: (jobId) => node.scored.get(jobId),
      evidence: (jobId) => node.evidence.get(jobId),
      refusalOf: (jobId) => node.refusals.get(jobId),
      proveRow: (...asked) => node.proveRow(...asked),
    },
    status: createFixedBackend().status,
    metrics: async () => '',
    health: () => ({ faults: [], waitsFor: [] }),
    peers: null,
    dev: {
      accounts: signer.addresses,
      sign: signer.sign,
      async mine(blocks) {
        for (let i = 0; i < blocks; i++) await mine()
      },
      setAutomine: () => {},
      setIntervalMs: () => {},
    },
    nowSeconds: () => 1_700_000_000,
  })
  const server = await createRpcServer(backend, { port: 0, onFault: (what, error) => console.error(what, error) })
  const node: RealNode = {
    chain,
    backend,
    server,
    evm,
    keys: network.devKeys!.accounts.map(({ key }) => key),
    isMining: true,
    scored: new Map(),
    evidence: new Map(),
    refusals: new Map(),
    proveRow: () => ({ kind: 'refused', message: 'this node computes no influence' }),
    async close() {
      await server.close()
      await evm.close()
      await chain.close()
    },
  }
  return node
}
