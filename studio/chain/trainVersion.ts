/** From Datanet versions to a serving model version: train, build its source, upload, register, wait for the attestation. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Hex, type LocalAccount, zeroHash } from 'viem'
import type { Refused } from '../../influence/refusal.ts'
import { CORPUS_HEADER_BYTES } from '../../influence/span/corpusHeader.ts'
import type { Method } from '../../influence/surface.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { ContentRef } from '../../primitives/contentId.ts'
import type { Evaluation, Progress, StudioRefused, StudioWorker, TrainOptions } from '../surface.ts'
import { buildVersionChunks, chunkRows } from '../versionChunks.ts'
import { buildVersionCorpus } from '../versionCorpus.ts'
import { buildVersionIndex } from '../versionIndex.ts'
import { type ChainClient, ChainRefusal, eventOf, write } from './client.ts'
import { uploadContent } from './content.ts'
import type { VersionRow } from './datanet.ts'
import { type DatanetVersion, readInfoTable, readNamedRows } from './namedRows.ts'
import { readParameters } from './parameters.ts'
import { contextTokensOf, ENGINE_OTHER, ENGINE_STUDIO, METHODS, MODEL, readVersion } from './version.ts'

const POLL_MS = 300
/** `VersionState` of IModel. */
const SERVING = 2
const NO_ROOT = new Uint8Array(32)
const NO_CONTENT = { digest: zeroHash, sizeBytes: 0n } as const

/** Chain facts that the source is bound to. */
export interface VersionPlan {
  readonly modelId: bigint
  readonly versionId: Hex
  readonly method: Method
  /** Of the model's proposal. */
  readonly baseHash: Hex
  readonly guardSeed: Uint8Array
  readonly tau: number
  readonly clip: number
  readonly datanets: readonly DatanetVersion[]
  readonly rows: readonly VersionRow[]
  /** Of a corpus. */
  readonly infoTable: Uint8Array | undefined
}

/** Reads rows and seeds of the named Datanet versions, and the id that the model's next version will have. */
export async function planVersion(
  client: ChainClient,
  modelId: bigint,
  datanets: readonly DatanetVersion[],
  method: Method = 'datainf',
): Promise<VersionPlan> {
  const model = { address: MODEL, abi: modelAbi } as const
  const { versionCount, baseHash } = await client.readContract({ ...model, functionName: 'getModel', args: [modelId] })
  const args = [modelId, versionCount + 1n] as const
  const versionId = await client.readContract({ ...model, functionName: 'versionIdOf', args })
  const { guardSeed, rows } = await readNamedRows(client, datanets)
  const tauName = method === 'rag' ? 'retrievalTau' : 'guardTau'
  const [tau, clip] = await readParameters(client, [tauName, 'clipBits'])
  const infoTable = method === 'span' ? await readInfoTable(client, datanets) : undefined
  const facts = { modelId, versionId, method, baseHash, guardSeed, datanets, rows, infoTable }
  return { ...facts, tau: Number(tau), clip: Number(clip) }
}

/** The file that answers are attributed to, with what the chain is told of it. */
export interface BuiltSource {
  readonly source: Uint8Array
  /** 176 bytes. */
  readonly header: Uint8Array
  readonly sourceRoot: Uint8Array
  /** Zero but for a corpus. */
  readonly saRoot: Uint8Array
}

export interface TrainedVersion extends BuiltSource {
  /** `null`: the bare base answers. */
  readonly adapter: Uint8Array | null
  readonly losses: Float32Array
}

/**
 * Trains the adapter on the plan's rows (not at all without options, which datainf needs) and builds what the method
 * attributes answers to; throws `ChainRefusal` on a refusal.
 */
export async function trainVersion(
  studio: StudioWorker,
  plan: VersionPlan,
  options: TrainOptions | null,
  onProgress: (progress: Progress) => void,
): Promise<TrainedVersion> {
  const live = plan.rows.filter(({ isWithdrawn }) => !isWithdrawn).map(({ row }) => row)
  const trained = options === null ? null : right('training', await studio.train(live, options, { onProgress }))
  const adapter = trained?.adapter ?? null
  const losses = trained?.losses ?? new Float32Array()
  return { adapter, losses, ...(await buildSource(studio, plan, adapter, onProgress)) }
}

