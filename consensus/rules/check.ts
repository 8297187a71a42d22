/** R4(d): who is executed, in which order, and what a verdict means (consensus.md §5, §7, §9). */
import { type Core, emit, endsEpoch, isFiller, type Known, stop, waitFor, wake, wakeStalled } from '../state.ts'

/** Is it valid? If that is not known yet, starts the check as soon as the parent is valid and there is room. */
export function isValid(core: Core, known: Known): boolean {
  if (known.verdict === 'valid') return true
  if (known.verdict !== 'unknown') return false
  const { candidate } = known
  const parent = core.candidates.get(candidate.parentId)
  if (parent?.verdict !== 'valid') {
    waitFor(core, candidate.parentView, candidate.view)
    return false
  }
  if (parent.candidate.view !== candidate.parentView) return judge(core, known, false)
  known.height = parent.height + (isFiller(candidate) ? 0 : 1)
  // Descendants of the sealing block must be fillers, and nothing else may be (§7).
  if (isFiller(candidate) || endsEpoch(core, parent))
    return judge(core, known, isFiller(candidate) && endsEpoch(core, parent))
  if (core.checking.size >= core.options.bounds.checks) core.stalled.add(candidate.view)
  else startCheck(core, known, parent)
  return false
}

function startCheck(core: Core, known: Known, parent: Known): void {
  known.verdict = 'pending'
  core.checking.set(known.candidate.id, known.candidate.view)
  emit(core, { kind: 'check', candidate: known.candidate, parent: parent.candidate })
}

export function acceptVerdict(core: Core, id: string, isValid: boolean): void {
  const known = core.candidates.get(id)
  if (known === undefined || known.verdict === 'valid' || known.verdict === 'invalid') return
  if (core.checking.delete(id)) wakeStalled(core)
  judge(core, known, isValid)
}

/** The body of what is valid is durable before a vote names it, so that it can be served by id (R2). */
export function judge(core: Core, known: Known, isValid: boolean): boolean {
  const { candidate } = known
  known.verdict = isValid ? 'valid' : 'invalid'
  if (isValid && !known.isRecorded) {
    known.isRecorded = true
    emit(core, { kind: 'record', entry: candidate })
  }
  if (!isValid && isCertified(core, known)) stop(core, `a notarized block is invalid: ${candidate.id}`)
  wake(core, candidate.view)
  return isValid
}

/** Notarized, or named by a finalization that is not committed yet. */
function isCertified(core: Core, { candidate: { view, id } }: Known): boolean {
  return core.finals.has(id) || core.views.get(view)?.notarization?.id === id
}

/**
 * R4: nobody needs the verdict of what a skip quorum dropped, or of what stands beside a notarized candidate: its body may
 * be nowhere, and it would hold the room of a check for as long as nothing is final. Its own notarization makes it needed.
 */
export function abandonUnneeded(core: Core, view: number): void {
  const state = core.views.get(view)
  if (state === undefined || (state.skipCertificate === null && state.notarization === null)) return
  for (const id of state.proposed) if (state.notarization?.id !== id) abandon(core, id)
}

export function abandon(core: Core, id: string): void {
  if (!core.checking.delete(id)) return
  const known = core.candidates.get(id)!
  known.verdict = 'unknown'
  emit(core, { kind: 'abandon', candidate: known.candidate })
  wakeStalled(core)
}
