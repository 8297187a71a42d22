/** The composition root: one validator with storage, pool, blocks, attestation and RPC, in the order in which they start. */
import { EventEmitter } from 'node:events'
import { setImmediate as turnLoop } from 'node:timers/promises'
import type { LoadedNetwork } from '../genesis/load.ts'
import { equal } from '../primitives/bytes.ts'
import { statementHash } from '../primitives/statements.ts'
import type { Backend } from '../rpc/backend.ts'
import { createRpcServer, type RpcServer } from '../rpc/server.ts'
import { createPool } from '../runtime/pool/pool.ts'
import { systemClock } from './agreement/clock.ts'
import { createAttestationDuty } from './attester/attestation.ts'
import { createBackend } from './backend/backend.ts'
import { createDevSigner } from './backend/devSigner.ts'
import { createPoolAccess } from './backend/poolAccess.ts'
import type { NodeConfig } from './config.ts'
import { probeCrypto } from './crypto.ts'
import { CALL_GAS_MAX, createEvmWorkerPool, EVM_DEADLINE_MS, type EvmWorkerPool } from './evmWorkerPool.ts'
import { createExecution, type FinalBlock } from './execution/execution.ts'
import { createPace } from './execution/pace.ts'
import { createHealth } from './health.ts'
import { type Journal, openJournal } from './host/journal.ts'
import { poolHeadOf } from './host/poolHead.ts'
import { createSoloHost } from './host/soloHost.ts'
import { createRegistry } from './metrics/registry.ts'
import { NetworkError, openNetwork } from './network.ts'
import { createSettlementDesk } from './settlement/settlementDesk.ts'
import { openChainStore, openTemporaryChainStore } from './storage/chainStore.ts'
import { commitGenesis } from './storage/commitGenesis.ts'

/** Threads for `eth_call` and estimates: two, so that one slow call does not hold up the rest. */
const EVM_WORKERS = 2
const VERSION = '0.1.0'

export interface RunningNode {
  readonly network: LoadedNetwork
  readonly genesisHash: Uint8Array
  readonly rpc: RpcServer
  /** Ends after the block at work; everything announced is on the disk. */
  close(): Promise<void>
}

/** Starts the validator of a network of one; resolves once RPC answers. Throws `NetworkError`, `StoreError`, `RpcListenError`. */
export async function startNode(config: NodeConfig): Promise<RunningNode> {
  const chain = await openChain(config)
  const validator = createValidator(config, chain)
  await repair(config, validator)
  const { pool } = validator
  const journal = openJournal(chain.store.folder, {
    add: (raw) => pool.add(raw, 'local').kind === 'added',
    held: () => pool.local().map((transaction) => transaction.bytes),
  })
  const evm = createEvmWorkerPool({
    folder: chain.store.folder,
    params: chain.network.params,
    genesisHash: chain.network.genesisHash,
    callGas: CALL_GAS_MAX,
    workers: EVM_WORKERS,
    deadlineMs: EVM_DEADLINE_MS,
  })
  const rpc = await createRpcServer(assembleBackend(chain, validator, evm, journal), {
    host: config.host,
    port: config.port,
    origins: chain.network.devKeys === null ? [] : ['*'],
    onFault: (what, error) => config.log(`bug in ${what}: ${error instanceof Error ? error.stack : error}`),
  }).catch(async (error: unknown) => {
    // Threads and the store would keep the process alive after the refusal.
    await closeAll(chain, validator, evm, journal)
    throw error
  })
  validator.pace.setAutomine(config.isAutomine)
  validator.pace.setIntervalMs(config.blockIntervalMs)
  validator.host.start()
  validator.attestation.start(rpc.httpUrl)
  return {
    network: chain.network,
    genesisHash: chain.network.genesisHash,
    rpc,
    close: () => closeAll(chain, validator, evm, journal, rpc),
  }
}

type OpenedChain = Awaited<ReturnType<typeof openChain>>

/** What reads ends before what it reads from: attestation reads over RPC. */
async function closeAll(
  { store }: OpenedChain,
  { pace, host, attestation }: Validator,
  evm: EvmWorkerPool,
  journal: Journal,
  rpc?: RpcServer,
): Promise<void> {
  pace.close()
  await host.close()
  await attestation.close()
  await rpc?.close()
  await evm.close()
  journal.close()
  await store.close()
}

/** Cryptography, network and rules, and the store with at least block 0. */
async function openChain(config: NodeConfig) {
  const crypto = await probeCrypto()
  const { network, rules, genesis } = openNetwork(config.networkFile, crypto)
  const { genesisHash } = network
  const storeOptions = { genesisHash, keccak: crypto.keccak }
  const store = await (config.folder === null
    ? openTemporaryChainStore(storeOptions)
    : openChainStore(config.folder, storeOptions))
  await commitGenesis(store, genesis)
  return { crypto, network, rules, store, context: { chainId: network.params.chainId, genesisHash } }
}

type Validator = ReturnType<typeof createValidator>

