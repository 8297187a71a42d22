/** Model versions whose source is open and verified: a few are kept, and none is closed while somebody works with it. */

import type { Hex } from 'viem'
import type { OpenVersion } from './openSource.ts'

/** Opened versions kept: a source of the slice is some megabytes, in this process and in the worker. */
export const OPEN_VERSIONS_MAX = 4

export interface OpenVersions {
  /** Throws what opening throws. */
  use<T>(versionId: Hex, work: (version: OpenVersion) => Promise<T>): Promise<T>
  /** Closes all; who is still at work is refused by the closed index. */
  close(): Promise<void>
}

interface Held {
  readonly opening: Promise<OpenVersion>
  users: number
}

export function createOpenVersions(open: (versionId: Hex) => Promise<OpenVersion>): OpenVersions {
  const held = new Map<Hex, Held>()
  const hold = (versionId: Hex): Held => {
    const one = held.get(versionId) ?? { opening: open(versionId), users: 0 }
    // Last used, last in the map's order.
    held.delete(versionId)
    held.set(versionId, one)
    one.users++
    return one
  }
  const closeIdle = async () => {
    for (const [versionId, one] of held) {
      if (held.size <= OPEN_VERSIONS_MAX) return
      if (one.users > 0) continue
      held.delete(versionId)
      await letGo(one)
    }
  }
  return {
    async use(versionId, work) {
      const one = hold(versionId)
      try {
        const version = await one.opening.catch((error: unknown) => {
          if (held.get(versionId) === one) held.delete(versionId)
          throw error
        })
        return await work(version)
      } finally {
        one.users--
        await closeIdle()
      }
    },
    async close() {
      for (const one of held.values()) await letGo(one)
      held.clear()
    },
  }
}

/** One that failed to open, or whose worker is lost, is closed already. */
const letGo = ({ opening }: Held): Promise<void> => opening.then(({ opened }) => opened.close()).catch(() => {})
