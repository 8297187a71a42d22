/** Opens a model version's source for a validator: verified in full in the influence worker, its root compared with the chain's. */
import type { Hex } from 'viem'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import type { OpenedCorpus, OpenedIndex, OpenedRetrieval } from '../../influence/surface.ts'
import type { InfluenceWorker } from '../../influence/worker/openInfluenceWorker.ts'
import { toHex } from '../../primitives/bytes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { readInfoTable } from '../../studio/chain/namedRows.ts'
import { readChunkTexts } from '../../studio/chain/ragChunks.ts'
import type { ServingChunks } from '../../studio/chain/serving.ts'
import { contextTokensOf, loadVersion, type VersionBy, type VersionContent } from '../../studio/chain/version.ts'
import { refusalText } from './objection.ts'

/** What of the influence worker opens sources. */
export type SourceOpeners = Pick<InfluenceWorker, 'openIndex' | 'openCorpus' | 'openRetrieval'>

export type OpenVersion =
  | { readonly method: 'datainf'; readonly version: VersionBy<'datainf'>; readonly opened: OpenedIndex }
  | { readonly method: 'span'; readonly version: VersionBy<'span'>; readonly opened: OpenedCorpus }
  | (ServingChunks & { readonly opened: OpenedRetrieval })

/** The version's source file is not what it should be. */
export class VersionUnusable extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'VersionUnusable'
    this.code = code
  }
}

export interface OpeningOptions {
  readonly client: ChainClient
  readonly openers: SourceOpeners
  /** Positions of the base that this node holds. */
  readonly baseContextTokens: number
}

/** Throws when the file does not verify, or is not the one that the chain names. */
export async function openSource(options: OpeningOptions, versionId: Hex): Promise<OpenVersion> {
  const version = await loadVersion(options.client, versionId)
  const open = await openByMethod(options, version)
  const root = toHex(open.method === 'span' ? open.opened.info.corpusRoot : open.opened.info.indexRoot)
  if (root === version.info.sourceRoot) return open
  await open.opened.close()
  throw new VersionUnusable('RootMismatch', `source root: expected ${version.info.sourceRoot}, got ${root}`)
}

async function openByMethod(options: OpeningOptions, version: VersionContent): Promise<OpenVersion> {
  const { client, openers, baseContextTokens } = options
  const { method, source } = version
  switch (method) {
    case 'datainf':
      return { method, version, opened: verified(await openers.openIndex(source)) }
    case 'span': {
      const infoTable = await readInfoTable(client, version.info.spec.datanets)
      return { method, version, opened: verified(await openers.openCorpus(source, { infoTable })) }
    }
    case 'rag': {
      const chunks = await readChunkTexts(client, version, baseContextTokens)
      const contextTokens = contextTokensOf(version.adapter, baseContextTokens)
      const opened = verified(await openers.openRetrieval(source))
      return { method, version, contextTokens, chunks, retrieval: opened, opened }
    }
    default:
      return version satisfies never
  }
}

function verified<T>(opened: T | Refused): T {
  if (!isRefused(opened)) return opened
  throw new VersionUnusable(opened.code, `source: ${refusalText(opened)}`)
}
