/** Quotes, and the booking of one settled job: who gets what, and the stakers' part passed on. */
import { equal } from '../../primitives/bytes.ts'
import type { FunctionArgs } from '../abiTypes.ts'
import { INFERENCE_ADDRESS } from '../addresses.ts'
import { type Frame, nativeErrors } from '../dispatch.ts'
import type { feeSplitAbi } from '../generated/feeSplit.ts'
import { STEP_GAS } from '../limits.ts'
import { termsOf } from '../model/contract.ts'
import type { NativeHost } from '../native.ts'
import { readParams } from '../params/contract.ts'
import { stakingContract } from '../staking/contract.ts'
import { feeSplitContract, ROLE } from './contract.ts'
import { addTo, bookLiabilities, creditTreasury, openLedger } from './ledger.ts'
import { feeOf, type Payee, type Split, type SplitPlan, splitFee } from './split.ts'

type JobFee = FunctionArgs<typeof feeSplitAbi, 'bookJob'>[0]

export function quote({ host }: Frame, versionId: Uint8Array, inputTokens: bigint, outputTokens: bigint): bigint {
  const { rates } = termsOf(host, versionId)
  const { platformFlatWei, platformBps } = readParams(host, ['platformFlatWei', 'platformBps'])
  return feeOf({ rates, platformFlatWei, platformBps }, inputTokens, outputTokens).feeWei
}

/** Splits the fee that came with the call; the value must be fee and callback price exactly. */
export function bookJob({ host, call }: Frame, job: JobFee): Split {
  if (!equal(call.caller, INFERENCE_ADDRESS)) throw nativeErrors.error('NotNative', call.caller)
  const { ownerId, parents } = termsOf(host, job.versionId)
  host.charge(STEP_GAS * BigInt(2 * job.payees.length + parents.length))
  const royaltiesBps = parents.map((parent) => parent.royaltyBps)
  const plan = splitFee(job, job, royaltiesBps, job.payees)
  const { split } = plan
  const valueWei = split.feeWei + job.callbackWei
  if (call.valueWei !== valueWei) throw feeSplitContract.error('WrongValue', valueWei, call.valueWei)
  creditTreasury(host, split.platformWei + split.dustWei + job.callbackWei)
  credit(host, ownerId, job.jobId, ROLE.modelOwner, split.ownerWei)
  credit(host, job.providerId, job.jobId, ROLE.provider, split.providerWei)
  parents.forEach(({ versionId }, i) => {
    creditRoyalty(host, versionId, job.versionId, plan.royaltiesWei[i]!)
  })
  creditRows(host, job.jobId, job.payees, plan)
  stakingContract.call(host, split.stakersWei, 'addRewards')
  bookLiabilities(host, valueWei - split.stakersWei)
  feeSplitContract.emit(host, 'FeeSplit', { jobId: job.jobId, versionId: job.versionId, split })
  return split
}

function credit(host: NativeHost, id: bigint, jobId: bigint, role: bigint, creditWei: bigint): void {
  if (creditWei === 0n) return
  addTo(openLedger(host).balances.at(id), creditWei)
  feeSplitContract.emit(host, 'Credited', { id, jobId, role, creditWei })
}

function creditRoyalty(host: NativeHost, parentId: Uint8Array, versionId: Uint8Array, creditWei: bigint): void {
  if (creditWei === 0n) return
  addTo(openLedger(host).pools.at(parentId), creditWei)
  feeSplitContract.emit(host, 'RoyaltyCredited', { parentId, versionId, creditWei })
}

/** Each distinct contributor once, in order of first appearance; withdrawn rows' parts are in the dust already. */
function creditRows(host: NativeHost, jobId: bigint, payees: readonly Payee[], plan: SplitPlan): void {
  const totals = new Map<bigint, bigint>()
  payees.forEach(({ contributorId }, i) => {
    totals.set(contributorId, (totals.get(contributorId) ?? 0n) + plan.rewardsWei[i]!)
  })
  for (const [contributorId, wei] of totals) credit(host, contributorId, jobId, ROLE.contributor, wei)
}
