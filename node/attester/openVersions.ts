/** Model versions whose index is open and verified: a few are kept, and none is closed while somebody works with it. */

import type { Hex } from 'viem'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import type { IndexSource, OpenedIndex } from '../../influence/surface.ts'
import { toHex } from '../../primitives/bytes.ts'
import type { VersionContent } from '../../studio/chain/version.ts'

/** Opened versions kept: an index of the slice is some megabytes, in this process and in the worker. */
export const OPEN_VERSIONS_MAX = 4

export interface OpenVersion {
  readonly version: VersionContent
  readonly opened: OpenedIndex
}

export interface OpenVersionsOptions {
  readonly load: (versionId: Hex) => Promise<VersionContent>
  readonly openIndex: (source: IndexSource) => Promise<OpenedIndex | Refused>
}

export interface OpenVersions {
  /** Opens with full verification and checks the root against the chain's; throws when it does not hold. */
  use<T>(versionId: Hex, work: (version: OpenVersion) => Promise<T>): Promise<T>
  /** Closes all; who is still at work is refused by the closed index. */
  close(): Promise<void>
}

/** The version's index file is not what it should be. */
export class VersionUnusable extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'VersionUnusable'
    this.code = code
  }
}

interface Held {
  readonly opening: Promise<OpenVersion>
  users: number
}

export function createOpenVersions(options: OpenVersionsOptions): OpenVersions {
  const held = new Map<Hex, Held>()
  const hold = (versionId: Hex): Held => {
    const one = held.get(versionId) ?? { opening: open(options, versionId), users: 0 }
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

async function open({ load, openIndex }: OpenVersionsOptions, versionId: Hex): Promise<OpenVersion> {
  const version = await load(versionId)
  const opened = await openIndex(version.index.bytes)
  if (isRefused(opened)) {
    const message = `index of ${versionId}: ${opened.code}: expected ${opened.expected}, got ${opened.got}`
    throw new VersionUnusable(opened.code, message)
  }
  const root = toHex(opened.info.indexRoot)
  if (root === version.info.indexRoot) return { version, opened }
  await opened.close()
  throw new VersionUnusable('RootMismatch', `index root: expected ${version.info.indexRoot}, got ${root}`)
}
