/** Whether this node may vote in an epoch: as whom, and what a lost signer log costs (consensus.md §8). */
import { equal } from '../../primitives/bytes.ts'
import type { Epoch } from '../../primitives/validatorSet.ts'
import type { Signer } from './durability/signer.ts'
import type { Execution } from './ports.ts'

/** Whatever a lost log held is of an epoch that was current then: it is over by this many epochs after the one now. */
const LOST_EPOCHS = 2

export interface VotingOptions {
  readonly signer: Signer | null
  readonly epoch: Epoch
  readonly log: (line: string) => void
}

export interface MayVoteOptions extends VotingOptions {
  readonly execution: Pick<Execution, 'head' | 'stored'>
  readonly mayForgetVotes: boolean
  /** We have not followed the epoch before to its end, live. */
  readonly isAfterGap: boolean
}

/** Our index; null: we cast nothing in this epoch; a text: why the node cannot go on. */
export async function mayVote(options: MayVoteOptions): Promise<number | null | string> {
  const { signer, epoch, log, isAfterGap } = options
  if (signer === null) return null
  const index = epoch.validators.findIndex(({ blsKey }) => equal(blsKey, signer.publicKey))
  const isAlone = epoch.validators.length === 1 && index === 0
  if (isAlone && signer.floor() === undefined) {
    const fault = await forgetVotes(options, signer)
    if (fault !== undefined) return fault
  }
  // A log that never signed, on a chain that is past its first epoch: the key may have signed with another.
  const isForeign = isAfterGap && epoch.number > 0 && !isAlone && signer.isUnused()
  const floor = signer.floor()
  if (floor === undefined || isForeign) {
    log('the signer log is lost: nothing is signed until two epochs after the one that peers prove current')
    return null
  }
  await signer.enter(epoch)
  if (floor.epoch > epoch.number) log(`nothing is signed before epoch ${floor.epoch}`)
  return index < 0 || floor.epoch > epoch.number ? null : index
}

async function forgetVotes({ mayForgetVotes, execution, epoch }: MayVoteOptions, signer: Signer) {
  if (!mayForgetVotes) return 'the signer log is lost; as the only validator we may go on with --forget-votes'
  const { height } = execution.head()
  const view = execution.stored(height)?.finalization
  await signer.begin({ epoch: epoch.number, view: view?.epoch === epoch.number ? view.view : 0 })
  return undefined
}

/** A block of the epoch has become final before our eyes, so the epoch is current: a lost log begins anew above it. */
export async function noteProven({ signer, epoch, log }: VotingOptions): Promise<void> {
  if (signer === null || (signer.floor() !== undefined && !(signer.isUnused() && epoch.number > 0))) return
  await signer.begin({ epoch: epoch.number + LOST_EPOCHS, view: 0 })
  log(`the signer log begins anew: nothing is signed before epoch ${epoch.number + LOST_EPOCHS}`)
}
