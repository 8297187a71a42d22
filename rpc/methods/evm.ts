/** evm_ methods: making blocks by hand; they exist on devnets only (rpc.md). */
import { quantity } from '../format/quantity.ts'
import { param, withDefault } from '../params/param.ts'
import { bool, looseCount } from '../params/shapes.ts'
import { type MethodTable, method } from './method.ts'

/** A minute of empty blocks on one core. */
const BLOCKS_MAX = 1_000
/** Timers hold 31 bits of milliseconds: an hour is far below. */
const INTERVAL_MS_MAX = 3_600_000

export const evmMethods: MethodTable = {
  /** As hardhat_mine and anvil_mine: makes blocks, answers the new height. */
  evm_mine: method([withDefault('blocks', looseCount(BLOCKS_MAX), 1)], async ({ backend }, blocks) => {
    await backend.dev!.mine(blocks)
    return quantity(backend.chain.head().number)
  }),
  evm_setAutomine: method([param('isOn', bool)], ({ backend }, isOn) => {
    backend.dev!.setAutomine(isOn)
    return true
  }),
  evm_setIntervalMining: method([param('intervalMs', looseCount(INTERVAL_MS_MAX))], ({ backend }, intervalMs) => {
    backend.dev!.setIntervalMs(intervalMs)
    return true
  }),
}
