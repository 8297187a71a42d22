/** What this validator is asked to attest: found in the logs of final blocks, and on start in the chain's state. */
import { type Hex, parseEventLogs } from 'viem'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import { INFERENCE, MODEL } from '../../studio/chain/version.ts'

export type Duty =
  | { readonly kind: 'version'; readonly versionId: Hex }
  | { readonly kind: 'job'; readonly jobId: bigint }

/** Jobs looked at on start. */
const OWED_JOBS_MAX = 10_000n

export const nameOf = (duty: Duty): string =>
  duty.kind === 'version' ? `version ${duty.versionId}` : `job ${duty.jobId}`
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Reads what a block asks for, and what the blocks before it did whose logs could not be read. */
export function createAskedReader(client: ChainClient, log: (line: string) => void) {
  let unread: bigint | undefined
  return async (height: bigint): Promise<Duty[]> => {
    unread ??= height
    try {
      const asked = await findAsked(client, unread, height)
      unread = undefined
      return asked
    } catch (error) {
      log(`logs of blocks ${unread} to ${height} could not be read: ${messageOf(error)}`)
      return []
    }
  }
}

async function findAsked(client: ChainClient, fromBlock: bigint, toBlock: bigint): Promise<Duty[]> {
  const logs = await client.getLogs({ address: [MODEL, INFERENCE], fromBlock, toBlock })
  const registered = parseEventLogs({ abi: modelAbi, eventName: 'VersionRegistered', logs })
  const answered = parseEventLogs({ abi: inferenceAbi, eventName: 'JobAnswered', logs })
  return [
    ...registered.map(({ args }) => ({ kind: 'version' as const, versionId: args.versionId })),
    ...answered.map(({ args }) => ({ kind: 'job' as const, jobId: args.jobId })),
  ]
}

/** Versions and jobs that wait for an attestation since before this process started. */
export async function findOwed(client: ChainClient, log: (line: string) => void): Promise<Duty[]> {
  const duties: Duty[] = []
  try {
    const model = { address: MODEL, abi: modelAbi } as const
    const models = await client.readContract({ ...model, functionName: 'modelCount' })
    for (let modelId = 1n; modelId <= models; modelId++) {
      const { versionCount } = await client.readContract({ ...model, functionName: 'getModel', args: [modelId] })
      for (let number = 1n; number <= versionCount; number++) {
        const args = [modelId, number] as const
        duties.push({
          kind: 'version',
          versionId: await client.readContract({ ...model, functionName: 'versionIdOf', args }),
        })
      }
    }
    const jobs = await client.readContract({ address: INFERENCE, abi: inferenceAbi, functionName: 'jobCount' })
    const first = jobs > OWED_JOBS_MAX ? jobs - OWED_JOBS_MAX : 0n
    for (let jobId = first + 1n; jobId <= jobs; jobId++) duties.push({ kind: 'job', jobId })
  } catch (error) {
    log(`the chain could not be searched for owed attestations: ${messageOf(error)}`)
  }
  return duties
}
