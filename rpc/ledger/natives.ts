/** The native contracts that the openledger_ methods read. */
import type { Abi } from 'viem'
import {
  ATTRIBUTION_ADDRESS,
  CONTRIBUTOR_ADDRESS,
  DATANET_ADDRESS,
  FEE_SPLIT_ADDRESS,
  INFERENCE_ADDRESS,
  MODEL_ADDRESS,
} from '../../precompiles/addresses.ts'
import { attributionAbi } from '../../precompiles/generated/attribution.ts'
import { contributorAbi } from '../../precompiles/generated/contributor.ts'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { feeSplitAbi } from '../../precompiles/generated/feeSplit.ts'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { nativeAbi } from '../../precompiles/generated/native.ts'
import { paramsAbi } from '../../precompiles/generated/params.ts'
import { stakingAbi } from '../../precompiles/generated/staking.ts'

export const ATTRIBUTION = { address: ATTRIBUTION_ADDRESS, abi: attributionAbi } as const
export const CONTRIBUTOR = { address: CONTRIBUTOR_ADDRESS, abi: contributorAbi } as const
export const DATANET = { address: DATANET_ADDRESS, abi: datanetAbi } as const
export const FEE_SPLIT = { address: FEE_SPLIT_ADDRESS, abi: feeSplitAbi } as const
export const INFERENCE = { address: INFERENCE_ADDRESS, abi: inferenceAbi } as const
export const MODEL = { address: MODEL_ADDRESS, abi: modelAbi } as const

/** All errors that natives declare: what a revert is worded with. */
export const NATIVE_ERRORS: Abi = [
  ...nativeAbi,
  ...datanetAbi,
  ...modelAbi,
  ...inferenceAbi,
  ...attributionAbi,
  ...feeSplitAbi,
  ...stakingAbi,
  ...contributorAbi,
  ...paramsAbi,
].filter((item) => item.type === 'error')
