/** The epochs that the committed chain has begun, with their signatures' checks (consensus.md §7). */
import { type BallotCrypto, blsBallots } from '../../consensus/ballotCrypto.ts'
import { createEpoch, type EpochWithLeaders } from '../../consensus/epoch.ts'
import type { Bls } from '../../primitives/bls.ts'
import type { ChainParams } from '../../primitives/chainParams.ts'
import type { ChainContext } from '../../primitives/statements.ts'
import type { Execution } from './ports.ts'

export interface ArmedEpoch {
  readonly epoch: EpochWithLeaders
  readonly crypto: BallotCrypto
}

export interface Epochs {
  /** The epoch of the block after the head. */
  current(): number
  /** Its root block must be committed. */
  at(number: number): ArmedEpoch
}

export interface EpochsOptions {
  readonly chain: ChainContext
  readonly params: Pick<ChainParams, 'epochBlocks'>
  readonly execution: Pick<Execution, 'head' | 'stored' | 'validatorsOf'>
  readonly bls: Bls
  /** In the place of `createEpoch`, for the simulator, whose nodes begin the same epochs over and over. */
  readonly epochFrom?: typeof createEpoch
}

export function createEpochs(options: EpochsOptions): Epochs {
  const { chain, params, execution, bls, epochFrom = createEpoch } = options
  // The one before is asked for again by votes that come late.
  let recent: ArmedEpoch[] = []
  const rootOf = (number: number): Uint8Array =>
    number === 0 ? chain.genesisHash : execution.stored(number * params.epochBlocks)!.candidate.blockHash
  return {
    current: () => Math.floor(execution.head().height / params.epochBlocks),
    at(number) {
      const known = recent.find(({ epoch }) => epoch.number === number)
      if (known !== undefined) return known
      const epoch = epochFrom(chain, number, rootOf(number), execution.validatorsOf(number))
      const made = { epoch, crypto: blsBallots(bls, chain, epoch) }
      recent = [...recent.slice(-1), made]
      return made
    },
  }
}
