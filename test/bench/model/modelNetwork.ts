/** Links between the processors of a model: a frame costs both ends some processor time, and is under way for a drawn delay. */
import type { Network, NetworkEvents, PeerId, Query, Topic } from '../../../p2p/surface.ts'
import type { Random } from '../../fuzz/random.ts'
import type { Processor } from './processor.ts'

/** Gossipsub's D: peers that a node forwards to; whoever publishes tells all (floodPublish). */
const MESH = 6

export interface ModelNetworkOptions {
  readonly peerIds: readonly PeerId[]
  readonly peerIdOf: (p2pKey: Uint8Array) => PeerId
  readonly processors: readonly Processor[]
  readonly random: Random
  readonly delayMs: () => number
  /** Half of it at each end. */
  readonly frameMs: number
}

export interface ModelNetwork {
  handsOf(index: number): Network
  /** Frames, gossip, questions and answers. */
  messages(): number
}

interface Gossip {
  readonly topic: Topic
  readonly bytes: Uint8Array
  readonly seenBy: Set<number>
}

/** All are connected to all, for good; links keep the order of what goes over them. */
export function createModelNetwork(options: ModelNetworkOptions): ModelNetwork {
  const { peerIds, processors, random, delayMs, frameMs } = options
  const n = peerIds.length
  const indexOf = new Map(peerIds.map((peer, index) => [peer, index]))
  const events: NetworkEvents[] = []
  const lastMs = new Float64Array(n * n)
  const others = peerIds.map((_, index) => peerIds.filter((__, other) => other !== index))
  const mesh = drawMesh(n, random)
  let messages = 0

  const carry = (from: number, to: number, deliver: (events: NetworkEvents) => void) => {
    messages += 1
    processors[from]!.spend('frames', frameMs / 2)
    const link = from * n + to
    lastMs[link] = Math.max(lastMs[link]!, processors[from]!.nowMs() + delayMs())
    processors[to]!.at(lastMs[link], () => {
      processors[to]!.spend('frames', frameMs / 2)
      deliver(events[to]!)
    })
  }
  const spread = (from: number, targets: readonly number[], gossip: Gossip) => {
    for (const to of targets)
      if (!gossip.seenBy.has(to) && to !== from)
        carry(from, to, async (host) => {
          if (gossip.seenBy.has(to)) return
          gossip.seenBy.add(to)
          const verdict = await host.gossip(gossip.topic, peerIds[from]!, gossip.bytes)
          if (verdict === 'accept') spread(to, mesh[to]!, gossip)
        })
  }
  const ask = (from: number, to: number, query: Query, request: Uint8Array) =>
    new Promise<Uint8Array>((resolve, reject) => {
      carry(from, to, (host) => {
        host.query(peerIds[from]!, query, request).then(
          (answer) => carry(to, from, () => resolve(answer)),
          (error: Error) => carry(to, from, () => reject(error)),
        )
      })
    })

  return {
    messages: () => messages,
    handsOf: (index) => ({
      listen(own) {
        events[index] = own
      },
      peers: () => others[index]!,
      peerIdOf: options.peerIdOf,
      send: (peer, frame) => carry(index, indexOf.get(peer)!, (host) => host.message(peerIds[index]!, frame)),
      publish: (topic, bytes) => spread(index, [...peerIds.keys()], { topic, bytes, seenBy: new Set([index]) }),
      ask: (peer, query, request) => ask(index, indexOf.get(peer)!, query, request),
      ban(peer, reason) {
        throw new Error(`${peerIds[index]} bans ${peer}: ${reason}`)
      },
    }),
  }
}

function drawMesh(n: number, random: Random): number[][] {
  return Array.from({ length: n }, (_, index) => {
    const choices = Array.from({ length: n }, (__, other) => other).filter((other) => other !== index)
    return Array.from({ length: Math.min(MESH, choices.length) }, () => {
      return choices.splice(random.int(0, choices.length - 1), 1)[0]!
    })
  })
}
