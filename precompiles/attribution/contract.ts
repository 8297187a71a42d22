/** IAttribution from outside; refusals of influence/ as its errors. */
import type { Refused } from '../../influence/refusal.ts'
import { ATTRIBUTION_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { attributionAbi } from '../generated/attribution.ts'
import type { NativeRevert } from '../native.ts'
import { factText } from '../words.ts'

export const attributionContract = defineContract(ATTRIBUTION_ADDRESS, attributionAbi)

export function refusalError(name: 'BadResult' | 'BadProof', refused: Refused): NativeRevert {
  return attributionContract.error(name, refused.code, factText(refused.expected), factText(refused.got))
}
