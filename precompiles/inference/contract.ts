/** IInference from outside, for the other natives; its job states; the callback's call data. */
import { INFERENCE_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { aiOracleCallbackAbi } from '../generated/aiOracleCallback.ts'
import { inferenceAbi } from '../generated/inference.ts'

export const inferenceContract = defineContract(INFERENCE_ADDRESS, inferenceAbi)

/** `IInference.JobState`. */
export const JOB_STATE = { none: 0n, open: 1n, taken: 2n, answered: 3n, settled: 4n, refunded: 5n } as const

const callbackContract = defineContract(new Uint8Array(20), aiOracleCallbackAbi)

/** Call data of `aiOracleCallback`. */
export function encodeCallback(jobId: bigint, output: Uint8Array, callbackData: Uint8Array): Uint8Array {
  return callbackContract.encodeCall('aiOracleCallback', [jobId, output, callbackData])
}
