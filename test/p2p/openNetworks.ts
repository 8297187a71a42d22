/** Networks of one process over loopback, and what they saw. */

import { openNetwork } from '../../p2p/network.ts'
import type { NetworkOptions } from '../../p2p/options.ts'
import type { OpenNetwork } from '../../p2p/status.ts'
import type { NetworkEvents, PeerId, Topic } from '../../p2p/surface.ts'

export interface TestNetwork extends OpenNetwork {
  readonly connectedPeers: PeerId[]
  readonly disconnectedPeers: PeerId[]
  readonly frames: { readonly peer: PeerId; readonly frame: Uint8Array }[]
  readonly gossiped: { readonly topic: Topic; readonly peer: PeerId; readonly bytes: Uint8Array }[]
  readonly log: string[]
}

export const CHAIN: NetworkOptions['chain'] = {
  chainId: 77116120n,
  genesisHash: new Uint8Array(32).fill(7),
  forks: [{ epoch: 0, fork: 'osaka' }],
  client: 'openledger-node/test',
}

/** `seed` makes the peer id. */
export async function openTestNetwork(
  seed: number,
  own: Partial<NetworkOptions> = {},
  events: Partial<NetworkEvents> = {},
): Promise<TestNetwork> {
  const log: string[] = []
  const network = await openNetwork({
    network: 'test',
    chain: CHAIN,
    epoch: () => 0,
    secret: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: [],
    peersMax: 20,
    isValidator: () => false,
    contentOf: () => undefined,
    transactionsOf: () => new Uint8Array(0),
    log: (line) => void log.push(line),
    ...own,
  })
  const seen: Omit<TestNetwork, keyof OpenNetwork> = {
    connectedPeers: [],
    disconnectedPeers: [],
    frames: [],
    gossiped: [],
    log,
  }
  network.listen({
    connected: (peer) => void seen.connectedPeers.push(peer),
    disconnected: (peer) => void seen.disconnectedPeers.push(peer),
    message: (peer, frame) => void seen.frames.push({ peer, frame }),
    async gossip(topic, peer, bytes) {
      seen.gossiped.push({ topic, peer, bytes })
      return 'accept'
    },
    async query(_, query) {
      throw new Error(`no answer to ${query}`)
    },
    ...events,
  })
  return Object.assign(network, seen)
}

/** Until the condition holds; fails with what was awaited. */
export async function until(what: string, condition: () => boolean, deadlineMs = 10_000): Promise<void> {
  const endMs = performance.now() + deadlineMs
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not in ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
