/** The composition root: storage, blocks, pool, attestation, peers, agreement and RPC, in the order in which they start. */
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { evidenceOf } from '../consensus/evidence.ts'
import type { LoadedNetwork } from '../genesis/load.ts'
import type { OpenNetwork } from '../p2p/status.ts'
import { MODEL_ADDRESS } from '../precompiles/addresses.ts'
import { readModelCount } from '../precompiles/model/contract.ts'
import type { Backend, PeersAccess } from '../rpc/backend.ts'
import { createRpcServer, type RpcServer } from '../rpc/server.ts'
import { storageReader } from '../runtime/execution/blockParams.ts'
import { createPool } from '../runtime/pool/pool.ts'
import { createAgreement } from './agreement/agreement.ts'
import { systemClock } from './agreement/clock.ts'
import { openFileDisk } from './agreement/durability/fileDisk.ts'
import type { Agreement, AgreementStatus } from './agreement/surface.ts'
import { createAttestationDuty } from './attester/attestation.ts'
import { createBackend } from './backend/backend.ts'
import { createDevSigner } from './backend/devSigner.ts'
import { createPoolAccess } from './backend/poolAccess.ts'
import type { NodeConfig } from './config.ts'
import { probeCrypto } from './crypto.ts'
import { createEvidenceFolder } from './evidenceFolder.ts'
import { CALL_GAS_MAX, createEvmWorkerPool, EVM_DEADLINE_MS, type EvmWorkerPool } from './evmWorkerPool.ts'
import type { FinalBlock } from './execution/execution.ts'
import { createPace } from './execution/pace.ts'
import { type ExecutionThread, startExecutionThread } from './execution/thread/executionThread.ts'
import { createTurns } from './execution/turns.ts'
import { createHealth } from './health.ts'
import { type Journal, openJournal } from './host/journal.ts'
import { joinPeers, type Peers } from './host/peers.ts'
import { poolHeadOf } from './host/poolHead.ts'
import { createTransactionGossip } from './host/transactions/transactionGossip.ts'
import { secretsOf } from './identity.ts'
import { linesOf } from './log.ts'
import { createAgreementMetrics } from './metrics/agreementMetrics.ts'
import { createNetworkMetrics } from './metrics/networkMetrics.ts'
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
  /** Null: alone. */
  readonly peers: Pick<OpenNetwork, 'self' | 'addresses' | 'addPeer' | 'infos' | 'status'> | null
  readonly agreement: Pick<Agreement, 'status' | 'counts'>
  /** Ends after the block at work; everything announced is on the disk. */
  close(): Promise<void>
}

/**
 * Starts a validator or an observer; resolves once RPC answers. Throws `NetworkError`, `StoreError`, `FolderLockedError`,
 * `NetworkOpenError`, `RpcListenError`.
 */
export async function startNode(config: NodeConfig): Promise<RunningNode> {
  /** What was opened ends in the opposite order: what reads ends before what it reads from. */
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }
  try {
    // Its code loads while the chain is opened, and it ends before the store.
    const thread = startExecutionThread()
    let chain: OpenedChain | undefined
    closers.push(
      () => chain?.store.close(),
      () => thread.close(),
    )
    chain = await openChain(config)
    const blocks = createBlocks(config, thread, chain, () => agreement)
    let attestationEnd: Promise<void> | undefined
    const endAttestation = () => (attestationEnd ??= blocks.attestation.close())
    // Here for a start that fails: its influence worker runs already.
    closers.push(endAttestation)
    await repair(config, blocks)
    const journal = openPoolJournal(chain, blocks)
    closers.push(() => journal.close())
    const { agreement, peers, gossip } = await joinNetwork(config, chain, blocks, closers)
    // Peers may have started anew too, or never have heard of them.
    for (const { bytes } of blocks.pool.local()) gossip.publish(bytes)
    const evm = createEvmWorkerPool({
      folder: chain.store.folder,
      params: chain.network.params,
      genesisHash: chain.network.genesisHash,
      callGas: CALL_GAS_MAX,
      workers: EVM_WORKERS,
      deadlineMs: EVM_DEADLINE_MS,
    })
    closers.push(() => evm.close())
    const onAccepted = (raw: Uint8Array) => {
      journal.append(raw)
      gossip.publish(raw)
      blocks.pace.poke()
    }
    const rpc = await createRpcServer(
      assembleBackend(chain, blocks, { evm, agreement, onAccepted, peers: adminAccess(config, peers) }),
      {
        host: config.host,
        port: config.port,
        origins: chain.network.devKeys === null ? [] : ['*'],
        onFault: (what, error) => config.log.error({ part: 'rpc', error }, `bug in ${what}`),
      },
    )
    closers.push(
      () => rpc.close(),
      () => agreement.close(),
      () => blocks.pace.close(),
    )
    blocks.pace.setAutomine(config.isAutomine)
    // 0 in a network's file means as fast as blocks become final.
    blocks.pace.setIntervalMs(config.blockIntervalMs ?? Math.max(1, chain.network.params.blockIntervalMs))
    await agreement.start()
    blocks.attestation.start(rpc.httpUrl)
    // And here since it reads over RPC.
    closers.push(endAttestation)
    const { network } = chain
    return { network, genesisHash: network.genesisHash, rpc, peers: peers.libp2p ?? null, agreement, close }
  } catch (error) {
    // Threads and the store would keep the process alive after the refusal.
    await close()
    throw error
  }
}

