/** Proposals as they come in, and the candidates that are kept of them (consensus.md §4, §9). */
import { equal } from '../../primitives/bytes.ts'
import { ban, type Core, emit, isInWindow, type Known, leaderOf, viewOf } from '../state.ts'
import type { Candidate, PeerId, Proposal } from '../step.ts'
import { acceptCertificate } from './certificates.ts'

/** §9: the second one of a view proves that its leader cheats, and a third would prove no more. */
const CANDIDATES_PER_VIEW = 2

export function acceptProposal(core: Core, peer: PeerId | null, proposal: Proposal): void {
  const { candidate } = proposal
  const { view, parentView } = candidate
  if (view <= core.lastFinal.view || !isWanted(core, candidate)) return
  if (parentView >= view) return ban(core, peer, 'a proposal whose parent is not older')
  // What our own signer gave back needs no check: at n = 1 nothing else would take as long.
  if (peer !== null && !isSigned(core, proposal)) return ban(core, peer, 'a proposal without its leader’s signature')
  core.heard[leaderOf(core, view)] = core.entered
  for (const certificate of proposal.certificates) acceptCertificate(core, peer, certificate)
  // A certificate may have moved us to where the proposal is of use, or beyond it.
  if (view <= core.lastFinal.view || (!isInWindow(core, view) && !isNotarizedHere(core, candidate))) return
  const known = admit(core, candidate, proposal)
  noteProposal(core, known, proposal, peer === null)
}

function isNotarizedHere(core: Core, { view, id }: Candidate): boolean {
  return core.views.get(view)?.notarization?.id === id
}

/** Two of the leader's, and the certified one. */
function isWanted(core: Core, candidate: Candidate): boolean {
  const proposed = core.views.get(candidate.view)?.proposed ?? []
  return proposed.length < CANDIDATES_PER_VIEW || proposed.includes(candidate.id) || isNotarizedHere(core, candidate)
}

function isSigned(core: Core, { candidate: { view, id }, signature }: Proposal): boolean {
  const seen = core.candidates.get(id)?.proposal
  if (seen !== null && seen !== undefined && equal(seen.signature, signature)) return true
  return core.options.crypto.verify([leaderOf(core, view)], { kind: 'proposal', view, id }, signature)
}

function noteProposal(core: Core, known: Known, proposal: Proposal, isOurs: boolean): void {
  const state = viewOf(core, known.candidate.view)
  if (isOurs) state.ownProposal = proposal
  known.proposal ??= proposal
  if (state.proposed.includes(known.candidate.id) || state.proposed.length === CANDIDATES_PER_VIEW) return
  state.proposed.push(known.candidate.id)
  core.changed.add(state.view)
  if (state.proposed.length === 1) return
  const first = core.candidates.get(state.proposed[0]!)?.proposal
  if (first === null || first === undefined) return
  emit(core, {
    kind: 'report',
    conflict: { kind: 'proposals', signer: leaderOf(core, state.view), first, second: proposal },
  })
}

/** Keeps a candidate; its verdict is still to come. */
export function admit(core: Core, candidate: Candidate, proposal: Proposal | null): Known {
  const found = core.candidates.get(candidate.id)
  if (found !== undefined) return found
  const provenTo = candidate.parentView
  const known: Known = { candidate, proposal, verdict: 'unknown', isRecorded: false, height: 0, provenTo }
  core.candidates.set(candidate.id, known)
  core.changed.add(candidate.view)
  // Its body may still be missing: the check waits for that.
  if (core.fetching.delete(candidate.id)) emit(core, { kind: 'cancelFetch', id: candidate.id })
  return known
}