/** Blocks, pool and attestation, joined by what each tells the others. */
function createValidator(config: NodeConfig, { crypto, network, rules, store, context }: OpenedChain) {
  const blsSecret = ownKey(network)
  const registry = createRegistry(VERSION)
  const health = createHealth(() => [])
  const onFault = (error: unknown) => {
    health.stop(error)
    config.onFault(error)
  }
  const pace = createPace({ clock: systemClock, soon: setImmediate, height: store.head()!.height })
  const attestation = createAttestationDuty({
    influence: config.influence,
    registry,
    onAttested: (attested) => desk.add(attested),
    log: config.log,
  })
  const finalized = new EventEmitter<{ block: [number] }>()
  const execution = createExecution({
    rules,
    chain: context,
    store,
    clock: systemClock,
    turnLoop,
    pace,
    known: (hash) => pool.get(hash),
    transactions: () => pool.best(),
    settlements: (epoch) => desk.pending(epoch),
    onBuilt({ skipped, aborted, failedSettlements }, isOnHead) {
      for (const { settlement, refusal } of failedSettlements) desk.drop(settlement, refusal)
      for (const transaction of aborted) pool.abort(transaction)
      if (isOnHead) for (const { transaction, refusal } of skipped) pool.skip(transaction, refusal)
    },
    onFinal,
  })
  const nextEpoch = () => execution.ofBlock(store.head()!.height + 1)
  const desk = createSettlementDesk({
    chain: context,
    bls: crypto.bls,
    epoch: nextEpoch(),
    sign: async (jobId, root) => {
      const { number, epochHash } = nextEpoch()
      const hash = statementHash(context, { kind: 'attribution', epochHash, jobId, root })
      return { epoch: number, signer: 0, signature: crypto.bls.sign(blsSecret, hash) }
    },
    send: () => {},
    onQuorum: () => pace.poke(),
    onEvidence: () => {},
    log: config.log,
  })
  const pool = createPool(rules, { head: poolHeadOf(rules, execution.tip()), nowMs: systemClock.nowMs })
  function onFinal(final: FinalBlock) {
    const { header, transactions } = final.block
    const mined = transactions.filter((transaction) => transaction.kind === 'user')
    pool.setHead(poolHeadOf(rules, execution.tip()), { number: header.number, transactions: mined })
    desk.settled(final, nextEpoch())
    pace.committed(header.number)
    finalized.emit('block', header.number)
    attestation.onBlock(header.number)
  }
  const host = createSoloHost({ execution, chain: context, bls: crypto.bls, blsSecret, onFault })
  return { execution, pace, pool, attestation, registry, health, finalized, host }
}

/** Brings a chain that was rewound by the store's recovery back to its newest final block. */
async function repair(config: NodeConfig, { execution }: Validator): Promise<void> {
  const replayed = await execution.replay()
  if (replayed > 0) config.log(`${replayed} stored blocks executed again after a repair`)
}

function assembleBackend(
  { network, rules, store }: OpenedChain,
  { execution, pace, pool, attestation, registry, health, finalized }: Validator,
  evm: EvmWorkerPool,
  journal: Journal,
): Backend {
  const signer = createDevSigner(network.devKeys?.accounts.map((account) => account.key) ?? [])
  const onAccepted = (raw: Uint8Array) => {
    journal.append(raw)
    pace.poke()
  }
  return createBackend({
    rules,
    genesisHash: network.genesisHash,
    clientVersion: `openledger-node/${VERSION}/${process.platform}-${process.arch}/node${process.versions.node}`,
    store,
    onFinalized(listener) {
      finalized.on('block', listener)
      return () => finalized.off('block', listener)
    },
    pool: createPoolAccess({ pool, chainId: network.params.chainId, onAccepted }),
    evm,
    attributions: attestation.reads,
    status() {
      const epoch = execution.ofBlock(store.head()!.height + 1)
      return {
        network: network.params.name,
        epoch: epoch.number,
        validators: epoch.validators.length,
        peers: 0,
        isMining: pace.isMining(),
        influenceBackend: attestation.backendText(),
        influence: attestation.influenceStatus(),
      }
    },
    metrics: () => registry.metrics(),
    health: health.read,
    dev: network.devKeys && {
      accounts: signer.addresses,
      sign: signer.sign,
      mine: (blocks) => pace.mine(blocks),
      setAutomine: (isOn) => pace.setAutomine(isOn),
      setIntervalMs: (intervalMs) => pace.setIntervalMs(intervalMs),
    },
    nowSeconds: () => Math.floor(Date.now() / 1000),
  })
}

/** BLS secret of a network of one: it is run by the validator whose published keys its file carries. */
function ownKey(network: LoadedNetwork): Uint8Array {
  const [validator, ...others] = network.validators
  const keys = network.devKeys?.validators.find(({ operator }) => equal(operator, validator!.operator))
  if (validator === undefined || others.length > 0 || keys === undefined)
    throw new NetworkError(
      'NotSolo',
      `expected a network of one validator with published keys, got ${network.validators.length}`,
    )
  return keys.blsSecret
}
