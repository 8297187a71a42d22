/** Settlement: a result that a quorum has signed becomes money, and an attested version begins to serve. */
import type { Attribution, Entry } from '../../influence/surface.ts'
import { bytesToUint } from '../../primitives/bytes.ts'
import { requireSystem } from '../callers.ts'
import { datanetContract, ROW_STATUS } from '../datanet/contract.ts'
import type { Frame } from '../dispatch.ts'
import { splitFee } from '../feeSplit/split.ts'
import { attributionStorage } from '../generated/attribution.ts'
import { inferenceContract, JOB_STATE } from '../inference/contract.ts'
import { STEP_GAS } from '../limits.ts'
import { modelContract, termsOf } from '../model/contract.ts'
import type { DatanetVersion } from '../model/trainingRows.ts'
import type { NativeHost } from '../native.ts'
import { stakingContract } from '../staking/contract.ts'
import { openStorage } from '../storage.ts'
import { attributionContract } from './contract.ts'
import { checkResult, readResult } from './result.ts'

/** The executor has verified the quorum's signature; signers and signature stay in the transaction as its record. */
export function settle(frame: Frame, jobId: bigint, resultBytes: Uint8Array): void {
  requireSystem(frame)
  const { host, call } = frame
  const result = readResult(host, resultBytes)
  const job = inferenceContract.call(host, 0n, 'getJob', jobId)
  if (job.state !== JOB_STATE.answered) throw attributionContract.error('JobNotOpen', jobId, job.state)
  const terms = termsOf(host, job.versionId)
  checkResult(result, { ...terms, ...job })
  const payees = payeesOf(host, result.entries, terms.datanets)
  const split = inferenceContract.call(host, 0n, 'settleJob', jobId, payees)
  const { rewardsWei } = splitFee(job, job, [], payees)
  const epoch = currentEpoch(host)
  const { attributions } = openStorage(attributionStorage, host)
  attributions.at(jobId).store({ root: result.root, epoch, blockNumber: call.block.number, ...split })
  emitSettled(host, jobId, { ...job, epoch, result, contributors: payees.map((p) => p.contributorId), rewardsWei })
}

interface SettledFacts {
  readonly versionId: Uint8Array
  readonly epoch: bigint
  readonly result: Attribution
  readonly contributors: readonly bigint[]
  readonly rewardsWei: readonly bigint[]
}

function emitSettled(host: NativeHost, jobId: bigint, facts: SettledFacts): void {
  const { versionId, epoch, result, contributors, rewardsWei } = facts
  const { root, bytes } = result
  attributionContract.emit(host, 'Settled', { jobId, versionId, root, epoch, result: bytes, contributors, rewardsWei })
}

/** Each entry's payee: 0 for a row that is withdrawn by now; a row outside the named Datanet versions is refused. */
function payeesOf(host: NativeHost, entries: readonly Entry[], trained: readonly DatanetVersion[]) {
  host.charge(STEP_GAS * BigInt(entries.length))
  const versions = new Map(trained.map(({ datanetId, version }) => [datanetId, version]))
  return entries.map(({ datanetId, rowId, weight }) => {
    const version = versions.get(datanetId)
    if (version === undefined) throw attributionContract.error('ForeignRow', datanetId, rowId)
    const row = datanetContract.call(host, 0n, 'getRow', datanetId, rowId)
    const isHeld = row.firstVersion > 0n && row.firstVersion <= version
    if (!isHeld || (row.lastVersion > 0n && version > row.lastVersion))
      throw attributionContract.error('ForeignRow', datanetId, rowId)
    return { contributorId: row.status === ROW_STATUS.accepted ? row.contributorId : 0n, weight }
  })
}

export function settleVersion(frame: Frame, versionId: Uint8Array, root: Uint8Array): void {
  requireSystem(frame)
  const { host } = frame
  modelContract.call(host, 0n, 'attestVersion', versionId, root)
  attributionContract.emit(host, 'VersionAttested', { versionId, root, epoch: currentEpoch(host) })
}

/** Epochs begin before a block's transactions, so there is one; 0 in a chain that has not begun any. */
function currentEpoch(host: NativeHost): bigint {
  const begun = stakingContract.call(host, 0n, 'epochCount')
  return begun === 0n ? 0n : begun - 1n
}

export function getAttribution({ host }: Frame, jobId: bigint) {
  const { root, epoch, blockNumber, ...split } = findAttribution(host, jobId)
  return { root, epoch, blockNumber, split }
}

/** The stored record; refuses a job that is not settled. */
export function findAttribution(host: NativeHost, jobId: bigint) {
  const record = openStorage(attributionStorage, host).attributions.at(jobId).load()
  if (bytesToUint(record.root) === 0n) throw attributionContract.error('NotSettled', jobId)
  return record
}
