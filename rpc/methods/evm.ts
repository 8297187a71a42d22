/** Making blocks by hand, under the names of three tools; these methods exist on devnets only (rpc.md). */
import type { Backend } from '../backend.ts'
import { quantity } from '../format/quantity.ts'
import { param, withDefault } from '../params/param.ts'
import { bool, looseCount } from '../params/shapes.ts'
import { type MethodTable, method } from './method.ts'

/** A minute of empty blocks on one core. */
const BLOCKS_MAX = 1_000
/** Timers hold 31 bits of milliseconds: an hour is far below. */
const INTERVAL_MS_MAX = 3_600_000

/** Seconds between hand-made blocks: tools ask for 0 or 1; the chain's time follows the clock and is not moved. */
const SPACING_S_MAX = 1

async function mine(backend: Backend, blocks: number): Promise<string> {
  await backend.dev!.mine(blocks)
  return quantity(backend.chain.head().number)
}

const blocks = withDefault('blocks', looseCount(BLOCKS_MAX), 1)
const mineSpaced = method([blocks, withDefault('intervalS', looseCount(SPACING_S_MAX), 0)], ({ backend }, count) =>
  mine(backend, count),
)

export const evmMethods: MethodTable = {
  /** Answers the new height. */
  evm_mine: method([blocks], ({ backend }, count) => mine(backend, count)),
  hardhat_mine: mineSpaced,
  anvil_mine: mineSpaced,
  evm_setAutomine: method([param('isOn', bool)], ({ backend }, isOn) => {
    backend.dev!.setAutomine(isOn)
    return true
  }),
  evm_setIntervalMining: method([param('intervalMs', looseCount(INTERVAL_MS_MAX))], ({ backend }, intervalMs) => {
    backend.dev!.setIntervalMs(intervalMs)
    return true
  }),
}
