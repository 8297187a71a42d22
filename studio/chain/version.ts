/** A model version as the chain names it, with its content: what a provider serves and a validator checks. */

import type { Hex } from 'viem'
import { decodeIndexFile, type IndexFile } from '../../influence/indexFile.ts'
import { isRefused, type Refused } from '../../influence/refusal.ts'
import { type CorpusFile, decodeCorpusFile } from '../../influence/span/corpusFile.ts'
import type { Method } from '../../influence/surface.ts'
import {
  ATTRIBUTION_ADDRESS,
  FEE_SPLIT_ADDRESS,
  INFERENCE_ADDRESS,
  MODEL_ADDRESS,
} from '../../precompiles/addresses.ts'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { JOB_BYTES_MAX } from '../../precompiles/limits.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { promptShares } from '../chunks.ts'
import { decodeAdapter } from '../format/adapter.ts'
import { type ChainClient, ChainRefusal } from './client.ts'
import { downloadContent } from './content.ts'

export const MODEL = toHex(MODEL_ADDRESS)
export const INFERENCE = toHex(INFERENCE_ADDRESS)
export const ATTRIBUTION = toHex(ATTRIBUTION_ADDRESS)
export const FEE_SPLIT = toHex(FEE_SPLIT_ADDRESS)

export type VersionInfo = Awaited<ReturnType<typeof readVersion>>
export type JobInfo = Awaited<ReturnType<typeof readJob>>

/** Reads a version's record; the chain refuses an unknown one with `UnknownVersion`. */
export function readVersion(client: ChainClient, versionId: `0x${string}`) {
  return client.readContract({ address: MODEL, abi: modelAbi, functionName: 'getVersion', args: [versionId] })
}

export function readJob(client: ChainClient, jobId: bigint) {
  return client.readContract({ address: INFERENCE, abi: inferenceAbi, functionName: 'getJob', args: [jobId] })
}

/** Methods of attribution, by the number that the chain gives them. */
export const METHODS = ['datainf', 'span', 'rag'] as const satisfies readonly Method[]

/** Method of a version; the chain registers no other. */
export const methodOf = (info: VersionInfo): Method => METHODS[info.spec.method - 1]!

/** `IModel.VersionSpec.engine` of the studio's deterministic engine; any other is answered for by its provider alone. */
export const ENGINE_STUDIO = 1
export const ENGINE_OTHER = 0

/** Bytes of the longest question that a version answers; `baseContextTokens` counts where the bare base answers. */
export async function readQuestionBytesMax(
  client: ChainClient,
  versionId: `0x${string}`,
  baseContextTokens: number,
): Promise<number> {
  const info = await readVersion(client, versionId)
  if (info.spec.engine !== ENGINE_STUDIO) return Number(JOB_BYTES_MAX)
  return questionBytesMax(methodOf(info), contextTokensOf(await loadAdapter(client, info), baseContextTokens))
}

/** Positions that a version's prompts and answers have: the adapter's, or the bare base's. */
export function contextTokensOf(adapterBytes: Uint8Array | null, baseContextTokens: number): number {
  if (adapterBytes === null) return baseContextTokens
  const adapter = decodeAdapter(adapterBytes)
  if ('kind' in adapter)
    throw new ChainRefusal(adapter.code, `adapter: expected ${adapter.expected}, got ${adapter.got}`, adapter)
  return adapter.config.contextTokens
}

/** All positions but the separator's, or what a chunk before the question leaves. */
export const questionBytesMax = (method: Method, contextTokens: number): number =>
  method === 'rag' ? promptShares(contextTokens).questionBytesMax : contextTokens - 1

/** A model version with its content, decoded but not verified: that is the validator's duty. */
export type VersionContent = VersionFacts &
  (
    | { readonly method: 'datainf'; readonly adapter: Uint8Array; readonly index: IndexFile }
    | { readonly method: 'span'; readonly adapter: Uint8Array | null; readonly corpus: CorpusFile }
    | { readonly method: 'rag'; readonly adapter: Uint8Array | null; readonly index: IndexFile }
  )
/** The version of one method. */
export type VersionBy<M extends Method> = Extract<VersionContent, { readonly method: M }>

interface VersionFacts {
  readonly id: Uint8Array
  readonly info: VersionInfo
  /** The bytes of the source file. */
  readonly source: Uint8Array
}

/** Downloads adapter (`null`: the bare base answers) and source; throws `ContentError` or `ChainRefusal`. */
export async function loadVersion(client: ChainClient, versionId: `0x${string}`): Promise<VersionContent> {
  const info = await readVersion(client, versionId)
  const adapter = await loadAdapter(client, info)
  const source = await downloadSource(client, info)
  const facts = { id: fromHex(versionId), info, source }
  const method = methodOf(info)
  if (method === 'span') return { ...facts, method, adapter, corpus: accepted(versionId, decodeCorpusFile(source)) }
  const index = accepted(versionId, decodeIndexFile(source))
  if (method === 'rag') return { ...facts, method, adapter, index }
  if (adapter === null) throw new ChainRefusal('NoAdapter', `version ${versionId} has gradients of no adapter`, info)
  return { ...facts, method, adapter, index }
}

/** The file by which a version is attributed, as the chain names it by hash; throws `ContentError`. */
export function downloadSource(client: ChainClient, { spec }: VersionInfo): Promise<Uint8Array> {
  return downloadContent(client, contentRef(spec.source))
}

async function loadAdapter(client: ChainClient, { spec }: VersionInfo): Promise<Uint8Array | null> {
  return spec.adapter.sizeBytes === 0n ? null : downloadContent(client, contentRef(spec.adapter))
}

function accepted<T>(versionId: Hex, file: T | Refused): T {
  if (!isRefused(file)) return file
  throw new ChainRefusal(file.code, `source of ${versionId}: expected ${file.expected}, got ${file.got}`, file)
}

function contentRef(ref: { readonly digest: `0x${string}`; readonly sizeBytes: bigint }) {
  return { digest: fromHex(ref.digest), bytes: Number(ref.sizeBytes) }
}
