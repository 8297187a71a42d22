/** eth_feeHistory: base fees, fullness and tips of recent blocks. */
import type { Backend } from '../../backend.ts'
import type { Block, Receipt } from '../../chainTypes.ts'
import { quantity } from '../../format/quantity.ts'
import { effectiveGasPrice } from '../../format/transaction.ts'
import type { Json } from '../../json.ts'
import { type BlockParam, blockNumber, stateHeight } from '../../params/blockParam.ts'
import { expected, param, type Shape, withDefault } from '../../params/param.ts'
import { looseCount } from '../../params/shapes.ts'
import { invalidParams } from '../../rpcError.ts'
import { type MethodTable, method } from '../method.ts'

/** As geth: longer questions are cut to it. */
const BLOCKS_MAX = 1_024
const PERCENTILES_MAX = 100

const percentiles: Shape<readonly number[]> = {
  schema: { type: 'array', items: { type: 'number', minimum: 0, maximum: 100 }, maxItems: PERCENTILES_MAX },
  parse: (value, at) => {
    if (!Array.isArray(value) || value.length > PERCENTILES_MAX)
      throw expected(at, `an array of at most ${PERCENTILES_MAX} numbers`, value)
    let least = 0
    for (const [i, one] of value.entries()) {
      if (typeof one !== 'number' || !(one >= least && one <= 100))
        throw invalidParams(`${at}[${i}]`, `expected a number from ${least} to 100, not below the one before`)
      least = one
    }
    return value
  },
}

/** Tips at the percentiles of the block's gas, weighted by gas used. */
function rewardsOf(block: Block, receipts: readonly Receipt[], wanted: readonly number[]): bigint[] {
  const base = block.header.baseFeeWei
  const paid = block.transactions
    .map((one, i) => ({
      isUser: one.type !== 0x7e,
      tip: effectiveGasPrice(one, base) - base,
      gas: receipts[i]!.gasUsed,
    }))
    .filter((one) => one.isUser)
    .sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
  const total = paid.reduce((sum, one) => sum + Number(one.gas), 0)
  return wanted.map((percent) => {
    let sum = 0
    for (const one of paid) {
      sum += Number(one.gas)
      if (sum >= (total * percent) / 100) return one.tip
    }
    return 0n
  })
}

async function feeHistory(
  backend: Backend,
  blocks: number,
  newest: BlockParam,
  wanted: readonly number[],
): Promise<Json> {
  const last = await stateHeight(backend, newest)
  const count = Math.min(blocks, BLOCKS_MAX, last + 1)
  const first = last - count + 1
  const baseFees: string[] = []
  const ratios: number[] = []
  const rewards: Json[] = []
  for (let height = first; height <= last; height++) {
    const block = (await backend.chain.block(height))!
    const { header } = block
    baseFees.push(quantity(header.baseFeeWei))
    ratios.push(Number(header.gasUsed) / Number(header.gasLimit))
    if (wanted.length > 0) rewards.push(rewardsOf(block, (await backend.chain.receipts(height))!, wanted).map(quantity))
    if (height === last) baseFees.push(quantity(backend.chain.nextBaseFeeWei(header)))
  }
  return {
    oldestBlock: quantity(count === 0 ? last : first),
    baseFeePerGas: baseFees,
    gasUsedRatio: ratios,
    baseFeePerBlobGas: baseFees.map(() => '0x1'),
    blobGasUsedRatio: ratios.map(() => 0),
    ...(wanted.length > 0 && { reward: rewards }),
  }
}

export const feeHistoryMethods: MethodTable = {
  eth_feeHistory: method(
    [
      param('blockCount', looseCount(Number.MAX_SAFE_INTEGER)),
      param('newestBlock', blockNumber),
      withDefault('rewardPercentiles', percentiles, []),
    ],
    ({ backend }, blocks, newest, wanted) => feeHistory(backend, blocks, newest, wanted),
  ),
}
