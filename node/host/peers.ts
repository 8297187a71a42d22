/** This node among its peers: over libp2p, or alone. */
import type { NetworkOptions } from '../../p2p/options.ts'
import type { OpenNetwork } from '../../p2p/status.ts'
import type { Network } from '../../p2p/surface.ts'
import type { ChainParams } from '../../primitives/chainParams.ts'
import type { ChainContext } from '../../primitives/statements.ts'
import type { Epoch } from '../../primitives/validatorSet.ts'
import { systemClock } from '../agreement/clock.ts'
import type { PeersConfig } from '../config.ts'
import type { ChainStore } from '../storage/chainStore.ts'
import { openBanFile } from './banFile.ts'
import { loneNetwork } from './loneNetwork.ts'
import type { TransactionPeers } from './transactions/transactionGossip.ts'

export interface Peers {
  readonly network: Network & TransactionPeers
  /** Undefined: alone. */
  readonly libp2p: OpenNetwork | undefined
  /** A block was committed: it may name content that is not here. */
  onBlock(): void
  close(): Promise<void>
}

export interface PeersOptions {
  readonly config: PeersConfig | null
  readonly params: ChainParams
  readonly chain: ChainContext
  readonly client: string
  /** Ed25519 seed, 32 bytes. */
  readonly p2pSecret: Uint8Array
  /** Of the block after the head. */
  readonly epoch: () => Epoch
  readonly content: Pick<ChainStore, 'content' | 'wantedContent' | 'putContent'>
  /** What a peer asks for by hash. */
  readonly transactionsOf: NetworkOptions['transactionsOf']
  /** Data folder. */
  readonly folder: string
  readonly log: (line: string) => void
  readonly warn: (line: string) => void
}

/** Throws `NetworkOpenError`. */
export async function joinPeers(options: PeersOptions): Promise<Peers> {
  const { config, params, chain, client, epoch } = options
  if (config === null) return { network: loneNetwork, libp2p: undefined, onBlock() {}, close: async () => {} }
  const { createContentFetcher, openNetwork, peerIdOf } = await loadLibp2p()
  const banFile = openBanFile(options.folder, { ...systemClock, warn: options.warn })
  const libp2p = await openNetwork({
    ...config,
    network: params.name,
    chain: { ...chain, forks: params.forks, client },
    epoch: () => epoch().number,
    secret: options.p2pSecret,
    isValidator: createValidatorPeers(epoch, peerIdOf),
    contentOf: (digest) => options.content.content(digest),
    transactionsOf: options.transactionsOf,
    banKeeper: banFile,
    log: options.log,
  })
  const fetcher = createContentFetcher({
    wanted: (countMax) => options.content.wantedContent(countMax),
    put: (bytes) => options.content.putContent(bytes, Math.floor(Date.now() / 1000)),
    peers: () => libp2p.peers(),
    ask: (peer, digest) => libp2p.askContent(peer, digest),
    onWrong: (peer) => libp2p.charge(peer, 'wrong content'),
    random: Math.random,
    onFault: (error) => options.log(`content from peers: ${error instanceof Error ? error.message : error}`),
  })
  // What was missing when the node stopped is looked for again.
  fetcher.wake()
  return {
    network: libp2p,
    libp2p,
    onBlock: () => fetcher.wake(),
    async close() {
      const ended = fetcher.close()
      // Questions under way fail with their connections.
      await libp2p.close()
      banFile.close()
      await ended
    },
  }
}

/** A node alone starts without it: its code takes longer to load than all the rest. */
async function loadLibp2p() {
  const network = await import('../../p2p/network.ts')
  const content = await import('../../p2p/content/contentFetcher.ts')
  const identity = await import('../../p2p/identity.ts')
  return { ...network, ...content, ...identity }
}

/** Peer ids of the epoch's validators, computed once an epoch. */
function createValidatorPeers(epoch: () => Epoch, peerIdOf: Network['peerIdOf']): (peer: string) => boolean {
  let number: number | undefined
  let ids = new Set<string>()
  return (peer) => {
    const now = epoch()
    if (now.number !== number) {
      number = now.number
      ids = new Set(now.validators.map(({ p2pKey }) => peerIdOf(p2pKey)))
    }
    return ids.has(peer)
  }
}
