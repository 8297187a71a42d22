/**
 * Gets the content objects that blocks name from whichever peer has them: object by object, each checked by its hash and
 * stored at once, so that an interrupted fetch goes on where it ended.
 */
import { createHash } from 'node:crypto'
import { equal } from '../../primitives/bytes.ts'
import type { PeerId } from '../surface.ts'

/** Objects asked for at once: 8 MiB on their way. */
const FETCHES_MAX = 8
/** Digests looked at in one round. */
const ROUND_MAX = 64
/** After a round in which no peer had what is missing. */
const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 60_000

export interface ContentFetcherOptions {
  /** Digests of missing objects, some of them. */
  readonly wanted: (countMax: number) => Promise<readonly Uint8Array[]>
  readonly put: (bytes: Uint8Array) => Promise<unknown>
  readonly peers: () => readonly PeerId[]
  /** Rejects if the peer does not hold it. */
  readonly ask: (peer: PeerId, digest: Uint8Array) => Promise<Uint8Array>
  /** It answered with other bytes. */
  readonly onWrong: (peer: PeerId) => void
  /** 0 … 1: which peer is asked first, so that many fetchers spread. */
  readonly random: () => number
  /** Reading the list or storing failed. */
  readonly onFault: (error: unknown) => void
}

export interface ContentFetcher {
  /** Something may be wanted now, or a peer may have come that holds it. */
  wake(): void
  /** Objects that came from peers and were stored. */
  readonly fetched: number
  close(): Promise<void>
}

export function createContentFetcher(options: ContentFetcherOptions): ContentFetcher {
  let running: Promise<void> | undefined
  let isWoken = false
  let isClosed = false
  let fetched = 0
  let retryMs = RETRY_MS_MIN
  let timer: NodeJS.Timeout | undefined

  /** True: some peer had it. */
  const fetchObject = async (digest: Uint8Array): Promise<boolean> => {
    const peers = options.peers()
    const first = Math.floor(options.random() * peers.length)
    for (let i = 0; i < peers.length && !isClosed; i++) {
      const peer = peers[(first + i) % peers.length]!
      const bytes = await options.ask(peer, digest).catch(() => undefined)
      if (bytes === undefined) continue
      if (!equal(createHash('sha256').update(bytes).digest(), digest)) {
        options.onWrong(peer)
        continue
      }
      await options.put(bytes)
      fetched++
      return true
    }
    return false
  }
  /** How many came. */
  const round = async (): Promise<{ came: number; missing: number }> => {
    const digests = [...(await options.wanted(ROUND_MAX))]
    let came = 0
    const lane = async () => {
      for (let digest = digests.pop(); digest !== undefined && !isClosed; digest = digests.pop())
        if (await fetchObject(digest)) came++
    }
    const missing = digests.length
    await Promise.all(Array.from({ length: FETCHES_MAX }, lane))
    return { came, missing: missing - came }
  }
  const run = async () => {
    do {
      isWoken = false
      const { came, missing } = await round()
      if (came > 0) isWoken = true
      retryMs = came > 0 ? RETRY_MS_MIN : Math.min(2 * retryMs, RETRY_MS_MAX)
      if (missing > 0 && !isClosed) {
        clearTimeout(timer)
        timer = setTimeout(wake, retryMs)
        timer.unref()
      }
    } while (isWoken && !isClosed)
  }
  const wake = () => {
    isWoken = true
    if (running !== undefined || isClosed) return
    running = run()
      .catch(options.onFault)
      .finally(() => {
        running = undefined
      })
  }
  return {
    wake,
    get fetched() {
      return fetched
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await running
    },
  }
}
