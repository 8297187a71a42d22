/** Custom errors of all natives: a refusal by one travels through the others, so a caller must know them all. */
import type { Abi } from 'viem'
import { attributionAbi } from '../../precompiles/generated/attribution.ts'
import { contributorAbi } from '../../precompiles/generated/contributor.ts'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { feeSplitAbi } from '../../precompiles/generated/feeSplit.ts'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { paramsAbi } from '../../precompiles/generated/params.ts'
import { stakingAbi } from '../../precompiles/generated/staking.ts'

const abis = [
  datanetAbi,
  modelAbi,
  inferenceAbi,
  attributionAbi,
  feeSplitAbi,
  stakingAbi,
  contributorAbi,
  paramsAbi,
] as const

export const NATIVE_ERRORS: readonly Extract<Abi[number], { type: 'error' }>[] = abis.flatMap((abi) =>
  abi.filter((item): item is Extract<typeof item, { type: 'error' }> => item.type === 'error'),
)
