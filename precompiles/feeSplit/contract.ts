/** IFeeSplit from outside, for the other natives. */
import { FEE_SPLIT_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { feeSplitAbi } from '../generated/feeSplit.ts'

export const feeSplitContract = defineContract(FEE_SPLIT_ADDRESS, feeSplitAbi)

/** `IFeeSplit.Role`. */
export const ROLE = { contributor: 0n, modelOwner: 1n, provider: 2n } as const
