/** The state on which the next block is built, as the pool asks for it. */
import { nextBaseFee } from '../../runtime/block/headerRules.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import { readBlockParams } from '../../runtime/execution/blockParams.ts'
import type { ParentBlock } from '../../runtime/execution/openBlock.ts'
import type { PoolHead } from '../../runtime/pool/admission.ts'
import { createLayer } from '../../runtime/state/overlayState.ts'

export function poolHeadOf(rules: ChainRules, tip: ParentBlock): PoolHead {
  const layer = createLayer(tip.state)
  return {
    nonce: (address) => layer.accountOf(address)?.nonce ?? 0n,
    balanceWei: (address) => layer.accountOf(address)?.balanceWei ?? 0n,
    code: (address) => layer.codeOf(address),
    baseFeeWei: nextBaseFee(rules.params, tip.header),
    gasLimit: readBlockParams(rules, tip.state).gasLimit,
  }
}
