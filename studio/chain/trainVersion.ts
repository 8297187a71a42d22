/** From Datanet versions to a serving model version: train, index, upload, register, and wait for the attestation. */

import { setTimeout as sleep } from 'node:timers/promises'
import { concatHex, type Hex, keccak256, type LocalAccount } from 'viem'
import { isRefused } from '../../influence/refusal.ts'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { ContentRef } from '../../primitives/contentId.ts'
import type { Evaluation, Progress, StudioWorker, TrainOptions } from '../surface.ts'
import { buildVersionIndex } from '../versionIndex.ts'
import { type ChainClient, ChainRefusal, eventOf, write } from './client.ts'
import { uploadContent } from './content.ts'
import { DATANET, readVersionRows, type VersionRow } from './datanet.ts'
import { readParameters } from './parameters.ts'
import { MODEL, readVersion } from './version.ts'

const POLL_MS = 300
/** `VersionState` of IModel. */
const SERVING = 2
/** Engine 1 = the deterministic studio engine; method 1 = datainf. */
const ENGINE = 1
const METHOD = 1

export interface DatanetVersion {
  readonly datanetId: bigint
  readonly version: bigint
}

/** Chain facts that the index is bound to. */
export interface VersionPlan {
  readonly modelId: bigint
  readonly versionId: Hex
  readonly guardSeed: Uint8Array
  readonly tau: number
  readonly clip: number
  readonly datanets: readonly DatanetVersion[]
  readonly rows: readonly VersionRow[]
}

/** Reads rows and seeds of the named Datanet versions, and the id that the model's next version will have. */
export async function planVersion(
  client: ChainClient,
  modelId: bigint,
  datanets: readonly DatanetVersion[],
): Promise<VersionPlan> {
  const model = { address: MODEL, abi: modelAbi } as const
  const { versionCount } = await client.readContract({ ...model, functionName: 'getModel', args: [modelId] })
  const args = [modelId, versionCount + 1n] as const
  const versionId = await client.readContract({ ...model, functionName: 'versionIdOf', args })
  const { guardSeed, rows } = await readNamedRows(client, datanets)
  const [tau, clip] = await readParameters(client, ['guardTau', 'clipBits'])
  return { modelId, versionId, guardSeed, tau: Number(tau), clip: Number(clip), datanets, rows }
}

/** Rows of several Datanet versions in the index's order, and the seed of the duplicate guard (influence.md §3.4). */
export async function readNamedRows(client: ChainClient, datanets: readonly DatanetVersion[]) {
  const rows: VersionRow[] = []
  const seeds: Hex[] = []
  for (const { datanetId, version } of datanets) {
    const native = { address: DATANET, abi: datanetAbi } as const
    const info = await client.readContract({ ...native, functionName: 'versionOf', args: [datanetId, version] })
    seeds.push(info.seed)
    rows.push(...(await readVersionRows(client, datanetId, version)))
  }
  rows.sort((a, b) => (a.orderKey < b.orderKey ? -1 : a.orderKey > b.orderKey ? 1 : 0))
  return { rows, guardSeed: fromHex(keccak256(concatHex(seeds))) }
}

export interface TrainedVersion {
  readonly adapter: Uint8Array
  readonly losses: Float32Array
  readonly index: Uint8Array
  readonly header: Uint8Array
  readonly indexRoot: Uint8Array
}

/** Trains the adapter on the plan's rows and builds its gradient index; throws `ChainRefusal` on a refusal. */
export async function trainVersion(
  studio: StudioWorker,
  plan: VersionPlan,
  options: TrainOptions,
  onProgress: (progress: Progress) => void,
): Promise<TrainedVersion> {
  const live = plan.rows.filter((row) => !row.isWithdrawn).map(({ row }) => row)
  const trained = await studio.train(live, options, { onProgress })
  if ('kind' in trained) throw refused('training', trained)
  const all = plan.rows.map(({ row }) => row)
  const gradients = await studio.rowGradients(trained.adapter, all, { onProgress })
  if ('kind' in gradients) throw refused('row gradients', gradients)
  const facts = { modelVersion: fromHex(plan.versionId), guardSeed: plan.guardSeed, tau: plan.tau, clip: plan.clip }
  const built = buildVersionIndex(gradients, plan.rows, facts)
  if (isRefused(built)) throw refused('index', built)
  const { bytes: index, header, info } = built
  return { adapter: trained.adapter, losses: trained.losses, index, header, indexRoot: info.indexRoot }
}

function refused(what: string, refusal: { code: string; expected: unknown; got: unknown }): ChainRefusal {
  const message = `${what}: ${refusal.code}: expected ${refusal.expected}, got ${refusal.got}`
  return new ChainRefusal(refusal.code, message, refusal)
}

/** Uploads adapter, index and evaluation, and registers the version with its deposit. */
export async function registerVersion(
  client: ChainClient,
  account: LocalAccount,
  studio: StudioWorker,
  plan: VersionPlan,
  trained: TrainedVersion,
  evaluation: Evaluation,
): Promise<Hex> {
  const model = { address: MODEL, abi: modelAbi } as const
  const adapter = await uploadContent(client, trained.adapter)
  const index = await uploadContent(client, trained.index)
  const { digest } = await uploadContent(client, new TextEncoder().encode(evaluation.record))
  const spec = {
    datanets: plan.datanets,
    baseHash: toHex(studio.hashes.base),
    adapter: contentOnChain(adapter),
    index: contentOnChain(index),
    tokenizerHash: toHex(studio.hashes.tokenizer),
    engine: ENGINE,
    method: METHOD,
    evaluation: toHex(digest),
    parents: [],
  }
  const value = await client.readContract({ ...model, functionName: 'depositFor', args: [BigInt(index.bytes)] })
  const args = [plan.modelId, toHex(trained.header), spec]
  const receipt = await write(client, account, { ...model, functionName: 'registerVersion', args, value })
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
