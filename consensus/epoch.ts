/** Builds an epoch's facts from its number, root block and validator set (consensus.md §2, §7). */
import type { ChainContext } from '../primitives/statements.ts'
import { type Epoch, epochHash, leaderSeed, setHash, type ValidatorSet } from '../primitives/validatorSet.ts'
import { LEADER_SEATS, leaderTable } from './leaderTable.ts'

export interface EpochWithLeaders extends Epoch {
  /** `leaders[view % LEADER_SEATS]` is the index of the view's leader. */
  readonly leaders: Uint8Array
}

/** `validators` must be ordered by operator address. */
export function createEpoch(
  chain: ChainContext,
  number: number,
  rootBlockHash: Uint8Array,
  validators: ValidatorSet,
): EpochWithLeaders {
  const set = setHash(chain, validators)
  const powers = validators.map((validator) => validator.power)
  const leaders = leaderTable(powers, leaderSeed(chain, number, set), LEADER_SEATS)
  const hash = epochHash(chain, number, rootBlockHash, set, leaders)
  return { number, rootBlockHash, validators, setHash: set, epochHash: hash, leaders }
}