/** By the plan's method; a corpus needs no model. */
export async function buildSource(
  studio: StudioWorker,
  plan: VersionPlan,
  adapter: Uint8Array | null,
  onProgress: (progress: Progress) => void,
): Promise<BuiltSource> {
  if (plan.method === 'span') return corpusOf(plan)
  const { guardSeed, tau, clip, rows } = plan
  const facts = { modelVersion: fromHex(plan.versionId), guardSeed, tau, clip }
  const built = plan.method === 'rag' ? await indexChunks() : await indexGradients()
  const { bytes: source, header, info } = right('index', built)
  return { source, header, sourceRoot: info.indexRoot, saRoot: NO_ROOT }

  async function indexChunks() {
    const chunks = chunkRows(rows, contextTokensOf(adapter, studio.contextTokens))
    const texts = chunks.map(({ text }) => text)
    return buildVersionChunks(right('embeddings', await studio.embed(adapter, texts, { onProgress })), chunks, facts)
  }
  async function indexGradients() {
    if (adapter === null) throw new ChainRefusal('NoAdapter', 'datainf needs a trained adapter', plan)
    const all = rows.map(({ row }) => row)
    return buildVersionIndex(
      right('row gradients', await studio.rowGradients(adapter, all, { onProgress })),
      rows,
      facts,
    )
  }
}

/** A plan of a span version → its corpus. */
export function corpusOf({ rows, infoTable, versionId }: VersionPlan): BuiltSource {
  if (infoTable === undefined) throw new ChainRefusal('NoCorpus', `version ${versionId} is not planned as span`, rows)
  const { bytes: source, commitment, info } = right('corpus', buildVersionCorpus(rows, infoTable))
  return {
    source,
    header: commitment.slice(0, CORPUS_HEADER_BYTES),
    saRoot: commitment.slice(CORPUS_HEADER_BYTES),
    sourceRoot: info.corpusRoot,
  }
}

function right<T>(what: string, value: T | Refused | StudioRefused): T {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'invalid') return value as T
  const { code, expected, got } = value as Refused
  throw new ChainRefusal(code, `${what}: ${code}: expected ${expected}, got ${got}`, value)
}

/** Uploads adapter, source and evaluation, and registers the version with its deposit. */
export async function registerVersion(
  client: ChainClient,
  account: LocalAccount,
  studio: StudioWorker,
  plan: VersionPlan,
  trained: TrainedVersion,
  evaluation: Evaluation,
): Promise<Hex> {
  const { digest } = await uploadContent(client, new TextEncoder().encode(evaluation.record))
  return registerSource(client, account, plan, trained, {
    adapter: trained.adapter === null ? NO_CONTENT : contentOnChain(await uploadContent(client, trained.adapter)),
    baseHash: toHex(studio.hashes.base),
    tokenizerHash: plan.method === 'span' ? zeroHash : toHex(studio.hashes.tokenizer),
    engine: ENGINE_STUDIO,
    evaluation: toHex(digest),
  })
}

/** What a version says of its model; without it, one of another engine that this project does not hold. */
export interface ModelFacts {
  readonly adapter: { readonly digest: Hex; readonly sizeBytes: bigint }
  readonly baseHash: Hex
  readonly tokenizerHash: Hex
  readonly engine: number
  readonly evaluation: Hex
}

/** A model that is served elsewhere, answering in UTF-8 text: span only. */
export const otherEngine = (plan: VersionPlan): ModelFacts => ({
  adapter: NO_CONTENT,
  baseHash: plan.baseHash,
  tokenizerHash: zeroHash,
  engine: ENGINE_OTHER,
  evaluation: zeroHash,
})

/** Uploads the source and registers the version with its deposit. */
export async function registerSource(
  client: ChainClient,
  account: LocalAccount,
  plan: VersionPlan,
  built: BuiltSource,
  model: ModelFacts,
): Promise<Hex> {
  const native = { address: MODEL, abi: modelAbi } as const
  const source = await uploadContent(client, built.source)
  const method = METHODS.indexOf(plan.method) + 1
  const described = { datanets: plan.datanets, source: contentOnChain(source), method, parents: [] }
  const spec = { ...model, ...described, saRoot: toHex(built.saRoot) }
  const value = await client.readContract({ ...native, functionName: 'depositFor', args: [BigInt(source.bytes)] })
  const args = [plan.modelId, toHex(built.header), spec]
  const receipt = await write(client, account, { ...native, functionName: 'registerVersion', args, value })
  return eventOf<{ versionId: Hex }>(receipt, modelAbi, 'VersionRegistered').versionId
}

const contentOnChain = ({ digest, bytes }: ContentRef) => ({ digest: toHex(digest), sizeBytes: BigInt(bytes) })

/** Waits until a quorum has attested the version; throws `ChainRefusal` after `timeoutMs`. */
export async function waitServing(client: ChainClient, versionId: Hex, timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while ((await readVersion(client, versionId)).state !== SERVING) {
    if (performance.now() > endMs)
      throw new ChainRefusal(
        'NotAttested',
        `version ${versionId} is not attested after ${timeoutMs / 1000} s`,
        versionId,
      )
    await sleep(POLL_MS)
  }
}