type OpenedChain = Awaited<ReturnType<typeof openChain>>

/** Cryptography, network and rules, our keys, and the store with at least block 0. */
async function openChain(config: NodeConfig) {
  const crypto = await probeCrypto()
  const { network, rules, genesis } = openNetwork(config.networkFile, crypto)
  const secrets = secretsOf(config.identity, network)
  if (config.peers === null && network.validators.length > 1)
    throw new NetworkError(
      'NotSolo',
      `${network.validators.length} validators of this network need each other: give peers`,
    )
  const { genesisHash } = network
  const storeOptions = { genesisHash, keccak: crypto.keccak }
  const store = await (config.folder === null
    ? openTemporaryChainStore(storeOptions)
    : openChainStore(config.folder, storeOptions))
  await commitGenesis(store, genesis)
  const context = { chainId: network.params.chainId, genesisHash }
  return { crypto, network, rules, secrets, store, context }
}

type Blocks = ReturnType<typeof createBlocks>

/** Execution, pool and attestation, joined by what each tells the others. */
function createBlocks(
  config: NodeConfig,
  thread: ExecutionThread,
  { crypto, rules, store, context }: OpenedChain,
  agreement: () => Agreement,
) {
  const registry = createRegistry(VERSION)
  const health = createHealth(() => waitsOf(agreement().status()))
  const pace = createPace({ clock: systemClock, soon: setImmediate, height: store.head()!.height })
  const attestation = createAttestationDuty({
    influence: config.influence,
    hasModel: () => readModelCount(storageReader(rules, execution.tip().state, MODEL_ADDRESS)) > 0n,
    registry,
    onAttested: (attested) => desk.add(attested),
    log: linesOf(config.log, 'attest'),
  })
  const finalized = new EventEmitter<{ block: [number] }>()
  const turn = createTurns({
    pace,
    transactions: () => pool.best(),
    settlements: (epoch) => desk.pending(epoch),
  })
  const execution = thread.execution({
    rules,
    chain: context,
    store,
    turn,
    onBuilt({ skipped, aborted, failedSettlements, isOnHead, mayLeaveSome }) {
      for (const { settlement, refusal } of failedSettlements) desk.drop(settlement, refusal)
      for (const hash of aborted) pool.abort({ hash })
      if (isOnHead) for (const { hash, refusal } of skipped) pool.skip({ hash }, refusal)
      if (mayLeaveSome) pace.poke()
    },
    onFinal,
  })
  const keepEvidence = createEvidenceFolder(join(store.folder, 'evidence'), linesOf(config.log, 'evidence', 'warn'))
  const nextEpoch = () => execution.ofBlock(store.head()!.height + 1)
  const desk = createSettlementDesk({
    chain: context,
    bls: crypto.bls,
    epoch: nextEpoch(),
    sign: (jobId, root) => agreement().signAttribution(jobId, root),
    send: (bytes) => agreement().sendAttestation(bytes),
    onQuorum: () => pace.poke(),
    onEvidence: (evidence) => keepEvidence(evidence, execution.validatorsOf(evidence.epoch)),
    log: linesOf(config.log, 'settle'),
  })
  const { mirror } = execution
  const head = () => poolHeadOf(rules, execution.tip())
  const pool = createPool(rules, { head: head(), nowMs: systemClock.nowMs, mirror })
  function onFinal(final: FinalBlock) {
    const { height } = final
    pool.setHead(head(), { number: height, transactions: final.mined })
    desk.settled(final, nextEpoch())
    pace.committed(height)
    finalized.emit('block', height)
    attestation.onBlock(height)
  }
  return { execution, nextEpoch, keepEvidence, pace, pool, desk, attestation, registry, health, finalized }
}

