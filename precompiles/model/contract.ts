/** IModel from outside, for the other natives. */
import { MODEL_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { modelAbi } from '../generated/model.ts'
import type { NativeHost } from '../native.ts'

export const modelContract = defineContract(MODEL_ADDRESS, modelAbi)

/** What a job or a settlement needs to know of a version; refuses an unknown one. */
export function termsOf(host: NativeHost, versionId: Uint8Array) {
  return modelContract.call(host, 0n, 'termsOf', versionId)
}
