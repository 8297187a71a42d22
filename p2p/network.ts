/** The network of one node: a libp2p host that speaks to peers of its own chain only, each within its bounds. */
import { type Gossip, joinGossip } from './gossip/gossip.ts'
import { peerIdOf } from './identity.ts'
import { FRAME_BYTES_MAX } from './limits.ts'
import { NetworkOpenError, type NetworkOptions } from './options.ts'
import { createParts, type Parts } from './parts.ts'
import { parseAddress } from './peers/address.ts'
import { protocolName } from './protocols.ts'
import { createAnswerer } from './questions/answer.ts'
import { QUESTIONS, type Question } from './questions/questions.ts'
import type { NetworkStatus, OpenNetwork, PeerInfo } from './status.ts'
import type { PeerId, Query } from './surface.ts'

/** Streams that a peer may have open for one question's protocol: as many as are answered at once. */
const QUESTION_STREAMS_MAX = 16
/** The direct stream, and the one that takes its place. */
const DIRECT_STREAMS_MAX = 2

/** Listens when this resolves; peers are let in and dialled from `listen` on. Throws `NetworkOpenError`. */
export async function openNetwork(options: NetworkOptions): Promise<OpenNetwork> {
  const parts = await createParts(options)
  const addPeer = (text: string): boolean => {
    const address = parseAddress(text)
    if (address === undefined || address.peer === parts.self) return address !== undefined
    parts.named.add(address.peer)
    parts.dialer.learn(address, 'operator')
    return true
  }
  const wrong = options.bootstrap.find((text) => !addPeer(text))
  if (wrong !== undefined)
    throw new NetworkOpenError('BadAddress', `expected /ip4/…/tcp/…/p2p/12D3KooW…, got ${JSON.stringify(wrong)}`)
  await handleProtocols(options, parts)
  watchPeers(parts)
  try {
    await parts.host.start()
  } catch (error) {
    throw new NetworkOpenError('ListenFailed', `cannot listen on ${options.listen.join(', ')}`, error)
  }
  const gossip = joinGossip(parts.host.services.pubsub, options.network, {
    events: () => parts.live.events,
    onReceived: parts.traffic.received,
    onPublished: parts.traffic.sent,
    onRejected: (peer) => parts.charge(peer, 'rejected gossip'),
  })
  return assemble(options, parts, gossip, addPeer)
}

async function handleProtocols({ network, contentOf, transactionsOf }: NetworkOptions, parts: Parts): Promise<void> {
  const { host, links, live, traffic, neighbourhood, charge } = parts
  const answerOwn: Partial<Record<Question, (peer: PeerId, request: Uint8Array) => Uint8Array>> = {
    peers: (peer) => neighbourhood.tell(peer),
    transactions: (_, request) => transactionsOf(request),
    content(_, digest) {
      const bytes = contentOf(digest)
      if (bytes === undefined) throw new Error('not held')
      return bytes
    },
  }
  const answer = createAnswerer({
    async answer(peer, question, request) {
      const own = answerOwn[question]
      if (own !== undefined) return own(peer, request)
      if (live.events === undefined) throw new Error('not ready')
      return live.events.query(peer, question as Query, request)
    },
    nowMs: () => performance.now(),
    onReceived: traffic.received,
    onSent: traffic.sent,
    onMalformed: (peer) => charge(peer, 'malformed'),
  })
  await host.handle(protocolName(network, 'simplex'), (stream, connection) => links.accept(stream, connection), {
    maxInboundStreams: DIRECT_STREAMS_MAX,
    maxOutboundStreams: DIRECT_STREAMS_MAX,
  })
  for (const question of Object.keys(QUESTIONS) as Question[])
    await host.handle(
      protocolName(network, question),
      (stream, { remotePeer }) => answer(remotePeer.toString(), question, stream),
      { maxInboundStreams: QUESTION_STREAMS_MAX, maxOutboundStreams: QUESTION_STREAMS_MAX },
    )
}

function watchPeers({ host, links, live, dialer, neighbourhood, clients }: Parts): void {
  host.addEventListener('peer:connect', ({ detail }) => {
    const link = links.add(detail)
    if (link === undefined) return
    dialer.onConnected(link.peer)
    live.events?.connected(link.peer)
  })
  host.addEventListener('peer:disconnect', ({ detail }) => {
    const peer = detail.toString()
    clients.delete(peer)
    if (links.remove(peer) === undefined) return
    dialer.onDisconnected(peer)
    live.events?.disconnected(peer)
  })
  host.addEventListener('peer:identify', ({ detail: { peerId, listenAddrs } }) => {
    const peer = peerId.toString()
    const texts = listenAddrs.map((address) => address.toString().replace(/\/p2p\/[^/]+$/, ''))
    neighbourhood.onIdentified(
      peer,
      texts.map((text) => `${text}/p2p/${peer}`),
    )
  })
}

function assemble(
  options: NetworkOptions,
  parts: Parts,
  gossip: Gossip,
  addPeer: (text: string) => boolean,
): OpenNetwork {
  const { host, links, live, standings, neighbourhood, ask } = parts
  return {
    self: parts.self,
    listen(events) {
      live.events = events
      neighbourhood.start()
    },
    peers: () => [...links.all.keys()],
    peerIdOf,
    send(peer, frame) {
      if (frame.length > FRAME_BYTES_MAX) throw new RangeError(`a frame of ${frame.length} bytes`)
      links.all.get(peer)?.sender.send(frame)
    },
    publish: gossip.publish,
    ask: (peer, query, request) => ask(peer, query, request),
    ban(peer, reason) {
      standings.ban(peer, reason)
      live.bansTotal++
      options.log(`banned the peer ${peer}: ${reason}`)
      parts.drop(peer, reason)
    },
    addresses: () => host.getMultiaddrs().map((address) => address.toString()),
    infos: () => infosOf(options, parts),
    status: () => statusOf(options, parts),
    addPeer,
    askContent: (peer, digest) => ask(peer, 'content', digest),
    askTransactions: (peer, request) => ask(peer, 'transactions', request),
    charge: parts.charge,
    async close() {
      live.isClosed = true
      live.events = undefined
      neighbourhood.stop()
      for (const { sender } of links.all.values()) sender.close()
      await host.stop()
    },
  }
}

function infosOf({ isValidator }: NetworkOptions, { links, clients, standings }: Parts): PeerInfo[] {
  return [...links.all.values()].map(({ peer, address, isInbound, sinceMs, sender }) => ({
    peer,
    address,
    isInbound,
    isValidator: isValidator(peer),
    client: clients.get(peer) ?? '',
    connectedMs: performance.now() - sinceMs,
    queuedFrames: sender.queue.frames,
    queuedBytes: sender.queue.bytes,
    points: standings.points(peer),
  }))
}

function statusOf({ isValidator }: NetworkOptions, parts: Parts): NetworkStatus {
  const { links, host, dialer, standings, traffic, live } = parts
  const all = [...links.all.values()]
  return {
    peers: all.length,
    inboundPeers: all.filter(({ isInbound }) => isInbound).length,
    validatorPeers: all.filter(({ peer }) => isValidator(peer)).length,
    knownPeers: dialer.known,
    connections: host.getConnections().length,
    queuedFrames: all.reduce((total, { sender }) => total + sender.queue.frames, 0),
    queuedBytes: all.reduce((total, { sender }) => total + sender.queue.bytes, 0),
    framesDropped: links.framesDropped,
    bans: standings.bans(),
    bansTotal: live.bansTotal,
    handshakesRefused: live.handshakesRefused,
    traffic: traffic.read(),
  }
}
