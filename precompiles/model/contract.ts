/** IModel from outside, for the other natives and the node. */
import { MODEL_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { modelAbi, modelStorage } from '../generated/model.ts'
import type { NativeHost } from '../native.ts'
import { readStorage, type StorageReader } from '../storage.ts'

export const modelContract = defineContract(MODEL_ADDRESS, modelAbi)

/** Models that were ever proposed. */
export function readModelCount(reader: StorageReader): bigint {
  return readStorage(modelStorage, reader).modelCount.get()
}

/** What a job or a settlement needs to know of a version; refuses an unknown one. */
export function termsOf(host: NativeHost, versionId: Uint8Array) {
  return modelContract.call(host, 0n, 'termsOf', versionId)
}
