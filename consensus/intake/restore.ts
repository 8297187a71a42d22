/** What a restart brings back (consensus.md §8): no vote cast twice, no certificate asked for again. */
import { toHex } from '../../primitives/bytes.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import { noteCast } from '../rules/cast.ts'
import { moveLastFinal } from '../rules/lastFinal.ts'
import { proofOf } from '../rules/propose.ts'
import { type Core, type Known, viewOf } from '../state.ts'
import type { Candidate } from '../step.ts'
import { admit } from './candidates.ts'
import { hold, isOfNoUse } from './certificates.ts'
import { count } from './votes.ts'

/** Certificates were verified before they were recorded. Of the effects only a stop is kept, for the first step. */
export function restore(core: Core, root: Candidate): void {
  const { root: start, restored } = core.options
  const { committed } = restored
  core.committed = committed?.candidate ?? root
  core.candidates.set(core.committed.id, committedAs(core.committed, committed?.height ?? start.height))
  // Votes first: a certificate that names us is held against them.
  restoreVotes(core)
  if (committed !== null) moveLastFinal(core, committed.finalization, toHex(committed.finalization.id))
  for (const certificate of ascending(restored.certificates))
    if (certificate.epoch === core.options.epoch && !isOfNoUse(core, certificate)) hold(core, certificate)
  for (const candidate of restored.candidates) restoreCandidate(core, candidate)
  restoreProposals(core)
  core.effects = core.effects.filter(({ kind }) => kind === 'stop')
}

function committedAs(candidate: Candidate, height: number): Known {
  return { candidate, proposal: null, verdict: 'valid', isRecorded: true, height, provenTo: candidate.parentView }
}

/** A view's finalization last, so that what contradicts it is still there. */
function ascending(certificates: readonly Certificate[]): Certificate[] {
  const rank = ({ kind }: Certificate) => (kind === 'finalize' ? 1 : 0)
  return [...certificates].sort((a, b) => a.view - b.view || rank(a) - rank(b))
}

function restoreVotes(core: Core): void {
  for (const vote of core.options.restored.votes) {
    noteCast(core, vote.ballot)
    const state = viewOf(core, vote.ballot.view)
    state.ownVotes.push(vote)
    count(core, state, vote)
  }
}

/** Its layer is gone: what is still needed of it is executed again. */
function restoreCandidate(core: Core, candidate: Candidate): void {
  if (candidate.view <= core.committed.view) return
  admit(core, candidate, null).isRecorded = true
  if (candidate.view <= core.lastFinal.view) return
  const { proposed } = viewOf(core, candidate.view)
  if (!proposed.includes(candidate.id)) proposed.push(candidate.id)
}

function restoreProposals(core: Core): void {
  for (const { view, id, signature } of core.options.restored.proposals) {
    if (view <= core.lastFinal.view) continue
    const state = viewOf(core, view)
    state.hasProposed = true
    const known = core.candidates.get(id)
    if (known === undefined) continue
    known.proposal = { candidate: known.candidate, signature, certificates: proofOf(core, known.candidate) }
    state.ownProposal = known.proposal
  }
}
