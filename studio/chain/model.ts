/** Proposing a model and bringing it to training, over RPC. */

import type { LocalAccount } from 'viem'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import type { TrainOptions } from '../surface.ts'
import { type ChainClient, eventOf, write } from './client.ts'
import { readParameters } from './parameters.ts'
import { MODEL } from './version.ts'

const native = { address: MODEL, abi: modelAbi } as const

export interface ModelPlan {
  readonly purpose: string
  readonly baseHash: Uint8Array
  readonly datanets: readonly bigint[]
  /** How it will be trained; the chain keeps its hash. */
  readonly training: TrainOptions
  /** Wei per 1,000 tokens. */
  readonly inputWei: bigint
  readonly outputWei: bigint
  /** The provider's share of the model part. */
  readonly providerBps: number
}

/** keccak256 of the options as JSON with sorted names. */
export function planHash(training: TrainOptions): Uint8Array {
  return keccak256(
    utf8(JSON.stringify(Object.fromEntries(Object.entries(training).sort(([a], [b]) => (a < b ? -1 : 1))))),
  )
}

/** Proposes with the stake that the chain asks for, at the chain's default shares; returns the model's number. */
export async function proposeModel(client: ChainClient, account: LocalAccount, plan: ModelPlan): Promise<bigint> {
  const names = ['modelStakeWei', 'betaBps', 'gammaBps', 'deltaBps'] as const
  const [value, modelBps, stakersBps, contributorsBps] = await readParameters(client, names)
  const proposal = {
    purpose: plan.purpose,
    architecture: 'gpt_neo with LoRA',
    baseHash: toHex(plan.baseHash),
    planHash: toHex(planHash(plan.training)),
    datanets: plan.datanets,
    rates: {
      inputWei: plan.inputWei,
      outputWei: plan.outputWei,
      providerBps: plan.providerBps,
      modelBps: Number(modelBps),
      stakersBps: Number(stakersBps),
      contributorsBps: Number(contributorsBps),
    },
  }
  const receipt = await write(client, account, { ...native, functionName: 'propose', args: [proposal], value })
  return eventOf<{ modelId: bigint }>(receipt, modelAbi, 'ModelProposed').modelId
}

/** The governor's yes; on a devnet the dev admin's. */
export async function approveModel(client: ChainClient, governor: LocalAccount, modelId: bigint): Promise<void> {
  await write(client, governor, { ...native, functionName: 'approve', args: [modelId] })
}

export async function startTraining(client: ChainClient, owner: LocalAccount, modelId: bigint): Promise<void> {
  await write(client, owner, { ...native, functionName: 'startTraining', args: [modelId] })
}

export function readModel(client: ChainClient, modelId: bigint) {
  return client.readContract({ ...native, functionName: 'getModel', args: [modelId] })
}
