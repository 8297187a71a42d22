/** Suggested prices: a tip that recent blocks took, a gas price that several full blocks do not outrun (rpc.md). */
import type { Backend } from '../../backend.ts'
import type { Block } from '../../chainTypes.ts'
import { effectiveGasPrice } from '../../format/transaction.ts'

/** What wallets offer where there is no competition. */
const QUIET_TIP_WEI = 1_000_000_000n
/** As geth looks back, and the percentile that it takes. */
const BLOCKS_LOOKED_AT = 20
const TIP_PERCENTILE = 60
/** A block this full had to leave transactions out. */
const FULL_PERCENT = 90n
/** Six full blocks in a row raise the base fee by (9/8)^6 ≈ 2.03. */
const BASE_FEE_HEADROOM = 2n

/** Tips that a block's users paid, wei per gas, least first. */
export function tipsOf(block: Block): bigint[] {
  return block.transactions
    .filter((transaction) => transaction.type !== 0x7e)
    .map((transaction) => effectiveGasPrice(transaction, block.header.baseFeeWei) - block.header.baseFeeWei)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Wei per gas: the quiet tip, unless full blocks show that more is needed. */
export async function suggestedTipWei(backend: Backend): Promise<bigint> {
  const head = backend.chain.head().number
  const tips: bigint[] = []
  for (let height = head; height > Math.max(0, head - BLOCKS_LOOKED_AT); height--) {
    const header = await backend.chain.header(height)
    if (header === undefined || header.gasUsed * 100n < header.gasLimit * FULL_PERCENT) continue
    const block = await backend.chain.block(height)
    if (block !== undefined) tips.push(...tipsOf(block))
  }
  tips.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const tip = tips[Math.floor((tips.length * TIP_PERCENTILE) / 100)] ?? 0n
  return tip > QUIET_TIP_WEI ? tip : QUIET_TIP_WEI
}

export async function suggestedGasPriceWei(backend: Backend): Promise<bigint> {
  return suggestedMaxFeeWei(backend, await suggestedTipWei(backend))
}

/** Enough for the base fee of the next six blocks, and that tip. */
export function suggestedMaxFeeWei(backend: Backend, tipWei: bigint): bigint {
  return BASE_FEE_HEADROOM * backend.chain.nextBaseFeeWei(backend.chain.head()) + tipWei
}
