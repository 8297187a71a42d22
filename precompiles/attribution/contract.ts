/** IAttribution from outside; refusals of influence/ as its errors. */
import type { Refused } from '../../influence/refusal.ts'
import { toHex } from '../../primitives/bytes.ts'
import { ATTRIBUTION_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { attributionAbi } from '../generated/attribution.ts'
import type { NativeRevert } from '../native.ts'

export const attributionContract = defineContract(ATTRIBUTION_ADDRESS, attributionAbi)

export function refusalError(name: 'BadResult' | 'BadProof', refused: Refused): NativeRevert {
  return attributionContract.error(name, refused.code, words(refused.expected), words(refused.got))
}

/** A refusal's fact as text. */
const words = (fact: unknown): string => (fact instanceof Uint8Array ? toHex(fact) : String(fact))
