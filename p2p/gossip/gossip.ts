/** Two topics over gossipsub: nothing is signed by its sender, ids are hashes, and the host judges before forwarding. */
import { createHash } from 'node:crypto'
import {
  type GossipSub,
  type GossipSubComponents,
  gossipsub,
  StrictNoSign,
  TopicValidatorResult,
} from '@libp2p/gossipsub'
import { GOSSIPED_TRANSACTION_BYTES_MAX } from '../../primitives/wire/transactions.ts'
import { BLOCK_GOSSIP_BYTES_MAX } from '../limits.ts'
import { protocolName } from '../protocols.ts'
import type { NetworkEvents, PeerId, Topic } from '../surface.ts'
import { scoreParams, scoreThresholds } from './scores.ts'

const BYTES_MAX: Readonly<Record<Topic, number>> = {
  block: BLOCK_GOSSIP_BYTES_MAX,
  transaction: GOSSIPED_TRANSACTION_BYTES_MAX,
}
const TOPICS = Object.keys(BYTES_MAX) as Topic[]
/** Of a message id: no two of a day's messages collide. */
const ID_BYTES = 20
/** Waits for a slow peer: a few blocks; what does not fit is not sent. */
const OUTBOUND_BYTES_MAX = 4 * 1024 * 1024
/** Transactions that wait for the first peer: half of what waits for one slow peer, some ten thousand transfers. */
const UNHEARD_BYTES_MAX = OUTBOUND_BYTES_MAX / 2
/** One envelope: far above what a heartbeat sends at our rates, far below the library's. */
const DECODE_LIMITS = {
  maxSubscriptions: 16,
  maxMessages: 256,
  maxIhaveMessageIDs: 2_000,
  maxIwantMessageIDs: 500,
  maxIdontwantMessageIDs: 500,
  maxControlMessages: 64,
  maxPeerInfos: 0,
}

export interface GossipOptions {
  readonly network: string
  /** Below zero for peers that did wrong. */
  readonly standingOf: (peer: PeerId) => number
}

/** The libp2p service. */
export function gossipService({ network, standingOf }: GossipOptions): (components: GossipSubComponents) => GossipSub {
  const topics = TOPICS.map((topic) => protocolName(network, topic))
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: ({ topic, data }) => messageId(topic, data),
    allowedTopics: topics,
    maxInboundDataLength: BLOCK_GOSSIP_BYTES_MAX + 64 * 1024,
    maxOutboundBufferSize: OUTBOUND_BYTES_MAX,
    decodeRpcLimits: DECODE_LIMITS,
    maxTopicBytesPerPeer: 64 * 1024,
    fallbackToFloodsub: false,
    doPX: false,
    floodPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    tagMeshPeers: false,
    scoreParams: scoreParams(topics, standingOf),
    scoreThresholds,
  })
}

function messageId(topic: string, data: Uint8Array): Uint8Array {
  return createHash('sha256').update(topic).update(Uint8Array.of(0)).update(data).digest().subarray(0, ID_BYTES)
}

export interface Gossip {
  publish(topic: Topic, bytes: Uint8Array): void
}

export interface GossipHost {
  readonly events: () => NetworkEvents | undefined
  readonly onReceived: (topic: Topic, bytes: number) => void
  readonly onPublished: (topic: Topic, bytes: number) => void
  readonly onRejected: (peer: PeerId) => void
}

/** Subscribes; messages go to the host, which says what they are worth. */
export function joinGossip(pubsub: GossipSub, network: string, host: GossipHost): Gossip {
  for (const topic of TOPICS) {
    const name = protocolName(network, topic)
    pubsub.topicValidators.set(name, async (from, { data }) => {
      const peer = from.toString()
      host.onReceived(topic, data.length)
      const verdict =
        data.length > BYTES_MAX[topic] ? 'reject' : ((await host.events()?.gossip(topic, peer, data)) ?? 'ignore')
      if (verdict === 'reject') host.onRejected(peer)
      return VERDICTS[verdict]
    })
    pubsub.subscribe(name)
  }
  const send = (topic: Topic, bytes: Uint8Array) => {
    host.onPublished(topic, bytes.length)
    // It fails only for want of peers, which is no news.
    pubsub.publish(protocolName(network, topic), bytes).catch(() => {})
  }
  const unheard = createUnheard()
  const { streamsOutbound } = pubsub as GossipSub & Streams
  const isHeard = () =>
    pubsub.getSubscribers(protocolName(network, 'transaction')).some((peer) => streamsOutbound.has(peer.toString()))
  pubsub.addEventListener('gossipsub:heartbeat', () => {
    if (!unheard.isEmpty() && isHeard()) for (const bytes of unheard.take()) send('transaction', bytes)
  })
  return {
    publish(topic, bytes) {
      if (bytes.length > BYTES_MAX[topic])
        throw new RangeError(`${bytes.length} bytes are too many for ${topic} gossip`)
      // A block that nobody heard of is asked for by its id, a transaction by nobody.
      if (topic === 'transaction' && !isHeard()) unheard.hold(bytes)
      else send(topic, bytes)
    },
  }
}

/** Not in the published type: a peer's subscription may be known before there is a stream to it. */
interface Streams {
  /** By peer id. */
  readonly streamsOutbound: ReadonlyMap<string, unknown>
}

/** What was published before the first peer was there: gossipsub takes it for said, and would not say it again. */
function createUnheard() {
  let held: Uint8Array[] = []
  let heldBytes = 0
  return {
    isEmpty: () => held.length === 0,
    /** What there is no room for is not told: it waits in the pool for our own turn to lead. */
    hold(bytes: Uint8Array) {
      if (heldBytes + bytes.length > UNHEARD_BYTES_MAX) return
      held.push(bytes)
      heldBytes += bytes.length
    },
    take(): Uint8Array[] {
      const all = held
      held = []
      heldBytes = 0
      return all
    },
  }
}

const VERDICTS = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
} as const
