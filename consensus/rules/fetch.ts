/** R2 Keep and fetch: every certified candidate that is missing is asked for by its id (consensus.md §5). */

import { admit } from '../intake/candidates.ts'
import { type Core, emit, type View, wakeStalled } from '../state.ts'
import type { Candidate, Hash } from '../step.ts'

export function fetchNotarized(core: Core, { view, notarization }: View): void {
  if (notarization !== null) fetch(core, notarization.id, view)
}

/** Some honest validator holds each notarized body, so asking goes on until it is here or nobody needs it. */
export function fetch(core: Core, id: Hash, view: number): void {
  if (core.candidates.has(id) || core.fetching.has(id)) return
  if (core.fetching.size >= core.options.bounds.fetches) {
    core.stalled.add(view)
    return
  }
  core.fetching.set(id, view)
  emit(core, { kind: 'fetch', id })
}

export function cancelFetch(core: Core, id: Hash): void {
  if (!core.fetching.delete(id)) return
  emit(core, { kind: 'cancelFetch', id })
  wakeStalled(core)
}

/** It comes with no signature of its leader: the id that was certified is enough. */
export function acceptFetched(core: Core, candidate: Candidate): void {
  if (!core.fetching.delete(candidate.id)) return
  admit(core, candidate, null)
  wakeStalled(core)
}
