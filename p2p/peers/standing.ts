/** What peers did wrong: points that fade, and bans that end. Points are for what no honest node does; mere slowness costs few. */
import { BAN_MS, POINTS_BAN_MS, POINTS_HALF_LIFE_MS, POINTS_MAX, STANDINGS_MAX } from '../limits.ts'
import type { PeerId } from '../surface.ts'

/** Points by offence; at `POINTS_MAX` a peer is banned: by the second, or the fourth, within minutes. */
export const OFFENCES = {
  /** Bytes that no release of ours sends: a broken length, an answer that does not decode. */
  malformed: 60,
  /** Content whose hash is another. */
  'wrong content': 60,
  /** Gossip that the host rejects: the honest forward only what they checked. */
  'rejected gossip': 30,
  /** Announced transactions that it did not bring when asked. A node under load may, once and again. */
  undelivered: 5,
} as const
export type Offence = keyof typeof OFFENCES

interface Ban {
  readonly peer: PeerId
  readonly reason: string
  /** Monotonic milliseconds. */
  readonly untilMs: number
}

/** A ban for others than this process, which has a clock of its own. */
export interface TimedBan {
  readonly peer: PeerId
  readonly reason: string
  readonly leftMs: number
}

export interface BanKeeper {
  /** Of an earlier run. */
  readonly bans: readonly TimedBan[]
  /** There is a new one; all, oldest first. */
  keep(bans: readonly TimedBan[]): void
}

export interface Standings {
  /** True: this brought the peer its ban. */
  charge(peer: PeerId, offence: Offence): boolean
  ban(peer: PeerId, reason: string): void
  banOf(peer: PeerId): Ban | undefined
  points(peer: PeerId): number
  /** Oldest first. */
  bans(): readonly TimedBan[]
}

export function createStandings(nowMs: () => number, keeper?: BanKeeper): Standings {
  const charged = new Map<PeerId, { readonly points: number; readonly atMs: number }>()
  const banned = new Map<PeerId, Ban>()
  const points = (peer: PeerId): number => {
    const own = charged.get(peer)
    return own === undefined ? 0 : own.points * 2 ** ((own.atMs - nowMs()) / POINTS_HALF_LIFE_MS)
  }
  const banFor = (peer: PeerId, reason: string, forMs: number) => {
    const untilMs = Math.max(nowMs() + forMs, banned.get(peer)?.untilMs ?? 0)
    remember(banned, peer, { peer, reason, untilMs })
  }
  for (const { peer, reason, leftMs } of keeper?.bans ?? []) banFor(peer, reason, leftMs)
  const banOf = (peer: PeerId): Ban | undefined => {
    const ban = banned.get(peer)
    if (ban === undefined || ban.untilMs > nowMs()) return ban
    banned.delete(peer)
    return undefined
  }
  const bans = (): TimedBan[] =>
    [...banned.keys()]
      .map(banOf)
      .filter((ban) => ban !== undefined)
      .map(({ peer, reason, untilMs }) => ({ peer, reason, leftMs: untilMs - nowMs() }))
  const keepBans = () => keeper?.keep(bans())
  return {
    charge(peer, offence) {
      const sum = points(peer) + OFFENCES[offence]
      remember(charged, peer, { points: sum, atMs: nowMs() })
      if (sum < POINTS_MAX) return false
      charged.delete(peer)
      banFor(peer, offence, POINTS_BAN_MS)
      keepBans()
      return true
    },
    ban(peer, reason) {
      banFor(peer, reason, BAN_MS)
      keepBans()
    },
    banOf,
    points,
    bans,
  }
}

function remember<T>(entries: Map<PeerId, T>, peer: PeerId, entry: T): void {
  entries.delete(peer)
  entries.set(peer, entry)
  if (entries.size > STANDINGS_MAX) entries.delete(entries.keys().next().value!)
}
