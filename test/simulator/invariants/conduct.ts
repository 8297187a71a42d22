/** What must never befall the honest: to be convicted, to stop, to be banned by one another (consensus.md R7, R9). */
import type { Conflict } from '../../../consensus/step.ts'
import { convictedBy } from './conviction.ts'
import type { Report } from './offence.ts'
import type { SeenSet } from './voteLedger.ts'

export interface Conduct {
  onEvidence(by: number, epoch: number, conflict: Conflict): void
  /** `isDisk`: since its disk failed, as a disk may. */
  onStop(node: number, reason: string, isDisk: boolean): void
  onBan(by: number, banned: number, reason: string): void
}

export interface ConductOptions {
  readonly isHonest: (node: number) => boolean
  readonly setOf: (epoch: number) => Pick<SeenSet, 'isHonest'>
  /** Whether an honest signer cannot know any more what it voted in that view; default: it always does. */
  readonly isForgotten?: (epoch: number, view: number, signer: number) => boolean
  readonly report: Report
}

export function createConduct({ isHonest, setOf, isForgotten = () => false, report }: ConductOptions): Conduct {
  return {
    onEvidence(by, epoch, conflict) {
      if (!isHonest(by)) return
      const view = viewOf(conflict)
      const honest = setOf(epoch).isHonest
      const convicted = convictedBy(conflict, honest.length).filter((signer) => honest[signer])
      const wronged = convicted.filter((signer) => !isForgotten(epoch, view, signer))
      if (wronged.length > 0) report('evidence', `epoch ${epoch} view ${view}: honest signers ${wronged} are convicted`)
    },
    onStop(node, reason, isDisk) {
      if (!isDisk && isHonest(node)) report('stop', `node ${node} stops: ${reason}`)
    },
    onBan(by, banned, reason) {
      if (isHonest(by) && isHonest(banned)) report('ban', `${by} bans ${banned}: ${reason}`)
    },
  }
}

/** Both of its halves are of one view. */
function viewOf({ kind, first }: Conflict): number {
  if (kind === 'votes') return first.ballot.view
  return kind === 'proposals' ? first.candidate.view : first.view
}
