/** A model version as the chain names it, with its content: what a provider serves and a validator checks. */

import { decodeIndexFile, type IndexFile } from '../../influence/indexFile.ts'
import { isRefused } from '../../influence/refusal.ts'
import {
  ATTRIBUTION_ADDRESS,
  FEE_SPLIT_ADDRESS,
  INFERENCE_ADDRESS,
  MODEL_ADDRESS,
} from '../../precompiles/addresses.ts'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
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

/** Bytes of the longest question that a version answers: its adapter's positions less the separator's. */
export async function readQuestionBytesMax(client: ChainClient, versionId: `0x${string}`): Promise<number> {
  const { spec } = await readVersion(client, versionId)
  return questionBytesMax(await downloadContent(client, contentRef(spec.adapter)))
}

export function questionBytesMax(adapterBytes: Uint8Array): number {
  const adapter = decodeAdapter(adapterBytes)
  if ('kind' in adapter)
    throw new ChainRefusal(adapter.code, `adapter: expected ${adapter.expected}, got ${adapter.got}`, adapter)
  return adapter.config.contextTokens - 1
}

export interface VersionContent {
  readonly id: Uint8Array
  readonly info: VersionInfo
  readonly adapter: Uint8Array
  /** The index file's bytes, decoded but not fully verified: that is the validator's duty. */
  readonly index: IndexFile
}

/** Downloads adapter and index; throws `ContentError` or `ChainRefusal`. */
export async function loadVersion(client: ChainClient, versionId: `0x${string}`): Promise<VersionContent> {
  const info = await readVersion(client, versionId)
  const adapter = await downloadContent(client, contentRef(info.spec.adapter))
  const indexBytes = await downloadContent(client, contentRef(info.spec.index))
  const index = decodeIndexFile(indexBytes)
  if (isRefused(index))
    throw new ChainRefusal(index.code, `index of ${versionId}: expected ${index.expected}, got ${index.got}`, index)
  return { id: fromHex(versionId), info, adapter, index }
}

function contentRef(ref: { readonly digest: `0x${string}`; readonly sizeBytes: bigint }) {
  return { digest: fromHex(ref.digest), bytes: Number(ref.sizeBytes) }
}
