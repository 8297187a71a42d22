/** openledger_getEarnings: what an account's identity was credited and has claimed, over a range of blocks. */

import type { Backend } from '../../backend.ts'
import { hex, quantity } from '../../format/quantity.ts'
import type { Json } from '../../json.ts'
import { CONTRIBUTOR, FEE_SPLIT } from '../../ledger/natives.ts'
import { type HeightRange, nativeEvents, readNative } from '../../ledger/readNative.ts'
import { type BlockParam, blockNumber, LATEST, stateHeight } from '../../params/blockParam.ts'
import { optional, param, type Shape } from '../../params/param.ts'
import { address, field, strictObject } from '../../params/shapes.ts'
import { invalidParams } from '../../rpcError.ts'
import { type MethodTable, method } from '../method.ts'

/** In the order of the enum in IFeeSplit.sol. */
const ROLES = ['contributor', 'modelOwner', 'provider'] as const

interface RangeParam {
  readonly from: BlockParam
  readonly to: BlockParam
}

const range: Shape<RangeParam> = {
  schema: { title: 'range of blocks', type: 'object' },
  parse: (value, at) => {
    const fields = strictObject(value, at, ['fromBlock', 'toBlock'])
    return {
      from: field(fields, 'fromBlock', at, blockNumber.parse) ?? { kind: 'height', height: 0 },
      to: field(fields, 'toBlock', at, blockNumber.parse) ?? LATEST,
    }
  },
}

async function heightsOf(backend: Backend, wanted: RangeParam | undefined): Promise<HeightRange> {
  if (wanted === undefined) return { from: 0, to: backend.chain.head().number }
  const heights = { from: await stateHeight(backend, wanted.from), to: await stateHeight(backend, wanted.to) }
  if (heights.from > heights.to) throw invalidParams('range.fromBlock', 'after range.toBlock')
  return heights
}

async function earningsOf(backend: Backend, account: Uint8Array, heights: HeightRange): Promise<Json> {
  const contributorId = await readNative(backend, CONTRIBUTOR, 'idOf', [hex(account)])
  if (contributorId === undefined || contributorId === 0n) return null
  const credited = await nativeEvents(backend, FEE_SPLIT, 'Credited', { id: contributorId }, heights)
  const claimed = await nativeEvents(backend, FEE_SPLIT, 'Claimed', { id: contributorId }, heights)
  const claimableWei = await readNative(backend, FEE_SPLIT, 'balanceOf', [contributorId])
  return {
    contributorId: contributorId.toString(),
    claimableWei: (claimableWei ?? 0n).toString(),
    earnedWei: credited.reduce((sum, { args }) => sum + args.creditWei, 0n).toString(),
    claimedWei: claimed.reduce((sum, { args }) => sum + args.claimWei, 0n).toString(),
    fromBlock: quantity(heights.from),
    toBlock: quantity(heights.to),
    credits: credited.map(({ args, log }) => ({
      jobId: args.jobId.toString(),
      role: ROLES[args.role] ?? 'contributor',
      wei: args.creditWei.toString(),
      blockNumber: quantity(log.blockNumber),
      transactionHash: hex(log.transactionHash),
    })),
  }
}

export const earningsMethods: MethodTable = {
  /** `null` for an account without an identity. */
  openledger_getEarnings: method(
    [param('account', address), optional('range', range)],
    async ({ backend }, account, wanted) => earningsOf(backend, account, await heightsOf(backend, wanted)),
  ),
}
