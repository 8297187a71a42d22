/** R4 Notarize: in any view above lastFinal, current or past (consensus.md §5). */
import { type Core, isNotarized, type Known, mayCast, type View, waitFor } from '../state.ts'
import { cast } from './cast.ts'
import { isValid } from './check.ts'

/** A cast skip does not forbid it: late votes rescue slow blocks, and only finalize and skip exclude each other. */
export function notarize(core: Core, state: View): void {
  const target = targetOf(core, state)
  if (target === undefined) return
  const isVotable = mayCast(core, state.view) && state.notarized === null && isProven(core, target)
  // Whoever casts nothing here still executes what is notarized: it builds on it and commits it.
  if (!isVotable && state.notarization === null) return
  // What a skip quorum dropped is not worth a check, but a verdict that is here may still be voted.
  if (state.notarization === null && state.skipCertificate !== null && target.verdict === 'unknown') return
  if (isValid(core, target) && isVotable) cast(core, { kind: 'notarize', view: state.view, id: target.candidate.id })
}

/** The candidate with a notarization, else the first from the leader. */
function targetOf(core: Core, { notarization, proposed }: View): Known | undefined {
  const id = notarization?.id ?? proposed[0]
  return id === undefined ? undefined : core.candidates.get(id)
}

/** R4 (b), the parent's notarization is held, and (c), so is the skip certificate of every view between. */
function isProven(core: Core, known: Known): boolean {
  const { view, parentView, parentId } = known.candidate
  if (!isNotarized(core, parentView, parentId)) {
    waitFor(core, parentView, view)
    return false
  }
  while (known.provenTo < view - 1) {
    if ((core.views.get(known.provenTo + 1)?.skipCertificate ?? null) === null) {
      waitFor(core, known.provenTo + 1, view)
      return false
    }
    known.provenTo += 1
  }
  return true
}
