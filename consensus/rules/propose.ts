/** R3 Propose: the leader of the current view builds on the highest notarized candidate (consensus.md §5). */
import type { Certificate } from '../../primitives/certificate.ts'
import { PROPOSAL_CERTIFICATES_MAX } from '../../primitives/wire/proposal.ts'
import { admit } from '../intake/candidates.ts'
import { type Core, emit, endsEpoch, type Known, leaderOf, mayCast, viewOf, ZERO_HASH } from '../state.ts'
import type { Candidate, Hash } from '../step.ts'
import { judge } from './check.ts'

/** At most once a view, and not after our own skip. */
export function propose(core: Core): void {
  const view = core.current
  if (leaderOf(core, view) !== core.options.self || !mayCast(core, view)) return
  const state = viewOf(core, view)
  if (state.build !== 'none' || state.hasProposed || state.hasSkipped) return
  const parent = core.candidates.get(highestNotarized(core, view))
  if (parent?.verdict !== 'valid') return
  if (endsEpoch(core, parent)) return proposeOn(core, parent, ZERO_HASH)
  state.build = 'asked'
  const isEmpty = depthOf(core, parent) > core.options.bounds.depth
  emit(core, { kind: 'build', view, parent: parent.candidate, isEmpty })
}

/** Every view between is cleared without a notarization, so by its skip certificate. */
function highestNotarized(core: Core, view: number): Hash {
  for (let below = view - 1; below > core.lastFinal.view; below--) {
    const notarization = core.views.get(below)?.notarization
    if (notarization !== null && notarization !== undefined) return notarization.id
  }
  return core.lastFinal.id
}

/** Blocks above lastFinal, which is valid where a descendant is. */
function depthOf(core: Core, parent: Known): number {
  return parent.height - core.candidates.get(core.lastFinal.id)!.height
}

/** Nothing comes of a build that ends after its view, or after our skip. */
export function acceptBuilt(core: Core, view: number, parentId: Hash, blockHash: Hash | null): void {
  const state = core.views.get(view)
  if (view !== core.current || state?.build !== 'asked' || state.hasProposed || state.hasSkipped) return
  core.changed.add(view)
  const parent = core.candidates.get(parentId)
  if (blockHash === null || parent === undefined) state.build = 'failed'
  else proposeOn(core, parent, blockHash)
}

/** The builder has checked the block as it checks others'. */
function proposeOn(core: Core, parent: Known, blockHash: Hash): void {
  const named = { view: core.current, parentView: parent.candidate.view, parentId: parent.candidate.id, blockHash }
  const candidate: Candidate = { ...named, id: core.options.crypto.candidateId(named) }
  const state = viewOf(core, candidate.view)
  state.hasProposed = true
  const known = admit(core, candidate, null)
  if (!state.proposed.includes(candidate.id)) state.proposed.push(candidate.id)
  if (known.verdict !== 'valid') {
    known.height = parent.height + (blockHash === ZERO_HASH ? 0 : 1)
    judge(core, known, true)
  }
  emit(core, { kind: 'propose', candidate, certificates: proofOf(core, candidate) })
}

/** The parent's certificate and the skips of the views between; of too many the newest, which are likeliest to be missing. */
export function proofOf(core: Core, { view, parentView }: Candidate): Certificate[] {
  const parent =
    parentView === core.lastFinal.view
      ? core.lastFinal.certificate
      : core.views.get(parentView)?.notarization?.certificate
  const skips: Certificate[] = []
  for (let between = view - 1; between > parentView && skips.length < PROPOSAL_CERTIFICATES_MAX - 1; between--) {
    const certificate = core.views.get(between)?.skipCertificate
    if (certificate) skips.push(certificate)
  }
  return [...(parent ? [parent] : []), ...skips.reverse()]
}
