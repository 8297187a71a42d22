/** IContributor from outside, for the other natives. */
import { CONTRIBUTOR_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { contributorAbi } from '../generated/contributor.ts'
import type { NativeHost } from '../native.ts'

export const contributorContract = defineContract(CONTRIBUTOR_ADDRESS, contributorAbi)

/** The number of a wallet, created on its first accepted action. */
export function ensureContributor(host: NativeHost, wallet: Uint8Array): bigint {
  return contributorContract.call(host, 0n, 'ensureId', wallet)
}
