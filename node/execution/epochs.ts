/** Epochs as the committed chain tells them: sets by the state at each sealing block (consensus.md §7). */
import { createEpoch, type EpochWithLeaders } from '../../consensus/epoch.ts'
import { LEADER_SEATS } from '../../consensus/leaderTable.ts'
import { STAKING_ADDRESS } from '../../precompiles/addresses.ts'
import { readFeeRecipient, readValidatorSet } from '../../precompiles/staking/contract.ts'
import type { ChainContext } from '../../primitives/statements.ts'
import type { Epoch, ValidatorSet } from '../../primitives/validatorSet.ts'
import { epochOfBlock } from '../../runtime/block/headerRules.ts'
import type { ChainRules } from '../../runtime/chainRules.ts'
import { storageReader } from '../../runtime/execution/blockParams.ts'
import type { Layer } from '../../runtime/state/overlayState.ts'
import { createKeyHasher, createStateRoot, type StateRoot } from '../../runtime/state/stateRoot.ts'
import type { ChainReader } from '../storage/chainReader.ts'

export interface Epochs {
  /** The set of an epoch whose root block is committed. An empty or overflowing result keeps the set before. */
  validatorsOf(epoch: number): ValidatorSet
  /** The epoch in which a block stands; its epoch's root block must be committed. */
  ofBlock(height: number): EpochWithLeaders
}

export interface EpochsOptions {
  readonly rules: ChainRules
  readonly chain: ChainContext
  readonly store: Pick<ChainReader, 'header' | 'stateAfter'>
}

/** The store must hold block 0. */
export function createEpochs({ rules, chain, store }: EpochsOptions): Epochs {
  const keys = createKeyHasher(rules.keccak)
  let newest: EpochWithLeaders | undefined

  const setAfter = (height: number): ValidatorSet | undefined => {
    const held = store.stateAfter(height)
    if (held === undefined) throw new RangeError(`the state after block ${height} is not held`)
    return readValidatorSet(storageReader(rules, createStateRoot(held.root, held.state, keys), STAKING_ADDRESS))
  }
  const validatorsOf = (epoch: number): ValidatorSet => {
    for (let at = epoch; at >= 0; at--) {
      const set = setAfter(at * rules.params.epochBlocks)
      if (set !== undefined) return set
    }
    throw new RangeError('block 0 has no validators')
  }
  return {
    validatorsOf,
    ofBlock(height) {
      const number = epochOfBlock(rules.params, height)
      if (newest?.number === number) return newest
      const rootHeader = store.header(number * rules.params.epochBlocks)
      if (rootHeader === undefined) throw new RangeError(`the root block of epoch ${number} is not held`)
      newest = createEpoch(chain, number, rules.keccak(rootHeader), validatorsOf(number))
      return newest
    },
  }
}

/** Coinbase of a block: by the parent's state, the fee recipient of the view's leader, who else is paid himself. */
export function feeRecipientOf(
  rules: ChainRules,
  epoch: EpochWithLeaders,
  view: number,
  parentState: Layer | StateRoot,
): Uint8Array {
  const { operator } = leaderOf(epoch, view)
  return readFeeRecipient(storageReader(rules, parentState, STAKING_ADDRESS), operator) ?? operator
}

function leaderOf({ leaders, validators }: Pick<EpochWithLeaders, 'leaders'> & Epoch, view: number) {
  return validators[leaders[view % LEADER_SEATS]!]!
}
