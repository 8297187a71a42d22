/** Which nodes reach which: connections that come and go, partitions (both ways or one way), clogged links, bans. */
import type { PeerId } from '../../../consensus/step.ts'
import type { NetworkEvents } from '../../../p2p/surface.ts'
import type { Random } from '../../fuzz/random.ts'
import type { EventQueue, Process } from './eventQueue.ts'

/** A cut link is noticed after this, as by a keep-alive. */
const NOTICE_MS = 10_000
const REDIAL_MS_MAX = 2_000
const BAN_MS = 600_000
/** consensus.md §9: per peer, beyond which the oldest is dropped. */
const CLOGGED_MESSAGES_MAX = 256
const CLOGGED_BYTES_MAX = 1 << 20

export interface Links {
  /** Whether bytes flow now: no partition from `from` to `to`. */
  isOpen(from: number, to: number): boolean
  /** Whether `from` holds a connection to `to`. */
  isLinked(from: number, to: number): boolean
  peersOf(index: number): readonly PeerId[]
  /** Cuts or mends one direction. */
  setOpen(from: number, to: number, isOpen: boolean): void
  /** Holds back what is sent from `from` to `to` until then. */
  clog(from: number, to: number, untilMs: number): void
  pass(from: number, to: number, sizeBytes: number, deliver: () => void): void
  ban(by: number, banned: number): void
  forgetBans(): void
  /** A node starts to listen: connections are dialled. */
  raise(index: number, process: Process, events: NetworkEvents): void
  /** A node died: its peers notice soon. */
  lower(index: number): void
}

interface Clog {
  readonly held: { readonly sizeBytes: number; readonly deliver: () => void }[]
  sizeBytes: number
}

export interface LinksOptions {
  readonly queue: EventQueue
  readonly random: Random
  readonly peerIds: readonly PeerId[]
}

export function createLinks({ queue, random, peerIds }: LinksOptions): Links {
  const n = peerIds.length
  const at = (from: number, to: number) => from * n + to
  const isCut = new Uint8Array(n * n)
  const isLinkedTo = new Uint8Array(n * n)
  const bannedUntilMs = new Float64Array(n * n)
  const clogs = new Map<number, Clog>()
  const ends: ({ process: Process; events: NetworkEvents } | undefined)[] = peerIds.map(() => undefined)

  const isReachable = (a: number, b: number) => isCut[at(a, b)] === 0 && isCut[at(b, a)] === 0
  const isBanned = (a: number, b: number) =>
    Math.max(bannedUntilMs[at(a, b)]!, bannedUntilMs[at(b, a)]!) > queue.nowMs()
  /** Other nodes of the same peer id that `from` is linked to: a peer is connected once. */
  const isPeerLinked = (from: number, to: number) =>
    peerIds.some((id, other) => other !== to && id === peerIds[to] && isLinkedTo[at(from, other)] === 1)

  const setLink = (from: number, to: number, isUp: boolean) => {
    if ((isLinkedTo[at(from, to)] === 1) === isUp) return
    isLinkedTo[at(from, to)] = isUp ? 1 : 0
    const end = ends[from]
    if (end === undefined || isPeerLinked(from, to)) return
    const peer = peerIds[to]!
    queue.at(queue.nowMs(), end.process, () => (isUp ? end.events.connected(peer) : end.events.disconnected(peer)))
  }
  const dial = (a: number, b: number) => {
    if (peerIds[a] === peerIds[b]) return
    queue.at(queue.nowMs() + random.int(1, REDIAL_MS_MAX), undefined, () => {
      if (ends[a] === undefined || ends[b] === undefined || !isReachable(a, b)) return
      if (isBanned(a, b)) return
      setLink(a, b, true)
      setLink(b, a, true)
    })
  }
  const hangUp = (a: number, b: number) => {
    setLink(a, b, false)
    setLink(b, a, false)
  }

  return {
    isOpen: (from, to) => isCut[at(from, to)] === 0,
    isLinked: (from, to) => isLinkedTo[at(from, to)] === 1,
    peersOf: (index) => [...new Set(peerIds.filter((_, to) => isLinkedTo[at(index, to)] === 1))],
    setOpen(from, to, isOpen) {
      if ((isCut[at(from, to)] === 0) === isOpen) return
      isCut[at(from, to)] = isOpen ? 0 : 1
      if (isOpen) dial(from, to)
      else
        queue.at(queue.nowMs() + NOTICE_MS, undefined, () => {
          if (!isReachable(from, to)) hangUp(from, to)
        })
    },
    clog(from, to, untilMs) {
      if (clogs.has(at(from, to))) return
      const clog: Clog = { held: [], sizeBytes: 0 }
      clogs.set(at(from, to), clog)
      queue.at(untilMs, undefined, () => {
        clogs.delete(at(from, to))
        for (const { deliver } of clog.held) deliver()
      })
    },
    pass(from, to, sizeBytes, deliver) {
      const clog = clogs.get(at(from, to))
      if (clog === undefined) {
        deliver()
        return
      }
      clog.held.push({ sizeBytes, deliver })
      clog.sizeBytes += sizeBytes
      while (clog.held.length > CLOGGED_MESSAGES_MAX || clog.sizeBytes > CLOGGED_BYTES_MAX)
        clog.sizeBytes -= clog.held.shift()!.sizeBytes
    },
    ban(by, banned) {
      bannedUntilMs[at(by, banned)] = queue.nowMs() + BAN_MS
      hangUp(by, banned)
    },
    forgetBans() {
      bannedUntilMs.fill(0)
      for (let a = 0; a < n; a++)
        for (let b = a + 1; b < n; b++) if (ends[a] !== undefined && ends[b] !== undefined) dial(a, b)
    },
    raise(index, process, events) {
      ends[index] = { process, events }
      for (let other = 0; other < n; other++) {
        if (other === index) continue
        // The connection of the life before ends now at the latest.
        setLink(other, index, false)
        dial(index, other)
      }
    },
    lower(index) {
      ends[index] = undefined
      for (let other = 0; other < n; other++) {
        isLinkedTo[at(index, other)] = 0
        if (other !== index)
          queue.at(queue.nowMs() + random.int(0, 1_000), undefined, () => {
            if (ends[index] === undefined) setLink(other, index, false)
          })
      }
    },
  }
}