/** Why this node does not follow the chain's newest blocks yet. */
function waitsOf({ sync }: AgreementStatus): string[] {
  return sync === null ? [] : [`sync: at height ${sync.height} of ${sync.targetHeight}`]
}

/** Peers, agreement with them, and the exchange of transactions. */
async function joinNetwork(
  config: NodeConfig,
  { crypto, network, secrets, store, context }: OpenedChain,
  { execution, nextEpoch, keepEvidence, pace, pool, desk, registry, health, finalized }: Blocks,
  closers: (() => unknown)[],
) {
  const peers = await joinPeers({
    config: config.peers,
    params: network.params,
    chain: context,
    client: `openledger-node/${VERSION}`,
    p2pSecret: secrets.p2pSecret,
    epoch: nextEpoch,
    content: store,
    transactionsOf: (request) => gossip.answer(request),
    folder: store.folder,
    log: linesOf(config.log, 'peers'),
    warn: linesOf(config.log, 'peers', 'warn'),
  })
  closers.push(() => peers.close())
  finalized.on('block', () => peers.onBlock())
  const gossip = createTransactionGossip({
    pool,
    network: peers.network,
    keccak: crypto.keccak,
    clock: systemClock,
    onAdmitted: () => pace.poke(),
  })
  closers.push(() => gossip.close())
  const disk = await openFileDisk(join(store.folder, 'agreement'))
  closers.push(() => disk.close())
  const agreement = createAgreement({
    chain: context,
    params: network.params,
    clock: systemClock,
    disk,
    network: peers.network,
    execution,
    bls: crypto.bls,
    blsSecret: secrets.blsSecret,
    random: Math.random,
    mayForgetVotes: config.mayForgetVotes,
    log: linesOf(config.log, 'agreement'),
    onFinal: (notice) => metrics.onFinal(notice),
    onEvidence: (epoch, conflict) => keepEvidence(evidenceOf(epoch, conflict), execution.validatorsOf(epoch)),
    onAttestation: (epoch, signer, bytes) => desk.receive(epoch, signer, bytes),
    onStop(reason) {
      const fault = new Error(`agreement stands still: ${reason}`)
      health.stop(fault)
      config.onFault(fault)
    },
    onTransaction: gossip.receive,
  })
  const metrics = createAgreementMetrics(registry, agreement)
  if (peers.libp2p !== undefined) createNetworkMetrics(registry, peers.libp2p)
  return { peers, agreement, gossip }
}

/** Brings a chain that was rewound by the store's recovery back to its newest final block. */
async function repair(config: NodeConfig, { execution }: Blocks): Promise<void> {
  const replayed = await execution.replay()
  if (replayed > 0) config.log.warn({ part: 'store' }, `${replayed} stored blocks executed again after a repair`)
}

/** Transactions of the last run that still wait. */
function openPoolJournal({ store }: OpenedChain, { pool }: Blocks): Journal {
  return openJournal(store.folder, {
    add: (raw) => pool.add(raw, 'local').kind === 'added',
    held: () => pool.local().map((transaction) => transaction.bytes),
  })
}

interface BackendParts {
  readonly evm: EvmWorkerPool
  readonly agreement: Agreement
  readonly onAccepted: (raw: Uint8Array) => void
  readonly peers: PeersAccess | null
}

/** Only for callers on this machine. */
function adminAccess({ host }: NodeConfig, { libp2p }: Peers): PeersAccess | null {
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.')
  return isLocal ? (libp2p ?? null) : null
}

function assembleBackend(
  { network, rules, store }: OpenedChain,
  { nextEpoch, pace, pool, attestation, registry, health, finalized }: Blocks,
  { evm, agreement, onAccepted, peers }: BackendParts,
): Backend {
  const signer = createDevSigner(network.devKeys?.accounts ?? [])
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
      const epoch = nextEpoch()
      return {
        network: network.params.name,
        epoch: epoch.number,
        validators: epoch.validators.length,
        peers: agreement.status().peers,
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
    peers,
    nowSeconds: () => Math.floor(Date.now() / 1000),
  })
}
