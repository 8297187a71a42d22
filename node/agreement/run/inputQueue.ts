/** What waits for the core, most urgent first (consensus.md §10), with a bound on what each peer may have waiting (§9). */
import type { Input } from '../../../consensus/step.ts'
import type { PeerId } from '../../../p2p/surface.ts'
import { createHostLoad } from '../bounds.ts'

/** Outcomes of effects are as urgent as timeouts: the core waits for them. */
const URGENCY: Readonly<Record<Input['kind'], number>> = {
  started: 0,
  timeout: 0,
  built: 0,
  checked: 0,
  fetched: 0,
  connected: 0,
  certificate: 1,
  vote: 2,
  proposal: 3,
}

interface Entry {
  readonly input: Input
  readonly sizeBytes: number
  isGone: boolean
}

interface Waiting {
  readonly peer: PeerId
  /** Oldest first; what has left the queue is skipped. */
  readonly entries: Entry[]
  count: number
  sizeBytes: number
}

export interface Origin {
  readonly peer: PeerId
  readonly sizeBytes: number
}

export interface InputQueue {
  /** Null: it is our own. */
  push(input: Input, origin: Origin | null): void
  shift(): Input | undefined
  /** Messages that made room for later ones. */
  dropped(): number
  /** Of whom something waits; nothing is kept of others, who may be gone for good. */
  peers(): number
}

export function createInputQueue({ bounds, note } = createHostLoad()): InputQueue {
  const lanes: { entry: Entry; waiting: Waiting | undefined }[][] = [[], [], [], []]
  const heads = [0, 0, 0, 0]
  const byPeer = new Map<PeerId, Waiting>()
  let dropped = 0

  const leave = (waiting: Waiting, entry: Entry) => {
    entry.isGone = true
    waiting.count -= 1
    waiting.sizeBytes -= entry.sizeBytes
    while (waiting.entries[0]?.isGone === true) waiting.entries.shift()
    if (waiting.count === 0) byPeer.delete(waiting.peer)
  }
  const admit = ({ peer }: Origin, entry: Entry): Waiting => {
    const waiting = byPeer.get(peer) ?? { peer, entries: [], count: 0, sizeBytes: 0 }
    byPeer.set(peer, waiting)
    waiting.entries.push(entry)
    waiting.count += 1
    waiting.sizeBytes += entry.sizeBytes
    while (waiting.count > bounds.peerMessages || waiting.sizeBytes > bounds.peerBytes) {
      leave(waiting, waiting.entries.find(({ isGone }) => !isGone)!)
      dropped += 1
    }
    note('peerMessages', waiting.count)
    note('peerBytes', waiting.sizeBytes)
    return waiting
  }
  const take = (lane: number) => {
    const waiting = lanes[lane]!
    const item = waiting[heads[lane]!]
    if (item === undefined) return undefined
    heads[lane]! += 1
    // Emptied at once rather than shifted one by one, which would cost the length each time.
    if (heads[lane] === waiting.length) {
      waiting.length = 0
      heads[lane] = 0
    }
    return item
  }
  return {
    push(input, origin) {
      const entry: Entry = { input, sizeBytes: origin?.sizeBytes ?? 0, isGone: false }
      const lane = origin === null ? 0 : URGENCY[input.kind]
      lanes[lane]!.push({ entry, waiting: origin === null ? undefined : admit(origin, entry) })
    },
    shift() {
      for (let lane = 0; lane < lanes.length; lane++)
        for (let item = take(lane); item !== undefined; item = take(lane)) {
          if (item.entry.isGone) continue
          if (item.waiting !== undefined) leave(item.waiting, item.entry)
          return item.entry.input
        }
      return undefined
    },
    dropped: () => dropped,
    peers: () => byPeer.size,
  }
}
