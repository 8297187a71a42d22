/** Direct streams, gossip and questions between the nodes of one run, with delay, loss, duplication and cuts. */
import type { PeerId } from '../../../consensus/step.ts'
import type { Network, NetworkEvents, Query, Topic } from '../../../p2p/surface.ts'
import type { Random } from '../../fuzz/random.ts'
import type { EventQueue, Process } from './eventQueue.ts'
import { createLinks, type Links } from './links.ts'
import { chance } from './randomness.ts'
import type { Trace } from './trace.ts'

/** Of one run; reordering follows from the delays. */
export interface NetworkFaults {
  delayMsMin: number
  delayMsMax: number
  /** Share of messages that take up to `TAIL_MS`. */
  tailShare: number
  lossShare: number
  duplicateShare: number
}

const TAIL_MS = 5_000
/** A question without an answer fails after this. */
const ASK_DEADLINE_MS = 5_000
/** Gossip ids that a node remembers, as libp2p's cache forgets too. */
const SEEN_MAX = 4_096

export interface NetworkTap {
  /** Every frame that a node sends, once for all its receivers. */
  onSend(from: number, frame: Uint8Array): void
  onPublish(from: number, topic: Topic, bytes: Uint8Array): void
  onBan(by: number, banned: number, reason: string): void
}

export interface VirtualNetwork extends Links {
  /** One life of a node: its hands on the network, until `detach`. */
  attach(index: number, process: Process): Network
  detach(index: number): void
}

export interface VirtualNetworkOptions {
  readonly queue: EventQueue
  readonly random: Random
  readonly trace: Trace
  readonly faults: NetworkFaults
  /** By node; two nodes of one key (twins) have one. */
  readonly peerIds: readonly PeerId[]
  readonly peerIdOf: (p2pKey: Uint8Array) => PeerId
  readonly tap: NetworkTap
}

interface Gossip {
  readonly id: number
  readonly topic: Topic
  readonly bytes: Uint8Array
}

export function createVirtualNetwork(options: VirtualNetworkOptions): VirtualNetwork {
  const { queue, random, trace, faults, peerIds, tap } = options
  const links = createLinks(options)
  const lives: ({ process: Process; events: NetworkEvents | undefined } | undefined)[] = peerIds.map(() => undefined)
  const seen = peerIds.map(() => new Set<number>())
  let lastFrame: Uint8Array | undefined
  let lastSender = -1
  let gossipCount = 0

  const delayMs = () =>
    chance(random, faults.tailShare) ? random.int(1, TAIL_MS) : random.int(faults.delayMsMin, faults.delayMsMax)

  /** Runs `deliver` at the receiver, once, twice or never. */
  const carry = (from: number, to: number, sizeBytes: number, deliver: (events: NetworkEvents) => void) => {
    if (chance(random, faults.lossShare)) return
    for (let copies = chance(random, faults.duplicateShare) ? 2 : 1; copies > 0; copies--)
      links.pass(from, to, sizeBytes, () => {
        const life = lives[to]
        if (life === undefined) return
        queue.at(queue.nowMs() + delayMs(), life.process, () => {
          if (life.events !== undefined && links.isOpen(from, to)) deliver(life.events)
        })
      })
  }
  const linked = (from: number, peer: PeerId) =>
    peerIds.flatMap((id, to) => (id === peer && links.isLinked(from, to) ? [to] : []))

  const spread = (from: number, gossip: Gossip) => {
    for (let to = 0; to < peerIds.length; to++) {
      if (!links.isLinked(from, to) || seen[to]!.has(gossip.id)) continue
      carry(from, to, gossip.bytes.length, (events) => {
        if (seen[to]!.has(gossip.id)) return
        remember(to, gossip.id)
        trace.note(queue.nowMs(), to, `gossip ${gossip.topic} from ${from}`, gossip.bytes)
        const process = lives[to]!.process
        void events.gossip(gossip.topic, peerIds[from]!, gossip.bytes).then((verdict) => {
          if (verdict === 'accept' && process.isAlive) spread(to, gossip)
        })
      })
    }
  }
  const remember = (index: number, id: number) => {
    const known = seen[index]!
    known.add(id)
    if (known.size > SEEN_MAX) known.delete(known.values().next().value!)
  }

  const ask = (from: number, process: Process, peer: PeerId, query: Query, request: Uint8Array) =>
    new Promise<Uint8Array>((resolve, reject) => {
      const targets = linked(from, peer)
      queue.at(queue.nowMs() + (targets.length === 0 ? 1 : ASK_DEADLINE_MS), process, () =>
        reject(new Error(targets.length === 0 ? 'not connected' : 'no answer in time')),
      )
      if (targets.length === 0) return
      const to = random.pick(targets)
      carry(from, to, request.length, (events) => {
        trace.note(queue.nowMs(), to, `asked ${query} by ${from}`, request)
        events.query(peerIds[from]!, query, request).then(
          (answer) =>
            carry(to, from, answer.length, () => {
              // The life that asked may be over, and another one have its address.
              if (!process.isAlive) return
              trace.note(queue.nowMs(), from, `answered ${query} by ${to}`, answer)
              resolve(answer)
            }),
          (error: Error) => carry(to, from, 0, () => process.isAlive && reject(new Error(`refused: ${error.message}`))),
        )
      })
    })

  const handsOf = (index: number, process: Process): Network => ({
    listen(events) {
      const life = lives[index]
      if (life?.process !== process) return
      life.events = events
      links.raise(index, process, events)
    },
    peers: () => links.peersOf(index),
    peerIdOf: options.peerIdOf,
    send(peer, frame) {
      if (!process.isAlive) return
      // One frame for many peers is one sending.
      if (frame !== lastFrame || lastSender !== index) tap.onSend(index, frame)
      if (!process.isAlive) return
      lastFrame = frame
      lastSender = index
      for (const to of linked(index, peer))
        carry(index, to, frame.length, (events) => {
          trace.note(queue.nowMs(), to, `message from ${index}`, frame)
          events.message(peerIds[index]!, frame)
        })
    },
    publish(topic, bytes) {
      if (!process.isAlive) return
      tap.onPublish(index, topic, bytes)
      const id = gossipCount++
      remember(index, id)
      spread(index, { id, topic, bytes })
    },
    ask: (peer, query, request) => ask(index, process, peer, query, request),
    ban(peer, reason) {
      if (!process.isAlive) return
      for (const [to, id] of peerIds.entries()) {
        if (id !== peer || to === index) continue
        tap.onBan(index, to, reason)
        links.ban(index, to)
      }
    },
  })

  return {
    ...links,
    attach(index, process) {
      lives[index] = { process, events: undefined }
      seen[index]!.clear()
      return handsOf(index, process)
    },
    detach(index) {
      lives[index] = undefined
      links.lower(index)
    },
  }
}
