/** What all nodes of a run share: the chain's context, its keys, and the sets of its epochs. */
import { createEpoch, type EpochWithLeaders } from '../../../consensus/epoch.ts'
import { equal, fromHex, toHex } from '../../../primitives/bytes.ts'
import type { ValidatorSet } from '../../../primitives/validatorSet.ts'
import type { SeenSet } from '../invariants/voteLedger.ts'
import type { Engine, FoundedChain, FoundOptions } from '../standIns/nodeChain.ts'
import type { SimulatedKeys } from '../standIns/taggedBls.ts'
import { createPool, type PoolOptions, validatorOf } from '../standIns/validatorPool.ts'

export interface SimulatedChain extends FoundedChain {
  readonly keys: SimulatedKeys
  readonly genesisHash: string
  readonly epochBlocks: number
  setOf(epoch: number): ValidatorSet
  /** Of a key, in an epoch's set; −1: no member. */
  indexOf(epoch: number, key: number): number
  keyAt(epoch: number, index: number): number | undefined
  /** As the network names them. */
  peerIdOfKey(key: number): string
  peerIdOf(p2pKey: Uint8Array): string
  /** For the invariants. */
  seenSetOf(epoch: number): SeenSet
  /** From now on `isByzantine` says otherwise of somebody. */
  judgeAnew(): void
  /** `createEpoch`, once for each of the nodes' many lives. */
  readonly epochFrom: typeof createEpoch
  /** An epoch with its leaders, once its root block is known. */
  epochOf(epoch: number, rootHash: string): EpochWithLeaders
}

export interface SimulatedChainOptions extends PoolOptions, Omit<FoundOptions, 'setOf'> {
  readonly engine: Engine
  readonly epochBlocks: number
  readonly isByzantine: (key: number) => boolean
}

/** By all that an epoch is made from; of chain and set each run has the same objects. */
function rememberEpochs(): typeof createEpoch {
  const made: { readonly args: Parameters<typeof createEpoch>; readonly epoch: EpochWithLeaders }[] = []
  return (...args) => {
    const [chain, number, root, set] = args
    const known = made.find(({ args: [a, b, c, d] }) => a === chain && b === number && d === set && equal(c, root))
    if (known !== undefined) return known.epoch
    const epoch = createEpoch(...args)
    made.push({ args, epoch })
    return epoch
  }
}

export function createSimulatedChain(options: SimulatedChainOptions): SimulatedChain {
  const members = createPool(options)
  const { keys } = options.engine
  const sets: ValidatorSet[] = []
  const seen: SeenSet[] = []
  const keyOfPeer = new Map(options.powers.map((power, key) => [toHex(validatorOf(key, power, keys).p2pKey), key]))
  const setOf = (epoch: number): ValidatorSet => {
    sets[epoch] ??= members(epoch).map((key) => validatorOf(key, options.powers[key]!, keys))
    return sets[epoch]
  }
  const epochFrom = rememberEpochs()
  const founded = options.engine.found({ ...options, setOf })
  return {
    ...founded,
    keys,
    genesisHash: toHex(founded.context.genesisHash),
    epochBlocks: options.epochBlocks,
    setOf,
    indexOf: (epoch, key) => members(epoch).indexOf(key),
    keyAt: (epoch, index) => members(epoch)[index],
    peerIdOfKey: (key) => `key ${key}`,
    peerIdOf: (p2pKey) => `key ${keyOfPeer.get(toHex(p2pKey)) ?? 'unknown'}`,
    seenSetOf(epoch) {
      seen[epoch] ??= {
        powers: setOf(epoch).map(({ power }) => power),
        isHonest: members(epoch).map((key) => !options.isByzantine(key)),
      }
      return seen[epoch]
    },
    judgeAnew() {
      seen.length = 0
    },
    epochFrom,
    epochOf: (epoch, rootHash) => epochFrom(founded.context, epoch, fromHex(rootHash), setOf(epoch)),
  }
}
