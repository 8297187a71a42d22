/** Casting: what is emitted counts as cast at once, whatever becomes of it (consensus.md §10). */
import { type Core, emit, viewOf } from '../state.ts'
import type { Ballot } from '../step.ts'

/** The host records it durably, signs, sends, and gives it back as a vote (§8). */
export function cast(core: Core, ballot: Ballot): void {
  noteCast(core, ballot)
  core.changed.add(ballot.view)
  emit(core, { kind: 'cast', ballot })
}

export function noteCast(core: Core, ballot: Ballot): void {
  const state = viewOf(core, ballot.view)
  if (ballot.kind === 'notarize') state.notarized = ballot.id
  else if (ballot.kind === 'finalize') state.finalized = ballot.id
  else state.hasSkipped = true
}

export function hasCast(core: Core, ballot: Ballot): boolean {
  const state = core.views.get(ballot.view)
  if (state === undefined) return false
  if (ballot.kind === 'skip') return state.hasSkipped
  return (ballot.kind === 'notarize' ? state.notarized : state.finalized) === ballot.id
}
