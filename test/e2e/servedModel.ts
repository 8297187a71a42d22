/** A small served model on a devnet: rows of two contributors, a version, a trained adapter, an attested model version. */
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { bytesToHex, type Hex, type LocalAccount, parseEther, stringToHex, toHex } from 'viem'
import { trainSettings } from '../../node/commands/train.ts'
import { PARAMS_ADDRESS } from '../../precompiles/addresses.ts'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { paramsAbi } from '../../precompiles/generated/params.ts'
import { type ChainClient, ChainRefusal, write } from '../../studio/chain/client.ts'
import { addRows, canonicalRows, createDatanet, DATANET, publishVersion } from '../../studio/chain/datanet.ts'
import { approveModel, planHash, proposeModel, readModel, startTraining } from '../../studio/chain/model.ts'
import {
  planVersion,
  registerVersion,
  type TrainedVersion,
  trainVersion,
  waitServing,
} from '../../studio/chain/trainVersion.ts'
import type { StudioWorker } from '../../studio/surface.ts'
import type { taskSet } from '../../studio/tasks.ts'

export const WAIT_MS = 60_000

export interface Cast {
  readonly admin: LocalAccount
  readonly owner: LocalAccount
  readonly contributors: readonly [LocalAccount, LocalAccount]
}

export interface ServedModel {
  readonly versionId: Hex
  readonly trained: TrainedVersion
}

/** Tries until time allows it. An estimate is for the next second, so what it lets through may still be mined too early. */
export async function onceAllowed<T>(refusal: string, attempt: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + WAIT_MS
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ChainRefusal && [refusal, 'Reverted'].includes(error.code))) throw error
    }
    assert.ok(performance.now() < endMs, `the end of ${refusal}: not after ${WAIT_MS / 1000} s`)
    await sleep(100)
  }
}

/** The version that holds all rows: on a slow machine the reveal window of the first ones ends before that of the last. */
export async function publishAll(
  client: ChainClient,
  owner: LocalAccount,
  datanetId: bigint,
  rows: bigint,
): Promise<bigint> {
  for (;;) {
    const version = await onceAllowed('NothingToPublish', () => publishVersion(client, owner, datanetId))
    const native = { address: DATANET, abi: datanetAbi } as const
    const { count } = await client.readContract({ ...native, functionName: 'versionOf', args: [datanetId, version] })
    if (count === rows) return version
  }
}

/** Three tasks of four rows; the second contributor's are the last eight. The windows are made short first. */
export async function serveModel(
  client: ChainClient,
  studio: StudioWorker,
  { admin, owner, contributors }: Cast,
  tasks: ReturnType<typeof taskSet>,
): Promise<ServedModel> {
  const names = ['revealWindowS', 'attestationWindowS'].map((name) => stringToHex(name, { size: 32 }))
  const params = { address: bytesToHex(PARAMS_ADDRESS), abi: paramsAbi } as const
  await write(client, admin, { ...params, functionName: 'setMany', args: [names, [1n, 10n]] })
  const datanet = { name: 'three tasks', domain: 'text', licence: 'CC0-1.0', curation: 'open' } as const
  const datanetId = await createDatanet(client, owner, datanet)
  const rows = canonicalRows(tasks.rows.slice(0, 3).flat())
  await addRows(client, contributors[0], datanetId, rows.slice(0, 4))
  await addRows(client, contributors[1], datanetId, rows.slice(4))
  const version = await publishAll(client, owner, datanetId, BigInt(rows.length))
  const options = { ...trainSettings(1, 20), batchRows: 8 }
  const modelId = await proposeModel(client, owner, {
    purpose: 'three tasks',
    baseHash: studio.hashes.base,
    datanets: [datanetId],
    inputWei: parseEther('1'),
    outputWei: parseEther('2'),
    providerBps: 1_000,
    training: options,
  })
  assert.is((await readModel(client, modelId)).planHash, toHex(planHash(options)))
  await approveModel(client, admin, modelId)
  await startTraining(client, owner, modelId)
  const plan = await planVersion(client, modelId, [{ datanetId, version }])
  assert.is(plan.rows.length, rows.length)
  const trained = await trainVersion(studio, plan, options, () => {})
  const evaluation = await studio.evaluate(trained.adapter, [plan.rows[0]!.row])
  if ('kind' in evaluation) throw new Error(evaluation.code)
  const versionId = await registerVersion(client, owner, studio, plan, trained, evaluation)
  await waitServing(client, versionId, WAIT_MS)
  return { versionId, trained }
}
